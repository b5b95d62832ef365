package links_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/links"
	"github.com/causette/causette/store"
)

const (
	brand  = conversation.BrandID("lumen")
	code   = "abcdefgh23456722"
	target = "https://www.lumen.example/c/42?a=1&b=%C3%A9t%C3%A9"
	human  = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1"
)

// linker is a script that texts a link for every text: its words say which.
type linker struct{ gateway.Script }

func (linker) Version() string { return "linker" }

func (linker) Step(c conversation.Conversation, e conversation.Event, _ time.Time) conversation.Turn {
	t := conversation.Turn{Next: c, Rule: "linker"}
	if e.Message != nil {
		word := strings.Fields(e.Message.Text)
		until, err := time.Parse(time.RFC3339, word[1])
		if err != nil {
			panic(err)
		}
		t.Codes = []conversation.Code{{Code: word[0], Kind: "link", Expires: until, URL: word[2], Prompt: "p1"}}
	}
	return t
}

// site is the links on a real gateway and a real database.
type site struct {
	t *testing.T
	*links.Links
	store   *store.Store
	gateway *gateway.Gateway
	now     time.Time
	n       int
}

func newSite(t *testing.T) *site {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "links.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Options{Store: st, Scripts: func(conversation.BrandID, []byte) (gateway.Script, error) { return linker{}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Use(t.Context(), brand, linker{}, []byte("linker")); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = g.Run(t.Context()) }()
	t.Cleanup(func() { <-ended })
	s := &site{t: t, store: st, gateway: g, now: time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC)}
	s.Links = links.New(links.Options{Door: g, Store: st, Now: func() time.Time { return s.now }, Brands: []conversation.BrandInfo{
		{ID: brand, Name: "Lumen", Languages: []string{"fr", "de"}, LinkURL: "https://lmn.example/l/", LinkHosts: []string{"lumen.example"}},
		{ID: "umbra", Name: "Umbra", Languages: []string{"en"}, LinkURL: "https://umb.example/l/", LinkHosts: []string{"umbra.example"}},
	}})
	s.text(code, s.now.Add(time.Hour), target)
	return s
}

// text lets a link be texted to Ana.
func (s *site) text(code string, until time.Time, to string) {
	s.t.Helper()
	s.n++
	_, err := s.gateway.Accept(s.t.Context(), brand, gateway.Who{Address: "+33612345678"}, gateway.InboundEvent(conversation.Inbound{
		Carrier: conversation.CarrierID(fmt.Sprintf("IN%d", s.n)), Channel: "lumen-sms", Medium: conversation.SMS, From: "+33612345678", To: "36105",
		Text: code + " " + until.Format(time.RFC3339) + " " + to, At: s.now,
	}))
	if err != nil {
		s.t.Fatal(err)
	}
}

// ask follows a link; change says what is different about the request.
func (s *site) ask(path string, change ...func(*http.Request)) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://lmn.example"+path, nil)
	r.Header.Set("User-Agent", human)
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func (s *site) clicks() int {
	s.t.Helper()
	log, err := s.store.Log(s.t.Context(), brand, 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for _, e := range log {
		if e.Type == "link.clicked" {
			n++
		}
	}
	return n
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func agent(name string) func(*http.Request) { return header("User-Agent", name) }

func TestALinkLeadsOnAndItsClickIsCountedOncePerPerson(t *testing.T) {
	s := newSite(t)
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() {
			if r := s.ask(links.Path + code); r.StatusCode != http.StatusFound || r.Header.Get("Location") != target {
				t.Errorf("%d to %q", r.StatusCode, r.Header.Get("Location"))
			}
		})
	}
	together.Wait()
	if n := s.clicks(); n != 1 {
		t.Errorf("%d clicks were counted", n)
	}
	_, row, err := s.store.Link(t.Context(), code)
	if err != nil || row.Clicked.IsZero() {
		t.Errorf("clicked at %v: %v", row.Clicked, err)
	}
	r := s.ask("/l/" + strings.ToUpper(code[:1]) + code[1:]) // as a keyboard begins a sentence
	if r.StatusCode != http.StatusFound || r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
}

