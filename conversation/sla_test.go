package conversation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func paris(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestOnlyHoursWithSomebodyThereCount(t *testing.T) {
	h := &defaultScript(t).hours // Monday to Friday 9 to 18, Saturday 10 to 17
	zone := paris(t)
	for _, c := range []struct {
		from string
		took time.Duration
		want string
	}{
		{"2026-11-23 09:41", 5 * time.Minute, "2026-11-23 09:46"},
		{"2026-11-23 09:41", 0, "2026-11-23 09:41"},
		{"2026-11-23 07:00", 5 * time.Minute, "2026-11-23 09:05"},            // before they come
		{"2026-11-23 17:58", 5 * time.Minute, "2026-11-24 09:03"},            // over a night
		{"2026-11-23 18:00", 5 * time.Minute, "2026-11-24 09:05"},            // as they leave
		{"2026-11-28 16:57", 5 * time.Minute, "2026-11-30 09:02"},            // over a Sunday
		{"2026-12-24 17:58", 5 * time.Minute, "2026-12-26 10:03"},            // over Christmas
		{"2026-11-23 09:00", 24 * time.Hour, "2026-11-25 15:00"},             // two days and six hours
		{"2026-03-27 17:00", 24 * time.Hour, "2026-03-31 16:00"},             // the clock goes forward in between
		{"2026-11-23 09:00", 52 * time.Hour, "2026-11-28 17:00"},             // to the last minute of a week
		{"2026-11-23 09:00", 52*time.Hour + time.Minute, "2026-11-30 09:01"}, // and one more
	} {
		from, err := time.ParseInLocation("2006-01-02 15:04", c.from, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.after(from, c.took).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s after %s: %s, want %s", c.took, c.from, got, c.want)
		}
	}
	if got := (&hours{}).after(monday, time.Minute); !got.IsZero() {
		t.Errorf("where nobody ever is, an answer is due %s", got)
	}
}

// Time in opening hours adds up: to wait twice is to wait for the sum.
func TestOpeningTimeAddsUp(t *testing.T) {
	h, zone := &defaultScript(t).hours, paris(t)
	rapid.Check(t, func(rt *rapid.T) {
		from := monday.In(zone).Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(rt, "from")) * time.Minute)
		a, b := time.Duration(rapid.IntRange(1, 3000).Draw(rt, "a"))*time.Minute, time.Duration(rapid.IntRange(1, 3000).Draw(rt, "b"))*time.Minute
		if two, one := h.after(h.after(from, a), b), h.after(from, a+b); !two.Equal(one) {
			rt.Fatalf("from %s, %s and then %s: %s, at once %s", from, a, b, two, one)
		}
	})
}

