package conversation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// A turn under way: the conversation as it will be, and what was decided so
// far. It never changes what the arguments of Step point to.
type turn struct {
	*Script
	c    Conversation
	e    *Event
	now  time.Time
	lang string

	in   *Inbound              // the text being answered; nil when nobody wrote
	read understanding.Reading // what it says

	out    Turn
	why    Rule     // the rule that is deciding
	said   []string // what the answer says, one line or paragraph each
	last   string   // how it ends: with a question, or with the way to a person
	asks   string   // the question that the answer asks
	exempt bool     // the answer confirms a keyword
	mute   bool     // nothing may be said: the hour's answers are spent
	owned  bool     // c.Slots is this turn's own map
	people bool     // a person was asked for in this turn
	quiet  bool     // what is not understood is left alone
	plain  bool     // the answer confirms an opt-out and says nothing more

	looked   bool      // the rules of escalation look at the text
	hushed   bool      // but only at what it wants: it came beside an opt-out or an answer
	missed   bool      // the text was not understood
	outcomes []outcome // what dialogues came to
	told     []Order   // orders that the answer tells of
	matter   *Order    // the order that it is about
	informed int       // incidents told

	desked       bool              // c.Desk is this turn's own
	stood        bool              // c.Customer.Consents is this turn's own list
	evidence     map[string]string // of what the customer wrote, shared by the rows of a turn
	hadQuestions bool              // questions were open before the turn
	promptsAt    time.Time         // when the prompts timer was due before the turn
}

// decide names the rule at work; the first one of a turn is the turn's.
func (t *turn) decide(r Rule) {
	t.why = r
	if t.out.Rule == "" {
		t.out.Rule = r
	}
}

// say adds a phrase to the turn's one answer. values are pairs of placeholder and value.
func (t *turn) say(key string, values ...string) {
	if t.mute {
		return
	}
	if text := t.text(key, values...); text != "" {
		t.said = append(t.said, text)
	}
}

// text renders a phrase in the customer's language.
func (t *turn) text(key string, values ...string) string {
	return t.render(t.phrase(t.lang, key), values)
}

func (t *turn) render(tpl *template, values []string) string {
	if tpl == nil {
		return ""
	}
	return tpl.render(func(name string) string {
		for i := 0; i+1 < len(values); i += 2 {
			if values[i] == name {
				return values[i+1]
			}
		}
		return t.familiar(name, &t.c.Customer)
	})
}

// move takes one transition of the table. An input that the state does not
// know is a mistake of this package; the event is stored as poison.
func (t *turn) move(on Input) {
	to, err := t.machines.move(t.c.State, on)
	if err != nil {
		panic(fmt.Sprintf("conversation: rule %s: %v", t.why, err))
	}
	if to != t.c.State {
		t.out.Steps = append(t.out.Steps, Edge{t.c.State, on, to, t.why})
	}
	t.c.State = to
}

// leave ends the running dialogue, if one runs.
func (t *turn) leave(on Input) {
	if t.c.State.asks() {
		t.move(on)
	}
}

// enter goes to an asking state, setting the running dialogue aside where the
// table knows no direct way.
func (t *turn) enter(s State) {
	if t.c.State == s {
		return
	}
	if t.c.State != Idle && !direct[Transition{t.c.State, ask(s), s}] {
		t.leave(onSetAside)
	}
	t.move(ask(s))
}

// direct are the transitions of the table, for looking one up.
var direct = func() map[Transition]bool {
	set := map[Transition]bool{}
	for _, tr := range Transitions() {
		set[tr] = true
	}
	return set
}()

// slot remembers a value of the running dialogue; "" forgets it.
func (t *turn) slot(key, value string) {
	if t.c.Slots[key] == value {
		return
	}
	if !t.owned {
		t.c.Slots, t.owned = maps.Clone(t.c.Slots), true
	}
	if t.c.Slots == nil {
		t.c.Slots = map[string]string{}
	}
	if value == "" {
		delete(t.c.Slots, key)
		return
	}
	t.c.Slots[key] = cutRunes(value, maxSlot)
}

