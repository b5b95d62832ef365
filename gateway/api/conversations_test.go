package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func TestConversationsAreListedPageByPage(t *testing.T) {
	w := open(t)
	var phones []string
	for i := range 3 {
		phone := conversation.Address(fmt.Sprintf("+3361234567%d", i))
		now := time.Now().UTC().Truncate(time.Microsecond)
		_, err := w.gateway.Accept(t.Context(), lumen, gateway.Who{Address: phone}, conversation.Event{
			ID: conversation.EventID("in:" + phone), Type: conversation.MessageReceived, Time: now,
			Message: &conversation.Inbound{Carrier: conversation.CarrierID("SM" + phone), Channel: channel, Medium: conversation.SMS, From: phone, To: "36105", Text: "bonjour", At: now}})
		if err != nil {
			t.Fatal(err)
		}
		phones = append(phones, string(phone))
	}
	slices.Reverse(phones)
	list := func(path string) (found []string) {
		for pages := 0; path != ""; pages++ {
			page := w.expect(w.get(path), 200)
			for _, c := range page["conversations"].([]any) {
				c := c.(map[string]any)
				found = append(found, c["phone"].(string))
				if c["last"] == nil || c["owner"] != "assistant" || !strings.HasPrefix(c["messages"].(string), "/v1/conversations/") {
					t.Errorf("listed %v", c)
				}
			}
			if path, _ = page["next"].(string); pages > 10 {
				t.Fatal("the pages do not end")
			}
		}
		return found
	}
	minute := time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
	hence := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
	for path, want := range map[string][]string{
		"/v1/conversations":                                              phones,
		"/v1/conversations?limit=1":                                      phones,
		"/v1/conversations?limit=2&owner=assistant&state=idle":           phones,
		"/v1/conversations?since=" + minute:                              phones,
		"/v1/conversations?since=" + hence:                               nil,
		"/v1/conversations?owner=agent":                                  nil,
		"/v1/conversations?state=with_agent&owner=agent&since=" + minute: nil,
	} {
		if got := list(path); !slices.Equal(got, want) {
			t.Errorf("%s lists %v, not %v", path, got, want)
		}
	}
	for path, detail := range map[string]string{
		"/v1/conversations?owner=agents":    `did you mean "agent"?`,
		"/v1/conversations?limit=0":         "from 1 to 100",
		"/v1/conversations?limit=many":      "whole number",
		"/v1/conversations?since=yesterday": "RFC 3339",
		"/v1/conversations?sinse=" + minute: `did you mean "since"?`,
	} {
		body := w.refused(w.ask(ask{method: "GET", path: path, broken: true}), 400, "invalid_parameter")
		if !strings.Contains(body["detail"].(string), detail) {
			t.Errorf("%s: %v", path, body)
		}
	}
}
