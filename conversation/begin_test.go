package conversation

import (
	"strings"
	"testing"
	"time"
)

// first is an agent's first word on Ana's phone.
func first(purpose Purpose, change ...func(*Act)) Event {
	return act(AgentBegan, "claire", append([]func(*Act){func(a *Act) {
		a.Text, a.Purpose, a.Channel, a.Medium, a.Address = "Votre lampe est prête", purpose, "lumen-sms", SMS, "+33612345678"
	}}, change...)...)
}

func given(m Medium) Event {
	return Event{ID: "consent", Type: ConsentRecorded, Time: monday, Consent: &Consent{Medium: m, Purpose: Marketing, State: Given, Source: "form", At: monday}}
}

func TestAFirstWordFollowsTheRulesOfPrompts(t *testing.T) {
	s := defaultScript(t)
	day := 24 * time.Hour
	noon := 3 * time.Hour // after monday, 9:41 in London and 10:41 in Paris
	on := func(m Medium) func(*Act) { return func(a *Act) { a.Medium = m } }
	after := func(d time.Duration) func(*Act) { return func(a *Act) { a.After = monday.Add(d) } }
	shop := func(change func(*Profile)) Event {
		p := &Profile{}
		change(p)
		return Event{ID: "shop", Type: "customer.updated", Time: monday, Shop: &ShopEvent{Customer: p}}
	}
	chat := text("1", "bonjour")
	chat.Message.Channel, chat.Message.Medium = "lumen-whatsapp", WhatsApp
	york, us := "America/New_York", "US"
	abroad := shop(func(p *Profile) { p.Timezone, p.Country = &york, &us })
	invalid := Event{ID: "r", Type: SendRefused, Time: monday, Refusal: &Refusal{Channel: "lumen-sms", Medium: SMS, Code: "30005", Invalid: true}}
	for _, c := range []struct {
		name   string
		before []Event
		act    Event
		at     time.Duration
		want   string
		next   string // in Paris
	}{
		{"about an order", nil, first(Transactional), noon, "", ""},
		{"an offer with consent", []Event{given(SMS)}, first(Marketing), noon, "", ""},
		{"an offer without consent", nil, first(Marketing), noon, RefusedConsent, ""},
		{"an offer with consent for another medium", []Event{given(WhatsApp)}, first(Marketing), noon, RefusedConsent, ""},
		{"an offer while consent is in doubt", []Event{given(SMS), text("1", "vous envoyez trop de messages")}, first(Marketing), noon, RefusedConsent, ""},
		{"about an order while consent is in doubt", []Event{given(SMS), text("1", "vous envoyez trop de messages")}, first(Transactional), noon, "", ""},
		{"an offer after STOP", []Event{given(SMS), text("1", "STOP")}, first(Marketing), noon, RefusedOptedOut, ""},
		{"about an order after STOP, STOP", []Event{text("1", "STOP"), text("2", "STOP")}, first(Transactional), noon, RefusedOptedOut, ""},
		{"an offer to a wrong number", []Event{text("1", "mauvais numéro")}, first(Marketing), noon, RefusedOptedOut, ""},
		{"to a number that nobody has", []Event{invalid}, first(Transactional), noon, RefusedInvalid, ""},
		{"what is neither", nil, first(Answer), noon, RefusedNothing, ""},
		{"nothing", nil, first(Transactional, func(a *Act) { a.Text = " " }), noon, RefusedNothing, ""},
		{"to nowhere", nil, first(Transactional, func(a *Act) { a.Address = "" }), noon, RefusedNothing, ""},
		{"a book", nil, first(Transactional, func(a *Act) { a.Text = strings.Repeat("é", maxText+1) }), noon, RefusedTooLong, ""},
		{"an offer that is a book with its way out", []Event{given(SMS)}, first(Marketing, func(a *Act) { a.Text = strings.Repeat("é", maxText-5) }), noon, RefusedTooLong, ""},
		{"beyond capacity", nil, first(Transactional, func(a *Act) { a.Load, a.Capacity = 3, 3 }), noon, RefusedFull, ""},
		{"to who has a colleague", []Event{act(AgentClaimed, "theo")}, first(Transactional), noon, RefusedOwned, ""},
		{"to who has one already", []Event{act(AgentClaimed, "claire")}, first(Transactional), noon, RefusedOwned, ""},
		{"to who waits in the queue", []Event{text("1", "conseiller")}, first(Transactional), noon, RefusedOwned, ""},
		{"in a dialogue", []Event{text("1", "préférences")}, first(Transactional), noon, "", ""},
		{"on WhatsApp within a day", []Event{chat}, first(Transactional, on(WhatsApp)), noon, "", ""},
		{"on WhatsApp to who wrote by SMS", []Event{text("1", "bonjour")}, first(Transactional, on(WhatsApp)), noon, RefusedWindow, ""},
		{"on WhatsApp a day later", []Event{chat}, first(Transactional, on(WhatsApp)), day, RefusedWindow, ""},

		{"at night", nil, first(Transactional), 12 * time.Hour, RefusedHours, "2026-11-24 08:00"},
		{"at night, to who has just written", []Event{later(text("1", "bonjour"), 12*time.Hour-5*time.Minute)}, first(Transactional), 12 * time.Hour, "", ""},
		{"at night, for the morning", nil, first(Transactional, after(23*time.Hour)), 12 * time.Hour, "", ""},
		{"at night, for the night", []Event{later(text("1", "bonjour"), 12*time.Hour-5*time.Minute)}, first(Transactional, after(14*time.Hour)), 12 * time.Hour, RefusedHours, "2026-11-24 08:00"},
		{"by day, for the night", nil, first(Transactional, after(14*time.Hour)), noon, RefusedHours, "2026-11-24 08:00"},
		{"for in eight days", nil, first(Transactional, after(8*day)), noon, RefusedTooFar, ""},
		{"by day in Paris, at night in New York", []Event{abroad}, first(Transactional), 0, RefusedHours, "2026-11-23 14:00"},
		{"about an order on a Sunday", nil, first(Transactional), 6*day + noon, "", ""},
		{"an offer on a Sunday", []Event{given(SMS)}, first(Marketing), 6*day + noon, RefusedHours, "2026-11-30 08:00"},
		{"an offer on a Sunday elsewhere", []Event{given(SMS), abroad}, first(Marketing), 6*day + 6*time.Hour, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			turn := s.Step(played(s, c.before...), c.act, monday.Add(c.at))
			code, next := "", ""
			if r := turn.Refused; r != nil {
				code = r.Code
				if !r.Next.IsZero() {
					next = r.Next.In(paris(t)).Format("2006-01-02 15:04")
				}
			}
			if code != c.want || next != c.next {
				t.Fatalf("refused with %q until %q, want %q until %q", code, next, c.want, c.next)
			}
			if code == "" && (turn.Next.State != WithAgent || turn.Next.Desk.Owner != "claire" || turn.Next.Prompted != c.act.Act.Purpose || len(turn.Messages) != 1) {
				t.Errorf("began as %s, %+v", turn.Next.State, turn.Next.Desk)
			}
		})
	}
}

func TestAnOfferNamesItsSenderAndSaysHowToStop(t *testing.T) {
	s := defaultScript(t)
	for said, want := range map[string]string{
		"-20 % sur les lampes":                   "Lumen : -20 % sur les lampes STOP pour ne plus recevoir d'offres.",
		"Chez lumen, -20 %":                      "Chez lumen, -20 % STOP pour ne plus recevoir d'offres.",
		"Lumen : -20 %. STOP pour nous arrêter.": "Lumen : -20 %. STOP pour nous arrêter.",
	} {
		turn := s.Step(played(s, given(SMS)), first(Marketing, func(a *Act) { a.Text = said }), monday.Add(3*time.Hour))
		if turn.Refused != nil || turn.Messages[0].Text != want || turn.Messages[0].Purpose != Marketing {
			t.Errorf("%s: %+v, %v", said, turn.Refused, turn.Messages)
		}
	}
}
