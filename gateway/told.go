package gateway

import (
	"maps"
	"time"

	"github.com/causette/causette/conversation"
)

// promptNotes are the rows of a thread for what became of prompts: those that
// wait, are shown to an agent, were refused or came to an end. One that was said
// is told by its message, and what an agent did to one by their act.
func promptNotes(e conversation.Event, t conversation.Turn, before, after *conversation.Conversation, now time.Time) []NoteRow {
	var rows []NoteRow
	for i := range t.Prompts {
		c := &t.Prompts[i]
		was := before.Pending(c.ID)
		switch {
		case c.Status == conversation.PromptQueued, c.Status == conversation.PromptHeld && c.Verdict.Open(): // it goes in a moment
			continue
		case e.Type == conversation.AgentDropped && e.Act != nil && e.Act.Prompt == c.ID:
			continue
		case was != nil && was.Status == c.Status && was.Verdict.Rule == c.Verdict.Rule: // looked at again, and nothing new
			continue
		}
		n := NoteRow{
			ID: conversation.MessageID(newID()), Customer: after.Customer.ID, Event: eventKey(e, after.Version), Kind: "event",
			Type: "prompt." + string(c.Status), Rule: c.Verdict.Rule, Version: after.Version, At: now, Data: promptData(c),
		}
		if p := askedFor(c, was, after); p != nil {
			n.Text = p.Text
			addPrompt(n.Data, p)
		}
		for _, p := range t.Publish {
			if p.Data["prompt"] == c.ID && p.Data["text"] != "" {
				n.Text = p.Data["text"]
			}
		}
		rows = append(rows, n)
	}
	return rows
}

// askedFor is the prompt as it was asked for, wherever the turn has it; nil where
// it has not.
func askedFor(c *conversation.PromptChange, was *conversation.Pending, after *conversation.Conversation) *conversation.Prompt {
	switch is := after.Pending(c.ID); {
	case c.Prompt != nil:
		return c.Prompt
	case was != nil:
		return &was.Prompt
	case is != nil:
		return &is.Prompt
	}
	return nil
}

// promptData is the gate's verdict as a thread tells it; what its rule looked at
// is below "in.".
func promptData(c *conversation.PromptChange) map[string]string {
	v := &c.Verdict
	data := make(map[string]string, 8+len(v.Inputs))
	for name, value := range v.Inputs {
		data["in."+name] = value
	}
	given := map[string]string{"prompt": c.ID, "code": v.Code, "waits": v.Waits, "why": v.Why, "into": c.Into}
	if !v.At.IsZero() {
		given["at"] = v.At.UTC().Format(time.RFC3339)
	}
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" })
	maps.Copy(data, given)
	return data
}

// addPrompt tells what a prompt is, and who asked for it.
func addPrompt(data map[string]string, p *conversation.Prompt) {
	given := map[string]string{"purpose": string(p.Purpose), "template": p.Template, "campaign": p.Campaign}
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" })
	maps.Copy(data, given)
}
