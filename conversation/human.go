package conversation

import (
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// timerAgent wakes the conversation when nobody came.
const timerAgent = "agent"

// comesBack is how long a resolved matter stays its agent's: who asks for a
// person again within it gets the same one.
const comesBack = 72 * time.Hour

// queue puts the conversation into the queue, with what the rule looked at.
func (t *turn) queue(r *escalationRule, priority Priority) {
	d := t.desk()
	next := Desk{Status: DeskQueued, Priority: priority, Reason: r.reason, Queued: t.now, Tags: d.Tags, Wrote: d.Wrote}
	if t.in != nil {
		next.Waits = t.at()
	}
	if !d.Closed.IsZero() && t.now.Sub(d.Closed) <= comesBack {
		next.Last = d.Last
	}
	*d = next
	d.Inputs = t.explain(r)
	t.beginMatter()
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

// valued reports a customer whom the brand wants people to answer: a VIP, or
// somebody with a large cart open.
func (t *turn) valued() bool {
	c := &t.c.Customer
	if t.brand.VIP && c.VIP {
		return true
	}
	return t.brand.CartValue > 0 && c.Cart != nil && c.Cart.Total.Amount >= t.brand.CartValue
}

// What a waiting customer was told, and when: that a person comes, and an
// answer to something that they asked meanwhile.
const (
	slotTold    = "told"
	slotHelped  = "helped"
	thanksAfter = 10 * time.Minute // a "merci" sooner than this thanks for the handover
	maxSettled  = 8                // words: more say something else, too
)

// whileWaiting answers a customer who waits for a person: what can be said
// without a dialogue, else that they are not forgotten. Who has their answer
// leaves the queue; nobody waits for what they do not need any more.
func (t *turn) whileWaiting() {
	t.decide("agent.awaited")
	t.looked = true
	if t.settled() {
		t.leaveQueue()
		return
	}
	if !t.courtesy() {
		t.waitsSince(t.at())
	}
	best := t.best()
	switch best {
	case understanding.Thanks, understanding.AutoReply, understanding.Yes, understanding.No:
		return
	}
	answered := false
	switch {
	case t.angry() || t.read.Long:
	case best == understanding.Privacy:
		t.privacy()
	case best == understanding.OrderStatus:
		if o, ok := t.onlyOrder(); ok {
			t.tellStatus(o)
			answered = true
		}
	case best == understanding.Points:
		t.tellPoints()
		answered = true
	default:
		answered = t.answerFAQ()
	}
	t.conclude()
	switch {
	case answered && t.answersIt():
		t.leaveQueue()
	case answered:
		t.slot(slotHelped, "yes")
	case len(t.said) == 0:
		t.stillWaiting()
	}
}

// stillWaiting says that nobody is forgotten, and how long it takes by now.
func (t *turn) stillWaiting() {
	last, err := time.Parse(time.RFC3339, t.c.Slots[slotTold])
	if err == nil && t.now.Sub(last) < tellAgain {
		return
	}
	t.slot(slotTold, t.now.UTC().Format(time.RFC3339))
	opens := ""
	if open, next := t.hours.at(t.localNow(t.brand.Timezone)); !open {
		opens = t.day(next)
	}
	t.tellLater() // the next update counts from this word
	t.say("human.waiting", "opens", opens, "wait", t.sayWait(t.waitNow()))
}

// nobodyNeeded are words for a person that ask for none.
var nobodyNeeded = newPhrases(
	"plus besoin d'un conseiller", "plus besoin de conseiller", "plus besoin d'une personne",
	"no longer need an agent", "no longer need anyone", "no longer need to talk",
)

// settled reports a text of somebody who needs nobody any more: "c'est bon",
// and a "merci" that is for an answer and not for the handover.
func (t *turn) settled() bool {
	d := t.desk()
	r := t.ruleAt(d)
	if d.given() || r == nil || t.angry() || r.stays && !r.wished() {
		return false // danger, law, money and data are not settled by a word
	}
	if len(t.read.Words) <= maxSettled && (t.asksNothing() || t.is(understanding.Thanks) || t.says(nobodyNeeded)) && t.says(t.escalation.list(listSettled)) {
		return true
	}
	return t.best() == understanding.Thanks && t.courtesy() && (t.c.Slots[slotHelped] != "" || t.now.Sub(d.Queued) >= thanksAfter)
}

// answersIt reports that an answer settles what the customer waits for: nobody
// had it yet, it is nothing that only a person settles, and no new trouble.
func (t *turn) answersIt() bool {
	d := t.desk()
	r := t.ruleAt(d)
	return !t.people && !d.given() && r != nil && !r.stays && !t.troubled()
}

// given reports that an agent had it and gave it to the queue.
func (d *Desk) given() bool { return !d.Answered.IsZero() || d.Team != "" }

// leaveQueue takes who has their answer out of the queue, and says how to ask again.
func (t *turn) leaveQueue() {
	d := t.desk()
	t.people = true // who has just left is not handed over again by the same words
	t.decide("agent.answered")
	t.notice("escalation.answered", "reason", d.Reason)
	t.endMatter()
	t.slot(slotTold, "")
	t.slot(slotHelped, "")
	t.unset(timerAgent)
	t.unset(timerWait)
	t.move(onAnswered)
	t.last = t.text("human.left")
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
	t.slot(slotHelped, "")
	t.unset(timerWait)
	t.move(onExpired)
	if !t.mayTell() {
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
