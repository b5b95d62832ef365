package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// TestTable holds the table against Twilio's error dictionary as the gateway
// reads it, written down a second time: by what is to be done.
func TestTable(t *testing.T) {
	type action struct {
		consequence gateway.Consequence
		halts       gateway.Scope
		alert       bool
	}
	want := map[action][]string{
		{gateway.Retry, gateway.OnlyMessage, false}:       {"429", "20429", "21611", "30001", "30003", "30005", "30008", "30017", "30500", "63010", "63012", "63049"},
		{gateway.Retry, gateway.WholeAccount, true}:       {"20003", "30002"},
		{gateway.Retry, gateway.WholeCountry, true}:       {"21408"},
		{gateway.Retry, gateway.WholeSender, true}:        {"21606", "21703", "21704", "21705", "63007", "63051", "30032", "30034"},
		{gateway.Retry, gateway.SlowerPace, false}:        {"30022", "63017", "63018"},
		{gateway.Invalid, gateway.OnlyMessage, false}:     {"21211", "21217", "21421"},
		{gateway.Unreachable, gateway.OnlyMessage, false}: {"21614", "21635", "30006", "30004", "63014", "63033"},
		{gateway.OptedOut, gateway.OnlyMessage, false}:    {"21610"},
		{gateway.FallBack, gateway.OnlyMessage, true}:     {"21612"},
		{gateway.FallBack, gateway.OnlyMessage, false}:    {"63003", "63024", "63032", "63036"},
		{gateway.Reschedule, gateway.OnlyMessage, false}:  {"30023", "30027", "63038", "30610"},
		{gateway.Ambiguous, gateway.OnlyMessage, false}:   {"30410"},
		{gateway.Template, gateway.OnlyMessage, false}:    {"63016"},
		{gateway.GiveUp, gateway.OnlyMessage, false}:      {"30036", "30450", "30640"},
		{gateway.GiveUp, gateway.OnlyMessage, true}:       {"21617", "21620", "21623", "21655", "21656", "30007", "63005", "63013", "63021"},
		{gateway.GiveUp, gateway.WholeTemplate, true}:     {"63027", "63028", "63041"},
	}
	n := 0
	for action, codes := range want {
		for _, code := range codes {
			n++
			s := judge(code, "+33612345678", 1)
			if s.Consequence != action.consequence || s.Halts != action.halts || s.Alert != action.alert || s.Code != code || s.Err == nil {
				t.Errorf("%s: %+v, want %+v", code, s, action)
			}
			if (s.After > 0) != (s.Consequence == gateway.Retry) {
				t.Errorf("%s: %s after %v", code, s.Consequence, s.After)
			}
			for _, language := range []string{"fr", "en"} {
				if Explain(code, language) == "" {
					t.Errorf("%s has no meaning in %s", code, language)
				}
			}
			if Explain(code, "fr") == Explain(code, "en") || Explain(code, "") != Explain(code, "en") {
				t.Errorf("%s: %q in French, %q in English", code, Explain(code, "fr"), Explain(code, "en"))
			}
		}
	}
	if n != len(table) || n != len(verdicts) {
		t.Errorf("%d codes are expected, the table has %d, %d of them different", n, len(table), len(verdicts))
	}
	if Explain("39999", "fr") != "" {
		t.Error("an unknown code is explained")
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		name        string
		code        string
		to          conversation.Address
		attempt     int
		consequence gateway.Consequence
		limit       int
		shortest    time.Duration
	}{
		{"an unknown number is tried a second time", "30005", "+336", 1, gateway.Retry, 2, time.Hour},
		{"and is invalid after it", "30005", "+336", 2, gateway.Invalid, 0, 0},
		{"a phone that is off is tried three times more, half an hour apart", "30003", "+336", 3, gateway.Retry, 4, 30 * time.Minute},
		{"WhatsApp's marketing limit sends the US to SMS", "63049", "+12025550123", 1, gateway.FallBack, 0, 0},
		{"WhatsApp's marketing limit elsewhere waits", "63049", "+33612345678", 1, gateway.Retry, 4, 6 * time.Hour},
		{"longer each time", "63049", "+33612345678", 3, gateway.Retry, 4, 24 * time.Hour},
		{"too many requests back off", "20429", "+336", 5, gateway.Retry, 0, 16 * time.Second},
		{"but not for ever", "20429", "+336", 500, gateway.Retry, 0, 64 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 100 { // of the spread
				s := judge(tt.code, tt.to, tt.attempt)
				if s.Consequence != tt.consequence || s.Limit != tt.limit || s.After < tt.shortest || s.After > 2*tt.shortest {
					t.Fatalf("got %s after %v, at most %d attempts", s.Consequence, s.After, s.Limit)
				}
			}
		})
	}
}

