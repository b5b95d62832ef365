package gateway

import (
	"time"

	"github.com/causette/causette/conversation"
)

// The second gate: a prompt may stand in line for hours behind others, and much
// changes meanwhile. So its script is asked again, under the customer's lock, at
// each attempt to post what nobody had asked for.

// again says whether the message may still go out now, and why; its script is the
// one that said it where the conversation still runs on that.
func (gr *group) again(f *fold, m Outbound) conversation.Verdict {
	if m.Exempt || !m.bulk() || m.byAgent() {
		return conversation.Verdict{}
	}
	script, err := gr.g.scripts.of(f.row.Conversation)
	if err != nil { // the turn that said it had one: look again when it can be read
		gr.g.log.Warn("cannot ask the gate; the message waits", "brand", f.row.Conversation.Brand, "message", m.ID, "error", err)
		return conversation.Verdict{Rule: "gate.unknown", Waits: "script", Why: "the conversation's script cannot be read"}
	}
	return script.Again(f.row.Conversation, m.Message, gr.now)
}

// How long a message waits whose verdict does not say when it is looked at
// again, or says a time that has come.
const (
	lookAgain = 5 * time.Minute
	leastHold = time.Second
)

// stopped is what a verdict makes of a queued message: withdrawn, held, or too
// late once it could go. A prompt without an end of its own lives on while it is held.
func (gr *group) stopped(f *fold, m Outbound, v conversation.Verdict) Settlement {
	s := Settlement{Message: m.ID, Customer: m.Customer, Code: string(v.Rule), At: gr.now}
	switch {
	case v.Code == "expired":
		s.Status = Expired
		return s
	case v.Code != "":
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
// is worth saying. What is no prompt keeps to its time.
func (f *fold) ends(prompt string) bool {
	for i := range f.row.Conversation.Prompts {
		if p := &f.row.Conversation.Prompts[i].Prompt; p.ID == prompt {
			return !p.Expires.IsZero()
		}
	}
	return prompt == ""
}

// stop notes what keeps a message from leaving: the gate's verdict in the log and
// on the prompt's row. A prompt whose message will never leave has a turn of its
// own next, so that the conversation knows and another medium may say it.
func (p *part) stop(m Outbound, s Settlement, v conversation.Verdict, now time.Time) {
	if m.Prompt != "" && s.Status != Queued && s.Status != Expired { // what expires has one in any case
		p.stopped.Set = append(p.stopped.Set, deliveryTimer(p.brand, m.Customer, m.Prompt, now))
	}
	if v.Open() || s.Status == Queued && m.held() {
		return // nothing of the gate's, or told before
	}
	notice := conversation.Notice{Type: "message.stopped", Rule: v.Rule, Data: map[string]string{"message": string(m.ID), "why": v.Why}}
	for key, value := range map[string]string{"prompt": m.Prompt, "code": v.Code, "waits": v.Waits} {
		if value != "" {
			notice.Data[key] = value
		}
	}
	status := v.Ends()
	switch s.Status {
	case Queued:
		notice.Type, status = "message.held", conversation.PromptHeld
		notice.Data["until"] = s.After.UTC().Format(time.RFC3339)
	case Expired:
		status = conversation.PromptExpired
	}
	p.entries = append(p.entries, Entry{Type: notice.Type, Customer: m.Customer, Payload: mustJSON(notice), At: now})
	p.stand(m, status, v, now)
}

// released notes that a prompt goes which the gate had held.
func (p *part) released(m Outbound, v conversation.Verdict, now time.Time) {
	if m.held() {
		p.stand(m, conversation.PromptQueued, v, now)
	}
}

// held says whether the message waits since the gate held it, or for its next
// attempt: prompts themselves are not queued before they may go.
func (m *Outbound) held() bool { return m.After.After(m.Created) }

// stand writes how a message's prompt stands.
func (p *part) stand(m Outbound, status conversation.PromptStatus, v conversation.Verdict, now time.Time) {
	if m.Prompt != "" {
		p.stopped.Prompts = append(p.stopped.Prompts, PromptRow{ID: m.Prompt, Customer: m.Customer, Status: status, Verdict: v, Changed: now})
	}
}
