package agents

import (
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// entries shows items, oldest first. That somebody wrote is shown by what they
// wrote, not by an event beside it.
func (d *Desk) entries(ctx context.Context, brand conversation.BrandID, newestFirst []Item) ([]Entry, error) {
	return d.entriesOf(ctx, brand, newestFirst, newestFirst)
}

// entriesOf shows some of the items that were read: a message's act is found by
// the note of its turn, which may not be among them.
func (d *Desk) entriesOf(ctx context.Context, brand conversation.BrandID, newestFirst, read []Item) ([]Entry, error) {
	acts := make(map[int64]string)
	for _, i := range read {
		if n := i.Note; n != nil && n.Agent != "" {
			acts[n.Version] = clientID(n.Event)
		}
	}
	asked, err := d.asked(ctx, brand, newestFirst)
	if err != nil {
		return nil, err
	}
	list := make([]Entry, 0, len(newestFirst))
	for i := len(newestFirst) - 1; i >= 0; i-- {
		item := newestFirst[i]
		if n := item.Note; n != nil && n.Kind != "note" && n.Type == string(conversation.AgentWrote) && len(n.Steps) == 0 {
			continue
		}
		e := d.entry(ctx, item)
		if e.From == FromAgent {
			e.Act = acts[e.Version]
		}
		if item.Message != nil {
			e.Prompt = asked[item.Message.Prompt]
		}
		list = append(list, e)
	}
	return list, nil
}

func (d *Desk) entry(ctx context.Context, i Item) Entry {
	if n := i.Note; n != nil {
		e := Entry{ID: string(n.ID), Kind: EntryEvent, From: FromSystem, Agent: n.Agent, Name: d.name(ctx, n.Agent), Text: n.Text,
			Media: []conversation.Media{}, Rule: n.Rule, At: n.At, Version: n.Version, Type: n.Type, Steps: n.Steps, Data: n.Data}
		if n.Agent != "" {
			e.From = FromAgent
		}
		if n.Kind == "note" {
			e.Kind, e.Type = EntryNote, ""
		}
		return e
	}
	m := i.Message
	e := Entry{ID: string(m.ID), Kind: EntryMessage, Text: m.Text, Media: some(m.Media), Status: string(m.Status), Code: m.Code,
		Segments: m.Segments, Rule: m.Rule, At: m.At, Version: m.Version, After: m.After, Medium: d.medium(m.Channel)}
	e.From, e.Agent = author(m)
	e.Name = d.name(ctx, e.Agent)
	return e
}

// medium is the channel's, "" for one that is configured no longer.
func (d *Desk) medium(id conversation.ChannelID) conversation.Medium {
	for i := range d.channels {
		if d.channels[i].ID == id {
			return d.channels[i].Medium
		}
	}
	return ""
}

// asked reads which prompts the messages among the items say.
func (d *Desk) asked(ctx context.Context, brand conversation.BrandID, items []Item) (map[string]*Asked, error) {
	var ids []string
	for _, i := range items {
		if i.Message != nil && i.Message.Prompt != "" {
			ids = append(ids, i.Message.Prompt)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := d.store.PromptsOf(ctx, brand, ids)
	if err != nil {
		return nil, fmt.Errorf("read who asked for what was said: %w", err)
	}
	found := make(map[string]*Asked, len(rows))
	for i := range rows {
		a := askedOf(&rows[i].Request)
		a.ID = rows[i].ID
		found[a.ID] = &a
	}
	return found, nil
}

func askedOf(p *conversation.Prompt) Asked {
	return Asked{ID: p.ID, Purpose: p.Purpose, Template: p.Template, Campaign: p.Campaign}
}

// filler is a script that fills templates; the one that cmd compiles does.
type filler interface {
	Fill(template, language string, m conversation.Medium, c *conversation.Customer, variables map[string]string) (string, *conversation.Content, error)
}

// pending shows the prompts that wait; what was said is in the thread.
func (d *Desk) pending(c *conversation.Conversation) []Pending {
	list := []Pending{}
	for i := range c.Prompts {
		p := &c.Prompts[i]
		if p.Status == conversation.PromptQueued {
			continue
		}
		v := &p.Verdict
		shown := Pending{Asked: askedOf(&p.Prompt), Status: p.Status, Text: p.Prompt.Text, Since: p.Since, At: v.At,
			Rule: v.Rule, Waits: v.Waits, Why: v.Why, Inputs: v.Inputs}
		if shown.Inputs == nil {
			shown.Inputs = map[string]string{}
		}
		if shown.Text == "" {
			shown.Text = d.says(c, p)
		}
		list = append(list, shown)
	}
	return list
}

// says is what a prompt that waits would say, "" where that is not known.
func (d *Desk) says(c *conversation.Conversation, p *conversation.Pending) string {
	if d.script == nil {
		return ""
	}
	script, err := d.script(*c)
	if err != nil {
		d.log.Warn("cannot show what a prompt says", "brand", c.Brand, "customer", c.Customer.ID, "error", err)
		return ""
	}
	medium := p.Verdict.Route.Medium
	if medium == "" {
		medium = c.Medium
	}
	if s, ok := script.(filler); ok {
		if text, _, err := s.Fill(p.Prompt.Template, c.Customer.Language, medium, &c.Customer, p.Prompt.Variables); err == nil {
			return text
		}
	}
	return ""
}

var _ filler = (*conversation.Script)(nil)
var _ templated = (*conversation.Script)(nil)

// PromptStore reads what automations asked for.
type PromptStore interface {
	// PromptsOf reads those of the ids that there are, in no order.
	PromptsOf(ctx context.Context, brand conversation.BrandID, ids []string) ([]gateway.PromptRow, error)
}