func TestAnAnswerIsDue(t *testing.T) {
	s := defaultScript(t)
	at := func(minutes int) time.Time { return monday.Add(time.Duration(minutes) * time.Minute) }
	c := Begin("lumen", "c1")
	step := func(minutes int, e Event) Turn {
		e.Time = at(minutes)
		if e.Message != nil {
			e.Message.At = e.Time
		}
		turn := s.Step(c, e, at(minutes))
		c = turn.Next
		return turn
	}
	due := func(what string, want time.Time) {
		t.Helper()
		if !c.Desk.Due.Equal(want) {
			t.Errorf("%s: due %s, want %s", what, c.Desk.Due, want)
		}
	}
	timer := func(turn Turn, name string) time.Time {
		for _, x := range turn.Timers {
			if x.Name == name {
				return x.Due
			}
		}
		return time.Time{}
	}
	turn := step(0, text("1", "conseiller"))
	due("asked for a person", at(5))
	if !timer(turn, timerAnswerSoon).Equal(at(4)) || !timer(turn, timerAnswerLate).Equal(at(5)) || timer(turn, timerResolveLate).IsZero() || c.Desk.ResolveBy.IsZero() {
		t.Errorf("timers %v, to resolve by %s", turn.Timers, c.Desk.ResolveBy)
	}
	step(1, text("2", "allô ?"))
	due("asked again", at(5))
	step(2, act(AgentClaimed, "claire"))
	step(2, act(AgentTransferred, "claire", func(a *Act) { a.To = "theo" }))
	due("passed on", at(5))
	if turn = step(3, act(AgentWrote, "theo", func(a *Act) { a.Text = "Bonjour" })); !slices.Contains(turn.Unset, timerAnswerSoon) || !slices.Contains(turn.Unset, timerAnswerLate) {
		t.Errorf("an answer leaves its timers: unset %v", turn.Unset)
	}
	due("answered", time.Time{})
	step(4, text("3", "merci"))
	due("thanked", time.Time{})
	step(5, text("4", "et ma facture ?"))
	due("asked the next", at(15))
	step(6, act(AgentSnoozed, "theo"))
	due("put off", time.Time{})
	step(7, text("5", "hello ?"))
	due("wrote to who put it off", at(17))
	if turn = step(13, Event{Type: TimerDue, Timer: &Timer{Name: timerAnswerSoon}}); len(turn.Publish) != 1 || turn.Publish[0].Type != "sla.warning" || turn.Publish[0].Data["what"] != "answer" {
		t.Errorf("warned: %v", turn.Publish)
	}
	if turn = step(17, Event{Type: TimerDue, Timer: &Timer{Name: timerAnswerLate}}); len(turn.Publish) != 1 || turn.Publish[0].Type != "sla.breached" || c.Desk.Breached != 1 {
		t.Errorf("late: %v, %d times", turn.Publish, c.Desk.Breached)
	}
	step(18, act(AgentWrote, "theo", func(a *Act) { a.Text = "La voici" }))
	step(18, act(AgentRecalled, "theo", func(a *Act) { a.Message, a.Queued = "m1", true }))
	due("took it back", at(15)) // of what was asked first
	if !c.Desk.Waits.Equal(at(5)) || c.Desk.Breached != 1 {
		t.Errorf("waits since %s, late %d times", c.Desk.Waits, c.Desk.Breached)
	}
	step(19, act(AgentResolved, "theo"))
	due("resolved", time.Time{})
	if !c.Desk.ResolveBy.IsZero() {
		t.Errorf("to resolve by %s", c.Desk.ResolveBy)
	}
	if turn = step(30, Event{Type: TimerDue, Timer: &Timer{Name: timerResolveLate}}); len(turn.Publish) > 0 {
		t.Errorf("what is resolved is late: %v", turn.Publish)
	}
}

func TestAFirstAnswerTakenBackIsNone(t *testing.T) {
	s := defaultScript(t)
	c := played(s, text("1", "conseiller"), act(AgentClaimed, "claire"), act(AgentWrote, "claire", func(a *Act) { a.Text = "Bonjour" }),
		act(AgentRecalled, "claire", func(a *Act) { a.Message, a.Queued = "m1", true }))
	if d := c.Desk; !d.Answered.IsZero() || d.Waits.IsZero() || !d.Due.Equal(monday.Add(5*time.Minute)) {
		t.Errorf("%+v", d)
	}
}

func TestWhatIsWrittenInTimeAndLeavesTooLateIsLate(t *testing.T) {
	s := defaultScript(t)
	c := played(s, text("1", "conseiller"), act(AgentClaimed, "claire"))
	turn := s.Step(c, act(AgentWrote, "claire", func(a *Act) { a.Text, a.After = "Bonjour", monday.Add(time.Hour) }), monday.Add(2*time.Minute))
	if d := turn.Next.Desk; d.Breached != 1 || !d.Answered.Equal(monday.Add(time.Hour)) || turn.Publish[0].Type != "sla.breached" || !turn.Messages[0].After.Equal(monday.Add(time.Hour)) {
		t.Errorf("%+v, %v", d, turn.Publish)
	}
}

func TestATextThatComesTooLateForItsAnswerIsCounted(t *testing.T) {
	s := defaultScript(t)
	if d := s.Step(Begin("lumen", "c1"), text("1", "conseiller"), monday.Add(time.Hour)).Next.Desk; d.Breached != 1 {
		t.Errorf("%+v", d)
	}
}

func TestAServiceLevelIsChecked(t *testing.T) {
	for _, c := range []struct{ sla, want string }{
		{"{first_answer: 0s, next_answer: 0s, resolution: 30d}", ""},
		{"{resolution: 31d}", "rules.sla.resolution: is above 30d"},
		{"{first: 5m}", `unknown field`},
	} {
		var found Problems
		n, ok := parseYAML("rules.yaml", []byte("rules: {sla: "+c.sla+"}"), &found)
		if !ok {
			t.Fatal(found)
		}
		r := parseRules(n.fields("rules")["rules"])
		if got := fmt.Sprint(found); c.want == "" && len(found) > 0 || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.sla, got, c.want)
		}
		if c.want == "" && (r.sla.firstAnswer != 0 || r.sla.resolution != 30*24*time.Hour) {
			t.Errorf("%s is %+v", c.sla, r.sla)
		}
	}
}
