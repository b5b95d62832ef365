package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// world is a console that serves, over a desk in memory.
type world struct {
	t       tester
	desk    *memory
	console *Console
	server  *httptest.Server
	stop    func()
}

// tester is *testing.T or *rapid.T.
type tester interface {
	Helper()
	Fatalf(string, ...any)
}

func newWorld(t *testing.T) *world {
	w := startWorld(t, newMemory())
	t.Cleanup(w.stop)
	return w
}

// startWorld starts a node over the desk; stop ends it.
func startWorld(t tester, desk *memory) *world {
	w := serve(t, Options{Desk: desk, Sessions: desk, Subscribe: desk.subscribe})
	w.desk = desk
	return w
}

// serve starts a console; stop ends it.
func serve(t tester, o Options) *world {
	w := &world{t: t, server: httptest.NewUnstartedServer(nil)}
	o.Origins = []string{"http://" + w.server.Listener.Addr().String()}
	w.console = New(o)
	w.console.hub.times = times{poll: 10 * time.Millisecond, mark: 5 * time.Millisecond, agents: 20 * time.Millisecond,
		check: time.Minute, ping: time.Second, gap: time.Millisecond, hello: 5 * time.Second, bye: 20 * time.Millisecond}
	w.server.Config.Handler = w.console
	w.server.Start()
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() { defer close(ran); w.console.Run(ctx) }()
	w.stop = func() { cancel(); <-ran; w.server.Close() }
	return w
}

// browser is an agent's browser.
type browser struct {
	w      *world
	cookie string
	csrf   string
	origin string
}

func (w *world) browser() *browser { return &browser{w: w, origin: w.server.URL} }

// login is a browser in which the agent has logged in.
func (w *world) login(id string) *browser {
	w.t.Helper()
	b := w.browser()
	status, body := b.send("POST", "session", `{"email":"`+id+`@lumen.example","password":"juste"}`)
	if status != http.StatusOK {
		w.t.Fatalf("login of %s: %d %s", id, status, body)
	}
	var m me
	if err := json.Unmarshal(body, &m); err != nil {
		w.t.Fatalf("me: %v", err)
	}
	b.csrf = m.CSRF
	return b
}

func (b *browser) send(method, path, body string) (int, []byte) {
	b.w.t.Helper()
	r, err := http.NewRequest(method, b.w.server.URL+prefix+path, bytes.NewBufferString(body))
	if err != nil {
		b.w.t.Fatalf("request: %v", err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range map[string]string{"Origin": b.origin, csrfHeader: b.csrf} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	for _, c := range answer.Cookies() {
		if c.Name == cookieName {
			b.cookie = c.Value
		}
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer.StatusCode, text
}

// open opens the socket and says hello; a refused handshake is an error.
func (b *browser) open(h hello) (*page, error) {
	header := http.Header{"Cookie": {cookieName + "=" + b.cookie}}
	if b.origin != "" {
		header.Set("Origin", b.origin)
	}
	ws, answer, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(b.w.server.URL, "http")+prefix+"socket", header)
	if err != nil {
		if answer != nil {
			return nil, fmt.Errorf("%d: %w", answer.StatusCode, err)
		}
		return nil, err
	}
	p := &page{w: b.w, ws: ws, view: newView()}
	p.say("hello", "", h)
	return p, nil
}

// page is an agent's page at the other end of a socket.
type page struct {
	w    *world
	ws   *websocket.Conn
	view *view
	last int64
	seen []string // types of the frames read
}

func (b *browser) page() *page {
	b.w.t.Helper()
	p, err := b.open(hello{})
	if err != nil {
		b.w.t.Fatalf("open: %v", err)
	}
	p.until("ready")
	return p
}

func (p *page) say(kind, id string, d any) {
	text, _ := json.Marshal(envelope{V: protocolVersion, T: kind, ID: id, D: d})
	_ = p.ws.WriteMessage(websocket.TextMessage, text) // a page whose socket is gone notices when it reads
}

// got is a frame as a page reads it.
type got struct {
	T     string          `json:"t"`
	Seq   int64           `json:"seq"`
	Brand string          `json:"brand"`
	Re    string          `json:"re"`
	D     json.RawMessage `json:"d"`
}

// next reads one frame and applies it as a page does.
func (p *page) next() (got, error) {
	if err := p.ws.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return got{}, err
	}
	_, text, err := p.ws.ReadMessage()
	if err != nil {
		return got{}, err
	}
	var f got
	if err := json.Unmarshal(text, &f); err != nil {
		return got{}, err
	}
	p.seen = append(p.seen, f.T)
	switch f.T {
	case "conversation", "entry":
		p.view.apply(f)
	case "mark":
		var m marked
		if err := json.Unmarshal(f.D, &m); err != nil {
			return got{}, err
		}
		p.last = max(p.last, m.Seq)
	case "ready":
		var r ready
		if err := json.Unmarshal(f.D, &r); err != nil {
			return got{}, err
		}
		p.last = max(p.last, r.Heads[lumen])
	}
	p.last = max(p.last, f.Seq)
	return f, nil
}

func (p *page) until(kind string) got {
	p.w.t.Helper()
	for {
		f, err := p.next()
		if err != nil {
			p.w.t.Fatalf("waiting for %s: %v (after %v)", kind, err, p.seen)
		}
		if f.T == kind {
			return f
		}
	}
}

// closed reads until the socket is closed and says with what code.
func (p *page) closed() int {
	for {
		if _, err := p.next(); err != nil {
			code := -1
			if c, ok := err.(*websocket.CloseError); ok {
				code = c.Code
			}
			return code
		}
	}
}

// view is a page's store.
type view struct {
	summaries map[conversation.CustomerID]agents.Summary
	entries   map[string]agents.Entry
}

func newView() *view {
	return &view{make(map[conversation.CustomerID]agents.Summary), make(map[string]agents.Entry)}
}

func (v *view) apply(f got) {
	switch f.T {
	case "conversation":
		var s agents.Summary
		if json.Unmarshal(f.D, &s) == nil && s.Version > v.summaries[s.Customer].Version {
			v.summaries[s.Customer] = s
		}
	case "entry":
		var e entered
		if json.Unmarshal(f.D, &e) == nil {
			had, known := v.entries[e.Entry.ID]
			if !known || gateway.Status(e.Entry.Status).After(gateway.Status(had.Status)) {
				v.entries[e.Entry.ID] = e.Entry.Entry
			}
		}
	}
}

// load takes a snapshot over REST, as a page does after ready.
func (v *view) load(desk *memory) {
	desk.mu.Lock()
	defer desk.mu.Unlock()
	for c, s := range desk.stand {
		if s.Version > v.summaries[c].Version {
			v.summaries[c] = *s
		}
		for _, e := range desk.threads[c] {
			v.entries[e.ID] = e
		}
	}
}

func (v *view) String() string {
	var b strings.Builder
	for _, c := range slices.Sorted(maps.Keys(v.summaries)) {
		fmt.Fprintf(&b, "%s v%d %q for %q\n", c, v.summaries[c].Version, v.summaries[c].Preview, v.summaries[c].Offered)
	}
	for _, id := range slices.Sorted(maps.Keys(v.entries)) {
		fmt.Fprintf(&b, "  %s %q %s\n", id, v.entries[id].Text, v.entries[id].Status)
	}
	return b.String()
}
