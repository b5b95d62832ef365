package console

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/causette/causette/agents"
)

func codeOf(t *testing.T, body []byte) string {
	t.Helper()
	var p struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%q is no problem: %v", body, err)
	}
	return p.Code
}

func TestRequests(t *testing.T) {
	w := newWorld(t)
	w.desk.say("ana", "", "ma lampe est cassée")
	w.desk.say("bob", "lea", "bonjour")
	theo := w.login("theo")
	at := func(change func(*browser)) *browser { b := *theo; change(&b); return &b }
	for _, c := range []struct {
		name         string
		from         *browser
		method, path string
		body         string
		status       int
		code         string
	}{
		{"somebody who is not logged in", w.browser(), "GET", "me", "", 401, "no_session"},
		{"a cookie that is nobody's", at(func(b *browser) { b.cookie = "x" }), "GET", "me", "", 401, "no_session"},
		{"who one is", theo, "GET", "me", "", 200, ""},
		{"presence", theo, "PUT", "presence", `{"presence":"online"}`, 204, ""},
		{"presence that is none", theo, "PUT", "presence", `{"presence":"asleep"}`, 422, "invalid_body"},
		{"a field that nobody knows", theo, "PUT", "presence", `{"presense":"online"}`, 422, "invalid_body"},
		{"two values", theo, "PUT", "presence", `{"presence":"online"}{}`, 422, "invalid_body"},
		{"a large body", theo, "PUT", "presence", `{"presence":"` + strings.Repeat("x", maxBody) + `"}`, 413, "body_too_large"},
		{"no token", at(func(b *browser) { b.csrf = "" }), "PUT", "presence", `{"presence":"away"}`, 403, "bad_csrf"},
		{"another token", at(func(b *browser) { b.csrf = "abc" }), "PUT", "presence", `{"presence":"away"}`, 403, "bad_csrf"},
		{"another origin", at(func(b *browser) { b.origin = "http://evil.example" }), "PUT", "presence", `{"presence":"away"}`, 403, "bad_origin"},
		{"no origin", at(func(b *browser) { b.origin = "" }), "PUT", "presence", `{"presence":"away"}`, 403, "bad_origin"},
		{"logging in from another origin", at(func(b *browser) { b.origin = "null" }), "POST", "session", `{"email":"theo@lumen.example","password":"juste"}`, 403, "bad_origin"},
		{"colleagues", theo, "GET", "agents", "", 200, ""},
		{"canned texts", theo, "GET", "canned", "", 200, ""},
		{"a list", theo, "GET", "conversations?view=all&limit=10", "", 200, ""},
		{"a list that is none", theo, "GET", "conversations", "", 422, "invalid_body"},
		{"a limit that is none", theo, "GET", "conversations?view=all&limit=many", "", 422, "invalid_body"},
		{"a conversation", theo, "GET", "conversations/lumen/ana", "", 200, ""},
		{"nobody's conversation", theo, "GET", "conversations/lumen/nobody", "", 404, "not_found"},
		{"a thread", theo, "GET", "conversations/lumen/ana/thread?limit=1", "", 200, ""},
		{"a draft", theo, "PUT", "conversations/lumen/ana/draft", `{"text":"Bonjour Ana"}`, 204, ""},
		{"an act", theo, "POST", "conversations/lumen/ana/acts", `{"id":"1","kind":"claim"}`, 200, ""},
		{"an act on a colleague's", theo, "POST", "conversations/lumen/bob/acts", `{"id":"2","kind":"write","text":"x"}`, 409, "owned"},
		{"an act above one's role", theo, "POST", "conversations/lumen/bob/acts", `{"id":"3","kind":"transfer","to":"sam"}`, 403, "forbidden"},
		{"an address that leads nowhere", theo, "GET", "nowhere", "", 404, "no_route"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := c.from.send(c.method, c.path, c.body)
			if status != c.status {
				t.Fatalf("%d %s; want %d", status, body, c.status)
			}
			if c.code != "" && codeOf(t, body) != c.code {
				t.Fatalf("%s; want code %s", body, c.code)
			}
		})
	}
}

func TestNothingIsAnEmptyList(t *testing.T) {
	if text, err := json.Marshal(listed[agents.Canned](nil)); err != nil || string(text) != `{"items":[]}` {
		t.Fatalf("%s, %v", text, err)
	}
}

