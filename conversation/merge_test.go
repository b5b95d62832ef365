package conversation

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What goes together is read as one text.
func TestAMergedTextIsOneText(t *testing.T) {
	s := defaultScript(t)
	night := time.Date(2026, 11, 24, 21, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		ask  []Event
		want string
		into map[string]string
	}{
		{"two offers have one sender and one way out", []Event{request("p1"), request("p2", func(p *Prompt) { p.Template = "reorder_reminder" })},
			"Lumen : Vase p1 est de retour : https://lumen.example/p1\nPlus beaucoup de Vase p2 ? STOP pour ne plus recevoir d'offres.", map[string]string{"p2": "p1"}},
		{"one offer twice is made once, as it was made last", []Event{request("p1"), request("p2")},
			"Lumen : Vase p2 est de retour : https://lumen.example/p2 STOP pour ne plus recevoir d'offres.", map[string]string{"p2": "p1"}},
		{"two incentives are not", []Event{request("p1", func(p *Prompt) { p.Incentive = true }), request("p2", func(p *Prompt) { p.Incentive, p.Template = true, "reorder_reminder" })},
			"Lumen : Vase p1 est de retour : https://lumen.example/p1 STOP pour ne plus recevoir d'offres.", nil},
		{"where nobody can answer the sender, the way out is the one that works", []Event{request("p1", muted), request("p2", muted, func(p *Prompt) { p.Template = "reorder_reminder" })},
			"Lumen : Vase p1 est de retour : https://lumen.example/p1\nPlus beaucoup de Vase p2 ? STOP au 36105.", map[string]string{"p2": "p1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			conversation := willing(0)
			var last time.Time
			for _, e := range c.ask {
				turn := s.Step(conversation, e, night)
				conversation = turn.Next
				for _, timer := range turn.Timers {
					last = latest(last, timer.Due)
				}
			}
			turn := s.Step(conversation, Event{Type: TimerDue, Time: last, Timer: &Timer{Name: timerPrompts, Due: last}}, last.Add(3*time.Hour))
			if len(turn.Messages) != 1 || turn.Messages[0].Text != c.want || strings.Count(turn.Messages[0].Text, "STOP") != 1 {
				t.Fatalf("says %+v, want %q", turn.Messages, c.want)
			}
			into := map[string]string{}
			for _, p := range turn.Prompts {
				if p.Status == PromptMerged {
					into[p.ID] = p.Into
				}
			}
			if fmt.Sprint(into) != fmt.Sprint(c.into) && len(into)+len(c.into) > 0 {
				t.Errorf("merged %v, want %v", into, c.into)
			}
		})
	}
}

func muted(p *Prompt) {
	p.Routes = []Route{{Channel: "lumen-name", Medium: SMS, Mute: true, StopAt: "36105"}}
}
