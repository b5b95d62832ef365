package api

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"

	"github.com/causette/causette/gateway"
)

func (a *API) routeSuppressions() {
	stream(a, operation{id: "importSuppressions", route: "POST /v1/suppressions/import", tag: "consents", scope: ConsentsWrite,
		summary: "Import whom a former tool must not write to",
		text: `CSV with the column phone, and where there are any date, medium and purpose; CSV
of numbers alone; or NDJSON with those fields. Up to 32 MiB, answered line by line
while it is read. Who comes with such a number later stands as withdrawn; only
their own START overturns that. The same list again changes nothing.`,
		success: "One SuppressionReport a line, then one SuppressionEnd", codes: []string{"malformed_csv"},
		kinds: rowKinds, answers: rowAnswer}, a.importSuppressions)
	a.known(reflect.TypeFor[gateway.SuppressionReport](), reflect.TypeFor[gateway.SuppressionEnd]())
}

func (a *API) importSuppressions(w http.ResponseWriter, c *call, body io.Reader, _ string) {
	out, begun := json.NewEncoder(w), false
	begin := func() {
		if !begun {
			begun = true
			w.Header().Set("Content-Type", rowAnswer)
			w.Header().Set("Cache-Control", "no-store")
		}
	}
	end, err := gateway.ImportSuppressions(c.Context(), a.store, a.door, gateway.SuppressionImport{
		Brand: c.brand.ID, Country: c.brand.Country, Kind: mediaType(c.Request), Body: body, Now: c.now,
	}, func(r gateway.SuppressionReport) error {
		begin()
		return out.Encode(r)
	})
	if err != nil && end == (gateway.SuppressionEnd{}) {
		a.fail(w, c.Request, problem("malformed_csv", err.Error()))
		return
	}
	if err != nil {
		a.log.Warn("import of suppressions stopped", "brand", c.brand.ID, "after", end.Lines, "error", err)
		end.Error = importError(err)
	}
	begin()
	_ = out.Encode(end) // the source has gone: nobody to tell
}
