package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func event(id, kind, data string) string {
	return fmt.Sprintf(`{"id":%q,"type":%q,"time":"2026-11-20T09:41:00Z","customer":{"phone":%q},"data":%s}`, id, kind, claire, data)
}

func cart(id string) string {
	return event(id, "cart.abandoned", `{"id":"c_42","total":{"amount":24900,"currency":"EUR"},"link":"https://lumen.example/c/42","lines":[{"sku":"LAMP-1","name":"Lampe Aube","price":{"amount":24900}}]}`)
}

const order = `{"id":"o_1","number":"1042","total":{"amount":8900,"currency":"EUR"},"lines":[{"sku":"CAN-1","name":"Bougie Figuier","quantity":2,"price":{"amount":4450,"currency":"EUR"}}]}`

func TestEveryTypeOfTheContractIsKept(t *testing.T) {
	w := open(t)
	for i, e := range []struct{ kind, data string }{
		{"customer.updated", `{"first_name":"Claire","language":"fr-FR","vip":true,"lifetime_value":{"amount":149000,"currency":"EUR"},"tags":["lampes"]}`},
		{"cart.updated", `{"id":"c_41","total":{"amount":100,"currency":"EUR"}}`},
		{"cart.abandoned", `{"id":"c_42","total":{"amount":24900,"currency":"EUR"},"link":"https://lumen.example/c/42"}`},
		{"order.placed", order},
		{"order.shipped", `{"id":"o_1","carrier":"Colissimo","tracking":"https://track.example/1","expected":"2026-11-24T12:00:00Z"}`},
		{"order.out_for_delivery", `{"id":"o_1"}`},
		{"order.delivery_missed", `{"id":"o_1"}`},
		{"order.delivered", `{"id":"o_1","invoice":"https://lumen.example/i/1.pdf"}`},
		{"return.requested", `{"id":"r_1","order":"o_1"}`},
		{"return.received", `{"id":"r_1","order":"o_1"}`},
		{"order.refunded", `{"id":"o_1"}`},
		{"order.cancelled", `{"id":"o_2"}`},
		{"subscription.renewing", `{"id":"s_1","renews":"2026-12-01T00:00:00Z"}`},
		{"points.changed", `{"points":120}`},
		{"product.viewed", `{"sku":"LAMP-1","name":"Lampe Aube"}`},
		{"product.back_in_stock", `{"sku":"LAMP-1","name":"Lampe Aube"}`},
	} {
		report := w.expect(w.post("/v1/events", strings.Replace(event(fmt.Sprintf("e%d", i), e.kind, e.data), "09:41:00", fmt.Sprintf("09:41:%02d", i), 1)), 200)
		if report["status"] != "accepted" || report["customer"] == "" {
			t.Errorf("%s: %v", e.kind, report)
		}
	}
	c := w.expect(w.get("/v1/customers/%2B33612345678"), 200)
	orders := c["orders"].([]any)
	if c["first_name"] != "Claire" || c["language"] != "fr" || c["vip"] != true || c["points"] != 120.0 || len(orders) != 2 {
		t.Fatalf("customer %v", c)
	}
	i := slices.IndexFunc(orders, func(o any) bool { return o.(map[string]any)["id"] == "o_1" })
	o := orders[i].(map[string]any)
	if o["number"] != "1042" || o["status"] != "refunded" || o["carrier"] != "Colissimo" || o["invoice"] == "" || len(o["lines"].([]any)) != 1 {
		t.Errorf("order %v", o)
	}
	if returns := c["returns"].([]any); len(returns) != 1 || returns[0].(map[string]any)["status"] != "received" {
		t.Errorf("returns %v", returns)
	}
}

func TestAnEventIsProcessedOnce(t *testing.T) {
	w := open(t)
	first := w.expect(w.post("/v1/events", cart("e1")), 200)
	again := w.expect(w.post("/v1/events", cart("e1")), 200)
	if first["status"] != "accepted" || again["status"] != "duplicate" || again["customer"] != first["customer"] && again["customer"] != nil {
		t.Errorf("first %v, again %v", first, again)
	}
}

func TestAnArrayIsReportedEventByEvent(t *testing.T) {
	w := open(t)
	unknown := strings.Replace(cart("e3"), `"phone":"`+claire+`"`, `"external_id":"nobody"`, 1)
	a := w.ask(ask{method: "POST", path: "/v1/events", broken: true, body: "[" + strings.Join([]string{
		cart("e1"), strings.Replace(cart("e2"), "cart.abandoned", "cart.abandonned", 1), unknown, cart("e1"), `7`}, ",") + "]"})
	results := w.expect(a, 200)["results"].([]any)
	var got []string
	for _, r := range results {
		r := r.(map[string]any)
		line := fmt.Sprint(r["id"], " ", r["status"])
		if faults, ok := r["errors"].([]any); ok {
			line += " " + fmt.Sprint(faults[0].(map[string]any)["pointer"])
		}
		got = append(got, line)
	}
	want := []string{"e1 accepted", "e2 refused /1/type", "e3 refused /2/customer/phone", "e1 duplicate", " refused /4"}
	if !slices.Equal(got, want) {
		t.Errorf("results %q\nwant    %q", got, want)
	}
	if text := a.text; !strings.Contains(text, `did you mean \"cart.abandoned\"?`) {
		t.Errorf("no suggestion in %s", text)
	}
}