func TestSendError(t *testing.T) {
	lost := func(written bool, err error) error {
		return fmt.Errorf("post: %w", &lostError{written: written, err: err})
	}
	tests := []struct {
		name        string
		err         error
		code        string
		consequence gateway.Consequence
		halts       gateway.Scope
		alert       bool
	}{
		{"a known code", &answerError{status: 400, code: "21211"}, "21211", gateway.Invalid, "", false},
		{"an unknown code of ours is final", &answerError{status: 400, code: "29999"}, "29999", gateway.GiveUp, "", true},
		{"a refusal without a code", &answerError{status: 404}, "http 404", gateway.GiveUp, "", true},
		{"a redirect is no answer of Twilio's", &answerError{status: 302}, "http 302", gateway.GiveUp, "", true},
		{"401 without a code halts the account", &answerError{status: 401}, "20003", gateway.Retry, gateway.WholeAccount, true},
		{"429 without a code", &answerError{status: 429}, "429", gateway.Retry, "", false},
		{"429 with another code", &answerError{status: 429, code: "29999"}, "29999", gateway.Retry, "", false},
		{"503 in HTML", &answerError{status: 503}, "http 503", gateway.Ambiguous, "", false},
		{"500 with a code", &answerError{status: 500, code: "20500"}, "20500", gateway.Ambiguous, "", false},
		{"500 with a code that is final elsewhere", &answerError{status: 500, code: "21211"}, "21211", gateway.Ambiguous, "", false},
		{"503 that says too many requests", &answerError{status: 503, code: "20429"}, "20429", gateway.Retry, "", false},
		{"408 says nothing", &answerError{status: 408}, "http 408", gateway.Ambiguous, "", false},
		{"never written", lost(false, syscall.ECONNREFUSED), "connect", gateway.Retry, "", false},
		{"too late to write", &lostError{late: true, err: errLate}, "late", gateway.Retry, "", false},
		{"cancelled before it was written", lost(false, context.Canceled), "late", gateway.Retry, "", false},
		{"the deadline passed after it was written", lost(true, context.DeadlineExceeded), "timeout", gateway.Ambiguous, "", false},
		{"cancelled after it was written", lost(true, context.Canceled), "cancelled", gateway.Ambiguous, "", false},
		{"reset", lost(true, syscall.ECONNRESET), "reset", gateway.Ambiguous, "", false},
		{"truncated", lost(true, io.ErrUnexpectedEOF), "truncated", gateway.Ambiguous, "", false},
		{"half a JSON text", &json.SyntaxError{}, "truncated", gateway.Ambiguous, "", false},
		{"anything else", errors.New("?"), "unexplained", gateway.Ambiguous, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sendError(tt.err, gateway.Posting{To: "+33612345678", Attempt: 1})
			if s.Code != tt.code || s.Consequence != tt.consequence || s.Halts != tt.halts || s.Alert != tt.alert {
				t.Errorf("got %+v", s)
			}
			if !errors.Is(s, tt.err) && !errors.As(s, new(*answerError)) {
				t.Errorf("the cause is lost: %v", s)
			}
		})
	}
	t.Run("Retry-After is the shortest wait", func(t *testing.T) {
		s := sendError(&answerError{status: 429, code: "20429", retryAfter: time.Minute}, gateway.Posting{Attempt: 1})
		if s.After != time.Minute {
			t.Errorf("after %v", s.After)
		}
	})
	t.Run("a server that cannot be reached alerts at the third attempt", func(t *testing.T) {
		for attempt, want := range map[int]bool{1: false, 2: false, 3: true} {
			if s := sendError(lost(false, syscall.ECONNREFUSED), gateway.Posting{Attempt: attempt}); s.Alert != want {
				t.Errorf("attempt %d: alert %v", attempt, s.Alert)
			}
		}
	})
}

// TestEveryStatusHasAConsequence walks all HTTP statuses with and without codes.
func TestEveryStatusHasAConsequence(t *testing.T) {
	for status := 300; status < 600; status++ {
		for _, code := range []string{"", "20429", "21211", strconv.Itoa(status * 100)} {
			s := judgeAnswer(&answerError{status: status, code: code}, "+33612345678", 1)
			switch {
			case s.Code == "" || s.Consequence == "":
				t.Errorf("%d %q: %+v", status, code, s)
			case status >= 500 && code != "20429" && s.Consequence != gateway.Ambiguous:
				t.Errorf("%d %q: %s, though the message may have been taken", status, code, s.Consequence)
			case status < 500 && status != http.StatusRequestTimeout && s.Consequence == gateway.Ambiguous:
				t.Errorf("%d %q: ambiguous, though it was refused", status, code)
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-1": 0, "x": 0, "99999999": time.Hour, "Mon, 02 Jan 2006 15:04:05 GMT": 0} {
		if got := retryAfter(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if d := retryAfter(time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat)); d < 20*time.Second || d > 30*time.Second {
		t.Errorf("a date in 30 s: %v", d)
	}
}
