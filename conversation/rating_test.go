package conversation

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// helped is a conversation that an agent wrote in and resolved, at monday plus
// a few minutes, with the turn that resolved it.
func helped(t *testing.T, s *Script, hour int, change ...func(*Conversation)) (Turn, time.Time) {
	t.Helper()
	now := monday.Truncate(24 * time.Hour).Add(time.Duration(hour) * time.Hour)
	c := s.Step(Begin("lumen", "c1"), at(text("1", "je veux parler à un conseiller"), now), now).Next
	for _, e := range []Event{act(AgentClaimed, "claire"), act(AgentWrote, "claire", func(a *Act) { a.Text = "Bonjour" })} {
		turn := s.Step(c, e, now)
		if turn.Refused != nil {
			t.Fatal(turn.Refused.Code)
		}
		c = turn.Next
	}
	for _, f := range change {
		f(&c)
	}
	return s.Step(c, act(AgentResolved, "claire"), now), now
}

func ring(turn Turn, name string) (Event, bool) {
	i := slices.IndexFunc(turn.Timers, func(x Timer) bool { return x.Name == name })
	if i < 0 {
		return Event{}, false
	}
	return Event{ID: "t", Type: TimerDue, Time: turn.Timers[i].Due, Timer: &turn.Timers[i]}, true
}

func TestWhoWasHelpedIsAskedForAMarkOnce(t *testing.T) {
	s := defaultScript(t)
	for _, c := range []struct {
		answer string
		mark   int
		low    bool
	}{{"5", 5, false}, {"4 très bien", 4, false}, {"3", 3, false}, {"2", 2, true}, {"1", 1, true}, {"excellent", 5, false}, {"9", 0, false}, {"horrible", 1, true}} {
		turn, now := helped(t, s, 9)
		e, set := ring(turn, timerRating)
		if !set || !e.Time.Equal(now.Add(10*time.Minute)) {
			t.Fatalf("timers %+v", turn.Timers)
		}
		asked := s.Step(turn.Next, e, e.Time)
		if asked.Next.State != Rating || len(asked.Messages) != 1 || asked.Messages[0].Purpose != Transactional || asked.Messages[0].Asks == "" {
			t.Fatalf("state %s, said %+v", asked.Next.State, asked.Messages)
		}
		given := s.Step(asked.Next, at(text("2", c.answer), e.Time.Add(time.Minute)), e.Time.Add(time.Minute))
		if given.Next.Desk.Rating != c.mark {
			t.Errorf("%q is %d, want %d", c.answer, given.Next.Desk.Rating, c.mark)
			continue
		}
		var types []string
		for _, n := range given.Publish {
			types = append(types, n.Type)
			if n.Data["agent"] != "claire" || n.Data["rating"] == "" {
				t.Errorf("%q: %+v", c.answer, n)
			}
		}
		if c.mark > 0 && (given.Next.State != Idle || !slices.Contains(types, "rating.given")) || slices.Contains(types, "rating.low") != c.low {
			t.Errorf("%q: state %s, published %v", c.answer, given.Next.State, types)
		}
		if c.mark > 0 && len(given.Next.Questions) > 0 {
			t.Errorf("%q: something more is asked: %+v", c.answer, given.Next.Questions)
		}
	}
}

