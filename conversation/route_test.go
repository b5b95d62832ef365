package conversation

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

var (
	smsRoute      = Route{Channel: "lumen-sms", Medium: SMS}
	whatsappRoute = Route{Channel: "lumen-whatsapp", Medium: WhatsApp, Contents: true}
)

// noon is a Tuesday on which everything may be said.
var noon = time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)

// willing is a customer who agreed to everything, and wrote on WhatsApp some time ago.
func willing(wrote time.Duration) Conversation {
	c := Begin("lumen", "c1")
	c.Address, c.Channel, c.Medium = "+33612345678", "lumen-sms", SMS
	for _, m := range []Medium{SMS, WhatsApp} {
		c.Customer.Consents = append(c.Customer.Consents, Standing{Medium: m, Purpose: Marketing, State: Given, At: monday})
	}
	if wrote > 0 {
		c.Reach = []Reach{{Medium: WhatsApp, Channel: "lumen-whatsapp", Address: c.Address, WroteAt: noon.Add(-wrote)}}
	}
	return c
}

func request(id string, change ...func(*Prompt)) Event {
	p := &Prompt{ID: id, Purpose: Marketing, Template: "back_in_stock", To: "+33612345678", Routes: []Route{smsRoute, whatsappRoute},
		Variables: map[string]string{"product": "Vase " + id, "link": "https://lumen.example/" + id}}
	for _, c := range change {
		c(p)
	}
	return Event{ID: EventID("prompt:" + id), Type: PromptRequested, Time: noon, Prompt: p}
}

func TestAPromptTakesTheBestRouteThatMaySayIt(t *testing.T) {
	plain := func(p *Prompt) { p.Template, p.Text = "", "Lumen : coucou" }
	named := func(p *Prompt) { p.Channel, p.Medium = "lumen-sms", SMS }
	for _, c := range []struct {
		name   string
		prefer []Medium
		wrote  time.Duration
		change func(*Conversation)
		prompt []func(*Prompt)
		want   Medium
		code   string
	}{
		{"as given, where nobody prefers anything", nil, 0, nil, nil, SMS, ""},
		{"where the customer wrote last", nil, time.Hour, nil, nil, WhatsApp, ""},
		{"in the brand's order", []Medium{SMS, WhatsApp}, time.Hour, nil, nil, SMS, ""},
		{"in the brand's order, outside the window by an approved template", []Medium{WhatsApp, SMS}, 30 * time.Hour, nil, nil, WhatsApp, ""},
		{"not free text outside the window", []Medium{WhatsApp, SMS}, 30 * time.Hour, nil, []func(*Prompt){plain}, SMS, ""},
		{"free text inside the window", []Medium{WhatsApp, SMS}, 23 * time.Hour, nil, []func(*Prompt){plain}, WhatsApp, ""},
		{"what the customer asked for goes before the brand's order", []Medium{SMS}, time.Hour, func(c *Conversation) { c.Customer.Prefers = WhatsApp }, nil, WhatsApp, ""},
		{"not where the number cannot be reached", []Medium{WhatsApp}, time.Hour, func(c *Conversation) { c.Customer.Invalid = []Medium{WhatsApp} }, nil, SMS, ""},
		{"not where the customer did not agree", []Medium{WhatsApp}, time.Hour, func(c *Conversation) { c.Customer.Consents = c.Customer.Consents[:1] }, nil, SMS, ""},
		{"the one that it names, and no other", []Medium{WhatsApp}, time.Hour, nil, []func(*Prompt){named}, SMS, ""},
		{"none, where the brand has none", nil, 0, nil, []func(*Prompt){func(p *Prompt) { p.Routes = nil }}, "", "no_channel"},
		{"none, for what is true of all of them", nil, 0, func(c *Conversation) { c.Customer.Silenced = true }, nil, "", "opted_out"},
		{"and the refusal says more than that a route is closed", []Medium{WhatsApp}, 30 * time.Hour, func(c *Conversation) { c.Customer.Consents = c.Customer.Consents[1:] }, []func(*Prompt){plain}, "", "no_consent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := defaultScript(t, func(b *BrandInfo) { b.Prefer = c.prefer })
			conversation := willing(c.wrote)
			if c.change != nil {
				c.change(&conversation)
			}
			turn := s.Step(conversation, request("p1", c.prompt...), noon)
			if len(turn.Prompts) != 1 || turn.Prompts[0].Verdict.Code != c.code {
				t.Fatalf("became %+v, want code %q", turn.Prompts, c.code)
			}
			if c.want == "" {
				return
			}
			if len(turn.Messages) != 1 || turn.Messages[0].Medium != c.want || turn.Prompts[0].Verdict.Route.Medium != c.want {
				t.Fatalf("said %+v, want it on %s", turn.Messages, c.want)
			}
			if m := turn.Messages[0]; (m.Content != nil) != (c.want == WhatsApp && c.wrote > FreeWindow) {
				t.Errorf("content %+v", m.Content)
			}
		})
	}
}

func TestWhereACustomerWroteIsKeptForEachMedium(t *testing.T) {
	s := defaultScript(t)
	c := Begin("lumen", "c1")
	late := text("3", "bonjour")
	late.Message.At = monday.Add(-time.Hour)
	whatsapp := text("2", "bonjour")
	whatsapp.Message.Medium, whatsapp.Message.Channel = WhatsApp, "lumen-whatsapp"
	for _, e := range []Event{text("1", "bonjour"), whatsapp, late} {
		before := slices.Clone(c.Reach)
		turn := s.Step(c, e, monday)
		if !slices.Equal(before, c.Reach) {
			t.Fatal("Step changed its argument")
		}
		if !reflect.DeepEqual(c.Customer, turn.Next.Customer) {
			t.Errorf("a text changes the customer, whose row need not be written: %+v", turn.Next.Customer)
		}
		c = turn.Next
	}
	if len(c.Reach) != 2 || !c.wrote(smsRoute).Equal(monday) || !c.wrote(whatsappRoute).Equal(monday) {
		t.Errorf("the customer wrote %+v", c.Reach)
	}
}
