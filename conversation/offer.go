package conversation

import (
	"slices"
	"time"
)

// A queued conversation is held for one agent after another: each answers within
// a moment, or it is held for the next.

// timerOffer ends an offer that nobody answered.
const timerOffer = "offer"

const (
	maxOffer  = time.Hour // longest that a conversation is held for one agent
	maxPassed = 20        // agents who did not take it that are remembered
)

// systemActs are what the desk itself does, in no agent's name.
var systemActs = map[EventType]bool{AgentOffered: true, AgentIdled: true}

// reserved is whom it is held for now, "" for nobody.
func (d *Desk) reserved(now time.Time) AgentID {
	if d == nil || !now.Before(d.Hold) {
		return ""
	}
	return d.Offered
}

// full reports an agent who would get it and has no room; what they hold of it
// already is not counted twice.
func (t *turn) full(a *Act, who AgentID) bool {
	load := a.Load
	if t.c.Desk.Holder() == who {
		load--
	}
	return a.Capacity > 0 && load >= a.Capacity
}

// offered holds a queued conversation for an agent.
func (t *turn) offered(a *Act) *Refused {
	d := t.c.Desk
	switch owner := t.owner(); {
	case owner != "":
		return &Refused{Code: RefusedOwned, Owner: owner}
	case t.c.State != AwaitingAgent || d == nil || d.Status != DeskQueued, a.To == "", !a.Until.After(t.now):
		return refuse(RefusedNothing)
	case d.reserved(t.now) != "":
		return &Refused{Code: RefusedReserved, Owner: d.Offered}
	case t.full(a, a.To):
		return refuse(RefusedFull)
	}
	t.passOn() // an offer whose time is over, and whose timer has not come yet
	d = t.desk()
	d.Offered, d.Hold = a.To, a.Until
	if latest := t.now.Add(maxOffer); d.Hold.After(latest) {
		d.Hold = latest
	}
	t.wake(timerOffer, d.Hold, "")
	return nil
}

// declined lets an offer go.
func (t *turn) declined(a *Act) *Refused {
	if d := t.c.Desk; d == nil || d.Offered != a.Agent {
		return refuse(RefusedNothing)
	}
	t.passOn()
	return nil
}

// offerDue is the offer timer: who it was held for did not answer.
func (t *turn) offerDue() {
	t.decide("offer.due")
	if d := t.c.Desk; d == nil || d.Offered == "" || t.now.Before(d.Hold) {
		return
	}
	t.notice("offer.lapsed", "agent", string(t.c.Desk.Offered))
	t.passOn()
}

// passOn ends an offer that was not taken: whom it was held for goes last.
func (t *turn) passOn() {
	if t.c.Desk == nil || t.c.Desk.Offered == "" {
		return
	}
	d := t.desk()
	who := d.Offered
	passed := slices.DeleteFunc(slices.Clone(d.Passed), func(id AgentID) bool { return id == who })
	passed = append(passed, who)
	t.unoffer()
	d.Passed = passed[max(0, len(passed)-maxPassed):]
}

// unoffer forgets whom it was held for, and who did not take it.
func (t *turn) unoffer() {
	d := t.desk()
	if d.Offered != "" {
		t.unset(timerOffer)
	}
	d.Offered, d.Hold, d.Passed = "", time.Time{}, nil
}

// idled takes a conversation from an owner who is not at it, and whose customer
// waits: it goes back to the queue as urgent as it was.
func (t *turn) idled(a *Act) *Refused {
	d := t.c.Desk
	switch owner := t.owner(); {
	case owner == "" || owner != a.From:
		return &Refused{Code: RefusedNotOwner, Owner: owner}
	case d.Status != DeskAssigned || d.Waits.IsZero():
		return refuse(RefusedNothing)
	}
	t.requeue(d.Team)
	t.desk().Last = a.From
	return nil
}

// requeue puts what an agent has, or what the queue holds, into a team's queue;
// "" is everybody's.
func (t *turn) requeue(team string) {
	d := t.desk()
	t.unoffer()
	d.Team = team
	if t.c.State == AwaitingAgent {
		return // as old as it is
	}
	d.Status, d.Owner, d.Last = DeskQueued, "", ""
	d.Until, d.Queued = time.Time{}, t.now
	t.unset(timerSnooze)
	if t.c.State != WithAgent {
		t.leaveBurst()
		t.withdrawQuestions()
	}
	t.move(onPerson)
	t.awaits()
	t.fence(CancelNothing)
	t.stillDoubted()
}