func TestWhoIsNotAskedForAMark(t *testing.T) {
	s := defaultScript(t)
	silent := defaultScript(t)
	silent.rules.rating = false
	if turn, _ := helped(t, silent, 9); slices.ContainsFunc(turn.Timers, func(x Timer) bool { return x.Name == timerRating }) {
		t.Error("the script says never, and a timer is set")
	}
	if turn, _ := helped(t, s, 9, func(c *Conversation) { d := *c.Desk; d.Answered = time.Time{}; c.Desk = &d }); len(turn.Timers) > 0 {
		t.Errorf("nobody wrote: %+v", turn.Timers)
	}
	for _, c := range []struct {
		name   string
		change func(*Conversation)
	}{
		{"who stopped everything", func(c *Conversation) { c.Customer.Silenced = true }},
		{"who may have stopped", func(c *Conversation) { c.Customer.Suspended = true }},
		{"who wants nothing about orders", func(c *Conversation) {
			c.Customer.Consents = []Standing{{Medium: SMS, Purpose: Transactional, State: Withdrawn, At: monday}}
		}},
		{"who is not the customer", func(c *Conversation) { c.Customer.Detached = true }},
		{"who cannot be reached", func(c *Conversation) { c.Customer.Invalid = []Medium{SMS} }},
		{"who waits again", func(c *Conversation) {
			d := *c.Desk
			d.Status, c.Desk, c.State = DeskQueued, &d, AwaitingAgent
		}},
		{"who is being asked something", func(c *Conversation) { c.State = AskingPreference }},
		{"whose matter was reopened and closed again", func(c *Conversation) {
			d := *c.Desk
			d.Closed = d.Closed.Add(time.Minute)
			c.Desk = &d
		}},
		{"who misses a parcel", func(c *Conversation) {
			c.Customer.Orders = []Order{{ID: "o1", Status: "delivery_missed", Changed: monday}}
		}},
		{"who waits for their money", func(c *Conversation) { c.Customer.Returns = []Return{{ID: "r1", Status: "received", Changed: monday}} }},
		{"whose day on WhatsApp is over", func(c *Conversation) { c.Medium = WhatsApp; c.WroteAt = monday.Add(-48 * time.Hour) }},
	} {
		turn, _ := helped(t, s, 9)
		e, _ := ring(turn, timerRating)
		next := turn.Next
		c.change(&next)
		if after := s.Step(next, e, e.Time); len(after.Messages) > 0 || after.Next.State == Rating {
			t.Errorf("%s is asked: %+v", c.name, after.Messages)
		}
	}
}

func TestAMarkIsAskedForByDay(t *testing.T) {
	s := defaultScript(t)
	turn, _ := helped(t, s, 20) // 21 h in Paris
	e, _ := ring(turn, timerRating)
	night := s.Step(turn.Next, e, e.Time)
	morning, set := ring(night, timerRating)
	if len(night.Messages) > 0 || !set {
		t.Fatalf("at night: %+v", night)
	}
	if paris, _ := s.zone("Europe/Paris"); morning.Time.In(paris).Hour() != 9 {
		t.Errorf("next at %s", morning.Time)
	}
	if asked := s.Step(night.Next, morning, morning.Time); asked.Next.State != Rating {
		t.Errorf("in the morning: %+v", asked)
	}
}

// STOP and a new question come before the mark.
func TestAMarkThatIsAskedForHoldsNothingUp(t *testing.T) {
	s := defaultScript(t)
	turn, _ := helped(t, s, 9)
	e, _ := ring(turn, timerRating)
	asked := s.Step(turn.Next, e, e.Time).Next
	if stopped := s.Step(asked, text("2", "STOP"), e.Time); !stopped.Next.Customer.Silenced || stopped.Next.State != Idle {
		t.Errorf("STOP to a text that nobody asked for: %+v", stopped.Next)
	}
	if other := s.Step(asked, text("2", "vos horaires ?"), e.Time); !strings.Contains(other.Messages[0].Text, "9 h") || other.Next.Desk.Rating != 0 {
		t.Errorf("said %+v", other.Messages)
	}
	if person := s.Step(asked, text("2", "je veux parler à un conseiller"), e.Time); person.Next.State != AwaitingAgent || person.Next.Desk.Last != "claire" {
		t.Errorf("%+v", person.Next.Desk)
	}
	if parcels := s.Step(asked, text("2", "où sont mes 2 colis de la semaine dernière ?"), e.Time); parcels.Next.Desk.Rating != 0 {
		t.Error("two parcels are taken for a mark")
	}
}
