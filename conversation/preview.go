package conversation

import (
	"slices"
	"time"
)

// Preview says what would become of a prompt now, and how its message would
// read: the turn that it would be, without its effects.
func (s *Script) Preview(c Conversation, p Prompt, now time.Time) Preview {
	turn := s.Step(c, Event{Type: PromptRequested, Time: now, Prompt: &p}, now)
	var preview Preview
	if i := slices.IndexFunc(turn.Prompts, func(x PromptChange) bool { return x.ID == p.ID }); i >= 0 {
		preview.Verdict = turn.Prompts[i].Verdict
	}
	if i := slices.IndexFunc(turn.Messages, func(m Message) bool { return m.Prompt == p.ID }); i >= 0 {
		preview.Message = turn.Messages[i]
	} else if v := &preview.Verdict; v.Code == "" && v.Waits != "" { // as it would be said now
		preview.Message = s.choose(&c, &p, s.waysTo(&c, &p), now).message
	}
	if preview.Message.Text != "" {
		preview.Lint = s.Lint(&p, preview.Message.Text, preview.Message.Medium, c.Customer.Language)
	}
	return preview
}
