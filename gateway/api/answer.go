package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/causette/causette/gateway"
)

// refusal is a problem as an error.
type refusal struct{ gateway.ProblemDetails }

func (r *refusal) Error() string { return r.Code + ": " + r.Detail }

func problem(status int, code, title, detail string) *refusal {
	return &refusal{gateway.ProblemDetails{Status: status, Code: code, Title: title, Detail: detail}}
}

func invalid(faults []gateway.FieldFault) *refusal {
	r := problem(http.StatusUnprocessableEntity, "invalid_body", "The body is not what this address takes", "mend what errors lists and send it again")
	r.Errors = faults
	return r
}

// fail answers with what went wrong. Errors of the store and the door that no
// handler expected are logged and not told.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	var known *refusal
	switch {
	case errors.As(err, &known):
		if known.Status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="causette"`)
		}
		known.Write(w)
	case errors.Is(err, gateway.ErrBusy), errors.Is(err, gateway.ErrTransient):
		gateway.Busy(w)
	case r.Context().Err() != nil:
		// The source has gone. What it asked may be durable: it asks again.
		gateway.ProblemDetails{Status: http.StatusServiceUnavailable, Code: "interrupted", Title: "The request was interrupted",
			Detail: "send it again with the same ids", RetryAfter: time.Second}.Write(w)
	default:
		a.log.Error("api request failed", "route", r.Pattern, "error", err)
		gateway.Problem(w, http.StatusInternalServerError, "internal", "Something failed here", "it is logged; send the request again later")
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil { // the answers are ours: they marshal
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the source has gone: nobody to tell
}

// readJSONBody reads a bounded body that says that it is JSON.
func readJSONBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if kind := mediaType(r); kind != "application/json" {
		return nil, problem(http.StatusUnsupportedMediaType, "unsupported_media_type", "The body is not JSON", "send it with Content-Type: application/json")
	}
	return readBody(w, r, maxBody)
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge(limit)
	case err != nil:
		return nil, problem(http.StatusBadRequest, "interrupted_body", "The body did not arrive whole", "send the request again")
	}
	return body, nil
}

func tooLarge(limit int64) error {
	p := problem(http.StatusRequestEntityTooLarge, "body_too_large", "The body is too large", "send less at once")
	p.Detail = "it may have " + itoa(limit) + " bytes; send less at once"
	return p
}

func mediaType(r *http.Request) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}