func TestWhatNoPersonAsksIsLedOnAndNotCounted(t *testing.T) {
	s := newSite(t)
	head := func(r *http.Request) { r.Method = http.MethodHead }
	for name, change := range map[string]func(*http.Request){
		"HEAD":              head,
		"no name":           agent(""),
		"Apple's Messages":  agent("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"),
		"WhatsApp":          agent("WhatsApp/2.23.20.0 A"),
		"Telegram":          agent("TelegramBot (like TwitterBot)"),
		"Slack":             agent("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
		"Google":            agent("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
		"Skype":             agent("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"),
		"a library":         agent("Go-http-client/1.1"),
		"curl":              agent("curl/8.5.0"),
		"no screen":         agent("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0.0.0 Safari/537.36"),
		"ahead of a person": header("Sec-Purpose", "prefetch;prerender"),
		"a preview":         header("X-Purpose", "preview"),
		"part of a page":    header("Sec-Fetch-Mode", "no-cors"),
	} {
		t.Run(name, func(t *testing.T) {
			r := s.ask(links.Path+code, change)
			if r.StatusCode != http.StatusFound || r.Header.Get("Location") != target {
				t.Errorf("%d to %q", r.StatusCode, r.Header.Get("Location"))
			}
			if n := s.clicks(); n != 0 {
				t.Fatalf("%d clicks were counted", n)
			}
		})
	}
	for i, phone := range []string{
		human,
		"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0.0]",
		"Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
	} {
		own := fmt.Sprintf("person2345672%d", i)
		s.text(own, s.now.Add(time.Hour), target)
		s.ask(links.Path+own, agent(phone), header("Sec-Fetch-Mode", "navigate"))
		if n := s.clicks(); n != i+1 {
			t.Errorf("%s: %d clicks were counted, want %d", phone, n, i+1)
		}
	}
}

func TestALinkThatIsNoneShowsAPage(t *testing.T) {
	s := newSite(t)
	s.text("oldoldoldold2345", s.now.Add(-time.Minute), target)
	s.text("elsewhere2345672", s.now.Add(time.Hour), "https://evil.example/?https://lumen.example")
	s.text("schemescheme2345", s.now.Add(time.Hour), "javascript://lumen.example/%0aalert(1)")
	s.text("useruseruser2345", s.now.Add(time.Hour), "https://lumen.example@evil.example/")
	for name, c := range map[string]struct {
		path   string
		change func(*http.Request)
		status int
		says   string
	}{
		"expired":             {"/l/oldoldoldold2345", nil, http.StatusGone, "Ce lien ne mène plus nulle part"},
		"expired, in German":  {"/l/oldoldoldold2345", header("Accept-Language", "de-AT,en;q=0.5"), http.StatusGone, "Dieser Link führt nirgendwohin mehr"},
		"with the shop":       {"/l/oldoldoldold2345", nil, http.StatusGone, `href="https://lumen.example/"`},
		"unknown":             {"/l/zzzzzzzzzzzzzzzz", nil, http.StatusNotFound, "Ce lien"},
		"too short":           {"/l/abc", nil, http.StatusNotFound, "Ce lien"},
		"odd":                 {"/l/abcdefgh2345672%27", nil, http.StatusNotFound, "Ce lien"},
		"another's domain":    {"/l/" + code, func(r *http.Request) { r.Host = "umb.example" }, http.StatusNotFound, "leads nowhere"},
		"no longer allowed":   {"/l/elsewhere2345672", nil, http.StatusNotFound, "Ce lien"},
		"no address":          {"/l/schemescheme2345", nil, http.StatusNotFound, "Ce lien"},
		"a user in it":        {"/l/useruseruser2345", nil, http.StatusNotFound, "Ce lien"},
		"a domain of nobody":  {"/l/" + code, func(r *http.Request) { r.Host = "10.0.0.7:8080" }, http.StatusFound, ""},
		"its domain and port": {"/l/" + code, func(r *http.Request) { r.Host = "LMN.example:443" }, http.StatusFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.change == nil {
				c.change = func(*http.Request) {}
			}
			r := s.ask(c.path, c.change)
			body, err := io.ReadAll(r.Body)
			if err != nil || r.StatusCode != c.status || !strings.Contains(string(body), c.says) {
				t.Errorf("%d %s", r.StatusCode, body)
			}
			if r.StatusCode != http.StatusFound && r.Header.Get("Location") != "" {
				t.Errorf("it leads to %s", r.Header.Get("Location"))
			}
		})
	}
	r := s.ask("/l/"+code, func(r *http.Request) { r.Method = http.MethodPost })
	if r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", r.StatusCode)
	}
}

func TestWhoGuessesIsStopped(t *testing.T) {
	s := newSite(t)
	from := func(address string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = address + ":5000" }
	}
	stopped := 0
	for i := range 200 {
		if r := s.ask(fmt.Sprintf("/l/guess%011d", i), from("192.0.2.7")); r.StatusCode == http.StatusTooManyRequests {
			stopped++
		}
	}
	if stopped != 150 {
		t.Errorf("%d of 200 were stopped", stopped)
	}
	if r := s.ask("/l/"+code, from("192.0.2.7")); r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Errorf("a lucky guess: %d", r.StatusCode)
	}
	if r := s.ask("/l/"+code, from("192.0.2.8")); r.StatusCode != http.StatusFound {
		t.Errorf("somebody else: %d", r.StatusCode)
	}
	s.now = s.now.Add(10 * time.Second)
	if r := s.ask("/l/"+code, from("192.0.2.7")); r.StatusCode != http.StatusFound {
		t.Errorf("a while later: %d", r.StatusCode)
	}
}
