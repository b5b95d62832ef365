package agents_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// hears is a door that keeps what comes in and refuses it until a time.
type hears struct {
	who   gateway.Who
	event conversation.Event
	until time.Time
}

func (h *hears) Accept(_ context.Context, _ conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	h.who, h.event = who, e
	return gateway.Outcome{Turn: &conversation.Turn{Refused: &conversation.Refused{Code: conversation.RefusedHours, Next: h.until}}}, nil
}

func (*hears) Report(context.Context, gateway.Report) error { return nil }

func TestAFirstWordGoesWhereTheCustomerIs(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	wrote := w.texts("Bonjour") // by SMS
	chats := func(who gateway.Who, number conversation.Address, ago time.Duration) conversation.CustomerID {
		id, at := conversation.CarrierID(string(who.Customer)+string(number)), time.Now().Add(-ago)
		out, err := w.gateway.Accept(t.Context(), lumen, who, conversation.Event{
			ID: conversation.EventID("in:" + id), Type: conversation.MessageReceived, Time: at, Message: &conversation.Inbound{
				Carrier: id, Channel: "lumen-wa", Medium: conversation.WhatsApp, From: number, To: "whatsapp:+33939061235", Text: "Bonjour", At: at}})
		if err != nil {
			t.Fatal(err)
		}
		return out.Customer
	}
	chatted := chats(gateway.Who{Address: "whatsapp:+33612345601"}, "whatsapp:+33612345601", 0)
	closed := chats(gateway.Who{Address: "whatsapp:+33612345602"}, "whatsapp:+33612345602", 25*time.Hour)
	out, err := w.gateway.Accept(t.Context(), lumen, gateway.Who{Address: "+33612345603"}, conversation.Event{ID: "known", Type: conversation.ConsentRecorded,
		Time: time.Now(), Consent: &conversation.Consent{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "form", At: time.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	both := chats(gateway.Who{Customer: out.Customer}, "whatsapp:+33612345603", 25*time.Hour)
	door := &hears{until: time.Now().Add(8 * time.Hour).UTC()}
	desk := agents.New(agents.Options{Door: door, Store: w.store, Brands: []agents.Brand{{ID: lumen, Country: "FR"}}, Channels: []agents.Channel{
		{ID: "soleil-sms", Brand: "soleil", Medium: conversation.SMS}, {ID: "lumen-wa", Brand: lumen, Medium: conversation.WhatsApp},
		{ID: "lumen-autre", Brand: lumen, Medium: conversation.SMS}, {ID: channel, Brand: lumen, Medium: conversation.SMS}}})
	for name, c := range map[string]struct {
		b       agents.Begin
		who     conversation.CustomerID
		channel conversation.ChannelID
		address conversation.Address
	}{
		"where they wrote":                      {agents.Begin{Customer: wrote}, wrote, channel, claire},
		"found by number":                       {agents.Begin{Phone: "+33 6 12 34 56 78"}, wrote, channel, claire},
		"found by number, as people write it":   {agents.Begin{Phone: "06 12 34 56 78"}, wrote, channel, claire},
		"where they chatted":                    {agents.Begin{Customer: chatted}, chatted, "lumen-wa", "whatsapp:+33612345601"},
		"found by the number of WhatsApp":       {agents.Begin{Phone: "06 12 34 56 01"}, chatted, "lumen-wa", "whatsapp:+33612345601"},
		"where the turn says that it is closed": {agents.Begin{Customer: closed}, closed, "lumen-wa", "whatsapp:+33612345602"},
		"by SMS when free text is closed there": {agents.Begin{Customer: both}, both, "lumen-autre", "+33612345603"},
	} {
		c.b.ID, c.b.Brand, c.b.Text, c.b.Purpose = "hello", lumen, "Votre lampe est arrivée", conversation.Transactional
		_, err := desk.Begin(t.Context(), lea, c.b)
		var refused *agents.Refusal
		if !errors.As(err, &refused) || refused.Code != conversation.RefusedHours || !refused.Next.Equal(door.until) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := door.event.Act
		if door.who.Customer != c.who || a.Channel != c.channel || a.Address != c.address || a.Text != c.b.Text || a.Purpose != c.b.Purpose ||
			a.Agent != lea.ID || door.event.Type != conversation.AgentBegan {
			t.Errorf("%s: %+v of %+v", name, a, door.who)
		}
	}
	_, err = desk.Begin(t.Context(), lea, agents.Begin{ID: "1", Brand: lumen, Phone: "+33699999999", Text: "x", Purpose: conversation.Marketing})
	if !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("a number that is no customer's: %v", err)
	}
}

func TestAFirstWordIsBounded(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	customer := w.texts("Bonjour")
	for name, change := range map[string]func(*agents.Begin){
		"to nobody":             func(b *agents.Begin) { b.Customer = "" },
		"to two":                func(b *agents.Begin) { b.Phone = string(claire) },
		"to a word":             func(b *agents.Begin) { b.Customer, b.Phone = "", "Claire" },
		"to a very long number": func(b *agents.Begin) { b.Customer, b.Phone = "", strings.Repeat("6", 41) },
		"for nothing":           func(b *agents.Begin) { b.Purpose = "" },
		"as an answer":          func(b *agents.Begin) { b.Purpose = conversation.Answer },
		"without words":         func(b *agents.Begin) { b.Text = " \n" },
		"without end":           func(b *agents.Begin) { b.Text = strings.Repeat("x", 20_000) },
		"without an id":         func(b *agents.Begin) { b.ID = "" },
		"next month":            func(b *agents.Begin) { b.After = time.Now().AddDate(0, 1, 0) },
	} {
		b := agents.Begin{ID: "1", Brand: lumen, Customer: customer, Text: "Bonjour", Purpose: conversation.Transactional}
		change(&b)
		if _, err := w.desk.Begin(t.Context(), lea, b); !isFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	elsewhere := w.agent("far", agents.RoleAgent, "soleil")
	b := agents.Begin{ID: "1", Brand: lumen, Customer: customer, Text: "Bonjour", Purpose: conversation.Transactional}
	if _, err := w.desk.Begin(t.Context(), elsewhere, b); !isForbidden(err) {
		t.Errorf("of another brand: %v", err)
	}
}

func TestAFirstWordIsSaidOnceAndTakesTheConversation(t *testing.T) {
	w := open(t)
	lea, theo := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent)
	customer := w.texts("Bonjour") // and so may be written to at any hour
	b := agents.Begin{ID: "promo", Brand: lumen, Phone: string(claire), Text: "-10 % sur les lampes", Purpose: conversation.Marketing}
	_, err := w.desk.Begin(t.Context(), lea, b)
	var refused *agents.Refusal
	if !errors.As(err, &refused) || refused.Code != conversation.RefusedConsent {
		t.Errorf("marketing without consent: %v", err)
	}
	b = agents.Begin{ID: "arrived", Brand: lumen, Phone: string(claire), Text: "Votre lampe est arrivée", Purpose: conversation.Transactional}
	for range 2 {
		done, err := w.desk.Begin(t.Context(), lea, b)
		if err != nil {
			t.Fatal(err)
		}
		if c := done.Conversation; c.Customer != customer || c.Owner != lea.ID || c.OwnerKind != conversation.Agent {
			t.Errorf("it stands %+v", c.Summary)
		}
	}
	said := 0
	for _, line := range w.thread(lea, customer) {
		if strings.Contains(line, "Votre lampe est arrivée") {
			said++
		}
	}
	if e := w.newest(lea, customer); said != 1 || e.From != agents.FromAgent || e.Act != "arrived" {
		t.Errorf("it was said %d times, as %+v", said, e)
	}
	if _, err = w.desk.Begin(t.Context(), theo, b); !errors.As(err, &refused) || refused.Code != conversation.RefusedOwned || refused.Owner != lea.ID {
		t.Errorf("a colleague begins too: %v", err)
	}
}
