package configs

import (
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
)

var demoNow = time.Date(2026, 11, 24, 8, 55, 0, 0, time.UTC)

func TestTheDemoShopIsWhole(t *testing.T) {
	shop, err := Demo(demoNow)
	if err != nil {
		t.Fatal(err)
	}
	script, err := conversation.ParseScript(conversation.BrandInfo{ID: "lumen", Name: "Lumen", Languages: []string{"fr", "en"},
		Country: "FR", Timezone: "Europe/Paris", Currency: "EUR", Email: "aide@lumen.example"}, Scripts("lumen"), ".")
	if err != nil {
		t.Fatal(err)
	}
	// The events are stepped as the gateway would: what the customers are then
	// is what the demo promises.
	people := map[conversation.Address]conversation.Conversation{}
	ids := map[conversation.EventID]bool{}
	last := time.Time{}
	for _, e := range shop.Events {
		if ids[e.Event.ID] || e.Event.Time.Before(last) || e.Event.Time.After(demoNow) {
			t.Errorf("event %s at %s: twice, out of order or to come", e.Event.ID, e.Event.Time)
		}
		ids[e.Event.ID], last = true, e.Event.Time
		c, known := people[e.Who.Address]
		if !known {
			c = conversation.Begin("lumen", conversation.CustomerID(e.Who.Account))
			c.Customer.Phone = e.Who.Address
		}
		turn := script.Step(c, e.Event, demoNow)
		if len(turn.Messages) != 0 {
			t.Errorf("seeding %s texts %q", e.Event.ID, turn.Messages[0].Text)
		}
		people[e.Who.Address] = turn.Next
	}
	statuses := map[string]bool{}
	vip, english, large := 0, 0, 0
	for _, p := range shop.Phones {
		c := people[p.Number].Customer
		if c.First != p.Name || p.About == "" || len(p.Suggestions) == 0 || p.Look != "ios" && p.Look != "android" {
			t.Errorf("phone %+v of %+v", p, c)
		}
		for _, o := range c.Orders {
			statuses[o.Status] = true
			if o.Total.Amount == 0 || len(o.Lines) == 0 {
				t.Errorf("order %+v", o)
			}
		}
		if c.VIP {
			vip++
		}
		if c.Language == "en" {
			english++
		}
		if c.Cart != nil && c.Cart.Total == (conversation.Money{Amount: 24900, Currency: "EUR"}) {
			large++
		}
	}
	if len(shop.Phones) != 10 || vip != 1 || english != 1 || large != 1 {
		t.Errorf("%d phones, %d VIP, %d English, %d carts of 249 €", len(shop.Phones), vip, english, large)
	}
	for _, s := range []string{"placed", "shipped", "out_for_delivery", "delivery_missed", "delivered", "refunded"} {
		if !statuses[s] {
			t.Errorf("no order is %s", s)
		}
	}
}

func TestADemoStartedAgainSeedsTheSameEvents(t *testing.T) {
	first, err := Demo(demoNow)
	if err != nil {
		t.Fatal(err)
	}
	later, err := Demo(demoNow.Add(5 * time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for i := range first.Events {
		if first.Events[i].Event.ID != later.Events[i].Event.ID {
			t.Fatalf("event %d is %s and then %s", i, first.Events[i].Event.ID, later.Events[i].Event.ID)
		}
	}
}

func TestAMistakeInTheDemoShopIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown article": {"[2 x BOU-FIG, PHO-GRE]", "[2 x BOU-FOG, PHO-GRE]", `customers[0].orders[0].lines[0]: "BOU-FOG" is not in the catalogue; name an article of it (did you mean "BOU-FIG"?)`},
		"an unknown step":    {"[shipped 1d]", "[shiped 1d]", `customers[0].orders[0].steps[0]: "shiped" is no step of an order`},
		"steps out of order": {"[shipped 1d]", "[shipped 9d]", `customers[0].orders[0].steps[0]: is before what it follows`},
		"a number":           {"+33612345601", "0612345601", `customers[0].phone: "0612345601" has no country code`},
		"a consent":          {"consents: [sms marketing]", "consents: [sms]", `customers[0].consents[0]: "sms" is no consent`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseDemo("demo.yaml", []byte(strings.Replace(string(demoYAML), c.old, c.new, 1)), demoNow)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("said %v, want %s", err, c.want)
			}
		})
	}
}