func TestEventsOfOneCustomerKeepTheirOrder(t *testing.T) {
	w := open(t)
	var batch []string
	const customers, each = 20, 15
	for n := range each {
		for c := range customers {
			batch = append(batch, strings.Replace(event(fmt.Sprintf("e%d-%d", c, n), "points.changed", fmt.Sprintf(`{"points":%d}`, n)), claire, fmt.Sprintf("+3361234%04d", c), 1))
		}
	}
	w.expect(w.post("/v1/events", "["+strings.Join(batch, ",")+"]"), 200)
	next := map[string]int{}
	for _, id := range w.door.ids {
		var c, n int
		if _, err := fmt.Sscanf(string(id), "api:e%d-%d", &c, &n); err != nil {
			t.Fatal(err)
		}
		if name := fmt.Sprint(c); next[name] != n {
			t.Fatalf("%s came when %d of customer %d was next", id, next[name], c)
		} else {
			next[name]++
		}
	}
	if len(w.door.ids) != customers*each {
		t.Errorf("%d events", len(w.door.ids))
	}
}

func TestAnArrayIsBounded(t *testing.T) {
	w := open(t)
	body := w.refused(w.ask(ask{method: "POST", path: "/v1/events", body: "[" + strings.Repeat("{},", 1000) + "{}]", broken: true}), 422, "invalid_body")
	if !strings.Contains(fmt.Sprint(body["errors"]), "send 1000 at most") {
		t.Errorf("%v", body)
	}
	if got := w.expect(w.post("/v1/events", "[]"), 200)["results"].([]any); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestAPoisonedEventIsSetAside(t *testing.T) {
	w := open(t)
	w.door.poison.Store(true)
	if got := w.expect(w.post("/v1/events", cart("e1")), 200)["status"]; got != "set_aside" {
		t.Errorf("status %v", got)
	}
	w.refused(w.ask(ask{method: "PUT", path: "/v1/customers/c1", body: `{"phone":"` + claire + `"}`}), 422, "set_aside")
}

func TestAFaultSaysWhereAndWhatToDo(t *testing.T) {
	w := open(t)
	for name, c := range map[string]struct{ body, pointer, detail string }{
		"no id":                     {strings.Replace(cart("x"), `"id":"x",`, "", 1), "/id", "is missing"},
		"an unknown field":          {strings.Replace(cart("x"), `"time"`, `"tmie"`, 1), "/tmie", `did you mean "time"?`},
		"an unknown field of data":  {strings.Replace(cart("x"), `"link"`, `"lnik"`, 1), "/data/lnik", `did you mean "link"?`},
		"a field like none":         {strings.Replace(cart("x"), `"link"`, `"warehouse/7"`, 1), "/data/warehouse~17", "known here: id, lines, total, link"},
		"a time":                    {strings.Replace(cart("x"), "2026-11-20T09:41:00Z", "yesterday", 1), "/time", "send RFC 3339"},
		"a time to come":            {strings.Replace(cart("x"), "2026", "2126", 1), "/time", "lies in the future"},
		"a number of digits":        {strings.Replace(cart("x"), claire, "06 12", 1), "/customer/phone", "send it in E.164"},
		"nobody":                    {strings.Replace(cart("x"), `"phone":"`+claire+`"`, "", 1), "/customer", "names nobody"},
		"an amount as a number":     {strings.Replace(cart("x"), `{"amount":24900,"currency":"EUR"}`, "249.00", 1), "/data/total", `send {"amount": 14990`},
		"an amount with a point":    {strings.Replace(cart("x"), `24900,"currency":"EUR"}`, `249.5,"currency":"EUR"}`, 1), "/data/total/amount", "is not a whole number"},
		"a currency":                {strings.Replace(cart("x"), `"EUR"}`, `"EURO"}`, 1), "/data/total/currency", "characters"},
		"a link that is none":       {strings.Replace(cart("x"), "https://lumen.example/c/42", "javascript:alert(1)", 1), "/data/link", "send an absolute https address"},
		"a line without a name":     {strings.Replace(cart("x"), `"name":"Lampe Aube",`, "", 1), "/data/lines/0/name", "is missing"},
		"an order without lines":    {event("x", "order.placed", `{"id":"o","total":{"amount":1}}`), "/data/lines", "is missing"},
		"a text where an object is": {strings.Replace(cart("x"), `{"phone":"`+claire+`"}`, `"Claire"`, 1), "/customer", "is text; send an object"},
		"points below zero":         {event("x", "points.changed", `{"points":-1}`), "/data/points", "from 0 to"},
		"a change of nothing":       {event("x", "customer.updated", `{}`), "/data", "changes nothing"},
		"a language":                {event("x", "customer.updated", `{"language":"klingon"}`), "/data/language", "ISO 639-1"},
		"a zone":                    {event("x", "customer.updated", `{"timezone":"Paris"}`), "/data/timezone", "IANA"},
		"a tag of nothing":          {event("x", "customer.updated", `{"tags":["a",""]}`), "/data/tags/1", "is no tag"},
		"an email":                  {event("x", "customer.updated", `{"email":"Claire <c@x.fr>"}`), "/data/email", "email address"},
	} {
		t.Run(name, func(t *testing.T) {
			body := w.refused(w.ask(ask{method: "POST", path: "/v1/events", body: c.body, broken: true}), 422, "invalid_body")
			for _, fault := range body["errors"].([]any) {
				fault := fault.(map[string]any)
				if fault["pointer"] == c.pointer && strings.Contains(fault["detail"].(string), c.detail) {
					return
				}
			}
			t.Errorf("errors %v, want %s: …%s…", body["errors"], c.pointer, c.detail)
		})
	}
	if w.door.knocks.Load() != 0 {
		t.Error("an event went through")
	}
}
