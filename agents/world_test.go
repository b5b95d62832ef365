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
	return over(t, g, st, agents.Options{})
}

// over is a desk of these options over a gateway that runs.
func over(t *testing.T, g *gateway.Gateway, st *store.Store, o agents.Options) *world {
	o.Door, o.Store, o.Script = g, st, g.ScriptOf
	o.Brands = []agents.Brand{{ID: lumen, Name: "Lumen", Languages: []string{"fr", "en"}, Country: "FR"}, {ID: "soleil", Name: "Soleil"}}
	o.Channels = []agents.Channel{{ID: channel, Brand: lumen, Medium: conversation.SMS}}
	return &world{T: t, desk: agents.New(o), store: st, gateway: g}
}

// agent makes an account and reads it as a session would.
func (w *world) agent(name string, role agents.Role, brands ...conversation.BrandID) agents.Agent {
	w.Helper()
	return w.account(agents.Agent{Name: name, Role: role, Brands: brands, Capacity: agents.DefaultCapacity})
}

func (w *world) account(a agents.Agent) agents.Agent {
	w.Helper()
	a.Email = a.Name + "@lumen.example"
	a, err := w.desk.AddAgent(w.Context(), agents.Operator, a, password)
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

// online lets the agents take conversations, and connects a page of each.
func (w *world) online(people ...agents.Agent) {
	w.Helper()
	for _, a := range people {
		if err := w.desk.SetPresence(w.Context(), a, agents.Online); err != nil {
			w.Fatal(err)
		}
	}
	w.there(people...)
}

// texts is a text of the customer, who is returned.
func (w *world) texts(text string) conversation.CustomerID {
	w.Helper()
	return w.from(claire, text)
}

// from is a text from a number.
func (w *world) from(number conversation.Address, text string) conversation.CustomerID {
	w.Helper()
	w.sent++
	id := conversation.CarrierID(fmt.Sprint("SM-in-", w.sent))
	now := time.Now().UTC()
	out, err := w.gateway.Accept(w.Context(), lumen, gateway.Who{Address: number}, conversation.Event{
		ID: conversation.EventID("in:" + id), Type: conversation.MessageReceived, Time: now,
		Message: &conversation.Inbound{Carrier: id, Channel: channel, Medium: conversation.SMS, From: number, To: "36105", Text: text, At: now}})
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
