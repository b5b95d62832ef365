package api_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/gatewaytest"
	"github.com/causette/causette/store/pgtest"
)

// Transactional: no hour holds it, so that no test depends on the hour.
const shipped = `{"to":"+33612345678","purpose":"transactional","template":"order_shipped","variables":{"order":"1042","link":"https://lumen.example/s/1"}}`

// later is tomorrow, as a request says it.
func later() string { return time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339) }

func scheduled() string {
	return strings.Replace(shipped, `"template"`, fmt.Sprintf(`"send_at":%q,"template"`, later()), 1)
}

// said is everything that was said to the customer.
func (w *world) said(to conversation.Address) []gateway.Stored {
	w.Helper()
	c, err := w.store.Conversation(w.Context(), lumen, gateway.Who{Address: to})
	if err != nil {
		w.Fatal(err)
	}
	list, err := w.store.Thread(w.Context(), lumen, c.Customer.ID, "", 200)
	if err != nil {
		w.Fatal(err)
	}
	return slices.DeleteFunc(list, func(m gateway.Stored) bool { return m.Inbound })
}

func TestAPromptIsSaidAndTold(t *testing.T) {
	w := open(t)
	made := w.expect(w.post("/v1/prompts", shipped), 202)
	decision := made["decision"].(map[string]any)
	if made["status"] != "queued" || decision["why"] == "" || decision["channel"] != "lumen-sms" || decision["encoding"] != "GSM-7" || decision["segments"] != 1.0 ||
		fmt.Sprint(decision["price"]) != "map[amount:7 currency:EUR scale:2]" || decision["send_at"] == nil {
		t.Errorf("answered %v", made)
	}
	said := w.said(claire)
	if len(said) != 1 || !strings.Contains(said[0].Text, "1042") || said[0].Purpose != conversation.Transactional {
		t.Errorf("said %+v", said)
	}
	state := w.expect(w.get("/v1/prompts/"+made["id"].(string)), 200)
	steps := state["steps"].([]any)
	if state["id"] != made["id"] || state["status"] != "queued" || len(state["messages"].([]any)) != 1 || len(steps) < 2 ||
		steps[0].(map[string]any)["status"] != "requested" || steps[1].(map[string]any)["status"] != "queued" {
		t.Errorf("state %v", state)
	}
	w.refused(w.get("/v1/prompts/p_nobody"), 404, "unknown_prompt")
	w.secret = w.key(lumen, "prompts:write")
	w.refused(w.get("/v1/prompts/"+made["id"].(string)), 403, "missing_scope")
}

func TestAScheduledPromptIsTakenBack(t *testing.T) {
	w := open(t)
	made := w.expect(w.post("/v1/prompts", scheduled()), 202)
	path := "/v1/prompts/" + made["id"].(string)
	if made["status"] != "scheduled" || made["decision"].(map[string]any)["waits"] != "send_at" || len(w.said(claire)) != 0 {
		t.Errorf("answered %v", made)
	}
	for range 2 {
		if gone := w.expect(w.ask(ask{method: "DELETE", path: path}), 200); gone["status"] != "cancelled" {
			t.Errorf("cancelled: %v", gone)
		}
	}
	if state := w.expect(w.get(path), 200); state["status"] != "cancelled" {
		t.Errorf("state %v", state)
	}
	w.refused(w.ask(ask{method: "DELETE", path: "/v1/prompts/p_nobody"}), 404, "unknown_prompt")
	sent := w.expect(w.post("/v1/prompts", shipped), 202)
	w.until(func() bool { return len(w.said(claire)) == 1 && w.said(claire)[0].Status != gateway.Queued })
	w.refused(w.ask(ask{method: "DELETE", path: "/v1/prompts/" + sent["id"].(string)}), 409, "prompt_sent")
}

// until waits for what another goroutine does.
func (w *world) until(done func() bool) {
	w.Helper()
	end := time.Now().Add(30 * time.Second)
	for !done() {
		if time.Now().After(end) {
			w.Fatal("it did not come to that")
		}
		runtime.Gosched()
	}
}

