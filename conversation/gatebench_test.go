package conversation

import (
	"testing"
	"time"
)

// knownCustomer is one about whom much is known, on whom marketing is open.
func knownCustomer() Conversation {
	c := Begin("lumen", "c1")
	c.Customer.Country, c.Customer.Timezone = "FR", "Europe/Paris"
	c.Customer.Place = Place{Country: "FR", Zones: []string{"Europe/Paris"}}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for _, m := range [...]Medium{SMS, WhatsApp} {
		for _, p := range [...]Purpose{Marketing, Transactional} {
			x := Standing{Medium: m, Purpose: p, State: Given, At: now}
			if p == Marketing {
				x.Promise = &Promise{Messages: 4, Per: "month"}
			}
			c.Customer.Consents = append(c.Customer.Consents, x)
		}
	}
	for i := range MaxTouches {
		c.Customer.Touches = append(c.Customer.Touches, Touch{Prompt: "p", Purpose: Transactional, At: now.Add(-time.Duration(100-i) * time.Hour)})
	}
	for i := range MaxOrders {
		at := now.AddDate(0, 0, -20-i)
		c.Customer.Orders = append(c.Customer.Orders, Order{ID: "o", Number: "LU-1", Status: "delivered", Placed: at, Changed: at, Expected: at})
	}
	return c
}

func BenchmarkGate(b *testing.B) {
	s := defaultScript(b)
	c := knownCustomer()
	day := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	texas := knownCustomer()
	texas.Customer.Country, texas.Customer.Region, texas.Customer.Timezone = "US", "TX", ""
	r := Route{Channel: "lumen-sms", Medium: SMS}
	offer := Prompt{ID: "p1", Purpose: Marketing, Template: "cart_reminder", Variables: map[string]string{"link": "https://lumen.example/1"}, Requested: day}
	parcel := Prompt{ID: "p1", Purpose: Transactional, Template: "order_shipped", Variables: map[string]string{"order": "LU-1042", "carrier": "Colissimo", "link": "https://suivi.example/1042"}, Order: "o1", Requested: day}
	m := Message{Channel: "lumen-sms", Medium: SMS, Purpose: Marketing, Prompt: "p1", Text: "Votre panier vous attend"}
	pending := knownCustomer()
	pending.Prompts = []Pending{{Prompt: offer, Status: PromptQueued}}
	for _, k := range []struct {
		name string
		ask  func() Verdict
		want string
	}{
		{"marketing", func() Verdict { return s.Gate(&c, &offer, r, day) }, ""},
		{"transactional", func() Verdict { return s.Gate(&c, &parcel, r, day) }, ""},
		{"again", func() Verdict { return s.Again(pending, m, day) }, ""},
		{"night", func() Verdict { return s.Gate(&c, &offer, r, day.Add(12*time.Hour)) }, "hours"},
		{"two zones", func() Verdict { return s.Gate(&texas, &offer, r, day) }, "hours"},
		{"answer", func() Verdict { return s.Again(pending, Message{Purpose: Answer}, day) }, ""},
	} {
		b.Run(k.name, func(b *testing.B) {
			if v := k.ask(); v.Waits != k.want || v.Code != "" {
				b.Fatalf("%+v", v)
			}
			b.ReportAllocs()
			for b.Loop() {
				k.ask()
			}
		})
	}
}
