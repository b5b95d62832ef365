package conversation

import (
	"strings"
	"testing"
	"time"
)

// A double opt-in's words name the brand, how often one will hear from it, HELP
// and STOP, in each of the seven languages; and a yes in that language gives what
// was ticked, with what the page said.
func TestAJoinIsConfirmedInTheLanguageOfThePage(t *testing.T) {
	s := defaultScript(t)
	for language, words := range map[string]struct{ help, yes string }{
		"fr": {"AIDE", "oui"}, "en": {"HELP", "yes"}, "es": {"AYUDA", "sí"}, "de": {"HILFE", "ja"}, "it": {"AIUTO", "sì"}, "nl": {"HULP", "ja"}, "pt": {"AJUDA", "sim"},
	} {
		for _, purposes := range [][]Purpose{{Marketing}, {Transactional}, {Marketing, Transactional}} {
			j := &Join{
				Channel: "lumen-sms", Medium: SMS, To: "+33612345678", Purposes: purposes, Language: language, Promise: &Promise{Messages: 4, Per: "month"},
				Wording: map[Purpose]string{Marketing: "box one", Transactional: "box two"}, Evidence: map[string]string{"ip": "192.0.2.1"},
			}
			asked := s.Step(Begin("lumen", "c1"), Event{ID: "join:1", Type: JoinRequested, Time: monday, Join: j}, monday)
			if len(asked.Messages) != 1 || len(asked.Consents) > 0 {
				t.Fatalf("%s: %d messages, %d rows", language, len(asked.Messages), len(asked.Consents))
			}
			for _, want := range []string{"Lumen", "STOP", words.help} {
				if !strings.Contains(asked.Messages[0].Text, want) {
					t.Errorf("%s: %q does not name %s", language, asked.Messages[0].Text, want)
				}
			}
			if purposes[0] == Marketing && !strings.Contains(asked.Messages[0].Text, "4") {
				t.Errorf("%s: %q does not say how often", language, asked.Messages[0].Text)
			}
			turn := s.Step(asked.Next, text("1", words.yes), monday.Add(time.Minute))
			if len(turn.Consents) != len(purposes) {
				t.Fatalf("%s: a yes leaves %d rows, %d were ticked", language, len(turn.Consents), len(purposes))
			}
			for _, row := range turn.Consents {
				if row.State != Given || row.Source != "form" || !strings.HasPrefix(row.Wording, "box") || row.Evidence["ip"] != "192.0.2.1" || row.Evidence["text"] != words.yes {
					t.Errorf("%s: the row is %+v", language, row)
				}
				if (row.Promise != nil) != (row.Purpose == Marketing) {
					t.Errorf("%s: %s was promised %+v", language, row.Purpose, row.Promise)
				}
			}
			if turn.Next.Customer.Language != language {
				t.Errorf("%s: the customer speaks %q", language, turn.Next.Customer.Language)
			}
		}
	}
}

// Whose number it is says yes, and nobody else's yes counts.
func TestAJoinAsksOnceADayAndNobodyWhoStoppedUs(t *testing.T) {
	s := defaultScript(t)
	join := func(at time.Time) Event {
		return Event{ID: "join:1", Type: JoinRequested, Time: at, Join: &Join{Channel: "lumen-sms", Medium: SMS, To: "+33612345678", Purposes: []Purpose{Marketing}}}
	}
	for _, c := range []struct {
		name   string
		before []Event
		at     time.Time
		rule   Rule
	}{
		{"a number that nobody knows", nil, monday, "join.asked"},
		{"the same on the same day", []Event{join(monday)}, monday.Add(23 * time.Hour), "join.asked_today"},
		{"the same a day later", []Event{join(monday)}, monday.Add(25 * time.Hour), "join.asked"},
		{"who stopped us", []Event{text("1", "STOP")}, monday.Add(48 * time.Hour), "join.opted_out"},
		{"who agreed already", []Event{text("1", "START")}, monday.Add(time.Hour), "join.known"},
		{"who waits for a person", []Event{text("1", "conseiller")}, monday.Add(time.Hour), "join.person"},
	} {
		t.Run(c.name, func(t *testing.T) {
			turn := s.Step(played(s, c.before...), join(c.at), c.at)
			if turn.Rule != c.rule || (len(turn.Messages) == 1) != (c.rule == "join.asked") {
				t.Errorf("rule %s, %d messages; want %s", turn.Rule, len(turn.Messages), c.rule)
			}
		})
	}
}