// forget drops what a dialogue remembered: the slots with this prefix.
func (t *turn) forget(prefix string) {
	for key := range t.c.Slots {
		if strings.HasPrefix(key, prefix) {
			t.slot(key, "")
		}
	}
}

// Longest value that a slot keeps, in runes; the longest is a postal address.
const maxSlot = 300

// notice tells the log, agents and outgoing webhooks.
func (t *turn) notice(kind string, data ...string) {
	n := Notice{Type: kind, Rule: t.why}
	if len(data) > 0 {
		n.Data = make(map[string]string, len(data)/2)
		for i := 0; i+1 < len(data); i += 2 {
			if data[i+1] != "" {
				n.Data[data[i]] = data[i+1]
			}
		}
	}
	t.out.Publish = append(t.out.Publish, n)
}

// wake sets a timer, moving one of the same name.
func (t *turn) wake(name string, due time.Time, payload string) {
	t.out.Unset = slices.DeleteFunc(t.out.Unset, func(n string) bool { return n == name })
	t.out.Timers = slices.DeleteFunc(t.out.Timers, func(x Timer) bool { return x.Name == name })
	t.out.Timers = append(t.out.Timers, Timer{Name: name, Due: due, Payload: payload})
}

// unset cancels a timer.
func (t *turn) unset(name string) {
	t.out.Timers = slices.DeleteFunc(t.out.Timers, func(x Timer) bool { return x.Name == name })
	if t.out.Unset == nil {
		t.out.Unset = make([]string, 0, 4)
	}
	if !slices.Contains(t.out.Unset, name) {
		t.out.Unset = append(t.out.Unset, name)
	}
}

// fence raises the epoch: nothing said before this turn goes out after it.
func (t *turn) fence(c Cancel) {
	t.out.Cancel = c
	if !t.out.Fence {
		t.out.Fence = true
		t.c.Epoch++
	}
}

// end closes the turn: one message, whatever was said in it.
func (t *turn) end() Turn {
	t.conclude()
	if t.in != nil && len(t.said) > 0 {
		t.next()
		t.conclude()
	}
	t.settleQuestions()
	if len(t.c.Prompts) > 0 || !t.promptsAt.IsZero() {
		t.settlePrompts()
	}
	if (len(t.said) > 0 || t.last != "") && t.c.Address != "" {
		t.out.Messages = append(t.out.Messages, Message{
			Channel: t.c.Channel, Medium: t.c.Medium, To: t.c.Address,
			Text: t.compose(), Purpose: Answer, Exempt: t.exempt, Asks: t.asks, Rule: t.out.Rule,
		})
		t.spend()
	}
	if t.in != nil && t.out.Rule != "manners.reaction" || len(t.out.Messages) > 0 && t.e.Act == nil {
		t.c.Said = t.c.Version
	}
	if t.brand.Events && len(t.out.Consents)+len(t.out.Publish) > 0 {
		t.tellOutside()
	}
	if t.c.State == Idle && len(t.c.Questions) == 0 {
		t.c.Script = "" // the next turn adopts the script that is current then
	}
	if len(t.c.Slots) == 0 {
		t.c.Slots = nil
	}
	t.out.Next = t.c
	return t.out
}

// compose joins what was said. The first words to a customer say, in the same
// message, that a machine writes them; an opt-out is confirmed without more.
func (t *turn) compose() string {
	text := strings.Join(t.said, "\n")
	if t.last != "" {
		text = strings.TrimPrefix(text+"\n"+t.last, "\n")
	}
	if t.in != nil && t.in.Masked && t.out.Rule != "masked" {
		text += "\n" + t.text("masked")
	}
	if !t.c.Disclosed && (!t.plain || len(t.said) > 1 || t.last != "") {
		text = t.text("disclosure") + "\n" + text
		t.c.Disclosed = true
	}
	return cutRunes(text, maxText)
}
