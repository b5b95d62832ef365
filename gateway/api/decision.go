package api

import (
	"cmp"
	"net/http"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
)

// decision is what the gate says of a prompt, and what its message costs.
type decision struct {
	Rule     conversation.Rule      `json:"rule" doc:"what decided it: hours.FR, cap.week; open: nothing speaks against it"`
	Code     string                 `json:"code,omitempty" doc:"of a refused one"`
	Waits    string                 `json:"waits,omitempty" doc:"for what: hours, send_at, question, agent, trouble, cap, desk"`
	Why      string                 `json:"why" doc:"a sentence, for people"`
	Inputs   map[string]string      `json:"inputs,omitempty" doc:"what the rule looked at"`
	SendAt   time.Time              `json:"send_at,omitzero" doc:"when it leaves, or is looked at again"`
	Channel  conversation.ChannelID `json:"channel,omitempty"`
	Medium   conversation.Medium    `json:"medium,omitempty"`
	Encoding sms.Encoding           `json:"encoding,omitempty" enum:"GSM-7,UCS-2" doc:"of an SMS"`
	Segments int                    `json:"segments,omitempty" doc:"of an SMS"`
	Price    *sms.Price             `json:"price,omitempty" doc:"of all segments; {\"amount\": 7, \"scale\": 2} is 0.07; absent where the price table says nothing"`
}

// decide writes a verdict; text is what is said where that is known.
func (a *API) decide(v conversation.Verdict, to conversation.Address, text string, now time.Time) decision {
	d := decision{Rule: cmp.Or(v.Rule, "open"), Code: v.Code, Waits: v.Waits, Why: v.Why, Inputs: v.Inputs, SendAt: v.At, Channel: v.Route.Channel, Medium: v.Route.Medium}
	if v.Open() && d.SendAt.IsZero() {
		d.SendAt = now
	}
	if text == "" || d.Medium != conversation.SMS {
		return d
	}
	d.Encoding, d.Segments = sms.Count(text)
	if one, known := a.price(d.Channel, to); known {
		if all, err := one.Times(d.Segments); err == nil {
			d.Price = &all
		}
	}
	return d
}

// refusedPrompt is the problem of a prompt that may not go out. Its code is the
// contract's.
func refusedPrompt(code, why string, d *decision) *refusal {
	r := &refusal{gateway.ProblemDetails{Status: http.StatusUnprocessableEntity, Code: code, Title: codes[code].title, Detail: why}}
	r.Title = cmp.Or(r.Title, "This prompt may not go out")
	if d != nil {
		r.Decision = d
	}
	return r
}

// promptCodes are the refusals of a prompt: the contract's, those of its words, and
// those of a reason that is gone.
var promptCodes = []string{"no_consent", "opted_out", "invalid_number", "frequency_cap", "no_channel", "expired", "unknown_template",
	"missing_variable", "bad_variable", "too_long", "consent_suspended", "looks_like_marketing", "agent_owns_conversation", "reason_gone", "set_aside"}
