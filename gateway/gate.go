package gateway

import (
	"time"

	"github.com/causette/causette/conversation"
)

// The second gate: a prompt may stand in line for hours behind others, and much
// changes meanwhile. So its script is asked again, under the customer's lock, at
// each attempt to post what nobody had asked for.

// again says whether the message may still go out now; its script is the one
// that said it where the conversation still runs on that.
func (gr *group) again(f *fold, m Outbound) (conversation.Verdict, bool) {
	if m.Exempt || m.Purpose == conversation.Answer || m.byAgent() {
		return conversation.Verdict{}, true
	}
	script, err := gr.g.scripts.of(f.row.Conversation)
	if err != nil { // the turn that said it had one: look again when it can be read
		gr.g.log.Warn("cannot ask the gate; the message waits", "brand", f.row.Conversation.Brand, "message", m.ID, "error", err)
		return conversation.Verdict{Rule: "gate.unknown", Waits: "script", Why: "the conversation's script cannot be read"}, false
	}
	v := script.Again(f.row.Conversation, m.Message, gr.now)
	return v, v.Open()
}

// How long a message waits whose verdict does not say when it is looked at
// again, or says a time that has come.
const (
	lookAgain = 5 * time.Minute
	leastHold = time.Second
)

// stopped is what a verdict makes of a queued message: cancelled, held, or too
// late once it could go. A prompt without an end of its own lives on while it is held.
func (gr *group) stopped(f *fold, m Outbound, v conversation.Verdict) Settlement {
	s := Settlement{Message: m.ID, Customer: m.Customer, Code: string(v.Rule), At: gr.now}
	if v.Waits == "" {
		s.Status = Cancelled
		return s
	}
	s.Status, s.Holds, s.After = Queued, true, v.At
	if v.At.IsZero() {
		s.After = gr.now.Add(lookAgain)
	}
	if least := gr.now.Add(leastHold); s.After.Before(least) {
		s.After = least
	}
	switch {
	case m.Expires.IsZero() || s.After.Before(m.Expires):
	case f.ends(m.Prompt):
		s.Status, s.Holds = Expired, false
	default:
		s.Expires = s.After.Add(gr.g.opt.Expiry)
	}
	return s
}

// ends says whether the automation that asked for the prompt said until when it
// is worth saying.
func (f *fold) ends(prompt string) bool {
	for i := range f.row.Conversation.Prompts {
		if p := &f.row.Conversation.Prompts[i].Prompt; p.ID == prompt {
			return !p.Expires.IsZero()
		}
	}
	return prompt == "" // what is no prompt keeps to its time
}

// stop notes what keeps a message from leaving: the gate's verdict in the log and
// on the prompt's row. A prompt whose message will never leave has a turn of its
// own next, so that the conversation knows and another medium may say it.
func (p *part) stop(m Outbound, s Settlement, v *conversation.Verdict, now time.Time) {
	if m.Prompt != "" && s.Status != Queued {
		p.stopped.Set = append(p.stopped.Set, deliveryTimer(p.brand, m.Customer, m.Prompt, now))
	}
	if v == nil {
		return
	}
	notice := conversation.Notice{Type: "message.stopped", Rule: v.Rule, Data: map[string]string{"message": string(m.ID), "why": v.Why}}
	for key, value := range map[string]string{"prompt": m.Prompt, "code": v.Code, "waits": v.Waits} {
		if value != "" {
			notice.Data[key] = value
		}
	}
	if s.Status == Queued {
		notice.Type = "message.held"
		notice.Data["until"] = s.After.UTC().Format(time.RFC3339)
	}
	p.entries = append(p.entries, Entry{Type: notice.Type, Customer: m.Customer, Payload: mustJSON(notice), At: now})
	if m.Prompt == "" {
		return
	}
	row := PromptRow{ID: m.Prompt, Customer: m.Customer, Verdict: *v, Changed: now}
	switch s.Status {
	case Queued:
		row.Status = conversation.PromptHeld
	case Expired:
		row.Status = conversation.PromptExpired
	default:
		row.Status = conversation.PromptRefused
	}
	p.stopped.Prompts = append(p.stopped.Prompts, row)
}
