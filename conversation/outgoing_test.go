package conversation

import "testing"

// A brand whose shop does not listen leaves no job, and what the shop said is not
// told back to it.
func TestTheShopHearsWhatItDidNotSay(t *testing.T) {
	for _, c := range []struct {
		name   string
		listen bool
		event  Event
		jobs   int
	}{
		{"a STOP", true, text("1", "STOP"), 1},
		{"a STOP, and nobody listens", false, text("1", "STOP"), 0},
		{"what the shop said itself", true, Event{ID: "e", Type: ConsentRecorded, Time: noon, Consent: &Consent{Medium: SMS, Purpose: Marketing, State: Withdrawn, Source: "shop", At: noon}}, 0},
		{"a click", true, Event{ID: "e", Type: LinkClicked, Time: noon, Click: &Click{Code: "k", URL: "https://lumen.example"}}, 1},
		{"a greeting", true, text("1", "bonjour"), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := defaultScript(t, func(b *BrandInfo) { b.Events = c.listen })
			turn := s.Step(willing(0), c.event, noon)
			if len(turn.Jobs) != c.jobs {
				t.Fatalf("%d jobs, want %d", len(turn.Jobs), c.jobs)
			}
			again := s.Step(willing(0), c.event, noon)
			for i, j := range turn.Jobs {
				if j.Kind != jobEvent || j.ID != again.Jobs[i].ID || string(j.Payload) != string(again.Jobs[i].Payload) {
					t.Errorf("the same turn leaves another job: %+v", j)
				}
			}
		})
	}
}
