package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Whatever is sent, what comes out whole is a prompt within its bounds, with
// texts that a database takes, and every fault has a place in the body.
func FuzzPrompt(f *testing.F) {
	f.Add(`{"to":"+33612345678","purpose":"marketing","template":"cart_reminder","variables":{"product":"sac à main"},"channel":"auto","opens":{"dialogue":"cart","cart":"c_42"},"send_at":null,"expires_at":"2026-11-22T20:00:00Z"}`)
	f.Add(`{"to":"06 12","purpose":"transactional","text":"a\u0000b","send_at":"2026-11-22T20:00:00Z","expires_at":"2026-11-21T20:00:00Z"}`)
	f.Add(`{"to":7,"purpose":[],"template":{},"variables":{"":1,"a/b~":"x"},"opens":[],"incentive":"no"}`)
	f.Add(`[{"to":null}]`)
	f.Fuzz(func(t *testing.T, body string) {
		v, err := parseJSON([]byte(body))
		if err != nil {
			return
		}
		now := time.Date(2026, 11, 21, 9, 41, 0, 0, time.UTC)
		r := reader{brand: Brand{ID: "lumen", Country: "FR", Currency: "EUR"}, now: now}
		var in PromptInput
		r.value(v, "", nil, reflect.ValueOf(&in).Elem())
		if len(r.faults) > maxFaults {
			t.Fatalf("%d faults", len(r.faults))
		}
		for _, fault := range r.faults {
			if fault.Pointer != "" && fault.Pointer[0] != '/' || fault.Detail == "" {
				t.Fatalf("fault %+v", fault)
			}
		}
		if len(r.faults) > 0 {
			return
		}
		p := in.prompt(now)
		if p.To == "" || p.Purpose == "" || (p.Template == "") == (p.Text == "") || utf8.RuneCountInString(p.Text) > 1600 || len(p.Variables) > 30 ||
			p.Expires.IsZero() || p.Expires.After(now.Add(promptAhead+promptFor)) || p.SendAt.After(p.Expires) {
			t.Fatalf("%q came out as %+v", body, p)
		}
		text, err := json.Marshal(p)
		if err != nil || !utf8.Valid(text) || strings.Contains(string(text), `\u0000`) {
			t.Fatalf("prompt %s, %v", text, err)
		}
	})
}
