package conversation

import (
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// timerAgent wakes the conversation when nobody came.
const timerAgent = "agent"

// How urgent a person is needed.
const (
	priorityNormal = "normal"
	priorityHigh   = "high"
	priorityUrgent = "urgent"
)

// person hands the conversation to people: the customer reads how to reach
// them, the log says why.
func (t *turn) person(reason, priority string) {
	if t.people || t.mute || t.c.State == WithAgent {
		return
	}
	t.people = true
	if t.valued() && priority == priorityNormal {
		priority = priorityHigh
	}
	t.notice("escalation.requested", "reason", reason, "priority", priority)
	if t.c.State == AwaitingAgent {
		return
	}
	t.last = t.contact()
	t.c.Questions = nil
	t.unset(timerQuestion)
	t.unset(timerReminder)
	t.asks = ""
	t.c.Slots, t.owned = nil, true
	t.c.Misses = 0
	t.move(onPerson)
	t.wake(timerAgent, t.now.Add(t.rules.agentWait), "")
}

// contact says how to reach a person, and when one is there.
func (t *turn) contact() string {
	open, opens := t.hours.at(t.localNow(t.brand.Timezone))
	if open {
		return t.text("human.open", "hours", t.hours.text(t.lang))
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
	switch t.best() {
	case understanding.Thanks, understanding.AutoReply, understanding.Yes, understanding.No:
		return
	case understanding.Safety, understanding.Legal:
		t.notice("escalation.requested", "reason", string(t.best()), "priority", priorityUrgent)
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

// agentExpired is the agent timer: nobody came, and the assistant is back.
func (t *turn) agentExpired() {
	t.decide("agent.expired")
	if t.c.State == AwaitingAgent {
		t.notice("escalation.expired")
		t.slot(slotTold, "")
		t.move(onExpired)
	}
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
