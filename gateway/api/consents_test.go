package api_test

import (
	"fmt"
	"strings"
	"testing"
)

func consent(state string) string {
	return fmt.Sprintf(`{"to":%q,"channel":"sms","purpose":"marketing","state":%q,"source":"form","wording":"J'accepte de recevoir les offres de Lumen par SMS.","evidence":{"form":"newsletter-7","ip":"192.0.2.1"}}`, claire, state)
}

func TestConsentIsARowOfTheLedger(t *testing.T) {
	w := open(t)
	given := w.expect(w.post("/v1/consents", consent("given")), 201)
	if given["state"] != "given" || given["channel"] != "sms" || given["source"] != "form" || given["rule"] == "" ||
		given["evidence"].(map[string]any)["ip"] != "192.0.2.1" {
		t.Errorf("row %v", given)
	}
	w.expect(w.post("/v1/consents", consent("withdrawn")), 201)
	ledger := w.expect(w.get("/v1/customers/%2B33612345678/consents"), 200)
	rows := ledger["consents"].([]any)
	if len(rows) != 2 || rows[0].(map[string]any)["id"] != given["id"] || rows[1].(map[string]any)["state"] != "withdrawn" {
		t.Errorf("ledger %v", ledger)
	}
	c := w.expect(w.get("/v1/customers/%2B33612345678"), 200)
	if standing := c["consents"].([]any)[0].(map[string]any); standing["state"] != "withdrawn" {
		t.Errorf("standing %v", standing)
	}
}

func TestAPromisedFrequencyGoesWithTheConsent(t *testing.T) {
	w := open(t)
	row := w.expect(w.post("/v1/consents", strings.Replace(consent("given"), `"to"`, `"frequency":{"messages":4,"per":"month"},"to"`, 1)), 201)
	c := w.expect(w.get("/v1/customers/%2B33612345678"), 200)
	ledger := w.expect(w.get("/v1/customers/%2B33612345678/consents"), 200)
	const want = "map[messages:4 per:month]"
	if fmt.Sprint(row["frequency"]) != want || fmt.Sprint(c["consents"].([]any)[0].(map[string]any)["promise"]) != want ||
		fmt.Sprint(ledger["consents"].([]any)[0].(map[string]any)["frequency"]) != want {
		t.Errorf("row %v, customer %v, ledger %v", row, c, ledger)
	}
}

func TestAWithdrawalIsNotOverturnedByARequest(t *testing.T) {
	w := open(t)
	w.expect(w.post("/v1/consents", consent("given")), 201)
	w.texts("SM1", "STOP")
	for _, source := range []string{"form", "import", "shop", "agent", "api"} {
		body := w.refused(w.post("/v1/consents", strings.Replace(consent("given"), `"form",`, `"`+source+`",`, 1)), 422, "withdrawn_by_customer")
		if !strings.Contains(body["detail"].(string), "START") {
			t.Errorf("%v does not say what can be done", body)
		}
	}
	c := w.expect(w.get("/v1/customers/%2B33612345678"), 200)
	for _, s := range c["consents"].([]any) {
		if s := s.(map[string]any); s["purpose"] == "marketing" && s["state"] != "withdrawn" {
			t.Errorf("standing %v", s)
		}
	}
}

func TestAFaultyConsentIsRefused(t *testing.T) {
	w := open(t)
	for name, c := range map[string]struct{ body, pointer, detail string }{
		"no wording":         {strings.Replace(consent("given"), `"wording":"J'accepte de recevoir les offres de Lumen par SMS.",`, "", 1), "/wording", "they are the proof"},
		"a keyword":          {strings.Replace(consent("given"), `"form",`, `"keyword",`, 1), "/source", "choose among form, import"},
		"another purpose":    {strings.Replace(consent("given"), "marketing", "marketting", 1), "/purpose", `did you mean "marketing"?`},
		"nobody":             {strings.Replace(consent("given"), `"to":"`+claire+`",`, "", 1), "/to", "is missing"},
		"a time to come":     {strings.Replace(consent("given"), `"to"`, `"time":"2126-01-01T00:00:00Z","to"`, 1), "/time", "future"},
		"a promise of none":  {strings.Replace(consent("given"), `"to"`, `"frequency":{"messages":0,"per":"month"},"to"`, 1), "/frequency/messages", "from 1 to 100"},
		"a promise a year":   {strings.Replace(consent("given"), `"to"`, `"frequency":{"messages":4,"per":"year"},"to"`, 1), "/frequency/per", "choose among day, week, month"},
		"a promise with no":  {strings.Replace(consent("withdrawn"), `"to"`, `"frequency":{"messages":4,"per":"month"},"to"`, 1), "/frequency", "is given"},
		"evidence of a list": {strings.Replace(consent("given"), `{"form":"newsletter-7","ip":"192.0.2.1"}`, "[]", 1), "/evidence", "not an object"},
	} {
		t.Run(name, func(t *testing.T) {
			body := w.refused(w.ask(ask{method: "POST", path: "/v1/consents", body: c.body, broken: true}), 422, "invalid_body")
			fault := body["errors"].([]any)[0].(map[string]any)
			if fault["pointer"] != c.pointer || !strings.Contains(fault["detail"].(string), c.detail) {
				t.Errorf("fault %v", fault)
			}
		})
	}
}

func TestAConversationIsReadPageByPage(t *testing.T) {
	w := open(t)
	w.texts("SM1", "bonjour")
	w.texts("SM2", "STOP")
	c := w.expect(w.get("/v1/conversations/%2B33612345678"), 200)
	if c["state"] != "idle" || c["owner"] != "assistant" || c["channel"] != "lumen-sms" || c["version"].(float64) < 2 {
		t.Errorf("conversation %v", c)
	}
	var texts []string
	pages := 0
	for next := c["messages"].(string) + "?limit=1"; next != ""; pages++ {
		page := w.expect(w.get(next), 200)
		for _, m := range page["messages"].([]any) {
			m := m.(map[string]any)
			texts = append(texts, fmt.Sprint(m["direction"], " ", m["author"], " ", m["text"]))
		}
		next, _ = page["next"].(string)
		if pages > 20 {
			t.Fatal("the pages do not end")
		}
	}
	if pages != len(texts) || texts[len(texts)-1] != "in customer bonjour" || !strings.HasPrefix(texts[0], "out assistant ") {
		t.Errorf("%d pages: %q", pages, texts)
	}
	all := w.expect(w.get(c["messages"].(string)), 200)
	if len(all["messages"].([]any)) != len(texts) || all["next"] != nil {
		t.Errorf("one page holds %v", all)
	}
	w.refused(w.ask(ask{method: "GET", path: c["messages"].(string) + "?limit=1000", broken: true}), 400, "invalid_parameter")
}
