package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/causette/causette/gateway"
)

// codes is every problem that the API answers with: its code never changes, and
// the description lists it with each route that may answer it.
var codes = map[string]struct {
	status int
	title  string
}{
	"malformed_json":          {http.StatusBadRequest, "The body is not JSON"},
	"malformed_csv":           {http.StatusBadRequest, "The body is not CSV"},
	"interrupted_body":        {http.StatusBadRequest, "The body did not arrive whole"},
	"invalid_parameter":       {http.StatusBadRequest, "A parameter is not what this address takes"},
	"invalid_idempotency_key": {http.StatusBadRequest, "The Idempotency-Key cannot be kept"},
	"unauthorized":            {http.StatusUnauthorized, "No valid key came with the request"},
	"missing_scope":           {http.StatusForbidden, "This key may not do that"},
	"brand_gone":              {http.StatusForbidden, "This key's brand is not configured here"},
	"unknown_customer":        {http.StatusNotFound, "There is no such customer"},
	"unknown_prompt":          {http.StatusNotFound, "There is no such prompt"},
	"unknown_bulk":            {http.StatusNotFound, "There is no such job"},
	"bulk_state":              {http.StatusConflict, "The job does not stand so that this can be done"},
	"prompt_sent":             {http.StatusConflict, "This prompt cannot be taken back"},
	"no_such_address":         {http.StatusNotFound, "There is nothing here"},
	"method_not_allowed":      {http.StatusMethodNotAllowed, "This address has no such method"},
	"idempotency_key_reused":  {http.StatusConflict, "This Idempotency-Key was used for another request"},
	"body_too_large":          {http.StatusRequestEntityTooLarge, "The body is too large"},
	"unsupported_media_type":  {http.StatusUnsupportedMediaType, "The body is not of a kind that this address takes"},
	"invalid_body":            {http.StatusUnprocessableEntity, "The body is not what this address takes"},
	"set_aside":               {http.StatusUnprocessableEntity, "This could not be processed"},
	"withdrawn_by_customer":   {http.StatusUnprocessableEntity, "The customer has withdrawn this consent"},
	"no_consent":              {http.StatusUnprocessableEntity, "The customer did not agree to that"},
	"opted_out":               {http.StatusUnprocessableEntity, "The customer wants to hear no more of that"},
	"invalid_number":          {http.StatusUnprocessableEntity, "The number cannot be reached"},
	"frequency_cap":           {http.StatusUnprocessableEntity, "The customer has heard enough"},
	"no_channel":              {http.StatusUnprocessableEntity, "No channel leads there"},
	"expired":                 {http.StatusUnprocessableEntity, "The prompt would come too late"},
	"unknown_template":        {http.StatusUnprocessableEntity, "There is no such template"},
	"missing_variable":        {http.StatusUnprocessableEntity, "The template lacks a variable"},
	"bad_variable":            {http.StatusUnprocessableEntity, "A variable cannot be written so"},
	"too_long":                {http.StatusUnprocessableEntity, "The text is longer than a message"},
	"consent_suspended":       {http.StatusUnprocessableEntity, "A doubtful opt-out is being clarified"},
	"looks_like_marketing":    {http.StatusUnprocessableEntity, "A transactional text makes an offer"},
	"agent_owns_conversation": {http.StatusUnprocessableEntity, "A person talks with the customer"},
	"reason_gone":             {http.StatusUnprocessableEntity, "What it was said for is over"},
	"too_many_requests":       {http.StatusTooManyRequests, "This key asks too much at once"},
	"internal":                {http.StatusInternalServerError, "Something failed here"},
	"busy":                    {http.StatusServiceUnavailable, "The gateway cannot commit now"},
	"interrupted":             {http.StatusServiceUnavailable, "The request was interrupted"},
}

// refusal is a problem as an error.
type refusal struct{ gateway.ProblemDetails }

func (r *refusal) Error() string { return r.Code + ": " + r.Detail }

// problem makes one of the known ones; detail says what is wrong here, and what
// to do about it.
func problem(code, detail string) *refusal {
	known, ok := codes[code]
	if !ok {
		panic("no problem is called " + code) // the tests answer with each
	}
	return &refusal{gateway.ProblemDetails{Status: known.status, Code: code, Title: known.title, Detail: detail}}
}

func invalid(faults []gateway.FieldFault) *refusal {
	r := problem("invalid_body", "mend what errors lists and send it again")
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
	case r.Context().Err() != nil:
		// The source has gone. What it asked may be durable: it asks again.
		p := problem("interrupted", "send it again with the same ids")
		p.RetryAfter = time.Second
		p.Write(w)
	case errors.Is(err, gateway.ErrBusy), errors.Is(err, gateway.ErrTransient):
		gateway.Busy(w)
	default:
		a.log.Error("api request failed", "route", r.Pattern, "error", err)
		problem("internal", "it is logged; send the request again later").Write(w)
	}
}
