package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

// What a role or an account may no more, its pages may no more: at once where
// somebody looks, and within a minute wherever they are.
func TestAnAccountThatChangesClosesItsPages(t *testing.T) {
	if d := defaultTimes(); d.check+d.check/5 > time.Minute || d.agents > time.Minute {
		t.Errorf("a session is looked at after %v, and agents every %v", d.check+d.check/5, d.agents)
	}
	o := &office{whole: runWhole(t, "file:"+filepath.Join(t.TempDir(), "causette.db"))}
	for name, c := range map[string]struct {
		change func(*agents.Agent)
		code   int
	}{
		"another role": {func(a *agents.Agent) { a.Role = agents.RoleSupervisor }, closeOver},
		"other brands": {func(a *agents.Agent) { a.Brands = []conversation.BrandID{"soleil"} }, closeOver},
		"closed":       {func(a *agents.Agent) { a.Disabled = true }, closeRevoked},
	} {
		a := o.staff(t, strings.ReplaceAll(name, " ", "-"), agents.RoleAgent)
		p := o.enters(t, a).page()
		c.change(&a)
		desk := o.console.desk.(*agents.Desk)
		if err := desk.UpdateAgent(t.Context(), agents.Operator, a); err != nil {
			t.Fatal(err)
		}
		if code := p.closed(); code != c.code {
			t.Errorf("%s: closed with %d, want %d", name, code, c.code)
		}
	}
}

// A session is looked at although nobody says that its agent has changed.
func TestASessionIsLookedAtByTheClock(t *testing.T) {
	w := newWorld(t)
	w.console.hub.mu.Lock()
	w.console.hub.times.check = 20 * time.Millisecond // of pages that come
	w.console.hub.mu.Unlock()
	b := w.login("theo")
	p := b.page()
	w.desk.mu.Lock()
	clear(w.desk.sessions) // it has ended at another node
	w.desk.mu.Unlock()
	if code := p.closed(); code != closeOver {
		t.Errorf("closed with %d", code)
	}
}

// A page that had a brand which its agent may not see any more forgets all.
func TestAPageForgetsWhatItMayNotSee(t *testing.T) {
	w := newWorld(t)
	p, err := w.login("theo").open(hello{Epoch: "first", Last: map[conversation.BrandID]int64{lumen: 0, "soleil": 7}})
	if err != nil {
		t.Fatal(err)
	}
	var r resync
	if err := json.Unmarshal(p.until("resync").D, &r); err != nil || r.Why != otherRight {
		t.Errorf("%+v, %v", r, err)
	}
	p.until("ready")
}

// Frames that come faster than a page may say them wait; none is lost.
func TestFramesAreRateLimited(t *testing.T) {
	w := newWorld(t)
	p := w.login("theo").page()
	const more = 10
	began := time.Now()
	for i := range burst + more {
		p.say("ping", fmt.Sprint(i), nil)
	}
	for i := range burst + more {
		if f := p.until("pong"); f.Re != fmt.Sprint(i) {
			t.Fatalf("pong %d is of %s", i, f.Re)
		}
	}
	if took, least := time.Since(began), (more-1)*time.Second/perSecond; took < least {
		t.Errorf("%d frames took %v, less than %v", burst+more, took, least)
	}
}

// What a page says that it looks at is bounded, and does not fill the others' queues.
func TestLooksAreBounded(t *testing.T) {
	w := newWorld(t)
	theo, lea := w.login("theo").page(), w.login("lea").page()
	h := w.console.hub
	var mine *client
	h.mu.Lock()
	for c := range h.clients {
		if c.whose() == "theo" {
			mine = c
		}
	}
	h.mu.Unlock()
	for i := range 10 * maxLooks {
		h.look(mine, "viewing", looking{lumen, conversation.CustomerID(fmt.Sprint(i)), true})
	}
	mine.mu.Lock()
	if n := len(mine.looks); n != maxLooks {
		t.Errorf("one page looks at %d", n)
	}
	mine.mu.Unlock()
	lea.until("viewing")

	// When there are too many pages and looks, who looks at the same is still told.
	h.mu.Lock()
	h.telling.SetBurst(0)
	h.telling.SetLimit(0)
	h.mu.Unlock()
	lea.say("viewing", "", looking{lumen, "ana", true})
	lea.say("ping", "", nil)
	lea.until("pong")
	theo.ws.Close()
	sam := w.login("sam").page()
	sam.say("viewing", "", looking{lumen, "bob", true}) // nobody else does
	sam.say("viewing", "", looking{lumen, "ana", true})
	for {
		var l looked
		if err := json.Unmarshal(lea.until("viewing").D, &l); err != nil {
			t.Fatal(err)
		}
		if l.Agent == "sam" {
			if l.Customer != "ana" {
				t.Errorf("told of %+v", l)
			}
			break
		}
	}
}

