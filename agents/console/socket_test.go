package console

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

func TestASocketIsRefused(t *testing.T) {
	w := newWorld(t)
	theo := w.login("theo")
	for _, c := range []struct {
		name   string
		change func(*browser)
		status string
	}{
		{"without an origin", func(b *browser) { b.origin = "" }, "403"},
		{"from another origin", func(b *browser) { b.origin = "http://evil.example" }, "403"},
		{"without a session", func(b *browser) { b.cookie = "" }, "401"},
	} {
		b := *theo
		c.change(&b)
		if _, err := b.open(hello{}); err == nil || !strings.HasPrefix(err.Error(), c.status) {
			t.Errorf("%s: %v, want %s", c.name, err, c.status)
		}
	}
	if status, body := theo.send("GET", "socket", ""); status != http.StatusUpgradeRequired {
		t.Errorf("as a page: %d %s", status, body)
	}
}

func TestWhatIsSaidReachesThePage(t *testing.T) {
	w := newWorld(t)
	p, far := w.login("theo").page(), w.login("far").page()
	w.desk.say("ana", "", "ma lampe est cassée")
	f := p.until("conversation")
	if f.Seq != 2 || f.Brand != string(lumen) {
		t.Fatalf("%+v", f)
	}
	if p.view.String() != w.desk.snapshot() {
		t.Fatalf("the page has\n%swhere there is\n%s", p.view, w.desk.snapshot())
	}
	for p.last = 0; p.last != 2; { // a mark says the same again
		p.until("mark")
	}
	w.console.hub.closeIf(func(*client) bool { return true }, closeDraining, "")
	if code := far.closed(); code != closeDraining || strings.Contains(strings.Join(far.seen, " "), "conversation") {
		t.Fatalf("who serves another brand got %v, %d", far.seen, code)
	}
}

func TestACommandIsAnsweredAsRESTWould(t *testing.T) {
	w := newWorld(t)
	w.desk.say("bob", "lea", "bonjour")
	p := w.login("theo").page()
	for _, c := range []struct {
		name     string
		customer conversation.CustomerID
		act      string
		status   int
		code     string
	}{
		{"done", "ana", `{"id":"1","kind":"write","text":"Bonjour"}`, 200, ""},
		{"refused", "bob", `{"id":"2","kind":"write","text":"Bonjour"}`, 409, "owned"},
		{"not allowed", "bob", `{"id":"3","kind":"transfer","to":"sam"}`, 403, "forbidden"},
		{"not an act", "bob", `{"id":"3","knd":"claim"}`, 422, "invalid_body"},
	} {
		p.say("cmd", c.name, command{Kind: "act", Brand: lumen, Customer: c.customer, Act: json.RawMessage(c.act)})
		f := p.until("reply")
		var a struct {
			Status int `json:"status"`
			Body   struct {
				Code    string `json:"code"`
				Version int64  `json:"version"`
			} `json:"body"`
		}
		if err := json.Unmarshal(f.D, &a); err != nil || f.Re != c.name || a.Status != c.status || a.Body.Code != c.code || c.status == 200 && a.Body.Version != 1 {
			t.Errorf("%s: %s re %s, %v", c.name, f.D, f.Re, err)
		}
	}
	p.say("ping", "7", nil)
	if f := p.until("pong"); f.Re != "7" {
		t.Errorf("pong re %s", f.Re)
	}
}

func TestAFrameThatIsNoneEndsTheSocket(t *testing.T) {
	w := newWorld(t)
	theo := w.login("theo")
	for _, text := range []string{`{`, `{"v":2,"t":"ping"}`, `{"v":1,"t":"nothing"}`, `{"v":1,"t":"ping","x":1}`, `{"v":1,"t":"hello","d":{}}`, `{"v":1,"t":"cmd","d":{}}`} {
		p := theo.page()
		if err := p.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if code := p.closed(); code != closeBadFrame {
			t.Errorf("%s: closed with %d", text, code)
		}
	}
	p := theo.page()
	if err := p.ws.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", readLimit+1))); err != nil {
		t.Fatal(err)
	}
	if code := p.closed(); code != websocket.CloseMessageTooBig {
		t.Errorf("a frame too large: closed with %d", code)
	}
}

func TestTheEndOfASessionClosesItsSockets(t *testing.T) {
	w := newWorld(t)
	here, there := w.login("theo"), w.login("theo")
	p, other := here.page(), there.page()
	if status, body := here.send("DELETE", "session", ""); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	if code := p.closed(); code != closeOver {
		t.Errorf("logged out: closed with %d", code)
	}
	other.say("ping", "", nil)
	other.until("pong") // another browser of the same agent stays
	w.desk.change("theo", func(a *agents.Agent) { a.Disabled = true })
	if code := other.closed(); code != closeRevoked {
		t.Errorf("account closed: closed with %d", code)
	}
	lea := w.login("lea").page()
	w.desk.change("lea", func(a *agents.Agent) { a.Revoked = time.Now().Add(time.Second) })
	if code := lea.closed(); code != closeOver {
		t.Errorf("forced logout: closed with %d", code)
	}
}