func TestARefusedActSaysWhoHasItAndWhatWasMissed(t *testing.T) {
	w := newWorld(t)
	w.desk.say("bob", "lea", "bonjour")
	_, body := w.login("theo").send("POST", "conversations/lumen/bob/acts", `{"id":"1","kind":"claim"}`)
	var p problem
	if err := json.Unmarshal(body, &p); err != nil || p.Owner != "lea" || len(p.Missed) != 1 || p.Missed[0].Text != "bonjour" {
		t.Fatalf("%s, %v", body, err)
	}
}

func TestLogin(t *testing.T) {
	w := newWorld(t)
	wrong := w.browser()
	for range 3 {
		if status, body := wrong.send("POST", "session", `{"email":"theo@lumen.example","password":"faux"}`); status != 401 || codeOf(t, body) != "wrong_login" {
			t.Fatalf("%d %s", status, body)
		}
	}
	if status, body := wrong.send("POST", "session", `{"email":"theo@lumen.example","password":"faux"}`); status != 429 || codeOf(t, body) != "too_many_logins" {
		t.Fatalf("%d %s", status, body)
	}
	b := w.login("theo")
	first, firstToken := b.cookie, b.csrf
	for token := range w.desk.sessions {
		if token == first {
			t.Fatal("the database holds a token that logs in")
		}
	}
	status, _ := b.send("POST", "session", `{"email":"theo@lumen.example","password":"juste"}`)
	if status != 200 || b.cookie == first {
		t.Fatalf("%d, and a new login keeps the token", status)
	}
	if status, _ := (&browser{w: w, cookie: first, csrf: firstToken, origin: b.origin}).send("GET", "me", ""); status != 401 {
		t.Fatalf("the token before the login still answers: %d", status)
	}
	b = w.login("theo")
	before := b.cookie
	if status, body := b.send("DELETE", "session", ""); status != 204 || b.cookie != "" {
		t.Fatalf("%d %s, cookie %q", status, body, b.cookie)
	}
	b.cookie = before
	if status, _ := b.send("GET", "me", ""); status != 401 {
		t.Fatalf("after the logout: %d", status)
	}
}

func TestASessionEndsWithItsAgent(t *testing.T) {
	w := newWorld(t)
	b := w.login("theo")
	began := w.console.hub.now()
	w.desk.change("theo", func(a *agents.Agent) { a.Revoked = began.Add(1) })
	if status, _ := b.send("GET", "me", ""); status != 401 {
		t.Fatalf("after the account was revoked: %d", status)
	}
	b = w.login("lea")
	w.desk.change("lea", func(a *agents.Agent) { a.Disabled = true })
	if status, body := b.send("GET", "me", ""); status != 403 || codeOf(t, body) != "forbidden" {
		t.Fatalf("after the account was closed: %d %s", status, body)
	}
}

func TestThePage(t *testing.T) {
	built := New(Options{Page: fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html>page")}, "assets/a-1.js": {Data: []byte("js")}, ".gitkeep": {},
	}})
	bare := New(Options{Page: fstest.MapFS{".gitkeep": {}}})
	for _, c := range []struct {
		name    string
		console *Console
		path    string
		status  int
		says    string
		cache   string
	}{
		{"index", built, "/console/", 200, "page", "no-cache"},
		{"index by name", built, "/console/index.html", 200, "page", "no-cache"},
		{"a place in the page", built, "/console/lumen/ana", 200, "page", "no-cache"},
		{"a hashed file", built, "/console/assets/a-1.js", 200, "js", "public, max-age=31536000, immutable"},
		{"a file of an older build", built, "/console/assets/a-0.js", 404, "not found", "no-store"},
		{"a file that is not for pages", built, "/console/.gitkeep", 404, "not found", "no-store"},
		{"outside", built, "/console/../go.mod", 307, "", "no-store"},
		{"not built", bare, "/console/", 404, "make console", "no-store"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			c.console.ServeHTTP(w, httptest.NewRequest("GET", c.path, nil))
			if w.Code != c.status && c.status != 307 || !strings.Contains(w.Body.String(), c.says) {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if got := w.Header().Get("Cache-Control"); got != c.cache {
				t.Errorf("Cache-Control %q, want %q", got, c.cache)
			}
			if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; script-src 'self'") {
				t.Errorf("policy %q", got)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
	w := httptest.NewRecorder()
	built.ServeHTTP(w, httptest.NewRequest("GET", "/console", nil))
	if w.Code != http.StatusMovedPermanently {
		t.Errorf("/console: %d", w.Code)
	}
}
