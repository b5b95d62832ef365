package phones

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/causette/causette/gateway"
)

// statuses says with which HTTP status each code is answered; a code that is not
// listed is a request that makes no sense: 422.
var statuses = map[string]int{
	"bad_json":          http.StatusBadRequest,
	"bad_form":          http.StatusBadRequest,
	"bad_origin":        http.StatusForbidden,
	"unknown_phone":     http.StatusNotFound,
	"unknown_channel":   http.StatusNotFound,
	"no_page":           http.StatusNotFound,
	"no_picture":        http.StatusNotFound,
	"no_message":        http.StatusNotFound,
	"phone_exists":      http.StatusConflict,
	"too_many_phones":   http.StatusConflict,
	"phone_off":         http.StatusConflict,
	"key_reused":        http.StatusConflict,
	"too_large":         http.StatusRequestEntityTooLarge,
	"unsupported_media": http.StatusUnsupportedMediaType,
	"slow_down":         http.StatusTooManyRequests,
	"too_many_pages":    http.StatusServiceUnavailable,
	"closed":            http.StatusServiceUnavailable,
}

// answer runs a handler that may refuse, and writes its refusal.
func (c *Carrier) answer(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		var refused *Error
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			refused = &Error{Code: "too_large", Detail: "the request is too large"}
		case !errors.As(err, &refused):
			// Only writing the answer can fail otherwise: nobody is left to read more.
			c.log.DebugContext(r.Context(), "cannot answer", "path", r.URL.Path, "error", err)
			return
		}
		status, known := statuses[refused.Code]
		if !known {
			status = http.StatusUnprocessableEntity
		}
		p := gateway.ProblemDetails{Status: status, Code: refused.Code, Title: http.StatusText(status), Detail: refused.Detail}
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			p.RetryAfter = time.Second
		}
		p.Write(w)
	}
}

// reply writes v as JSON.
func reply(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(v)
}
