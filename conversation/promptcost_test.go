package conversation

import (
	"testing"
	"time"
)

// A prompt's turn is what a bulk job does a hundred thousand times.
func BenchmarkPrompt(b *testing.B) {
	s := defaultScript(b)
	noon := time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC) // a Tuesday
	c := Begin("lumen", "c1")
	c.Customer.First, c.Customer.Language, c.Customer.Country, c.Customer.Timezone = "Ana", "fr", "FR", "Europe/Paris"
	c.Customer.Consents = []Standing{{Medium: SMS, Purpose: Marketing, State: Given, At: noon.AddDate(0, -1, 0)}}
	for name, at := range map[string]time.Time{"said": noon, "held": noon.Add(10 * time.Hour)} {
		b.Run(name, func(b *testing.B) {
			p := Prompt{ID: "bulk:j:c1", Purpose: Marketing, Template: "welcome", To: "+33612345678", Requested: at, Campaign: "j",
				Routes: []Route{{Channel: "lumen-sms", Medium: SMS, StopAt: "36105"}}, Place: Place{Country: "FR", Zones: []string{"Europe/Paris"}}}
			e := Event{ID: "prompt:bulk:j:c1", Type: PromptRequested, Time: at, Prompt: &p}
			want := map[string]PromptStatus{"said": PromptQueued, "held": PromptHeld}[name]
			b.ReportAllocs()
			for b.Loop() {
				if t := s.Step(c, e, at); len(t.Prompts) != 1 || t.Prompts[0].Status != want {
					b.Fatalf("got %+v", t.Prompts)
				}
			}
		})
	}
}
