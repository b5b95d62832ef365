package gateway

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"
)

func TestAProblemIsReadByPeopleAndMachines(t *testing.T) {
	w := httptest.NewRecorder()
	ProblemDetails{Status: 422, Code: "invalid_number", Title: "Not a phone number", RetryAfter: 1500 * time.Millisecond,
		Errors: []FieldFault{{"/to", "write it in E.164"}}}.Write(w)
	if w.Code != 422 || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Retry-After") != "2" {
		t.Errorf("answer %d %v", w.Code, w.Header())
	}
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got["type"] != "urn:causette:problem:invalid_number" || got["code"] != "invalid_number" || got["status"] != 422.0 {
		t.Errorf("body %v", got)
	}
	if _, detail := got["detail"]; detail {
		t.Error("an empty detail is not written")
	}
}

func TestBusyAsksToComeAgain(t *testing.T) {
	w := httptest.NewRecorder()
	Busy(w)
	if w.Code != 503 || w.Header().Get("Retry-After") != "1" {
		t.Errorf("answer %d %v", w.Code, w.Header())
	}
}
