package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// answerError is an answer of Twilio's that refuses or fails.
type answerError struct {
	status     int           // HTTP
	code       string        // Twilio's, "" when the body did not say
	message    string        // Twilio's, for logs
	retryAfter time.Duration // as the header says, 0 without
}

func (e *answerError) Error() string {
	return fmt.Sprintf("twilio answered %d, code %q: %s", e.status, e.code, e.message)
}

// lostError is a request without a whole answer.
type lostError struct {
	written bool // some of it was handed to the network: Twilio may have it
	late    bool // the send deadline had passed before it could be written
	err     error
}

func (e *lostError) Error() string {
	if e.written {
		return fmt.Sprintf("no whole answer from twilio: %v", e.err)
	}
	return fmt.Sprintf("twilio was not asked: %v", e.err)
}

func (e *lostError) Unwrap() error { return e.err }

// sendError states the consequence of whatever a send ended in.
func sendError(err error, p gateway.Posting) *gateway.SendError {
	var answer *answerError
	if errors.As(err, &answer) {
		return judgeAnswer(answer, p.To, p.Attempt)
	}
	var lost *lostError
	if errors.As(err, &lost) && !lost.written {
		s := &gateway.SendError{Code: "connect", Consequence: gateway.Retry, After: wait(time.Second, p.Attempt), Alert: p.Attempt >= 3, Err: err}
		if lost.late || errors.Is(err, context.Canceled) {
			s.Code, s.After, s.Alert = "late", 0, false
		}
		return s
	}
	return &gateway.SendError{Code: lostCode(err), Consequence: gateway.Ambiguous, Err: err}
}

// judgeAnswer weighs the HTTP status with Twilio's code. A server error says
// nothing about whether the message was taken, whatever its code, with one
// exception: "too many requests" is said before anything is processed.
func judgeAnswer(e *answerError, to conversation.Address, attempt int) *gateway.SendError {
	code := e.code
	if code == "" {
		switch e.status {
		case http.StatusTooManyRequests:
			code = "429"
		case http.StatusUnauthorized:
			code = "20003"
		}
	}
	_, known := verdicts[code]
	var s *gateway.SendError
	switch {
	case (e.status >= 500 || e.status == http.StatusRequestTimeout) && code != "20429":
		s = &gateway.SendError{Code: code, Consequence: gateway.Ambiguous}
	case known:
		s = judge(code, to, attempt)
	case e.status == http.StatusTooManyRequests:
		s = judge("429", to, attempt)
	default:
		s = &gateway.SendError{Code: code, Consequence: gateway.GiveUp, Alert: true}
	}
	if s.Code = code; code == "" {
		s.Code = "http " + strconv.Itoa(e.status)
	}
	if s.Consequence == gateway.Retry {
		s.After = max(s.After, e.retryAfter)
	}
	s.Err = e
	return s
}

// judge states the consequence of an error code, met at the given attempt to
// text the address. A code that the table does not know is final, and a person
// must look.
func judge(code string, to conversation.Address, attempt int) *gateway.SendError {
	v, known := verdicts[code]
	if !known {
		return &gateway.SendError{Code: code, Consequence: gateway.GiveUp, Alert: true, Err: errors.New("an error code that the gateway does not know")}
	}
	switch {
	case code == "30005" && attempt >= v.limit:
		v.consequence, v.after, v.limit = gateway.Invalid, 0, 0
	case code == "63049" && strings.HasPrefix(string(to), "+1"):
		// Meta sends no marketing at all to US numbers since April 2025. Canada
		// shares +1 and is treated alike: an SMS reaches both.
		v.consequence, v.after, v.limit = gateway.FallBack, 0, 0
	}
	s := &gateway.SendError{Code: code, Consequence: v.consequence, Halts: v.halts, Limit: v.limit, Alert: v.alert, Err: errors.New(v.en)}
	if v.after > 0 {
		if !v.grow {
			attempt = 1
		}
		s.After = wait(v.after, attempt)
	}
	return s
}

// wait doubles the base for each attempt after the first, up to 64 times, and
// spreads it between one and two times that, so that retries do not march in step.
func wait(base time.Duration, attempt int) time.Duration {
	d := base << min(max(attempt-1, 0), 6)
	return d + rand.N(d)
}

// lostCode names how an answer was lost.
func lostCode(err error) string {
	var network net.Error
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF):
		return "reset"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax):
		return "truncated"
	}
	return "unexplained"
}

// Explain says in one line what an error code means, in French ("fr") or else in
// English; "" for a code that the table does not know.
func Explain(code, language string) string {
	v := verdicts[code]
	if language == "fr" {
		return v.fr
	}
	return v.en
}