// What may not go out is refused with the contract's codes, with what the gate
// looked at; a preview says the same.
func TestAPromptIsRefusedWithTheContractsCodes(t *testing.T) {
	marketing := strings.NewReplacer("transactional", "marketing", "order_shipped", "welcome", `"order":"1042","link":"https://lumen.example/s/1"`, "").Replace(shipped)
	past := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	give := func(w *world) { w.expect(w.post("/v1/consents", consent("given")), 201) }
	for name, c := range map[string]struct {
		before func(w *world)
		body   string
		code   string
	}{
		"nobody agreed":                       {nil, marketing, "no_consent"},
		"withdrawn":                           {func(w *world) { give(w); w.expect(w.post("/v1/consents", consent("withdrawn")), 201) }, marketing, "opted_out"},
		"STOP":                                {func(w *world) { give(w); w.texts("SM1", "STOP") }, marketing, "opted_out"},
		"perhaps STOP":                        {func(w *world) { give(w); w.texts("SM1", "vous envoyez trop de messages") }, marketing, "consent_suspended"},
		"with an agent":                       {func(w *world) { give(w); w.claimed() }, marketing, "agent_owns_conversation"},
		"no number":                           {nil, strings.Replace(shipped, claire, "06 12", 1), "invalid_number"},
		"a number of nobody":                  {nil, strings.Replace(shipped, claire, "+33012345678", 1), "invalid_number"},
		"another medium":                      {nil, strings.Replace(shipped, `"template"`, `"channel":"whatsapp","template"`, 1), "no_channel"},
		"another's channel":                   {nil, strings.Replace(shipped, `"template"`, `"channel":"lumen-smss","template"`, 1), "no_channel"},
		"too late":                            {nil, strings.Replace(shipped, `"template"`, `"expires_at":"`+past+`","template"`, 1), "expired"},
		"a template of none":                  {nil, strings.Replace(shipped, "order_shipped", "order_shiped", 1), "unknown_template"},
		"a date of none":                      {nil, `{"to":"+33612345678","purpose":"transactional","template":"renewal","variables":{"product":"Bougies","date":"demain"}}`, "bad_variable"},
		"a variable less":                     {nil, strings.Replace(shipped, `"order":"1042",`, "", 1), "missing_variable"},
		"an offer":                            {nil, `{"to":"+33612345678","purpose":"transactional","text":"Votre colis arrive. -20 % avec le code PROMO20 sur tout le site !"}`, "looks_like_marketing"},
		"a text without room for the way out": {give, `{"to":"+33612345678","purpose":"marketing","text":"` + strings.Repeat("a", 1600) + `"}`, "too_long"},
		"another cart": {func(w *world) { give(w); w.expect(w.post("/v1/events", cart("e1")), 200) },
			strings.Replace(marketing, `"template"`, `"opens":{"dialogue":"cart","cart":"c_41"},"template"`, 1), "reason_gone"},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			if c.before != nil {
				c.before(w)
			}
			body := w.refused(w.post("/v1/prompts", c.body), 422, c.code)
			if body["detail"] == "" || body["title"] == "" {
				t.Errorf("%v says nothing", body)
			}
			preview := w.post("/v1/prompts/preview", c.body)
			if c.code == "invalid_number" || c.code == "no_channel" {
				w.refused(preview, 422, c.code)
				return
			}
			seen := w.expect(preview, 200)
			decision := seen["decision"].(map[string]any)
			if seen["allowed"] != false || decision["code"] != c.code || body["decision"].(map[string]any)["rule"] != decision["rule"] {
				t.Errorf("preview %v, refused %v", seen, body)
			}
			state := w.expect(w.get(body["instance"].(string)), 200)
			if state["decision"].(map[string]any)["code"] != c.code {
				t.Errorf("state %v", state)
			}
		})
	}
}

// claimed has an agent take the conversation.
func (w *world) claimed() {
	w.Helper()
	w.texts("SM0", "bonjour")
	_, err := w.door.Door.Accept(w.Context(), lumen, gateway.Who{Address: claire}, conversation.Event{ID: "claim:1", Type: conversation.AgentClaimed,
		Time: time.Now().UTC(), Act: &conversation.Act{Agent: "theo"}})
	if err != nil {
		w.Fatal(err)
	}
}

