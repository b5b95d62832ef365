package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/api"
)

func TestTheDescriptionIsServed(t *testing.T) {
	w := open(t)
	a := w.ask(ask{method: "GET", path: "/openapi.json", header: []string{"Authorization", ""}})
	if w.expect(a, 200)["openapi"] != "3.1.0" {
		t.Error(a.text)
	}
}

func TestAKeyIsNeeded(t *testing.T) {
	w := open(t)
	other, _, err := api.NewKey(lumen, "never stored", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, header := range map[string]string{
		"no header":               "",
		"another kind":            "Basic " + w.secret,
		"a key that is not known": "Bearer " + other,
		"a key cut short":         "Bearer " + w.secret[:20],
		"a hash instead of a key": "Bearer ck_" + strings.Repeat("a", 43),
	} {
		t.Run(name, func(t *testing.T) {
			a := w.ask(ask{method: "GET", path: "/v1/customers/c1", header: []string{"Authorization", header}})
			w.refused(a, 401, "unauthorized")
			if a.Header.Get("WWW-Authenticate") == "" {
				t.Error("the answer does not say how to authenticate")
			}
		})
	}
	w.refused(w.get("/v1/customers/c1"), 404, "unknown_customer")
}

func TestAKeyMayDoWhatItsScopesSay(t *testing.T) {
	w := open(t)
	w.secret = w.key(lumen, "customers:read")
	w.refused(w.get("/v1/customers/c1"), 404, "unknown_customer")
	body := w.refused(w.post("/v1/events", cart("e1")), 403, "missing_scope")
	if !strings.Contains(body["detail"].(string), "events:write") {
		t.Errorf("%v does not name the scope", body)
	}
	if w.door.knocks.Load() != 0 {
		t.Error("an event went through")
	}
	w.secret = w.key("gone")
	w.refused(w.get("/v1/customers/c1"), 403, "brand_gone")
}

func TestAKeyIsStoredHashed(t *testing.T) {
	secret, key, err := api.NewKey(lumen, "crm", []string{"events:write", "events:write"})
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^ck_[0-9A-Za-z]{43}$`).MatchString(secret) || len(key.Hash) != 64 || strings.Contains(fmt.Sprint(key), secret) {
		t.Errorf("secret %q, key %+v", secret, key)
	}
	if len(key.Scopes) != 1 || key.Name != "crm" || key.Created.IsZero() {
		t.Errorf("key %+v", key)
	}
	if _, _, err := api.NewKey(lumen, "crm", []string{"event:write"}); err == nil || !strings.Contains(err.Error(), `did you mean "events:write"?`) {
		t.Errorf("error %v", err)
	}
}

func TestWhatNoRouteTakesIsAProblem(t *testing.T) {
	w := open(t)
	w.refused(w.ask(ask{method: "GET", path: "/v1/nothing", broken: true}), 404, "no_such_address")
	a := w.ask(ask{method: "DELETE", path: "/v1/events", broken: true})
	w.refused(a, 405, "method_not_allowed")
	if a.Header.Get("Allow") != "POST" {
		t.Errorf("Allow: %q", a.Header.Get("Allow"))
	}
}

func TestABodyIsBoundedAndSaysWhatItIs(t *testing.T) {
	w := open(t)
	big := `{"id":"` + strings.Repeat("x", 1<<20) + `"}`
	w.refused(w.ask(ask{method: "POST", path: "/v1/events", body: big, broken: true}), 413, "body_too_large")
	w.refused(w.ask(ask{method: "POST", path: "/v1/events", body: cart("e"), header: []string{"Content-Type", "text/plain"}, broken: true}), 415, "unsupported_media_type")
	for _, body := range []string{"{", "", `{} {}`, "\"\xff\"", `{"id": 01}`} {
		w.refused(w.ask(ask{method: "POST", path: "/v1/events", body: body, header: []string{"Content-Type", "application/json; charset=utf-8"}, broken: true}), 400, "malformed_json")
	}
	if w.door.knocks.Load() != 0 {
		t.Error("an event went through")
	}
}

func TestAKeyThatAsksTooMuchWaits(t *testing.T) {
	w := openRated(t, rate{perSecond: 0.5, burst: 2})
	first := w.get("/v1/customers/c1")
	if first.Header.Get("RateLimit-Policy") != `"key";q=2;w=4` || first.Header.Get("RateLimit") != `"key";r=1;t=2` {
		t.Errorf("headers %v", first.Header)
	}
	w.refused(w.get("/v1/customers/c1"), 404, "unknown_customer")
	a := w.get("/v1/customers/c1")
	w.refused(a, 429, "too_many_requests")
	if a.Header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After: %s", a.Header.Get("Retry-After"))
	}
	w.secret = w.key(lumen)
	w.refused(w.get("/v1/customers/c1"), 404, "unknown_customer") // each key has its own
}

func TestABusyGatewayAsksToComeAgain(t *testing.T) {
	w := open(t)
	heal := w.door.failing(fmt.Errorf("queue: %w", gateway.ErrBusy))
	for _, a := range []answer{
		w.post("/v1/events", cart("e1")),
		w.post("/v1/events", "["+cart("e1")+"]"),
		w.post("/v1/consents", consent("given")),
		w.ask(ask{method: "PUT", path: "/v1/customers/c1", body: `{"phone":"` + claire + `"}`}),
	} {
		w.refused(a, 503, "busy")
		if a.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	heal()
	if got := w.expect(w.post("/v1/events", cart("e1")), 200)["status"]; got != "accepted" {
		t.Errorf("the same event is then %v", got)
	}
}

func TestAnUnexpectedErrorIsNotTold(t *testing.T) {
	w := open(t)
	defer w.door.failing(fmt.Errorf("open /var/secret: %s", "hush"))()
	a := w.ask(ask{method: "POST", path: "/v1/nothing", broken: true})
	w.refused(a, 404, "no_such_address")
	r, err := http.NewRequestWithContext(t.Context(), "POST", w.server.URL+"/v1/events", strings.NewReader(cart("e1")))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.secret)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var p gateway.ProblemDetails
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 500 || p.Code != "internal" || strings.Contains(p.Detail, "hush") {
		t.Errorf("answered %d %+v", response.StatusCode, p)
	}
	answered.Store(p.Code, true)
}
