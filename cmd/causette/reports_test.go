package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway/api"
)

// A key reads the desk's reports of its brand, and is told what cannot be asked.
func TestAutomationsReadTheDesksReports(t *testing.T) {
	d, err := openDemo(t.Context(), t.TempDir(), "127.0.0.1:0", slog.New(slog.DiscardHandler), time.Now, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(d.close(), d.store.Close()); err != nil {
			t.Error(err)
		}
	})
	secret, key, err := api.NewKey(conversation.BrandID("lumen"), "crm", []string{"reports:read"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.store.PutKey(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	ask := func(from, to time.Time) (status int, body map[string]any) {
		r := httptest.NewRequest("GET", "/v1/reports/volume?from="+url.QueryEscape(from.Format(time.RFC3339))+"&to="+url.QueryEscape(to.Format(time.RFC3339)), nil)
		r.Header.Set("Authorization", "Bearer "+secret)
		w := httptest.NewRecorder()
		d.handler.ServeHTTP(w, r)
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return w.Code, body
	}
	if status, table := ask(now.Add(-48*time.Hour), now); status != 200 || table["name"] != "volume" || len(table["columns"].([]any)) == 0 || len(table["rows"].([]any)) < 2 {
		t.Errorf("%d %v", status, table)
	}
	if status, problem := ask(now, now.Add(-time.Hour)); status != 400 || problem["code"] != "invalid_parameter" {
		t.Errorf("%d %v", status, problem)
	}
}