func TestAFaultyPromptSaysWhereAndWhatToDo(t *testing.T) {
	w := open(t)
	put := func(field string) string {
		return strings.Replace(shipped, `"template"`, field+`,"template"`, 1)
	}
	far := time.Now().Add(31 * 24 * time.Hour).UTC().Format(time.RFC3339)
	for name, c := range map[string]struct{ body, pointer, detail string }{
		"nobody":                   {strings.Replace(shipped, `"to":"+33612345678",`, "", 1), "/to", "is missing; send the customer's phone number"},
		"a number as a number":     {strings.Replace(shipped, `"+33612345678"`, "33612345678", 1), "/to", "is a number; send text"},
		"no purpose":               {strings.Replace(shipped, `"purpose":"transactional",`, "", 1), "/purpose", "choose among transactional, marketing"},
		"another purpose":          {strings.Replace(shipped, "transactional", "transactionnal", 1), "/purpose", `did you mean "transactional"?`},
		"an answer":                {strings.Replace(shipped, "transactional", "answer", 1), "/purpose", "choose among"},
		"nothing to say":           {strings.Replace(shipped, `"template":"order_shipped",`, "", 1), "/template", "is missing"},
		"two things to say":        {put(`"text":"Bonjour"`), "/text", "send one of them"},
		"a text too long":          {strings.Replace(shipped, `"template":"order_shipped"`, `"text":"`+strings.Repeat("é", 1601)+`"`, 1), "/text", "has 1601 characters; send 1600 at most"},
		"variables of a text":      {strings.Replace(shipped, `"template":"order_shipped"`, `"text":"Bonjour"`, 1), "/variables", "belongs to a template"},
		"a variable that is none":  {strings.Replace(shipped, `"order"`, `"{order}"`, 1), "/variables/{order}", "letters, digits"},
		"a variable of no name":    {strings.Replace(shipped, `"order"`, `""`, 1), "/variables/", "has a name of 0 bytes"},
		"a variable too long":      {strings.Replace(shipped, "1042", strings.Repeat("1", 501), 1), "/variables/order", "send 500 at most"},
		"a variable as a number":   {strings.Replace(shipped, `"1042"`, "1042", 1), "/variables/order", "is a number; send text"},
		"variables of a list":      {strings.Replace(shipped, `{"order":"1042","link":"https://lumen.example/s/1"}`, "[]", 1), "/variables", "is not an object of up to 30 texts"},
		"a dialogue":               {put(`"opens":{"dialogue":"carts"}`), "/opens/dialogue", `did you mean "cart"?`},
		"a dialogue as text":       {put(`"opens":"cart"`), "/opens", "is text; send an object"},
		"no dialogue":              {put(`"opens":{}`), "/opens/dialogue", "is missing"},
		"a cart too long":          {put(`"opens":{"dialogue":"cart","cart":"` + strings.Repeat("x", 201) + `"}`), "/opens/cart", "send 200 at most"},
		"tomorrow in words":        {put(`"send_at":"tomorrow"`), "/send_at", "send RFC 3339"},
		"next month":               {put(`"send_at":"` + far + `"`), "/send_at", "more than 30 days ahead"},
		"an end next month":        {put(`"expires_at":"` + far + `"`), "/expires_at", "more than 30 days ahead"},
		"an end before its start":  {put(`"send_at":"` + later() + `","expires_at":"2026-01-01T00:00:00Z"`), "/expires_at", "is before send_at"},
		"a word for yes":           {put(`"incentive":"yes"`), "/incentive", "send true or false"},
		"a field like one":         {strings.Replace(shipped, `"template"`, `"tempalte"`, 1), "/tempalte", `did you mean "template"?`},
		"a field like none":        {put(`"warehouse":"Lumen"`), "/warehouse", "known here: to, purpose, template"},
		"a list":                   {"[" + shipped + "]", "", "is an array; send an object"},
		"text where an object was": {`"hello"`, "", "is text; send an object"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/v1/prompts", "/v1/prompts/preview"} {
				body := w.refused(w.ask(ask{method: "POST", path: path, body: c.body, broken: true}), 422, "invalid_body")
				fault := body["errors"].([]any)[0].(map[string]any)
				if fault["pointer"] != c.pointer || !strings.Contains(fault["detail"].(string), c.detail) {
					t.Errorf("fault %v", fault)
				}
			}
		})
	}
	if w.door.knocks.Load() != 0 {
		t.Error("a prompt went through")
	}
}

