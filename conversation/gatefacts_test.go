package conversation

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What the gate reads of a customer is what events told of them.
func TestEventsTellTheGateOfTheCustomer(t *testing.T) {
	s := defaultScript(t)
	country, region, medium := "us", "tx", WhatsApp
	missed := func(id string, status string, at time.Time) Event {
		return Event{ID: EventID(id), Type: EventType("order." + status), Time: at, Shop: &ShopEvent{Order: &Order{ID: "o1", Number: "LU-1"}}}
	}
	c := played(s,
		Event{ID: "1", Type: "customer.updated", Time: monday, Shop: &ShopEvent{Customer: &Profile{Country: &country, Region: &region, Prefers: &medium}}},
		missed("2", "shipped", monday), missed("3", "delivery_missed", monday.Add(time.Hour)), missed("4", "delivered", monday.Add(2*time.Hour)))
	if k := c.Customer; k.Region != "tx" || k.Prefers != WhatsApp || !k.Orders[0].Missed.Before(k.Orders[0].Changed) || k.Orders[0].Missed.IsZero() || k.Orders[0].Status != "delivered" {
		t.Errorf("region %q, prefers %q, order %+v", k.Region, k.Prefers, k.Orders[0])
	}
	g := gate{Script: s, c: &c, p: &Prompt{Purpose: Marketing}, now: monday}
	if w := g.where(); w.key != "US-TX" || len(w.zones) != 2 {
		t.Errorf("is in %s, by %v", w.key, w.zones)
	}
}

// How often somebody was promised to hear from the brand stands with their
// consent, until they withdraw it or are promised something else.
func TestAPromiseStandsWithItsConsent(t *testing.T) {
	s := defaultScript(t)
	agree := func(id, state, source string, p *Promise) Event {
		at := monday.Add(time.Duration(id[0]-'0') * time.Hour)
		return Event{ID: EventID(id), Type: ConsentRecorded, Time: at, Consent: &Consent{Medium: SMS, Purpose: Marketing, State: ConsentState(state), Source: source, Promise: p, At: at}}
	}
	monthly, weekly := &Promise{Messages: 2, Per: "month"}, &Promise{Messages: 1, Per: "week"}
	for _, k := range []struct {
		name   string
		events []Event
		want   *Promise
	}{
		{"told when they agreed", []Event{agree("1", "given", "form", monthly)}, monthly},
		{"agrees again, and is told nothing", []Event{agree("1", "given", "form", monthly), agree("2", "given", "api", nil)}, monthly},
		{"is told something else", []Event{agree("1", "given", "form", monthly), agree("2", "given", "form", weekly)}, weekly},
		{"withdrew, and agrees anew", []Event{agree("1", "given", "form", monthly), agree("2", "withdrawn", "form", nil), agree("3", "given", "keyword", nil)}, nil},
		{"an import from before they withdrew", []Event{agree("2", "withdrawn", "form", nil), agree("1", "given", "import", monthly)}, nil},
	} {
		t.Run(k.name, func(t *testing.T) {
			c := Begin("lumen", "c1")
			for _, e := range k.events {
				c = s.Step(c, e, e.Time).Next
			}
			if got := c.Customer.Consents[0].Promise; got != k.want {
				t.Errorf("was promised %+v, want %+v", got, k.want)
			}
		})
	}
}

// A doubt that the customer's own words raised is settled by the customer: what
// a shop or a tool says of them meanwhile lets no offer through.
func TestNobodyElseSettlesADoubtfulOptOut(t *testing.T) {
	s := defaultScript(t)
	c := played(s, given(SMS), text("1", "vous envoyez trop de messages"))
	if !c.Customer.Suspended {
		t.Fatal("there is no doubt")
	}
	r := Route{Channel: "lumen-sms", Medium: SMS}
	offer := Prompt{ID: "p1", Purpose: Marketing, Text: "Bonjour", To: "+33612345678"}
	for _, source := range []string{"import", "api", "shop", "agent", "form"} {
		row := &Consent{Medium: SMS, Purpose: Marketing, State: Given, Source: source, At: monday.Add(time.Minute)}
		turn := s.Step(c, Event{ID: EventID(source), Type: ConsentRecorded, Time: row.At, Consent: row}, monday.Add(time.Hour))
		if v := s.Gate(&turn.Next, &offer, r, monday.Add(time.Hour)); v.Code != "consent_suspended" {
			t.Errorf("by %s: %+v", source, v)
		}
	}
}

// What is remembered of touches is bounded, and what caps reach back to longest
// goes last.
func TestTouchesAreForgottenInTheRightOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Touch
		gifts := 0
		for i := range rapid.IntRange(0, 3*MaxTouches).Draw(t, "touches") {
			x := Touch{Purpose: Transactional, At: monday.Add(time.Duration(i) * time.Hour)}
			if rapid.IntRange(1, 4).Draw(t, "offer") == 1 {
				x.Purpose = Marketing
			}
			if rapid.IntRange(1, 20).Draw(t, "gift") == 1 && gifts < MaxTouches/2 {
				x.Incentive, x.Purpose = true, Marketing
				gifts++
			}
			before := slices.Clone(list)
			list = remember(list, x)
			if len(list) > MaxTouches || list[len(list)-1] != x {
				t.Fatalf("%d touches, the last %+v of %+v", len(list), list[len(list)-1], x)
			}
			for _, old := range before {
				kept := slices.Contains(list, old)
				if !kept && (old.Incentive || old.Purpose == Marketing && slices.ContainsFunc(list[:len(list)-1], func(y Touch) bool { return y.Purpose == Transactional })) {
					t.Fatalf("%+v went before a parcel's", old)
				}
			}
		}
	})
}

// The seed that spreads a night's prompts keeps them in their two hours and apart.
func TestANightsPromptsAreSpreadNewestFirst(t *testing.T) {
	s := defaultScript(t)
	c := played(s, given(SMS))
	night := time.Date(2026, 11, 23, 19, 0, 0, 0, time.UTC) // eight in the evening in Paris
	morning := night.Add(12 * time.Hour)
	var last time.Time
	for minutes := 700; minutes >= 0; minutes -= 100 { // the newest first
		p := Prompt{ID: "p", Purpose: Marketing, Text: "Bonjour", To: "+33612345678", Requested: night.Add(time.Duration(minutes) * time.Minute)}
		v := s.Gate(&c, &p, Route{Channel: "lumen-sms", Medium: SMS}, p.Requested)
		if v.Waits != "hours" || v.At.Before(morning) || v.At.After(morning.Add(2*time.Hour)) || v.At.Before(last) {
			t.Errorf("asked for %d minutes into the night it goes at %s, after %s", minutes, v.At, last)
		}
		last = v.At
	}
	seen := map[time.Time]bool{}
	for i := range 60 {
		c.Customer.ID = CustomerID(string(rune('a'+i%26)) + string(rune('a'+i/26)))
		p := Prompt{ID: "p", Purpose: Marketing, Text: "Bonjour", To: "+33612345678", Requested: morning.Add(-time.Minute)}
		seen[s.Gate(&c, &p, Route{Channel: "lumen-sms", Medium: SMS}, p.Requested).At] = true
	}
	if len(seen) < 40 {
		t.Errorf("60 customers are written to at %d moments", len(seen))
	}
}
