package gateway

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// ProblemDetails is an answer that says what is wrong (RFC 9457): people read
// the title and the detail, machines the code, which never changes.
type ProblemDetails struct {
	Type   string       `json:"type"` // urn:causette:problem: and the code
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Code   string       `json:"code"`
	Detail string       `json:"detail,omitempty"` // this case, and what to do about it
	Errors []FieldFault `json:"errors,omitempty"`

	Instance string `json:"instance,omitempty"` // what it happened to, where that can be read: /v1/prompts/…
	Decision any    `json:"decision,omitempty"` // of a refused prompt: the rule, and what it looked at

	RetryAfter time.Duration `json:"-"` // written as Retry-After where it is not zero
}

// FieldFault is one thing wrong in a request's body.
type FieldFault struct {
	Pointer string `json:"pointer"` // where, as a JSON pointer (RFC 6901); "" is the whole body
	Detail  string `json:"detail"`  // what is wrong; what to do
}

// Problem writes a problem without faults of single fields.
func Problem(w http.ResponseWriter, status int, code, title, detail string) {
	ProblemDetails{Status: status, Code: code, Title: title, Detail: detail}.Write(w)
}

// Busy writes what ErrBusy means to a source: nothing was processed, come again.
func Busy(w http.ResponseWriter) {
	ProblemDetails{Status: http.StatusServiceUnavailable, Code: "busy", Title: "The gateway cannot commit now",
		Detail: "nothing was processed; send the same request again", RetryAfter: time.Second}.Write(w)
}

// Write answers with the problem. The type is derived from the code.
func (p ProblemDetails) Write(w http.ResponseWriter) {
	p.Type = "urn:causette:problem:" + p.Code
	body, err := json.Marshal(p)
	if err != nil { // strings and numbers marshal
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Del("Content-Length")
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.RetryAfter.Seconds()))))
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the source has gone: nobody to tell
}
