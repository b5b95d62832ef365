package conversation

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// floor is several conversations and agents at work on them, with the loads
// counted as the gateway counts them.
type floor struct {
	rt    *rapid.T
	s     *Script
	now   time.Time
	list  []Conversation
	takes map[AgentID]int
	due   []map[string]Timer
}

func (f *floor) load(id AgentID) (n int) {
	for i := range f.list {
		if id != "" && f.list[i].Desk.Holder() == id {
			n++
		}
	}
	return n
}

// step does one thing to a conversation and says whether it was done.
func (f *floor) step(i int, e Event) bool {
	was := f.list[i]
	e.ID, e.Time = EventID(fmt.Sprint("e", i, "-", was.Version)), f.now
	gets := AgentID("")
	if a := e.Act; a != nil {
		switch e.Type {
		case AgentClaimed, AgentReopened, AgentBegan:
			gets = a.Agent
		case AgentTransferred, AgentOffered:
			gets = a.To
		}
		a.Load, a.Capacity = f.load(gets), f.takes[gets]
	}
	before := f.load(gets)
	turn := f.s.Step(was, e, f.now)
	if turn.Refused != nil {
		if !reflect.DeepEqual(turn.Next, was) || len(turn.Messages)+len(turn.Timers)+len(turn.Publish) > 0 {
			f.rt.Fatalf("%s was refused with %s and did %+v", e.Type, turn.Refused.Code, turn)
		}
		return false
	}
	f.list[i] = turn.Next
	for _, name := range turn.Unset {
		delete(f.due[i], name)
	}
	for _, timer := range turn.Timers {
		f.due[i][timer.Name] = timer
	}
	slept := was.Desk != nil && was.Desk.Status == DeskSnoozed && was.Desk.Owner == gets // it was theirs
	if n := f.load(gets); n > before && n > f.takes[gets] && f.takes[gets] > 0 && !slept {
		f.rt.Fatalf("%s: %s has %d, takes %d", e.Type, gets, n, f.takes[gets])
	}
	f.check(e, &was, &turn)
	return true
}

// check is what is always so.
func (f *floor) check(e Event, was *Conversation, turn *Turn) {
	c, d := &turn.Next, &Desk{Status: DeskResolved}
	if c.Desk != nil {
		d = c.Desk
	}
	wrong := func(what string) { f.rt.Fatalf("%s: %s: %s, %+v", e.Type, what, c.State, d) }
	switch c.State.Owner() {
	case Queue:
		if d.Status != DeskQueued || d.Owner != "" || d.Queued.IsZero() {
			wrong("what waits is not in the queue")
		}
	case Agent:
		if d.Owner == "" || d.Status != DeskAssigned && d.Status != DeskSnoozed {
			wrong("nobody has what an agent has")
		}
	default:
		if d.Open() {
			wrong("people have what the assistant has")
		}
	}
	if (d.Offered == "") != d.Hold.IsZero() || d.Offered != "" && d.Status != DeskQueued {
		wrong("an offer without its time or its place")
	}
	if !d.Due.IsZero() && (d.Waits.IsZero() || d.Status == DeskSnoozed || !d.Open()) {
		wrong("an answer is due to who waits for none")
	}
	if d.Open() && d.Began.IsZero() || !d.Open() && !d.ResolveBy.IsZero() {
		wrong("a matter without its beginning, or its end")
	}
	var had, has AgentID
	if was.State == WithAgent {
		had = was.Desk.Owner
	}
	if c.State == WithAgent {
		has = d.Owner
	}
	if had != has && c.Epoch == was.Epoch && has != "" {
		wrong("it changed hands without a fence")
	}
	if a := e.Act; a != nil && had != "" && has != "" && had != has && a.Agent != had && a.From != had && was.Desk.Status != DeskSnoozed {
		wrong("it was taken from " + string(had))
	}
}

// Whatever happens in whatever order: a conversation has one owner, who had room
// for it when they got it, or were held it, and what is due is due to somebody.
func TestNobodySharesAConversationNorGetsMoreThanTheyTake(t *testing.T) {
	s := defaultScript(t)
	kinds := []EventType{
		AgentClaimed, AgentClaimed, AgentOffered, AgentOffered, AgentOffered, AgentDeclined, AgentIdled, AgentTransferred, AgentReturned, AgentResolved,
		AgentReopened, AgentSnoozed, AgentWrote, AgentRecalled, AgentBegan, AgentTagged, AgentUnsubscribed, AgentKept,
	}
	agent := rapid.SampledFrom([]AgentID{"claire", "theo", "zoe", ""})
	words := rapid.SampledFrom(append([]string{"conseiller", "un humain svp", "merci"}, said...))
	rapid.Check(t, func(rt *rapid.T) {
		f := &floor{rt: rt, s: s, now: monday, takes: map[AgentID]int{"claire": 1, "theo": 2, "zoe": 0}}
		for i := range 4 {
			f.list, f.due = append(f.list, Begin("lumen", CustomerID(fmt.Sprint("c", i)))), append(f.due, map[string]Timer{})
		}
		for range rapid.IntRange(10, 60).Draw(rt, "steps") {
			f.now = f.now.Add(time.Duration(rapid.IntRange(1, 900).Draw(rt, "seconds")) * time.Second)
			i := rapid.IntRange(0, len(f.list)-1).Draw(rt, "conversation")
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0, 1:
				e := text("t", words.Draw(rt, "words"))
				e.Message.At = f.now
				f.step(i, e)
			case 2:
				for _, name := range slices.Sorted(maps.Keys(f.due[i])) {
					if timer, still := f.due[i][name]; still && !timer.Due.After(f.now) {
						delete(f.due[i], name)
						f.step(i, Event{Type: TimerDue, Timer: &timer})
					}
				}
			default:
				a := Act{Agent: agent.Draw(rt, "agent"), To: agent.Draw(rt, "to"), From: agent.Draw(rt, "from"), Text: "Bonjour",
					Team: rapid.SampledFrom([]string{"", "retours"}).Draw(rt, "team"), Purpose: Transactional, Message: "m1", Queued: true,
					Channel: "lumen-sms", Medium: SMS, Address: "+33612345678"}
				if rapid.Bool().Draw(rt, "timed") {
					a.Until = f.now.Add(time.Duration(rapid.IntRange(1, 3600).Draw(rt, "until")) * time.Second)
				}
				f.step(i, Event{Type: rapid.SampledFrom(kinds).Draw(rt, "act"), Act: &a})
			}
		}
	})
}
