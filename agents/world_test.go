package agents_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/gatewaytest"
	"github.com/causette/causette/store"
)

const (
	lumen    = gatewaytest.Brand
	channel  = gatewaytest.Channel
	claire   = conversation.Address("+33612345678")
	password = "une lampe bleue"
)

// world is a desk on a real gateway, a real SQLite and the demo's script.
type world struct {
	*testing.T
	desk    *agents.Desk
	store   *store.Store
	gateway *gateway.Gateway
	sent    int
}

func open(t *testing.T) *world {
	t.Helper()
	g, st := gatewaytest.Run(t)
	desk := agents.New(agents.Options{Door: g, Store: st, FirstAnswer: 5 * time.Minute, NextAnswer: 10 * time.Minute,
		Brands: []agents.Brand{{ID: lumen, Name: "Lumen"}, {ID: "soleil", Name: "Soleil"}}})
	return &world{T: t, desk: desk, store: st, gateway: g}
}

// agent makes an account and reads it as a session would.
func (w *world) agent(name string, role agents.Role, brands ...conversation.BrandID) agents.Agent {
	w.Helper()
	a, err := w.desk.AddAgent(w.Context(), agents.Operator, agents.Agent{Name: name, Email: name + "@lumen.example",
		Role: role, Brands: brands, Capacity: agents.DefaultCapacity}, password)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// there connects a page of each of the agents.
func (w *world) there(people ...agents.Agent) {
	w.Helper()
	var ids []conversation.AgentID
	for _, a := range people {
		ids = append(ids, a.ID)
	}
	if err := w.desk.PresenceSeen(w.Context(), ids); err != nil {
		w.Fatal(err)
	}
}

// texts is a text of the customer, who is returned.
func (w *world) texts(text string) conversation.CustomerID {
	w.Helper()
	w.sent++
	id := conversation.CarrierID(fmt.Sprint("SM-in-", w.sent))
	now := time.Now().UTC()
	out, err := w.gateway.Accept(w.Context(), lumen, gateway.Who{Address: claire}, conversation.Event{
		ID: conversation.EventID("in:" + id), Type: conversation.MessageReceived, Time: now,
		Message: &conversation.Inbound{Carrier: id, Channel: channel, Medium: conversation.SMS, From: claire, To: "36105", Text: text, At: now}})
	if err != nil || out.Poisoned {
		w.Fatalf("%q: %+v, %v", text, out, err)
	}
	return out.Customer
}

// act does an act that must be done.
func (w *world) act(by agents.Agent, customer conversation.CustomerID, a agents.Act) *agents.Done {
	w.Helper()
	done, err := w.desk.Act(w.Context(), by, lumen, customer, a)
	if err != nil {
		w.Fatalf("%s of %s: %v", a.Kind, by.Name, err)
	}
	return done
}

// refused does an act that must be refused.
func (w *world) refused(by agents.Agent, customer conversation.CustomerID, a agents.Act) *agents.Refusal {
	w.Helper()
	_, err := w.desk.Act(w.Context(), by, lumen, customer, a)
	var r *agents.Refusal
	if !errors.As(err, &r) {
		w.Fatalf("%s of %s: %v, should be refused", a.Kind, by.Name, err)
	}
	return r
}

// thread is the whole thread, "from: text" of each message and note.
func (w *world) thread(by agents.Agent, customer conversation.CustomerID) (said []string) {
	w.Helper()
	p, err := w.desk.Thread(w.Context(), by, lumen, customer, "", 200)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range p.Items {
		if e.Kind != agents.EntryEvent {
			said = append(said, fmt.Sprintf("%s %s: %s", e.Kind, e.From, e.Text))
		}
	}
	return said
}
