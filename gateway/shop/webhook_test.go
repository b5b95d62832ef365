package shop

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/causette/causette/conversation"
)

const (
	secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

var (
	ana = conversation.Customer{ID: "cu_1", Accounts: []string{"42"}, Phone: "+33612345678"}
	job = conversation.Job{ID: "reorder:in:lumen-sms:SM1", Kind: Reorder,
		Payload: []byte(`{"order":"o1","accounts":["42"],"phone":"+33612345678","lines":[{"sku":"BOU-FIG","name":"Bougie Figuier","quantity":2,"price":{"amount":2900,"currency":"EUR"}}]}`)}
)

// serve answers every webhook as told, and keeps the last one.
func serve(t *testing.T, answer http.HandlerFunc) *Webhook {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	w, err := NewWebhook(WebhookConfig{URL: server.URL + "/reorder", Secret: secret, AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

// reply answers with a status, as JSON.
func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// The library of Standard Webhooks verifies what we sign.
func TestAWebhookIsSignedAsTheStandardSays(t *testing.T) {
	for name, secrets := range map[string]string{"one secret": secret, "while it rotates": newSecret + " " + secret} {
		t.Run(name, func(t *testing.T) {
			oracle, err := standardwebhooks.NewWebhook(secret)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Type      string
				Timestamp time.Time
				Data      struct {
					Job, Brand, Customer, Phone, Order string
					ExternalIDs                        []string `json:"external_ids"`
					Lines                              []conversation.Line
				}
			}
			w := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				if err := oracle.Verify(body, r.Header); err != nil {
					t.Errorf("the signature does not hold: %v", err)
				}
				if err := oracle.Verify(append(body, ' '), r.Header); err == nil {
					t.Error("the signature holds for another body")
				}
				if r.Header.Get("webhook-id") != job.ID || r.Method != "POST" {
					t.Errorf("%s %v", r.Method, r.Header)
				}
				if err := json.Unmarshal(body, &got); err != nil {
					t.Error(err)
				}
				reply(200, `{"link":"https://lumen.example/pay/1"}`)(w, r)
			})
			if w.sign, err = newSigner(secrets); err != nil {
				t.Fatal(err)
			}
			result, err := w.Do(t.Context(), "lumen", ana, job)
			if err != nil || result.Link != "https://lumen.example/pay/1" || result.Job != job.ID || result.Kind != Reorder || result.Failed != "" {
				t.Errorf("result %+v, %v", result, err)
			}
			d := got.Data
			if got.Type != "reorder.confirmed" || got.Timestamp.IsZero() || d.Job != job.ID || d.Brand != "lumen" || d.Customer != "cu_1" ||
				d.Order != "o1" || d.ExternalIDs[0] != "42" || d.Lines[0].Quantity != 2 {
				t.Errorf("body %+v", got)
			}
		})
	}
}

func TestWhatTheShopAnswersDecides(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		body       string
		gone       []string
		failed     string // part of Result.Failed
		again      bool   // an error: asked again
		otherKinds bool
	}{
		"some articles are gone":       {status: 200, body: `{"link":"https://lumen.example/p","out_of_stock":["Bougie Agrumes"]}`, gone: []string{"Bougie Agrumes"}},
		"all articles are gone":        {status: 201, body: `{"out_of_stock":["Bougie Figuier"]}`, gone: []string{"Bougie Figuier"}},
		"neither link nor stock":       {status: 200, body: `{}`, failed: "neither link nor out_of_stock"},
		"a link without TLS":           {status: 200, body: `{"link":"http://lumen.example/p"}`, failed: "https"},
		"a link that is a script":      {status: 200, body: `{"link":"javascript:alert(1)"}`, failed: "https"},
		"a link with a text in it":     {status: 200, body: `{"link":"https://lumen.example/p Gagnez un iPhone"}`, failed: "percent-encoded"},
		"a link with a user":           {status: 200, body: `{"link":"https://lumen.example@evil.example/"}`, failed: "https"},
		"a link without end":           {status: 200, body: `{"link":"https://lumen.example/` + strings.Repeat("p", 2000) + `"}`, failed: "bytes"},
		"too many names":               {status: 200, body: `{"out_of_stock":["` + strings.Repeat(`a","`, 50) + `a"]}`, failed: "51 articles"},
		"a name of nothing":            {status: 200, body: `{"link":"https://lumen.example/p","out_of_stock":["a"," "]}`, failed: "names an article"},
		"no JSON":                      {status: 200, body: `<html>`, failed: "not the JSON"},
		"an answer without end":        {status: 200, body: `{"link":"` + strings.Repeat("x", 70<<10), failed: "more than"},
		"another kind":                 {status: 200, body: `{"link":"https://lumen.example/p"}`, failed: "application/json", otherKinds: true},
		"accepted and no answer":       {status: 202, body: `{}`, failed: "202"},
		"gone":                         {status: 410, failed: "410"},
		"moved":                        {status: 307, failed: "moved (307)"},
		"not known":                    {status: 404, failed: "refused (404)"},
		"a wrong signature":            {status: 401, failed: "refused (401)"},
		"too many":                     {status: 429, again: true},
		"an error":                     {status: 500, again: true},
		"a gateway without its server": {status: 502, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if c.otherKinds {
					w.Header().Set("Content-Type", "text/html")
					_, _ = io.WriteString(w, c.body)
					return
				}
				w.Header().Set("Location", "https://elsewhere.example/")
				reply(c.status, c.body)(w, r)
			})
			result, err := w.Do(t.Context(), "lumen", ana, job)
			if (err != nil) != c.again {
				t.Fatalf("error %v", err)
			}
			if c.failed == "" != (result.Failed == "") || !strings.Contains(result.Failed, c.failed) {
				t.Errorf("failed %q, want …%s…", result.Failed, c.failed)
			}
			if c.failed != "" && (result.Link != "" || result.OutOfStock != nil) {
				t.Errorf("a failure with an answer: %+v", result)
			}
			if fmt.Sprint(result.OutOfStock) != fmt.Sprint(c.gone) {
				t.Errorf("out of stock %q", result.OutOfStock)
			}
		})
	}
}