func TestAPreviewIsWhatThePromptBecomes(t *testing.T) {
	for name, c := range map[string]struct {
		before func(w *world)
		body   string
	}{
		"an order":     {nil, shipped},
		"a text":       {nil, `{"to":"06 12 34 56 78","purpose":"transactional","text":"Votre colis est là – à demain 🙂","channel":"sms"}`},
		"on a channel": {nil, strings.Replace(shipped, `"template"`, `"channel":"lumen-sms","template"`, 1)},
		"tomorrow":     {nil, scheduled()},
		"an offer": {func(w *world) { w.expect(w.post("/v1/consents", consent("given")), 201) },
			`{"to":"+33612345678","purpose":"marketing","template":"cart_reminder","variables":{"product":"sac à main","link":"https://lumen.example/c/42"}}`},
		"an offer unasked": {nil, `{"to":"+33612345678","purpose":"marketing","template":"cart_reminder","variables":{"link":"https://lumen.example/c/42"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			if c.before != nil {
				c.before(w)
			}
			seen := w.expect(w.post("/v1/prompts/preview", c.body), 200)
			knocks := w.door.knocks.Load()
			made := w.post("/v1/prompts", c.body)
			var body map[string]any
			if seen["allowed"] == true {
				body = w.expect(made, 202)
			} else {
				body = w.expect(made, 422)
			}
			a, b := seen["decision"].(map[string]any), body["decision"].(map[string]any)
			for _, field := range []string{"rule", "code", "waits", "channel", "medium", "encoding", "segments", "price"} {
				if fmt.Sprint(a[field]) != fmt.Sprint(b[field]) {
					t.Errorf("%s: %v in the preview, %v after", field, a[field], b[field])
				}
			}
			if seen["allowed"] == true && (a["encoding"] == nil || a["segments"] == nil || a["price"] == nil || seen["text"] == "") {
				t.Errorf("preview %v", seen)
			}
			if body["status"] == "queued" {
				if said := w.said(claire); len(said) != 1 || said[0].Text != seen["text"] {
					t.Errorf("said %+v, previewed %v", said, seen["text"])
				}
			}
			if w.door.knocks.Load() != knocks+1 {
				t.Errorf("%d events went through", w.door.knocks.Load()-knocks)
			}
		})
	}
}

// The same Idempotency-Key 100 times at once gives one message, over two
// gateways too.
func TestAPromptOfOneKeyIsSaidOnce(t *testing.T) {
	for name, worlds := range map[string]func(t *testing.T) []*world{
		"sqlite": func(t *testing.T) []*world {
			g, st := gatewaytest.RunOn(t, "file:"+filepath.Join(t.TempDir(), "causette.db"))
			return []*world{openOver(t, rate{1e4, 1e4}, g, st), openOver(t, rate{1e4, 1e4}, g, st)}
		},
		"postgres, two nodes": func(t *testing.T) []*world {
			url := pgtest.URL(t)
			var list []*world
			for range 2 {
				g, st := gatewaytest.RunOn(t, url)
				list = append(list, openOver(t, rate{1e4, 1e4}, g, st))
			}
			return list
		},
	} {
		t.Run(name, func(t *testing.T) {
			nodes := worlds(t)
			secret := nodes[0].key(lumen, "prompts:write", "prompts:read")
			const n = 100
			answers := make([]string, n)
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() { answers[i] = nodes[i%len(nodes)].prompted(secret, "same", shipped) })
			}
			wg.Wait()
			for _, text := range answers {
				if text != answers[0] || !strings.HasPrefix(text, "202 ") {
					t.Fatalf("answers %q and %q", answers[0], text)
				}
			}
			if said := nodes[1].said(claire); len(said) != 1 {
				t.Errorf("said %d times", len(said))
			}
			other := strings.Replace(shipped, "1042", "1043", 1)
			for _, w := range nodes {
				if text := w.prompted(secret, "same", other); !strings.HasPrefix(text, "409 ") || !strings.Contains(text, "idempotency_key_reused") {
					t.Errorf("another body is answered %s", text)
				}
			}
		})
	}
}

// prompted asks for a prompt from any goroutine.
func (w *world) prompted(secret, key, body string) string {
	r, err := http.NewRequestWithContext(w.Context(), "POST", w.server.URL+"/v1/prompts", strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(response.StatusCode, " ", string(text))
}

// A prompt that was asked for and whose answer was lost is answered from what
// was stored: another prompt under its name is refused on any node.
func TestALostAnswerIsGivenAgain(t *testing.T) {
	w := open(t)
	first := w.prompted(w.secret, "k", shipped)
	if !strings.HasPrefix(first, "202 ") {
		t.Fatal(first)
	}
	if _, err := w.store.Prune(t.Context(), gateway.Keep{Keys: time.Hour, Answers: -time.Hour, Log: time.Hour}, 100); err != nil {
		t.Fatal(err)
	}
	again := w.prompted(w.secret, "k", shipped)
	if first[:strings.Index(first, `"decision"`)] != again[:strings.Index(again, `"decision"`)] || len(w.said(claire)) != 1 {
		t.Errorf("first %s, again %s", first, again)
	}
	if _, err := w.store.Prune(t.Context(), gateway.Keep{Keys: time.Hour, Answers: -time.Hour, Log: time.Hour}, 100); err != nil {
		t.Fatal(err)
	}
	if other := w.prompted(w.secret, "k", strings.Replace(shipped, "1042", "1043", 1)); !strings.HasPrefix(other, "409 ") {
		t.Errorf("another body is answered %s", other)
	}
}

func TestTemplatesAreListed(t *testing.T) {
	w := open(t)
	list := w.expect(w.get("/v1/templates"), 200)["templates"].([]any)
	i := slices.IndexFunc(list, func(x any) bool { return x.(map[string]any)["name"] == "order_shipped" })
	if i < 0 {
		t.Fatalf("templates %v", list)
	}
	one := list[i].(map[string]any)
	variables := one["variables"].([]any)
	if one["purpose"] != "transactional" || one["texts"].(map[string]any)["fr"] == "" ||
		!slices.ContainsFunc(variables, func(v any) bool { v2 := v.(map[string]any); return v2["name"] == "order" && v2["required"] == true }) {
		t.Errorf("template %v", one)
	}
}
