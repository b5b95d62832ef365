package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/gatewaytest"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

// whole is a node as it runs: gateway, desk and console on a database.
type whole struct {
	*world
	gateway *gateway.Gateway
	store   *store.Store
	files   keeper
	linker  *linker
}

// runWhole runs a node on the database until the test ends.
func runWhole(t *testing.T, database string) *whole {
	t.Helper()
	g, st := gatewaytest.RunOn(t, database)
	desk := agents.New(agents.Options{Door: g, Store: st, Script: g.ScriptOf, TakeBack: 5 * time.Second,
		Brands: []agents.Brand{{ID: lumen, Name: "Lumen", Languages: []string{"fr", "en"}, Country: "FR"}, {ID: "soleil", Name: "Soleil"}}})
	n := &whole{gateway: g, store: st, files: make(keeper), linker: newLinker()}
	n.world = serve(t, Options{Desk: desk, Sessions: st, Subscribe: g.Subscribe, Neighbours: st, Media: n.files, Channels: configured, Linker: n.linker})
	t.Cleanup(n.stop)
	return n
}

// staff makes an account.
func (n *whole) staff(t *testing.T, id string, role agents.Role, brands ...conversation.BrandID) agents.Agent {
	t.Helper()
	a := agents.Agent{ID: conversation.AgentID(id), Name: id, Email: id + "@lumen.example", Role: role, Brands: brands, Presence: agents.Online}
	if err := n.store.PutAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return a
}

// enters is a browser at this node, logged in without a password.
func (n *whole) enters(t *testing.T, a agents.Agent) *browser {
	t.Helper()
	s, err := n.console.guard.begin(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil), a)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{w: n.world, origin: n.server.URL, cookie: s.token, csrf: s.csrf}
}

// writes is a customer's text that comes in at this node.
func (n *whole) writes(t *testing.T, text string, media ...conversation.Media) conversation.CustomerID {
	t.Helper()
	from := conversation.Address("+33612345678")
	out, err := n.gateway.Accept(t.Context(), lumen, gateway.Who{Address: from}, gateway.InboundEvent(conversation.Inbound{
		Carrier: conversation.CarrierID("SM-" + text), Channel: gatewaytest.Channel, Medium: conversation.SMS,
		From: from, To: "36105", Text: text, Media: media, At: time.Now().UTC()}))
	if err != nil || out.Poisoned {
		t.Fatalf("%q: %+v, %v", text, out, err)
	}
	return out.Customer
}

func TestTwoNodesAreOneDesk(t *testing.T) {
	database := pgtest.URL(t)
	first, second := runWhole(t, database), runWhole(t, database)
	lea, theo := first.staff(t, "lea", agents.RoleAgent), first.staff(t, "theo", agents.RoleAgent)
	ana := first.writes(t, "bonjour")

	leaHere := first.enters(t, lea)
	there := second.enters(t, theo)
	leaPage, theoPage := leaHere.page(), there.page()

	// Who types on one node is seen on the other; whether they listen yet
	// nobody knows, so it is said as often as a page renews it.
	typing := make(chan looked)
	go func() {
		var l looked
		_ = json.Unmarshal(theoPage.until("composing").D, &l)
		typing <- l
	}()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for told := false; !told; {
		leaPage.say("composing", "", looking{lumen, ana, true})
		select {
		case l := <-typing:
			told = true
			if left := time.Until(l.Until); l.Agent != "lea" || l.Name != "lea" || l.Customer != ana || left <= 0 || left > composingLease {
				t.Errorf("the other node says %+v", l)
			}
		case <-again.C:
		}
	}

	// What is claimed at one reaches the pages of the other.
	if status, body := leaHere.send("POST", "conversations/lumen/"+string(ana)+"/acts", `{"id":"1","kind":"claim"}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	for owner := conversation.AgentID(""); owner != "lea"; {
		theoPage.until("conversation")
		owner = theoPage.view.summaries[ana].Owner
	}

	// A page that goes looks at nothing, which the other node hears too.
	leaPage.ws.Close()
	for {
		var l looked
		if err := json.Unmarshal(theoPage.until("composing").D, &l); err != nil {
			t.Fatal(err)
		}
		if !l.Until.After(time.Now()) {
			break
		}
	}

	// A session that ends at one node ends its pages at the other.
	elsewhere := *there
	elsewhere.w, elsewhere.origin = first.world, first.server.URL
	if status, body := elsewhere.send("DELETE", "session", ""); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	if code := theoPage.closed(); code != closeOver {
		t.Errorf("logged out at the other node: closed with %d", code)
	}
}

// A node that dies says no more that its agents look at something: what it said
// lapses.
func TestTheLooksOfADeadNodeLapse(t *testing.T) {
	var later atomic.Int64
	desk := newMemory()
	w := serve(t, Options{Desk: desk, Sessions: desk, Subscribe: desk.subscribe,
		Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }})
	t.Cleanup(w.stop)
	h := w.console.hub
	other := newNeighbours(nil, nil)
	text, err := json.Marshal(told{From: other.id, Looks: []toldLook{
		{"viewing", lumen, "ana", "lea", "Léa", 60_000}, // longer than anybody may
		{"composing", lumen, "ana", "lea", "Léa", 5_000},
		{"reading", lumen, "ana", "lea", "Léa", 5_000},
	}})
	if err != nil {
		t.Fatal(err)
	}
	h.hear(string(text))
	h.hear(`{"from":`)
	h.mu.Lock()
	for key, l := range h.looks {
		if left := time.Until(l.until); left > key.lease() {
			t.Errorf("%v for %v", key, left)
		}
	}
	if len(h.looks) != 2 {
		t.Errorf("%d looks", len(h.looks))
	}
	h.mu.Unlock()
	later.Store(int64(viewingLease + time.Second))
	p := w.login("theo").page()
	p.until("mark")
	for _, kind := range p.seen {
		if kind == "viewing" || kind == "composing" {
			t.Errorf("a page that comes later is told of it: %v", p.seen)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.looks) != 0 {
		t.Errorf("%d looks are kept", len(h.looks))
	}
}

// What nodes tell one another fits into a notice, however much it is.
func TestWhatNodesTellFits(t *testing.T) {
	n := newNeighbours(silent{}, nil)
	long := ""
	for len(long) < maxName {
		long += "<" // six bytes in JSON
	}
	for i := range 300 {
		n.looked(lookKey{"viewing", conversation.BrandID(long), conversation.CustomerID(long), conversation.AgentID(long[:60] + string(rune('a'+i%26)) + string(rune('a'+i/26)))},
			"Léa", viewingLease)
		n.ended(long)
	}
	looks, over := 0, 0
	for _, text := range n.take() {
		if len(text) > store.MaxTold {
			t.Errorf("%d bytes", len(text))
		}
		var some told
		if err := json.Unmarshal([]byte(text), &some); err != nil {
			t.Fatal(err)
		}
		looks, over = looks+len(some.Looks), over+len(some.Over)
	}
	if looks != 300 || over != 300 {
		t.Errorf("%d looks and %d ends are told", looks, over)
	}
}

type silent struct{}

func (silent) Tell(context.Context, string) error       { return nil }
func (silent) Hear(context.Context, func(string)) error { return nil }
