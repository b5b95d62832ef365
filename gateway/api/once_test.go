package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/causette/causette/gateway"
)

func TestAnIdempotencyKeyGetsTheFirstAnswer(t *testing.T) {
	w := open(t)
	first := w.post("/v1/events", cart("e1"), "Idempotency-Key", "k1")
	again := w.post("/v1/events", cart("e1"), "Idempotency-Key", "k1")
	if first.StatusCode != 200 || again.text != first.text || again.Header.Get("Content-Type") != "application/json" {
		t.Errorf("first %s, again %s", first.text, again.text)
	}
	if first.Header.Get("Idempotency-Replayed") != "" || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("headers %v, %v", first.Header, again.Header)
	}
	if n := w.door.knocks.Load(); n != 1 {
		t.Errorf("%d events went through", n)
	}
}

func TestAnIdempotencyKeyBelongsToOneRequest(t *testing.T) {
	w := open(t)
	w.expect(w.post("/v1/events", cart("e1"), "Idempotency-Key", "k1"), 200)
	w.refused(w.post("/v1/events", cart("e2"), "Idempotency-Key", "k1"), 409, "idempotency_key_reused")
	w.refused(w.post("/v1/consents", consent("given"), "Idempotency-Key", "k1"), 409, "idempotency_key_reused")
	if n := w.door.knocks.Load(); n != 1 {
		t.Errorf("%d events went through", n)
	}
	w.secret = w.key(lumen) // another automation of the brand mints its own
	w.expect(w.post("/v1/events", cart("e2"), "Idempotency-Key", "k1"), 200)
}

func TestARefusalIsKeptAndAFailureIsNot(t *testing.T) {
	w := open(t)
	heal := w.door.failing(gateway.ErrBusy)
	w.refused(w.post("/v1/events", cart("e1"), "Idempotency-Key", "k1"), 503, "busy")
	heal()
	if got := w.expect(w.post("/v1/events", cart("e1"), "Idempotency-Key", "k1"), 200)["status"]; got != "accepted" {
		t.Errorf("after the failure %v", got)
	}
	broken := ask{method: "POST", path: "/v1/events", body: `{}`, header: []string{"Idempotency-Key", "k2"}, broken: true}
	w.refused(w.ask(broken), 422, "invalid_body")
	if again := w.ask(broken); again.Header.Get("Idempotency-Replayed") != "true" {
		t.Error("the refusal was not kept")
	}
}

func TestDuplicatesAtOnceAreCarriedOutOnce(t *testing.T) {
	w := open(t)
	const n = 40
	texts := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), "POST", w.server.URL+"/v1/consents", strings.NewReader(consent("given")))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+w.secret)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Idempotency-Key", "same")
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			var text strings.Builder
			_, err = fmt.Fprint(&text, response.StatusCode)
			if err == nil {
				_, err = io.Copy(&text, response.Body)
			}
			if err != nil {
				t.Error(err)
			}
			texts[i] = text.String()
		})
	}
	wg.Wait()
	for _, text := range texts {
		if text != texts[0] || !strings.HasPrefix(text, "201") {
			t.Fatalf("answers %q and %q", texts[0], text)
		}
	}
	if n := w.door.knocks.Load(); n != 1 {
		t.Errorf("%d consents went through", n)
	}
}

func TestAnIdempotencyKeyIsBounded(t *testing.T) {
	w := open(t)
	w.refused(w.ask(ask{method: "POST", path: "/v1/events", body: cart("e1"), header: []string{"Idempotency-Key", strings.Repeat("k", 256)}, broken: true}), 400, "invalid_idempotency_key")
	w.refused(w.ask(ask{method: "POST", path: "/v1/events", body: cart("e1"), header: []string{"Idempotency-Key", "clé"}, broken: true}), 400, "invalid_idempotency_key")
}
