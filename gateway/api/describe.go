package api

import (
	_ "embed"
	"net/http"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed openapi.yaml
var description []byte

// Description is the API's OpenAPI 3.1 document, as JSON.
var Description = sync.OnceValue(func() []byte {
	text, err := yaml.YAMLToJSON(description)
	if err != nil { // it is embedded: a test reads it
		panic(err)
	}
	return text
})

func serveDescription(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(Description())
}
