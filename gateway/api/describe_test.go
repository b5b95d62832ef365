package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/goccy/go-yaml"
)

var update = flag.Bool("update", false, "write openapi.yaml as the API describes itself")

// openapi.yaml is what the API says of itself, so that a change of the API is
// seen where it is reviewed.
func TestTheDescriptionIsTheCheckedInOne(t *testing.T) {
	text, err := yaml.JSONToYAML(everything().Description())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.yaml", text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile("openapi.yaml"); err != nil || !bytes.Equal(kept, text) {
		t.Errorf("openapi.yaml is not what the API says of itself (%v): look at what go test -update makes of it", err)
	}
}

// Every route that is described is there, and needs a key.
func TestEveryDescribedRouteIsThere(t *testing.T) {
	a := everything()
	doc, err := openapi3.NewLoader().LoadFromData(a.Description())
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if path == "/openapi.json" {
				continue
			}
			w := httptest.NewRecorder()
			a.ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
			var p struct{ Code string }
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 401 || p.Code != "unauthorized" {
				t.Errorf("%s %s answers %d %s without a key", method, path, w.Code, w.Body)
			}
		}
	}
}
