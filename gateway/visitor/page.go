package visitor

import (
	"html/template"
	"net/http"
)

// policy is what a page that anybody may open may do: be read, be sent back to us,
// show our own pictures. Nothing of it is run or framed.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Show writes a page in a language; no copy of it is kept. An error says that it
// was not read to its end.
func Show(w http.ResponseWriter, status int, language string, page *template.Template, of any) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", language)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", policy)
	w.WriteHeader(status)
	return page.Execute(w, of)
}