func TestAgentsAreTold(t *testing.T) {
	w := newWorld(t)
	theo, lea := w.login("theo").page(), w.login("lea")
	for { // until the hub knows how the agents were
		w.console.hub.mu.Lock()
		known := w.console.hub.people != nil
		w.console.hub.mu.Unlock()
		if known {
			break
		}
		theo.until("mark")
	}
	if status, body := lea.send("PUT", "presence", `{"presence":"away"}`); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	var a agents.Agent
	if err := json.Unmarshal(theo.until("agent").D, &a); err != nil || a.ID != "lea" || a.Presence != agents.Away {
		t.Fatalf("%+v, %v", a, err)
	}
}

func TestLookingIsToldToTheOthersAndToWhoComesLater(t *testing.T) {
	w := newWorld(t)
	theo, lea := w.login("theo").page(), w.login("lea").page()
	lookedAt := func(p *page, kind string) looked {
		t.Helper()
		var l looked
		if err := json.Unmarshal(p.until(kind).D, &l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	theo.say("viewing", "", looking{lumen, "ana", true})
	theo.say("composing", "", looking{lumen, "ana", true})
	if l := lookedAt(lea, "viewing"); l.Agent != "theo" || l.Name != "Théo" || l.Customer != "ana" || !l.Until.After(time.Now()) {
		t.Fatalf("%+v", l)
	}
	lookedAt(lea, "composing")
	late := w.login("sam").page()
	if l := lookedAt(late, "viewing"); l.Agent != "theo" {
		t.Fatalf("who comes later is told %+v", l)
	}
	theo.ws.Close()
	if l := lookedAt(lea, "viewing"); l.Until.After(time.Now().Add(time.Second)) {
		t.Fatalf("a page that has gone still looks: %+v", l)
	}
}

func TestAQueueIsBoundedAndCoalesces(t *testing.T) {
	var q queue
	for i := range 3 * maxFrames {
		if !q.push(newFrame([]byte(strconv.Itoa(i)), "viewing/lumen/ana/theo")) {
			t.Fatal("what replaces itself does not fill a queue")
		}
	}
	if frames := q.take(); len(frames) != 1 || frames[0].size != len(strconv.Itoa(3*maxFrames-1)) {
		t.Fatalf("%d frames", len(frames))
	}
	for i := range maxFrames {
		if !q.push(newFrame([]byte("x"), "")) {
			t.Fatalf("full at %d", i)
		}
	}
	if q.push(newFrame([]byte("x"), "")) {
		t.Fatal("more than maxFrames wait")
	}
	q = queue{}
	if !q.push(newFrame(make([]byte, maxQueued), "")) || q.push(newFrame([]byte("x"), "")) {
		t.Fatal("bytes are not bounded")
	}
}

func TestASlowPageIsClosedWhileOthersGoOn(t *testing.T) {
	w := newWorld(t)
	slow, quick := w.login("theo").page(), w.login("lea").page()
	// More than the kernel holds for a page that does not read, then more than we do.
	text := strings.Repeat("x", 60<<10)
	turns := 0
	for found := false; !found; {
		turns++
		w.desk.say("ana", "", text+strconv.Itoa(turns))
		quick.until("conversation")
		found = true
		w.console.hub.mu.Lock()
		for c := range w.console.hub.clients {
			c.mu.Lock()
			if c.agent.ID == "theo" && c.code != closeSlow {
				found = false
			}
			c.mu.Unlock()
		}
		w.console.hub.mu.Unlock()
		if turns > 2000 {
			t.Fatal("a page that does not read is kept")
		}
	}
	if quick.view.String() != w.desk.snapshot() {
		t.Fatal("the quick page missed something")
	}
	// It reads again: what was under way, then the code, unless TCP was reset
	// before it was heard. Either way a page comes again.
	if code := slow.closed(); code != closeSlow && code != -1 {
		t.Fatalf("closed with %d", code)
	}
	again, err := slow.w.login("theo").open(hello{Epoch: "first", Last: map[conversation.BrandID]int64{lumen: slow.last}})
	if err != nil {
		t.Fatal(err)
	}
	again.view = slow.view
	again.until("ready")
	if again.view.String() != w.desk.snapshot() {
		t.Fatal("after it came again, something is missing")
	}
}

func TestDrainingSendsThePagesElsewhere(t *testing.T) {
	w := startWorld(t, newMemory())
	b := w.login("theo")
	p := b.page()
	done := make(chan int)
	go func() { done <- p.closed() }()
	w.stop()
	if code := <-done; code != closeDraining {
		t.Fatalf("closed with %d", code)
	}
	if n := w.console.Sockets(); n != 0 {
		t.Fatalf("%d sockets are left", n)
	}
}
