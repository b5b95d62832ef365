package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Whatever is sent, what comes out whole is an event of the contract, with texts
// that a database takes, and every fault has a place in the body.
func FuzzEvent(f *testing.F) {
	f.Add(`{"id":"e1","type":"cart.abandoned","time":"2026-11-20T09:41:00Z","customer":{"phone":"+33612345678"},"data":{"id":"c","total":{"amount":24900,"currency":"EUR"}}}`)
	f.Add(`{"id":"e2","type":"order.placed","customer":{"external_id":"c\u0000_1"},"data":{"id":"o","lines":[{"sku":"a","name":"b","quantity":2}],"total":{"amount":1}}}`)
	f.Add(`{"id":"e3","type":"customer.updated","customer":{"phone":"06 12 34 56 78","vip":true},"data":{"tags":["x"],"language":"fr-FR","country":"UK"}}`)
	f.Add(`{"id":"e4","type":"subscription.renewing","customer":{"phone":"+33612345678"},"data":{"id":"s","renews":"9999-99-99"}}`)
	f.Add(`[{"id":null,"customer":[],"data":7}]`)
	f.Fuzz(func(t *testing.T, body string) {
		v, err := parseJSON([]byte(body))
		if err != nil {
			return
		}
		r := reader{brand: Brand{ID: "lumen", Country: "FR", Currency: "EUR"}, now: time.Date(2026, 11, 21, 9, 41, 0, 0, time.UTC)}
		in := r.event(v, "")
		for _, fault := range r.faults {
			if fault.Pointer != "" && fault.Pointer[0] != '/' || fault.Detail == "" {
				t.Fatalf("fault %+v", fault)
			}
		}
		if len(r.faults) > 0 {
			return
		}
		if _, known := dataOf[in.event.Type]; !known || in.id == "" || in.who.Address == "" && in.who.Account == "" || in.event.Time.IsZero() {
			t.Fatalf("%q came out as %+v", body, in)
		}
		text, err := json.Marshal(in.event)
		if err != nil || !utf8.Valid(text) || strings.Contains(string(text), `\u0000`) {
			t.Fatalf("event %s, %v", text, err)
		}
	})
}
