package agents_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
)

const (
	lumen    = conversation.BrandID("lumen")
	channel  = conversation.ChannelID("lumen-sms")
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

// wire is a carrier that takes everything.
type wire struct{}

func (wire) ID() conversation.ChannelID  { return channel }
func (wire) Medium() conversation.Medium { return conversation.SMS }
func (wire) Send(_ context.Context, p gateway.Posting) (gateway.Receipt, error) {
	return gateway.Receipt{Carrier: conversation.CarrierID("SM" + p.Message), Status: gateway.Accepted}, nil
}

// scripted is the demo's script. Nothing changes it: the worlds share it.
var scripted = sync.OnceValues(func() (*conversation.Script, error) {
	return conversation.ParseScript(conversation.BrandInfo{ID: lumen, Name: "Lumen", Languages: []string{"fr", "en"},
		Country: "FR", Timezone: "Europe/Paris", Currency: "EUR", Email: "aide@lumen.example"}, configs.Scripts(lumen), ".")
})

func open(t *testing.T) *world {
	t.Helper()
	st, err := store.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "desk.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	script, err := scripted()
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Options{Store: st,
		Scripts: func(conversation.BrandID, []byte) (gateway.Script, error) { return script, nil },
		Routes:  []gateway.Route{{Brand: lumen, Channel: wire{}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Use(t.Context(), lumen, script, script.Source()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, st.Close()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
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
