package conversation

import (
	"slices"

	"github.com/causette/causette/conversation/understanding"
)

// receive reads one text of the customer. Keywords come first, in every
// state; then a person's conversation is left alone; then an answer to what was
// asked; everything else may wait for the rest of the thought.
func (t *turn) receive(in *Inbound) {
	t.in = in
	if !in.At.Before(t.c.WroteAt) {
		t.c.Channel, t.c.Medium, t.c.Address, t.c.WroteAt = in.Channel, in.Medium, in.From, in.At
	}
	t.reached(in)
	if c := &t.c.Customer; slices.Contains(c.Invalid, in.Medium) { // whoever writes from it can be reached at it
		c.Invalid = slices.DeleteFunc(slices.Clone(c.Invalid), func(m Medium) bool { return m == in.Medium })
	}
	if in.OptOut != "" {
		t.carrierAnswered(in.OptOut)
		return
	}
	t.read = understanding.Read(in.Text, t.c.Customer.Language)
	if in.Reaction || t.read.Reaction {
		t.decide("manners.reaction") // a reaction answers nothing and buys nothing
		return
	}
	if len(t.read.Words) > 0 {
		t.slot(slotMedia, "")
	}
	if t.keyword() {
		return
	}
	if t.c.State == WithAgent {
		t.agentReads()
		return
	}
	t.mute = !t.affordable()
	switch {
	case t.mute:
		t.exhausted()
	case t.expected():
	case !t.command() && t.waits():
	default:
		t.respond()
	}
}

// command reports a word that we tell customers to write ("recommander",
// "commande", "préférences", "conseiller"): it is a whole thought.
func (t *turn) command() bool {
	if len(t.read.Words) == 0 || len(t.read.Words) > 2 || len(t.c.Burst) > 0 {
		return false
	}
	switch t.best() {
	case understanding.OrderStatus, understanding.Reorder, understanding.Preferences, understanding.Human:
		return true
	}
	return false
}

// respond answers a whole thought: the text at hand, or a burst of several.
func (t *turn) respond() {
	t.switchLanguage()
	if t.c.State == AwaitingAgent {
		t.whileWaiting()
		return
	}
	if t.bind() {
		return
	}
	t.requests()
}
