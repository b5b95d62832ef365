package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/causette/causette/agents"
)

// A person asks for their data and to be forgotten: the clock starts, the
// document is one JSON, and nothing is erased before the number is typed anew.
func TestPrivacyRequests(t *testing.T) {
	o := newOffice(t)
	take := func(kind string) (r agents.PrivacyRequest) {
		t.Helper()
		status, body := o.ada.send("POST", "privacy", `{"brand":"lumen","customer":"`+string(o.ana)+`","kind":"`+kind+`"}`)
		if err := json.Unmarshal(body, &r); err != nil || status != http.StatusCreated {
			t.Fatalf("%d %s %v", status, body, err)
		}
		return r
	}
	wanted, unwanted := take("export"), take("erasure")
	if days := wanted.Due.Sub(wanted.Asked).Hours() / 24; days < 29.9 || days > 30.1 || wanted.Status != agents.PrivacyOpen || wanted.ByName != "ada" {
		t.Errorf("%+v", wanted)
	}
	status, body := o.ada.send("GET", "privacy/lumen/"+wanted.ID+"/export", "")
	var document map[string]any
	if err := json.Unmarshal(body, &document); err != nil || status != http.StatusOK || !strings.Contains(string(body), "bonjour") {
		t.Errorf("the document: %d %.200s %v", status, body, err)
	}
	if status, body := o.ada.send("GET", "privacy/lumen/"+unwanted.ID+"/export", ""); status != http.StatusConflict || !strings.Contains(string(body), `"nothing"`) {
		t.Errorf("the document of an erasure: %d %s", status, body)
	}
	if status, body := o.ada.send("POST", "privacy/lumen/"+unwanted.ID+"/erase", `{"phone":"+33699999999"}`); status != http.StatusUnprocessableEntity || !strings.Contains(string(body), "/phone") {
		t.Errorf("another number: %d %s", status, body)
	}
	snapshot, err := o.console.desk.Conversation(t.Context(), agents.Operator, "lumen", o.ana)
	if err != nil {
		t.Fatal(err)
	}
	status, body = o.ada.send("POST", "privacy/lumen/"+unwanted.ID+"/erase", `{"phone":"`+string(snapshot.Conversation.Phone)+`"}`)
	if status != http.StatusAccepted || !strings.Contains(string(body), `"running"`) {
		t.Errorf("her number: %d %s", status, body)
	}
	if status, body := o.ada.send("GET", "audit?kind=privacy.confirmed", ""); status != http.StatusOK || !strings.Contains(string(body), unwanted.ID) {
		t.Errorf("the audit: %d %s", status, body)
	}
}