// A whole shift that comes in is told in pieces, and all of it in the end.
func TestManyAgentsAreToldInPieces(t *testing.T) {
	w := newWorld(t)
	p := w.login("theo").page()
	for known := false; !known; { // the agents have been looked at, and the desk was told who is here
		p.until("mark")
		w.desk.mu.Lock()
		known = w.desk.here["theo"]
		w.desk.mu.Unlock()
	}
	const many = 3 * maxNews
	told := make(map[conversation.AgentID]bool)
	w.desk.mu.Lock()
	for i := range many {
		id := conversation.AgentID(fmt.Sprint("new-", i))
		w.desk.agents[id] = agents.Agent{ID: id, Name: string(id), Role: agents.RoleAgent, Presence: agents.Online}
	}
	w.desk.mu.Unlock()
	for len(told) < many {
		var a agents.Agent
		if err := json.Unmarshal(p.until("agent").D, &a); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(a.ID), "new-") {
			told[a.ID] = true
		}
	}
}

// heard is a page's connection that keeps what is written to it.
type heard struct {
	mu     sync.Mutex
	frames []*frame
}

func (h *heard) Read() ([]byte, error) { return nil, http.ErrServerClosed }
func (h *heard) Ping() error           { return nil }
func (h *heard) Bye(int, string) error { return nil }
func (h *heard) Close() error          { return nil }
func (h *heard) Write(f ...*frame) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.frames = append(h.frames, f...)
	return nil
}

// newHeard is a page of a console that does not run.
func newHeard(t testing.TB) (*client, *heard) {
	desk := newMemory()
	console := New(Options{Desk: desk, Sessions: desk, Origins: []string{"http://desk.example"}})
	desk.write("ana", "", "bonjour")
	console.hub.heads[lumen], console.hub.epoch = 2, desk.epoch
	s, err := console.guard.begin(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil), desk.agents["theo"])
	if err != nil {
		t.Fatal(err)
	}
	h := &heard{}
	c := newClient(console.hub, s)
	c.conn = h
	console.hub.clients[c] = struct{}{}
	return c, h
}

// Whatever a page says is either done and answered, or named as what it is.
func FuzzFrame(f *testing.F) {
	for _, text := range []string{
		`{"v":1,"t":"ping","id":"1"}`, `{"v":1,"t":"pong"}`, `{"v":2,"t":"ping"}`, `{"v":1,"t":"nothing"}`, `{`, `null`, `[]`, `{"v":1}{}`,
		`{"v":1,"t":"hello","d":{"epoch":"first","last":{"lumen":1},"tab":"a"}}`,
		`{"v":1,"t":"viewing","d":{"brand":"lumen","customer":"ana","on":true}}`,
		`{"v":1,"t":"composing","d":{"brand":"lumen","customer":"ana","on":false}}`,
		`{"v":1,"t":"cmd","id":"1","d":{"kind":"act","brand":"lumen","customer":"ana","act":{"id":"1","kind":"write","text":"Bonjour"}}}`,
		`{"v":1,"t":"cmd","id":"1","d":{"kind":"act","brand":"lumen","customer":"ana","act":{"id":"1","kind":"recall","message":"ana-1","after":"2026-11-22T08:00:00Z"}}}`,
		`{"v":1,"t":"cmd","id":"1","d":{"kind":"act","brand":"lumen","customer":"ana","act":null}}`,
		`{"v":1,"t":"cmd","id":"1","d":{"kind":"dance"}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, _ := newHeard(t)
		c.live = true
		var s said
		if parse(text, &s) != nil || s.V != protocolVersion {
			return
		}
		why := c.hear(s)
		c.mu.Lock()
		defer c.mu.Unlock()
		waiting := len(c.queue.frames)
		switch {
		case why != "" && waiting > 0:
			t.Errorf("%s is refused (%s) and answered", text, why)
		case why == "" && (s.T == "cmd" || s.T == "ping") && waiting != 1:
			t.Errorf("%s is not answered", text)
		case len(c.looks) > maxLooks || len(c.queue.frames) > maxFrames:
			t.Errorf("%s goes beyond a bound", text)
		}
	})
}

// Whatever a page says that it had, it is brought up to where the log ends, and
// told to load anew where what it had is of no use.
func FuzzHello(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"epoch":"first","last":{"lumen":1}}`, `{"epoch":"first","last":{"lumen":9}}`, `{"epoch":"other","last":{"lumen":1}}`,
		`{"epoch":"first","last":{"lumen":-9223372036854775808}}`, `{"epoch":"first","last":{"soleil":1}}`, `{"last":{"":0}}`, `{"last":null}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var h hello
		if parse(text, &h) != nil {
			return
		}
		c, out := newHeard(t)
		if _, err := c.start(context.Background(), h); err != nil {
			t.Fatal(err)
		}
		for {
			wrote, err := c.readOn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if !wrote {
				break
			}
		}
		fits := h.Epoch == "" || h.Epoch == "first"
		for brand, at := range h.Last {
			fits = fits && brand == lumen && at >= 0 && at <= 2
		}
		behind := int64(2)
		if at, had := h.Last[lumen]; had && fits {
			behind -= at
		}
		switch {
		case c.at[lumen] != 2 || len(c.at) != 1:
			t.Errorf("%s: it stands at %v", text, c.at)
		case len(h.Last) > 0 && !fits && len(out.frames) != 1:
			t.Errorf("%s: it is not told to load anew", text)
		case len(h.Last) > 0 && fits && (len(out.frames) > 0) != (behind > 0):
			t.Errorf("%s: %d frames bring it up to date", text, len(out.frames))
		case len(h.Last) == 0 && len(out.frames) != 0:
			t.Errorf("%s: a new page is told %d frames", text, len(out.frames))
		}
	})
}
