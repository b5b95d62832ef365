package conversation

import (
	"strconv"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// timerAgent wakes the conversation when nobody came.
const timerAgent = "agent"

// comesBack is how long a resolved matter stays its agent's: who asks for a
// person again within it gets the same one.
const comesBack = 72 * time.Hour

// person hands the conversation to people: the customer reads that somebody
// takes over, the desk reads why.
func (t *turn) person(reason string, priority Priority) {
	if t.people || t.mute || t.c.State == WithAgent {
		return
	}
	t.people = true
	if t.valued() && priority == Normal {
		priority = High
	}
	waits := t.c.State == AwaitingAgent
	if waits && !priority.before(t.desk().Priority) {
		return // somebody comes already, as soon
	}
	t.notice("escalation.requested", "reason", reason, "priority", string(priority))
	if waits {
		d := t.desk()
		d.Priority, d.Reason, d.Inputs = priority, reason, t.inputs()
		return
	}
	t.queue(reason, priority)
	t.last = t.contact()
	t.withdrawQuestions()
	t.move(onPerson)
	t.wake(timerAgent, t.now.Add(t.rules.agentWait), "")
}

// queue puts the conversation into the queue, with what the rule looked at.
func (t *turn) queue(reason string, priority Priority) {
	d := t.desk()
	next := Desk{Status: DeskQueued, Priority: priority, Reason: reason, Queued: t.now, Tags: d.Tags, Wrote: d.Wrote, Began: t.now}
	if t.in != nil {
		next.Waits = t.at()
	}
	if !d.Closed.IsZero() && t.now.Sub(d.Closed) <= comesBack {
		next.Last = d.Last
	}
	*d = next
	d.Inputs = t.inputs()
}

// before reports which of two goes first.
func (p Priority) before(q Priority) bool { return p.rank() < q.rank() }

func (p Priority) rank() int {
	switch p {
	case Urgent:
		return 0
	case High:
		return 1
	}
	return 2
}

// inputs is what a rule looked at, for agents to read.
func (t *turn) inputs() map[string]string {
	in := map[string]string{"rule": string(t.why)}
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
	if t.in != nil {
		in["words"] = cutRunes(t.in.Text, maxValue)
	}
	return in
}

// contact says how to reach a person, and when one is there.
func (t *turn) contact() string {
	open, opens := t.hours.at(t.localNow(t.brand.Timezone))
	switch {
	case open:
		return t.text("human.open", "hours", t.hours.text(t.lang))
	case opens.IsZero():
		return t.text("human.nobody", "hours", t.hours.text(t.lang))
	}
	return t.text("human.closed", "hours", t.hours.text(t.lang), "opens", t.day(opens))
}

// valued reports a customer whom the brand wants people to answer: a VIP, or
// somebody with a large cart open.
func (t *turn) valued() bool {
	c := &t.c.Customer
	if t.brand.VIP && c.VIP {
		return true
	}
	return t.brand.CartValue > 0 && c.Cart != nil && c.Cart.Total.Amount >= t.brand.CartValue
}

// slotTold remembers that a waiting customer was told so.
const slotTold = "told"

// whileWaiting answers a customer who waits for a person: what can be said
// without a dialogue, else once that they are not forgotten.
func (t *turn) whileWaiting() {
	t.decide("agent.awaited")
	if d := t.desk(); d.Waits.IsZero() && !t.courtesy() {
		d.Waits = t.at()
	}
	switch {
	case t.says(defrauded):
		t.person("fraud", High)
	case t.angry():
		t.person("angry", High)
	}
	switch t.best() {
	case understanding.Thanks, understanding.AutoReply, understanding.Yes, understanding.No:
		return
	case understanding.Safety:
		t.people = false // whatever else it is
		t.say("safety")
		t.person("safety", Urgent)
		return
	case understanding.Legal:
		t.people = false // whatever else it is
		t.person("legal", Urgent)
	case understanding.Privacy:
		t.notice("privacy.requested", "text", cutRunes(t.in.Text, maxSlot))
		t.say("privacy")
		t.person("privacy", High)
		return
	case understanding.OrderStatus:
		if o, ok := t.onlyOrder(); ok {
			t.tellStatus(o)
			return
		}
	case understanding.Points:
		t.tellPoints()
		return
	default:
		if !t.read.Long && !t.angry() && t.answerFAQ() {
			return
		}
	}
	if t.c.Slots[slotTold] == "" {
		t.say("human.waiting")
		t.slot(slotTold, "yes")
	}
}

// agentExpired is the agent timer: nobody came, and the assistant is back. The
// customer reads so, by day, with how else to reach a person.
func (t *turn) agentExpired() {
	t.decide("agent.expired")
	if t.c.State != AwaitingAgent {
		return
	}
	if morning, night := t.morning(); night {
		t.decide("agent.night")
		t.wake(timerAgent, morning, "")
		return
	}
	t.notice("escalation.expired")
	t.endMatter()
	t.slot(slotTold, "")
	t.move(onExpired)
	if !t.maySay(Transactional) || t.c.Address == "" {
		return
	}
	t.out.Messages = append(t.out.Messages, Message{
		Channel: t.c.Channel, Medium: t.c.Medium, To: t.c.Address,
		Text: cutRunes(t.text("human.nobody", "hours", t.hours.text(t.lang)), maxText), Purpose: Transactional, Rule: t.why,
	})
}

// localNow is the time where the zone is, else at the customer's, else the brand's.
func (t *turn) localNow(zone string) time.Time {
	for _, name := range [...]string{zone, t.c.Customer.Timezone, t.brand.Timezone} {
		if l, err := t.zone(name); err == nil {
			return t.now.In(l)
		}
	}
	return t.now.UTC()
}
