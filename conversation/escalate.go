package conversation

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/causette/causette/conversation/understanding"
)

// says reports whether a phrase of the list stands in the text.
func (t *turn) says(list *phraseList) bool {
	words := t.read.Words
	for i, word := range words {
		begins := func(phrase []string) bool { return starts(words[i:], phrase) }
		if slices.ContainsFunc(list.by[word], begins) || slices.ContainsFunc(list.stems, begins) {
			return true
		}
	}
	return false
}

func starts(words, phrase []string) bool {
	if len(words) < len(phrase) {
		return false
	}
	for i, p := range phrase {
		stem, open := strings.CutSuffix(p, "*")
		if words[i] != p && !(open && strings.HasPrefix(words[i], stem)) {
			return false
		}
	}
	return true
}

// maxHesitant is how many words a text has at most that only hesitates.
const maxHesitant = 12

// hesitates reports a short text of somebody who cannot make up their mind.
func (t *turn) hesitates() bool {
	return len(t.read.Words) <= maxHesitant && t.says(t.escalation.list(listHesitant))
}

// came notes what a dialogue came to, for the rules to look at.
func (t *turn) came(o outcome) { t.outcomes = append(t.outcomes, o) }

// holds reports whether all of a condition is so. Beside an opt-out or an
// answer only what the text wants counts, not its tone.
func (t *turn) holds(c *condition) bool {
	customer := &t.c.Customer
	switch {
	case t.hushed && (c.angry || len(c.says) > 0 || c.misunderstood > 0),
		c.angry && !t.angry(),
		c.vip && !(t.brand.VIP && customer.VIP),
		c.misunderstood > 0 && (!t.missed || t.c.Misses < c.misunderstood),
		c.words > 0 && len(t.read.Words) > c.words,
		c.asksNothing && !t.asksNothing(),
		c.cart != nil && (customer.Cart == nil || t.anonymous() || customer.Cart.Total.Amount < *c.cart),
		len(c.intents) > 0 && !slices.ContainsFunc(c.intents, t.is),
		slices.ContainsFunc(c.without, t.is),
		len(c.outcomes) > 0 && !slices.ContainsFunc(c.outcomes, func(o outcome) bool { return slices.Contains(t.outcomes, o) }),
		len(c.orders) > 0 && !slices.ContainsFunc(t.told, func(o Order) bool { return slices.Contains(c.orders, o.Status) }),
		len(c.says) > 0 && !slices.ContainsFunc(c.says, t.says):
		return false
	}
	return true
}

// asksNothing reports a text that asks for nothing that the assistant answers.
func (t *turn) asksNothing() bool {
	switch t.best() {
	case "", understanding.Other, understanding.Reorder, understanding.Yes, understanding.No:
		return true
	}
	return false
}

// applying are the rules that apply, in order, each with the condition that does.
func (t *turn) applying() iter.Seq2[*escalationRule, *condition] {
	return func(yield func(*escalationRule, *condition) bool) {
		rules := t.escalation.rules
		for i := range rules {
			k := slices.IndexFunc(rules[i].when, func(c condition) bool { return t.holds(&c) })
			if k >= 0 && !yield(&rules[i], &rules[i].when[k]) {
				return
			}
		}
	}
}

// escalates reports whether any rule applies.
func (t *turn) escalates() bool {
	for range t.applying() {
		return true
	}
	return false
}

// troubled reports whether a rule applies that no incident explains.
func (t *turn) troubled() bool {
	for r, c := range t.applying() {
		if t.explains(r, c) == nil {
			return true
		}
	}
	return false
}

// escalated hands over where the first rule that applies says that nothing
// else is answered.
func (t *turn) escalated() bool {
	if t.quiet {
		return false
	}
	for r := range t.applying() {
		if r.instead {
			t.handOver(r)
			return true
		}
	}
	return false
}

// conclude tells what has gone wrong today, and hands over what the turn's
// answer leaves open. What an incident explains is handed over by nothing but
// the wish for a person.
func (t *turn) conclude() {
	if t.people || t.c.State == WithAgent || !t.looked && len(t.outcomes)+len(t.told) == 0 {
		return
	}
	t.tellIncidents()
	explained := false
	for r, c := range t.applying() {
		if incident := t.explains(r, c); incident != nil {
			t.tell(incident)
			explained = true
			continue
		}
		t.handOver(r)
		return
	}
	if explained && t.last == "" && t.c.State.Owner() == Assistant {
		t.decide("incident.known")
		t.last = t.text("incident.person")
	}
}

