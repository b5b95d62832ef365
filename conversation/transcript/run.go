package transcript

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
)

// Run plays a transcript through a script and returns it as it would have been:
// the same inputs, and what the script makes of each. A transcript passes when
// that is the file itself.
func Run(script *conversation.Script, text string) (string, error) {
	t, err := Parse(text)
	if err != nil {
		return "", err
	}
	r, err := newRunner(script, t)
	if err != nil {
		return "", err
	}
	for _, l := range t.Lines {
		if l.Who == "" {
			r.out.WriteString(l.Comment + "\n")
			continue
		}
		if err := r.play(l); err != nil {
			return "", &Problem{l.Number, err.Error()}
		}
	}
	return r.out.String(), nil
}

// A runner is the small world of one transcript: a clock, the timers, and one
// conversation.
type runner struct {
	script  *conversation.Script
	c       conversation.Conversation
	zone    *time.Location
	now     time.Time
	timers  []conversation.Timer
	channel conversation.ChannelID
	medium  conversation.Medium
	address conversation.Address
	count   int      // events so far
	asked   []string // questions, in the order they were asked
	job     string   // the last job asked of the shop
	width   int      // of the column of names
	live    *conversation.Live
	sent    map[string]conversation.Delivery // how the newest message of each prompt stands
	explain string                           // the language in which the desk's explanations are printed; "": they are not
	out     strings.Builder
}

// defaultDate is a Tuesday: people are at work.
const defaultDate = "2026-11-24"

func newRunner(script *conversation.Script, t *Transcript) (*runner, error) {
	brand := script.Brand()
	brand.Burst = 0
	r := &runner{medium: conversation.SMS, address: "+33612345678", sent: map[string]conversation.Delivery{}}
	date := defaultDate
	for _, s := range t.Set {
		bad := func(want string) error {
			return &Problem{s.Line, fmt.Sprintf("%s: %q is not %s", s.Name, s.Value, want)}
		}
		switch s.Name {
		case "date":
			if _, err := time.Parse(time.DateOnly, s.Value); err != nil {
				return nil, bad("a date such as 2026-11-24")
			}
			date = s.Value
		case "burst":
			d, err := time.ParseDuration(s.Value)
			if err != nil || d < 0 || d > time.Minute {
				return nil, bad("a duration such as 3s")
			}
			brand.Burst = d
		case "medium":
			if r.medium = conversation.Medium(s.Value); r.medium != conversation.SMS && r.medium != conversation.WhatsApp {
				return nil, bad("sms or whatsapp")
			}
		case "country":
			brand.Country = s.Value
		case "double_opt_in":
			brand.DoubleOpt = s.Value == "true"
		case "prefer":
			for _, m := range strings.Split(s.Value, ",") {
				brand.Prefer = append(brand.Prefer, conversation.Medium(strings.TrimSpace(m)))
			}
		case "fallback":
			d, err := time.ParseDuration(s.Value)
			if err != nil || d < 0 || d > 24*time.Hour {
				return nil, bad("a duration such as 30m")
			}
			brand.Fallback = d
		case "events":
			brand.Events = s.Value == "true"
		case "explain":
			r.explain = s.Value
		case "pictures":
			brand.Pictures = []conversation.Medium{conversation.Medium(s.Value)}
		}
	}
	r.channel = channelOf(string(r.medium))
	var err error
	r.script = script
	if !reflect.DeepEqual(brand, script.Brand()) {
		if r.script, err = script.For(brand); err != nil {
			return nil, fmt.Errorf("set the brand: %w", err)
		}
	}
	if r.zone, err = time.LoadLocation(brand.Timezone); err != nil {
		return nil, fmt.Errorf("set the clock: %w", err)
	}
	if r.now, err = time.ParseInLocation(time.DateOnly, date, r.zone); err != nil {
		return nil, fmt.Errorf("set the clock: %w", err)
	}
	r.c = conversation.Begin(brand.ID, "c1")
	r.width = len([]rune(brand.Name))
	for _, l := range t.Lines {
		r.width = max(r.width, len([]rune(l.Who)))
	}
	r.width = max(r.width, 6)
	for _, h := range t.Head {
		r.out.WriteString(h + "\n")
	}
	for _, s := range t.Set {
		r.out.WriteString(s.Name + ": " + s.Value + "\n")
	}
	return r, nil
}