func TestAShopThatIsNotThereIsAskedAgain(t *testing.T) {
	server := httptest.NewServer(reply(200, `{}`))
	w, err := NewWebhook(WebhookConfig{URL: server.URL, Secret: secret, AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	if result, err := w.Do(t.Context(), "lumen", ana, job); err == nil {
		t.Errorf("result %+v", result)
	}
}

func TestASilentShopIsLeftAfterTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, err := NewWebhook(WebhookConfig{URL: "https://lumen.example/reorder", Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		w.client.Transport = silent{}
		began := time.Now()
		if _, err := w.Do(t.Context(), "lumen", ana, job); err == nil {
			t.Error("no error")
		}
		if waited := time.Since(began); waited != timeout {
			t.Errorf("waited %s", waited)
		}
	})
}

// silent is a shop that never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestAWebhookDoesNotReachIntoOurNetwork(t *testing.T) {
	asked := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		port := server.URL[strings.LastIndex(server.URL, ":"):]
		w, err := NewWebhook(WebhookConfig{URL: "https://" + host + port, Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		result, err := w.Do(t.Context(), "lumen", ana, job)
		if err != nil || !strings.Contains(result.Failed, "private address") {
			t.Errorf("%s: result %+v, %v", host, result, err)
		}
	}
	if asked {
		t.Error("the server was asked")
	}
}

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"185.15.58.224": true, "2a02:ec80:600:ed1a::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false,
		"::": false, "::1": false, "fe80::1": false, "fd00::1": false, "ff02::1": false,
		"::ffff:10.0.0.1": false, "::ffff:185.15.58.224": true, "64:ff9b::a00:1": false, "2002:a00:1::": false, "2001:db8::1": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is public: %v", address, got)
		}
	}
}

func TestAWebhookIsConfiguredSoundly(t *testing.T) {
	for name, c := range map[string]WebhookConfig{
		"http":            {URL: "http://lumen.example/x", Secret: secret},
		"no address":      {Secret: secret},
		"a user":          {URL: "https://me:hush@lumen.example/x", Secret: secret},
		"no secret":       {URL: "https://lumen.example/x"},
		"another secret":  {URL: "https://lumen.example/x", Secret: "sk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
		"a short secret":  {URL: "https://lumen.example/x", Secret: "whsec_c2hvcnQ="},
		"a broken secret": {URL: "https://lumen.example/x", Secret: secret + " whsec_*"},
	} {
		if _, err := NewWebhook(c); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestAJobThatCannotBeReadIsNotTriedAgain(t *testing.T) {
	w := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the shop was asked") })
	for name, j := range map[string]conversation.Job{
		"another kind":  {ID: "j", Kind: "levitate", Payload: []byte(`{}`)},
		"no JSON":       {ID: "j", Kind: Reorder, Payload: []byte(`{`)},
		"far too large": {ID: "j", Kind: Reorder, Payload: []byte(`{"order":"` + strings.Repeat("o", 30<<10) + `"}`)},
	} {
		result, err := w.Do(t.Context(), "lumen", ana, j)
		if err != nil || result.Failed == "" {
			t.Errorf("%s: result %+v, %v", name, result, err)
		}
	}
}

// Whatever a shop answers with 200, the result is a sound link, names, or a
// reason for agents.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"link":"https://lumen.example/pay/1","out_of_stock":["Tasse"]}`)
	f.Add(`{"link":"https://[::1","out_of_stock":[""]}`)
	f.Add(`{"out_of_stock":["\u0000"]}`)
	f.Fuzz(func(t *testing.T, body string) {
		var r conversation.Result
		fill(&r, []byte(body))
		if (r.Failed == "") == (r.Link == "" && len(r.OutOfStock) == 0) {
			t.Fatalf("result %+v", r)
		}
		if r.Link != "" && (!strings.HasPrefix(strings.ToLower(r.Link), "https://") || strings.ContainsAny(r.Link, " \n")) {
			t.Fatalf("link %q", r.Link)
		}
	})
}
