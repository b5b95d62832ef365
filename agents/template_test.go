package agents_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// buys makes Claire a customer with an order on its way and a cart.
func (w *world) buys() conversation.CustomerID {
	w.Helper()
	customer := w.texts("Je veux parler à un conseiller")
	first, language, now := "Claire", "fr", time.Now().UTC()
	for id, e := range map[string]conversation.ShopEvent{
		"order.shipped": {Customer: &conversation.Profile{First: &first, Language: &language}, Order: &conversation.Order{ID: "o1", Number: "LUM-1042", Status: "shipped", Carrier: "Colissimo",
			Tracking: "https://suivi.example/1042", Total: conversation.Money{Amount: 14990, Currency: "EUR"}, Placed: now, Changed: now,
			Lines: []conversation.Line{{SKU: "l", Name: "Lampe Aube", Quantity: 1}}}},
		"cart.updated": {Cart: &conversation.Cart{ID: "c1", Link: "https://lumen.example/c/1", Updated: now, Total: conversation.Money{Amount: 2490, Currency: "EUR"},
			Lines: []conversation.Line{{SKU: "b", Name: "Bougie Figuier", Quantity: 1}}}},
	} {
		out, err := w.gateway.Accept(w.Context(), lumen, gateway.Who{Customer: customer}, conversation.Event{
			ID: conversation.EventID("shop:" + id), Type: conversation.EventType(id), Time: now, Shop: &e})
		if err != nil || out.Poisoned {
			w.Fatalf("%s: %+v, %v", id, out, err)
		}
	}
	return customer
}

func template(t *testing.T, list []agents.Template, name string) agents.Template {
	t.Helper()
	i := slices.IndexFunc(list, func(x agents.Template) bool { return x.Name == name })
	if i < 0 {
		t.Fatalf("no template %s", name)
	}
	return list[i]
}

// The desk offers templates with what the customer's row tells, and says why one
// cannot be said; what it shows is what is said.
func TestTemplatesAreFilledFromTheCustomer(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	w.online(lea)
	customer := w.buys()
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	list, err := w.desk.Templates(t.Context(), lea, lumen, customer)
	if err != nil {
		t.Fatal(err)
	}
	shipped := template(t, list, "order_shipped")
	if shipped.Code != "" || !strings.Contains(shipped.Text, "LUM-1042") || !strings.Contains(shipped.Text, "https://suivi.example/1042") || shipped.Language != "fr" {
		t.Errorf("%+v", shipped)
	}
	i := slices.IndexFunc(shipped.Variables, func(v agents.Variable) bool { return v.Name == "order" })
	if v := shipped.Variables[i]; v.Value != "LUM-1042" || v.From != "order" || !v.Required || v.Of != "LUM-1042" {
		t.Errorf("%+v", v)
	}
	if r := template(t, list, "refunded"); !strings.Contains(r.Text, "149,90 €") {
		t.Errorf("the total is the newest order's: %+v", r)
	}
	// She never agreed to offers.
	if r := template(t, list, "cart_reminder"); r.Code != conversation.RefusedConsent || r.Variables[slices.IndexFunc(r.Variables, func(v agents.Variable) bool { return v.Name == "link" })].From != "cart" {
		t.Errorf("%+v", r)
	}
	if r := template(t, list, "renewal"); r.Code != conversation.RefusedMissing || !strings.Contains(r.Why, "{date}") {
		t.Errorf("what is missing is named: %+v", r)
	}

	read, err := w.desk.Read(t.Context(), lea, lumen, customer, "renewal", map[string]string{"product": "Coffret", "date": "2026-11-24", "total": "12,5"})
	if err != nil || !strings.Contains(read.Text, "24 novembre") || !strings.Contains(read.Text, "12,50 €") {
		t.Errorf("%+v, %v", read, err)
	}
	if bad, err := w.desk.Read(t.Context(), lea, lumen, customer, "renewal", map[string]string{"product": "Coffret", "date": "demain"}); err != nil || bad.Code != conversation.RefusedVariable {
		t.Errorf("%+v, %v", bad, err)
	}
	w.act(lea, customer, agents.Act{ID: "say", Kind: agents.Write, Template: "renewal", Variables: map[string]string{"product": "Coffret", "date": "2026-11-24", "total": "12,5"}})
	if said := w.thread(lea, customer); said[len(said)-1] != "message agent: "+read.Text {
		t.Errorf("%q was said, %q was shown", said[len(said)-1], read.Text)
	}
	r := w.refused(lea, customer, agents.Act{ID: "lacks", Kind: agents.Write, Template: "renewal"})
	if r.Code != conversation.RefusedMissing || !strings.Contains(r.Why, "{product}") {
		t.Errorf("%+v", r)
	}
	for name, a := range map[string]agents.Act{
		"a template in a note":         {Kind: agents.NoteDown, Template: "renewal"},
		"a template and a text":        {Kind: agents.Write, Template: "renewal", Text: "x"},
		"variables without a template": {Kind: agents.Write, Text: "x", Variables: map[string]string{"a": "b"}},
		"a value that is a book":       {Kind: agents.Write, Template: "renewal", Variables: map[string]string{"a": strings.Repeat("x", 501)}},
		"a release of nothing":         {Kind: agents.Release},
		"a prompt in a text":           {Kind: agents.Write, Text: "x", Prompt: "p"},
	} {
		a.ID = "fault"
		if _, err := w.desk.Act(t.Context(), lea, lumen, customer, a); !isFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Days after the customer's last text WhatsApp takes what it approved, and
// nothing else; the desk says so of each template.
func TestOutsideTheWindowOnlyApprovedTemplatesAreOffered(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	w.online(lea)
	now := time.Now().UTC().Add(-48 * time.Hour)
	out, err := w.gateway.Accept(t.Context(), lumen, gateway.Who{Address: "whatsapp:" + claire}, conversation.Event{
		ID: "in:wa", Type: conversation.MessageReceived, Time: now,
		Message: &conversation.Inbound{Carrier: "wa", Channel: channel, Medium: conversation.WhatsApp, From: "whatsapp:" + claire, Text: "Je veux parler à un conseiller", At: now}})
	if err != nil || out.Poisoned {
		t.Fatalf("%+v, %v", out, err)
	}
	w.act(lea, out.Customer, agents.Act{ID: "claim", Kind: agents.Claim})
	if r := w.refused(lea, out.Customer, agents.Act{ID: "free", Kind: agents.Write, Text: "bonjour"}); r.Code != conversation.RefusedWindow {
		t.Errorf("%+v", r)
	}
	for name, want := range map[string]string{"delivered": "", "renewal": conversation.RefusedWindow} {
		read, err := w.desk.Read(t.Context(), lea, lumen, out.Customer, name, map[string]string{"order": "1042", "product": "Coffret", "date": "2026-11-24"})
		if err != nil || read.Code != want {
			t.Errorf("%s: %+v, %v", name, read, err)
		}
	}
	list, err := w.desk.Templates(t.Context(), lea, lumen, out.Customer)
	if err != nil || !template(t, list, "delivered").Approved || template(t, list, "renewal").Approved {
		t.Errorf("%v", err)
	}
}
