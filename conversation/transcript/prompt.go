package transcript

import (
	"fmt"
	"strings"

	"github.com/causette/causette/conversation"
)

// carrier is who says how a prompt's message was delivered.
const carrier = "carrier"

func channelOf(medium string) conversation.ChannelID {
	return conversation.ChannelID("lumen-" + medium)
}

// prompt reads an automation's first word.
func (r *runner) prompt(f *fields) *conversation.Prompt {
	p := &conversation.Prompt{
		ID: f.text("id"), Purpose: conversation.Purpose(f.text("purpose")), Template: f.text("template"), Text: f.text("text"),
		To: r.address, Opens: conversation.Dialogue(f.text("opens")), Cart: f.text("cart"), Order: f.text("order"),
		SendAt: f.date("send_at"), Expires: f.date("expires"), Incentive: f.truth("incentive"), Campaign: f.text("campaign"),
	}
	if place := f.text("place"); place != "" {
		p.Place.Country, p.Place.Region, _ = strings.Cut(place, "-")
	}
	if routes := f.text("routes"); routes != "" {
		for _, m := range strings.Split(routes, ",") {
			p.Routes = append(p.Routes, conversation.Route{
				Channel: channelOf(m), Medium: conversation.Medium(m), Contents: m == string(conversation.WhatsApp),
			})
		}
	} else {
		p.Channel, p.Medium = r.channel, r.medium
	}
	p.Variables = f.variables()
	return p
}

// variables are those of a template: var.order=LU-1042.
func (f *fields) variables() map[string]string {
	given := map[string]string{}
	for name, v := range f.values {
		if name, ok := strings.CutPrefix(name, "var."); ok {
			given[name] = v
			delete(f.values, "var."+name)
		}
	}
	return given
}

// join reads what somebody left on the join page.
func (r *runner) join(f *fields) *conversation.Join {
	j := &conversation.Join{
		Channel: r.channel, Medium: r.medium, To: r.address, Language: f.text("language"),
		Wording: map[conversation.Purpose]string{}, Evidence: map[string]string{"page": "/join/lumen"},
	}
	for _, p := range strings.Split(f.text("purposes"), ",") {
		purpose := conversation.Purpose(strings.TrimSpace(p))
		j.Purposes = append(j.Purposes, purpose)
		j.Wording[purpose] = f.text("wording." + string(purpose))
	}
	return j
}

// said remembers that the message of a prompt left.
func (r *runner) said(m conversation.Message) {
	if m.Prompt != "" {
		r.sent[m.Prompt] = conversation.Delivery{Prompt: m.Prompt, Message: conversation.MessageID("m-" + m.Prompt), Medium: m.Medium, Status: "sent"}
	}
}

// reports is the carrier's word on a message: "prompt=p1 status=delivered".
func (r *runner) reports(text string) error {
	f, err := parseFields(text, r.zone)
	if err != nil {
		return err
	}
	d, ok := r.sent[f.text("prompt")]
	if !ok {
		return fmt.Errorf("%q: no message of that prompt left", text)
	}
	d.Status = f.text("status")
	r.sent[d.Prompt] = d
	return f.done()
}

// delivery is how a prompt's message stands, nil where none left.
func (r *runner) delivery(prompt string) *conversation.Delivery {
	d, ok := r.sent[prompt]
	if !ok {
		return nil
	}
	return &d
}

// asks is what a timer asks of the carrier, nil for nothing.
func (r *runner) asks(timer *conversation.Timer) *conversation.Delivery {
	id, ok := timer.Delivery()
	if !ok {
		return nil
	}
	return r.delivery(id)
}

// became is what became of a prompt that waits, or that another says: "p1 held
// until Wed 2026-11-25 08:24 (hours.fr)". What was said is told by its message,
// and how one ended by the log.
func (r *runner) became(p conversation.PromptChange) string {
	text := p.ID + " " + string(p.Status)
	switch p.Status {
	case conversation.PromptScheduled, conversation.PromptHeld, conversation.PromptShown:
		if at := p.Verdict.At; !at.IsZero() {
			text += " until " + at.In(r.zone).Format("Mon 2006-01-02 15:04")
		}
		return text + " (" + string(p.Verdict.Rule) + ")"
	case conversation.PromptMerged:
		return text + " into " + p.Into
	}
	return ""
}
