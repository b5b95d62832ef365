package shop

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/causette/causette/gateway"
)

const clicked = `{"type":"link.clicked","timestamp":"2026-11-22T09:41:00Z","data":{"customer":"cu_1","code":"abc"}}`

// hear answers every event as told.
func hear(t *testing.T, answer http.HandlerFunc) *Events {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	e, err := NewEvents(WebhookConfig{URL: server.URL + "/events", Secret: secret, AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.hook.client.CloseIdleConnections)
	return e
}

func TestAnEventIsSignedAndPostedAsItIs(t *testing.T) {
	oracle, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	e := hear(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != clicked {
			t.Errorf("body %s, %v", body, err)
		}
		if err := oracle.Verify(body, r.Header); err != nil {
			t.Errorf("the signature does not hold: %v", err)
		}
		if r.Header.Get("webhook-id") != "event:1" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%v", r.Header)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if err := e.Tell(t.Context(), "event:1", []byte(clicked)); err != nil {
		t.Error(err)
	}
}

func TestWhatAShopAnswersToAnEvent(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		gone   bool
		after  time.Duration
	}{
		"an error":   {reply(500, ""), false, 0},
		"it is gone": {reply(410, ""), true, 0},
		"it refuses": {reply(400, ""), false, 0},
		"it has moved": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, false, 0},
		"too many": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(429)
		}, false, 2 * time.Minute},
		"an hour": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			w.WriteHeader(503)
		}, false, time.Hour},
		"nonsense": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "-5 soon")
			w.WriteHeader(503)
		}, false, 0},
		"no answer": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var u *gateway.Untold
			err := hear(t, c.answer).Tell(t.Context(), "event:1", []byte(clicked))
			if !errors.As(err, &u) || u.Gone != c.gone || u.Never || u.After < c.after-2*time.Second || u.After > c.after {
				t.Errorf("%+v", err)
			}
		})
	}
}

func TestAnEventThatIsTooLargeIsNeverTold(t *testing.T) {
	e := hear(t, func(http.ResponseWriter, *http.Request) { t.Error("it was posted") })
	var u *gateway.Untold
	if err := e.Tell(t.Context(), "event:1", []byte(strings.Repeat("x", maxBody+1))); !errors.As(err, &u) || !u.Never {
		t.Errorf("%+v", err)
	}
}

func TestAnEventDoesNotReachIntoOurOwnNetwork(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }))
	defer server.Close()
	e, err := NewEvents(WebhookConfig{URL: strings.Replace(server.URL, "http://", "https://", 1), Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Tell(t.Context(), "event:1", []byte(clicked)); !errors.Is(err, errPrivate) {
		t.Errorf("%v", err)
	}
}
