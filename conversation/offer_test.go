package conversation

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// offering makes an offer that holds for ten minutes from monday.
func offering(to AgentID) Event {
	return act(AgentOffered, "", func(a *Act) { a.To, a.Until = to, monday.Add(10*time.Minute) })
}

func TestAnOfferThatNobodyTakesIsPassedOn(t *testing.T) {
	s := defaultScript(t)
	c := played(s, text("1", "conseiller"))
	step := func(e Event, at time.Duration) Turn {
		turn := s.Step(c, e, monday.Add(at))
		c = turn.Next
		return turn
	}
	due := Event{Type: TimerDue, Timer: &Timer{Name: timerOffer}}
	turn := step(offering("claire"), 2*time.Minute)
	if c.Desk.Offered != "claire" || c.Desk.Holder() != "claire" || c.State != AwaitingAgent {
		t.Fatalf("held for %q, counts for %q, %s", c.Desk.Offered, c.Desk.Holder(), c.State)
	}
	if i := slices.IndexFunc(turn.Timers, func(x Timer) bool { return x.Name == timerOffer }); i < 0 || !turn.Timers[i].Due.Equal(monday.Add(10*time.Minute)) {
		t.Fatalf("timers: %v", turn.Timers)
	}
	step(due, 9*time.Minute)
	if c.Desk.Offered != "claire" {
		t.Error("an offer ended before its time")
	}
	if turn = step(due, 10*time.Minute); c.Desk.Offered != "" || !slices.Equal(c.Desk.Passed, []AgentID{"claire"}) || turn.Publish[0].Type != "offer.lapsed" {
		t.Errorf("after its time: %+v, %v", c.Desk, turn.Publish)
	}
	queued := c.Desk.Queued
	step(later(offering("theo"), 0), 3*time.Minute)
	turn = step(act(AgentDeclined, "theo"), 4*time.Minute)
	if !slices.Equal(c.Desk.Passed, []AgentID{"claire", "theo"}) || !slices.Contains(turn.Unset, timerOffer) || c.Desk.Queued != queued {
		t.Errorf("declined: %+v, unset %v", c.Desk, turn.Unset)
	}
	step(offering("claire"), 5*time.Minute)
	step(act(AgentDeclined, "claire"), 5*time.Minute)
	if !slices.Equal(c.Desk.Passed, []AgentID{"theo", "claire"}) {
		t.Errorf("the newest is not last: %v", c.Desk.Passed)
	}
	for i := range 3 * maxPassed {
		id := AgentID(fmt.Sprint("a", i))
		step(offering(id), 5*time.Minute)
		step(act(AgentDeclined, id), 5*time.Minute)
	}
	if len(c.Desk.Passed) != maxPassed || c.Desk.Passed[maxPassed-1] != AgentID(fmt.Sprint("a", 3*maxPassed-1)) {
		t.Errorf("remembered: %v", c.Desk.Passed)
	}
	step(offering("claire"), 5*time.Minute)
	if step(act(AgentClaimed, "claire"), 6*time.Minute); c.Desk.Offered != "" || c.Desk.Passed != nil || !c.Desk.Hold.IsZero() || c.Desk.Owner != "claire" {
		t.Errorf("claimed: %+v", c.Desk)
	}
}

func TestAnOwnerWhoIsNotThereGivesBack(t *testing.T) {
	s := defaultScript(t)
	c := played(s, text("1", "conseiller"), act(AgentTransferred, "zoe", func(a *Act) { a.Team = "retours" }), act(AgentClaimed, "claire"))
	was := *c.Desk
	turn := s.Step(c, act(AgentIdled, "", func(a *Act) { a.From = "claire" }), monday.Add(time.Hour))
	d := turn.Next.Desk
	if turn.Next.State != AwaitingAgent || d.Status != DeskQueued || d.Owner != "" || d.Last != "claire" || !d.Queued.Equal(monday.Add(time.Hour)) {
		t.Errorf("%s, %+v", turn.Next.State, d)
	}
	if d.Priority != was.Priority || d.Reason != was.Reason || d.Team != "retours" || !d.Waits.Equal(was.Waits) || !d.Began.Equal(was.Began) || d.Began.IsZero() {
		t.Errorf("of %+v became %+v", was, d)
	}
	if !turn.Fence || turn.Cancel != CancelNothing {
		t.Errorf("fence %v, cancels %q", turn.Fence, turn.Cancel)
	}
}

func TestATransferToATeamKeepsAnsweringTexts(t *testing.T) {
	s := defaultScript(t)
	c := played(s, text("1", "ma lampe"), act(AgentTransferred, "zoe", func(a *Act) { a.Team = "retours" }))
	if d := c.Desk; c.State != AwaitingAgent || d.Status != DeskQueued || d.Team != "retours" || d.Reason != "assigned" {
		t.Errorf("%s, %+v", c.State, d)
	}
	if len(c.Burst) > 0 {
		t.Errorf("the assistant still has %v", c.Burst)
	}
}
