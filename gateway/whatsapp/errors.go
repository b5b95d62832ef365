package whatsapp

import (
	"errors"
	"regexp"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	"github.com/causette/causette/gateway"
)

// unsent is an attempt of which nothing left.
func unsent(code string, after time.Duration, err error) *gateway.SendError {
	return &gateway.SendError{Code: code, Consequence: gateway.Retry, After: after, Err: err}
}

// refusal is the number that whatsmeow ends an error of WhatsApp's with.
var refusal = regexp.MustCompile(` (\d{3})\b`)

// judge says what an error of sending means. Silence is doubtful, and so is what
// nobody explains: the same id is sent again, and arrives once.
func (s *session) judge(err error, to types.JID, some bool) *gateway.SendError {
	switch {
	case errors.Is(err, errLine) && !some:
		return unsent("deadline", time.Second, err)
	case errors.Is(err, whatsmeow.ErrNotConnected) && !some, errors.Is(err, whatsmeow.ErrNotLoggedIn) && !some:
		return unsent("not_connected", 2*time.Second, err)
	case errors.Is(err, whatsmeow.ErrServerReturnedError):
		code := ""
		if m := refusal.FindStringSubmatch(err.Error()); m != nil {
			code = m[1]
		}
		return s.refused(code, to, err)
	}
	return &gateway.SendError{Code: "silence", Consequence: gateway.Ambiguous, Err: err}
}

// refused is what WhatsApp answered with a code.
//
// Source: the codes that whatsmeow's issues and its own handling name; WhatsApp
// documents none.
func (s *session) refused(code string, to types.JID, err error) *gateway.SendError {
	switch code {
	case "463": // no new chats for a while
		s.shut.Store(to.User, true)
		s.reachOut(true, time.Time{})
		return &gateway.SendError{Code: code, Consequence: gateway.FallBack, Alert: true, Err: err}
	case "429", "479":
		return &gateway.SendError{Code: code, Consequence: gateway.Retry, After: 30 * time.Second, Halts: gateway.SlowerPace, Err: err}
	case "500", "503":
		return &gateway.SendError{Code: code, Consequence: gateway.Retry, After: 5 * time.Second, Err: err}
	case "404", "406":
		return &gateway.SendError{Code: code, Consequence: gateway.FallBack, Err: err}
	}
	return &gateway.SendError{Code: code, Consequence: gateway.GiveUp, Limit: 3, Alert: true, Err: err}
}
