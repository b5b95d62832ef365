package console

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// problem is an answer that says what is wrong, as RFC 9457 has it, with what a
// page needs to go on after a refused act.
type problem struct {
	gateway.ProblemDetails
	Owner  conversation.AgentID `json:"owner,omitempty"`
	Next   time.Time            `json:"next,omitzero"` // when it may be done
	Missed []entry              `json:"missed,omitempty"`
}

func (p *problem) Error() string { return p.Code + ": " + p.Detail }

func refuse(status int, code, title, detail string) *problem {
	return &problem{ProblemDetails: gateway.ProblemDetails{
		Type: "urn:causette:problem:" + code, Status: status, Code: code, Title: title, Detail: detail}}
}

var (
	errNoSession = refuse(http.StatusUnauthorized, "no_session", "Nobody is logged in", "log in and send it again")
	errBadOrigin = refuse(http.StatusForbidden, "bad_origin", "A page of another origin, or of none, may not do this",
		"open the console at its public address; add the address to public_url where it is missing")
	errBadCSRF = refuse(http.StatusForbidden, "bad_csrf", "The request does not carry this session's token",
		"read GET /v1/desk/me and send its csrf as X-Causette-CSRF")
	errTooLarge = refuse(http.StatusRequestEntityTooLarge, "body_too_large", "The body is too large", "it may have 65536 bytes")
)

// whyRefused says of each refusal what it means and what to do.
var whyRefused = map[string]string{
	conversation.RefusedOwned:     "a colleague has the conversation: ask them, or claim it with anyway where you may take over",
	conversation.RefusedMoved:     "something was said since the version in seen: read it, then send it again with that version, or with anyway",
	conversation.RefusedFull:      "who would get it has as many conversations as they take",
	conversation.RefusedOptedOut:  "the customer wants to hear nothing, and has asked nothing since",
	conversation.RefusedNotOwner:  "only who has the conversation may: claim it first",
	conversation.RefusedNothing:   "there is nothing to do: it is so already",
	conversation.RefusedTooLong:   "the text is longer than one message takes: shorten it, or send it in parts",
	conversation.RefusedWindow:    "WhatsApp takes free text for 24 hours after the customer's last message: send a template, or an SMS",
	conversation.RefusedReserved:  "it is held for a colleague until they answer: wait a moment",
	conversation.RefusedSent:      "the message has left: it cannot be taken back",
	conversation.RefusedHours:     "nothing that nobody asked for goes out at this hour at the customer's: send it after next",
	conversation.RefusedConsent:   "the customer did not agree to hear from the brand for this purpose",
	conversation.RefusedTemplate:  "the conversation's script has no such template: read the list again",
	conversation.RefusedMissing:   "a variable of the template has no value: give it one",
	conversation.RefusedVariable:  "a variable's value is not what the template takes",
	conversation.RefusedMarketing: "the template is marketing, and the word calls itself transactional",
	agents.RefusedBefore:          "an act of this id was refused before: do it again with a new id",
}

// asProblem says what an error means to a page; nil where it means nothing that
// a page should read.
func asProblem(err error) *problem {
	var (
		known     *problem
		refusal   *agents.Refusal
		forbidden *agents.Forbidden
		fault     *agents.Fault
		missed    *missing
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refusal):
		p := refuse(http.StatusConflict, refusal.Code, "The act was not done", whyRefused[refusal.Code])
		p.Owner, p.Next = refusal.Owner, refusal.Next
		if refusal.Why != "" {
			p.Detail = refusal.Why
		}
		if errors.As(err, &missed) {
			p.Missed = entriesOf(missed.brand, missed.customer, refusal.Missed)
		}
		return p
	case errors.As(err, &forbidden):
		return refuse(http.StatusForbidden, "forbidden", "Your role does not allow this", forbidden.Error())
	case errors.As(err, &fault):
		p := refuse(http.StatusUnprocessableEntity, "invalid_body", "The request is not what this address takes", fault.Error())
		p.Errors = []gateway.FieldFault{{Pointer: "/" + fault.Field, Detail: fault.Detail}}
		return p
	case errors.Is(err, agents.ErrWrongLogin):
		return refuse(http.StatusUnauthorized, "wrong_login", "The e-mail address or the password is wrong", "try again")
	case errors.Is(err, agents.ErrTooManyLogins):
		p := refuse(http.StatusTooManyRequests, "too_many_logins", "Too many attempts to log in", "wait a minute")
		p.RetryAfter = time.Minute
		return p
	case errors.Is(err, gateway.ErrNotFound):
		return refuse(http.StatusNotFound, "not_found", "There is no such conversation", "it may have been deleted, or have no such message")
	case errors.Is(err, gateway.ErrBusy), errors.Is(err, gateway.ErrTransient),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		p := refuse(http.StatusServiceUnavailable, "busy", "The gateway cannot commit now", "send the same request again, with the same id")
		p.RetryAfter = time.Second
		return p
	}
	return nil
}

// fail answers with what went wrong. What no handler expected is logged and not told.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(c.log, r.Pattern, err)
	if p.Missed == nil && p.Owner == "" && p.Next.IsZero() {
		p.Write(w)
		return
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

func problemOf(log *slog.Logger, where string, err error) *problem {
	if p := asProblem(err); p != nil {
		return p
	}
	log.Error("desk request failed", "route", where, "error", err)
	return refuse(http.StatusInternalServerError, "internal", "Something failed here", "it is logged; try again later")
}

func writeJSON(w http.ResponseWriter, status int, kind string, body any) {
	text, err := json.Marshal(body)
	if err != nil { // the answers are ours: they marshal
		panic(err)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the page has gone: nobody to tell
}
