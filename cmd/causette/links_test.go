package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/causette/causette/conversation"
)

const shopSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// heard is an event as the shop gets it.
type heard struct {
	Type string
	Data struct {
		Phone    string
		Values   map[string]string
		Consents []conversation.Consent
	}
}

// A link in a prompt becomes a short one on the brand's own domain; who follows
// it is counted once and led on, and the shop hears of it, signed.
func TestAClickReachesTheShop(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			events := make(chan heard, 16)
			oracle, err := standardwebhooks.NewWebhook(shopSecret)
			if err != nil {
				t.Fatal(err)
			}
			shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				var e heard
				if err != nil || oracle.Verify(body, r.Header) != nil || json.Unmarshal(body, &e) != nil {
					t.Errorf("the shop cannot read %s %v", body, r.Header)
				}
				events <- e
			}))
			defer shop.Close()
			s := newTrial(t, 1, db.open(t), conditions{})
			s.linked(shop.URL)
			a, stop := s.node()
			defer stop()
			to, target := phone(1), "https://www.lumen.example/c/42?utm=sms"
			if err := consent(t.Context(), a.gateway, to); err != nil {
				t.Fatal(err)
			}
			_, err = request(t.Context(), a.gateway, conversation.Prompt{ID: "p1", Purpose: conversation.Marketing, Template: "cart_reminder",
				Variables: map[string]string{"product": "sac à main", "link": target}, To: conversation.Address(to)})
			if err != nil {
				t.Fatal(err)
			}
			s.awaitAccepted(1)
			said := s.played.Accepted()[0].Body
			link := regexp.MustCompile(`https://lmn\.example(/l/[a-z2-7]+)`).FindStringSubmatch(said)
			if link == nil || strings.Contains(said, target) {
				t.Fatalf("said %q", said)
			}
			for range 3 {
				r := httptest.NewRequest(http.MethodGet, "https://lmn.example"+link[1], nil)
				r.Header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1")
				w := httptest.NewRecorder()
				a.handler.ServeHTTP(w, r)
				if w.Code != http.StatusFound || w.Header().Get("Location") != target {
					t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
				}
			}
			var types []string
			for late := time.After(20 * time.Second); len(types) < 2; {
				select {
				case e := <-events:
					types = append(types, e.Type)
					if e.Data.Phone != to || e.Type == "link.clicked" && (e.Data.Values["url"] != target || e.Data.Values["prompt"] != "p1") {
						t.Errorf("the shop heard %+v", e)
					}
				case <-late:
					t.Fatalf("the shop heard %v", types)
				}
			}
			if got := strings.Join(types, " "); got != "consent.given link.clicked" && got != "link.clicked consent.given" {
				t.Errorf("the shop heard %s", got)
			}
			stop()
			if len(events) > 0 {
				t.Errorf("the shop heard more: %+v", <-events)
			}
		})
	}
}

// linked gives the trial's brand a short domain, and a shop that listens.
func (s *trial) linked(shop string) {
	s.configure("    burst_wait: 0s\n", fmt.Sprintf(`    burst_wait: 0s
    links: {base: "https://lmn.example", allow: [lumen.example]}
    shop: {events_url: %q, secret: %s, allow_private: true}
`, shop+"/events", shopSecret))
}