// play lets the time of a line come, and then what it says.
func (r *runner) play(l Line) error {
	due, err := r.moment(l.When)
	if err != nil {
		return err
	}
	r.passTo(due)
	r.out.WriteString(strings.TrimRight(fmt.Sprintf("%-5s %-*s %s %s", l.When, r.width, l.Who, sign(l), l.Text), " ") + "\n")
	switch l.Who {
	case clock:
		return nil
	case live:
		return r.looks(l.Text)
	case carrier:
		if text, reports := strings.CutPrefix(l.Text, "reports "); reports {
			return r.reports(text)
		}
	}
	var e conversation.Event
	switch {
	case l.Customer:
		e, err = r.message(l.Text)
	case strings.HasPrefix(l.Who, "@"):
		e, err = r.act(l)
	default:
		e, err = r.event(l.Text)
	}
	if err != nil {
		return err
	}
	r.step(e)
	return nil
}

func sign(l Line) string {
	if l.Customer || l.Agent {
		return ">"
	}
	return "."
}

// moment reads a time: of the day that it is, or after the line before.
func (r *runner) moment(when string) (time.Time, error) {
	if strings.HasPrefix(when, "+") {
		d, err := after(when)
		if err != nil {
			return time.Time{}, err
		}
		return r.now.Add(d), nil
	}
	clock, err := time.Parse("15:04", when)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time", when)
	}
	at := time.Date(r.now.Year(), r.now.Month(), r.now.Day(), clock.Hour(), clock.Minute(), 0, 0, r.zone)
	if at.Before(r.now.Truncate(time.Minute)) {
		return time.Time{}, fmt.Errorf("%s is before %s: write +1d for the next day", when, r.now.Format("15:04"))
	}
	if at.Before(r.now) {
		at = r.now
	}
	return at, nil
}

// maxTimers stops a script that would wake itself for ever.
const maxTimers = 1000

// passTo lets time pass, with every timer that becomes due.
func (r *runner) passTo(due time.Time) {
	for range maxTimers {
		next := -1
		for i, timer := range r.timers {
			if !timer.Due.After(due) && (next < 0 || timer.Due.Before(r.timers[next].Due)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		timer := r.timers[next]
		r.timers = slices.Delete(r.timers, next, next+1)
		if timer.Due.After(r.now) {
			r.now = timer.Due.In(r.zone)
		}
		r.step(conversation.Event{Type: conversation.TimerDue, Time: r.now, Timer: &timer, Delivery: r.asks(&timer)})
	}
	r.now = due
}

// step runs one event and prints its effects.
func (r *runner) step(e conversation.Event) {
	r.count++
	e.ID = conversation.EventID(fmt.Sprintf("e%d", r.count))
	if e.Type == conversation.MessageReceived || e.Type == conversation.TimerDue {
		e.Live = r.live
	}
	turn := r.script.Step(r.c, e, r.now)
	was := r.c.Desk
	r.c = turn.Next
	r.timers = slices.DeleteFunc(r.timers, func(t conversation.Timer) bool {
		return slices.Contains(turn.Unset, t.Name) || slices.ContainsFunc(turn.Timers, func(s conversation.Timer) bool { return s.Name == t.Name })
	})
	r.timers = append(r.timers, turn.Timers...)
	for _, m := range turn.Messages {
		if m.Asks != "" {
			r.asked = append(r.asked, m.Asks)
		}
		r.said(m)
	}
	for _, j := range turn.Jobs {
		r.job = j.ID
	}
	r.print(e, turn, was)
}