// handOver hands the conversation to people by a rule: the customer reads that
// somebody takes over, the desk reads why.
func (t *turn) handOver(r *escalationRule) {
	if t.people || t.mute || t.c.State == WithAgent {
		return
	}
	priority := r.priority
	if t.valued() && priority == Normal {
		priority = High
	}
	waits := t.c.State == AwaitingAgent
	if waits && !t.outranks(r, priority) {
		return // somebody comes already, as soon
	}
	t.people = true
	t.decide(r.id)
	if r.say != "" {
		t.say(r.say, "link", t.cartLink())
	}
	if !waits && t.tooLong(r, priority) {
		t.turnAway(r, priority)
		return
	}
	t.notice("escalation.requested", "reason", r.reason, "priority", string(priority))
	if waits {
		d := t.desk()
		d.Priority, d.Reason, d.Inputs = priority, r.reason, t.explain(r)
		return
	}
	t.queue(r, priority)
	t.last = t.contact()
	t.withdrawQuestions()
	t.move(onPerson)
	t.awaits()
}

// outranks reports whether a rule is a better reason for who waits already: it
// is more urgent, or as urgent and one that only a person settles.
func (t *turn) outranks(r *escalationRule, priority Priority) bool {
	d := t.desk()
	if priority != d.Priority {
		return priority.before(d.Priority)
	}
	now := t.ruleAt(d)
	return r.stays && now != nil && !now.stays
}

// ruleAt finds the rule by which the conversation is at the desk; nil: an agent
// put it there, or a rule that the script has no more.
func (t *turn) ruleAt(d *Desk) *escalationRule {
	rules := t.escalation.rules
	i := slices.IndexFunc(rules, func(r escalationRule) bool { return string(r.id) == d.Inputs[inputRule] })
	if i < 0 {
		i = slices.IndexFunc(rules, func(r escalationRule) bool { return r.reason == d.Reason })
	}
	if i < 0 {
		return nil
	}
	return &rules[i]
}

// inputRule is the input that names the rule; inputWhy and a language are the
// rule's sentence in it, with its values.
const (
	inputRule = "rule"
	inputWhy  = "why."
)

// inputs is what a rule looked at, for agents to read.
func (t *turn) inputs() map[string]string {
	in := map[string]string{inputRule: string(t.why)}
	c := &t.c.Customer
	if t.brand.VIP && c.VIP {
		in["vip"] = "yes"
	}
	if c.Cart != nil && t.brand.CartValue > 0 {
		in["cart"] = t.money(c.Cart.Total)
		in["cart_bound"] = t.money(Money{t.brand.CartValue, t.brand.Currency})
	}
	if t.c.Misses > 0 {
		in["misses"] = strconv.Itoa(t.c.Misses)
	}
	if t.matter != nil {
		in["order"], in["carrier"] = cutRunes(t.matter.Number, maxValue), cutRunes(t.matter.Carrier, maxValue)
		maps.DeleteFunc(in, func(_, v string) bool { return v == "" })
	}
	if t.in != nil {
		in["words"] = cutRunes(t.in.Text, maxValue)
	}
	return in
}

// explain is the inputs of a rule with its sentence, in each language that the
// script has it in: it stays what it was, whatever the script says later.
func (t *turn) explain(r *escalationRule) map[string]string {
	in := t.inputs()
	spoken := t.lang
	for language, tpl := range r.explain {
		t.lang = language // amounts are written as it does
		values := t.inputs()
		vip := ""
		if values["vip"] != "" {
			vip = "VIP"
		}
		in[inputWhy+language] = cutRunes(t.render(tpl, []string{
			"words", values["words"], "cart", values["cart"], "cart_bound", values["cart_bound"], "misses", values["misses"],
			"order.number", values["order"], "order.carrier", values["carrier"], "vip", vip,
		}), maxWhy)
	}
	t.lang = spoken
	return in
}

// cartLink leads back to the open cart, where it is the customer's for sure.
func (t *turn) cartLink() string {
	if cart := t.c.Customer.Cart; cart != nil && !t.anonymous() {
		return cart.Link
	}
	return ""
}
