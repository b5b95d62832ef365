package gateway

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
)

// Load is how many conversations an agent has or is offered, in all brands, and
// how many they take.
type Load struct {
	Has      int
	Capacity int // 0: not bounded
}

// NoteRow is what somebody did in a thread, as it is stored: an act of an
// agent, a note, or what the machine decided while people have to do with the
// conversation. Its id sorts with those of messages.
type NoteRow struct {
	ID       conversation.MessageID
	Customer conversation.CustomerID
	Event    conversation.EventID
	Kind     string // "note" for what an agent wrote for the desk, else "event"
	Agent    conversation.AgentID
	Type     string // the event's, or what the turn published: "escalation.requested"
	Text     string // of a note
	Steps    []conversation.Edge
	Data     map[string]string // of what the turn published; of the act: to, from, team, message, prompt, until, tags; of a prompt: what the gate said
	Rule     conversation.Rule
	Version  int64
	At       time.Time
	Mentions []conversation.AgentID // of a note: who should read it
}

// getter is who gets the conversation, or whom it is held for, if the act is
// done; "" for an act that gives it to nobody.
func getter(e *conversation.Event) conversation.AgentID {
	if e == nil || e.Act == nil {
		return ""
	}
	switch e.Type {
	case conversation.AgentClaimed, conversation.AgentReopened, conversation.AgentBegan:
		return e.Act.Agent
	case conversation.AgentTransferred, conversation.AgentOffered:
		return e.Act.To
	}
	return ""
}

// getters locks the agents that somebody wants to give a conversation to, all of
// the group's at once and in order: an agent works for several brands.
func (gr *group) getters(ctx context.Context, tx Tx) error {
	agents := make(map[conversation.AgentID]bool)
	for _, p := range gr.parts {
		for _, w := range p.works {
			if to := getter(w.event); to != "" && !w.duplicate && w.row != nil {
				agents[to] = true
			}
		}
	}
	if len(agents) == 0 {
		return nil
	}
	var err error
	if gr.loads, err = tx.Loads(ctx, slices.Sorted(maps.Keys(agents))); err != nil {
		return fmt.Errorf("lock agents: %w", err)
	}
	return nil
}

// loaded tells an act how much its getter has, with what earlier turns of the
// group gave and took.
func (gr *group) loaded(e conversation.Event) conversation.Event {
	to := getter(&e)
	if to == "" {
		return e
	}
	act, load := *e.Act, gr.loads[to]
	act.Load, act.Capacity = load.Has, load.Capacity
	e.Act = &act
	return e
}

// passes counts a conversation that changed hands.
func (gr *group) passes(before, after *conversation.Desk) {
	if gr.loads == nil {
		return
	}
	count := func(d *conversation.Desk, n int) {
		holder := d.Holder()
		if l, known := gr.loads[holder]; known {
			l.Has += n
			gr.loads[holder] = l
		}
	}
	count(before, -1)
	count(after, 1)
}

// noteOf is the row of the thread for a turn that people may want to see, nil
// for one between the customer and the assistant alone.
func noteOf(e conversation.Event, t conversation.Turn, before *conversation.Desk, c conversation.Conversation, now time.Time) *NoteRow {
	if e.Type == conversation.AgentOffered { // the log tells of these; a thread would be full of them
		return nil
	}
	if e.Act == nil && (len(t.Steps) == 0 || before == nil && c.Desk == nil) {
		return nil
	}
	n := &NoteRow{
		ID: conversation.MessageID(newID()), Customer: c.Customer.ID, Event: eventKey(e, c.Version), Kind: "event",
		Type: string(e.Type), Steps: t.Steps, Rule: t.Rule, Version: c.Version, At: now,
	}
	data := make(map[string]string)
	published := slices.DeleteFunc(slices.Clone(t.Publish), func(p conversation.Notice) bool { return strings.HasPrefix(p.Type, "prompt.") }) // rows of their own tell them
	for _, p := range published {
		maps.Copy(data, p.Data)
	}
	if a := e.Act; a != nil {
		n.Agent = a.Agent
		if e.Type == conversation.AgentNoted {
			n.Kind, n.Text, n.Mentions = "note", a.Text, a.Mentions
		}
		for name, value := range map[string]string{"to": string(a.To), "from": string(a.From), "team": a.Team, "message": string(a.Message), "prompt": a.Prompt} {
			if value != "" {
				data[name] = value
			}
		}
		if !a.Until.IsZero() {
			data["until"] = a.Until.UTC().Format(time.RFC3339)
		}
		if len(a.Tags) > 0 {
			data["tags"] = strings.Join(a.Tags, ", ")
		}
	} else if len(published) > 0 {
		n.Type = published[0].Type // says more than "message.received"
	}
	if len(data) > 0 {
		n.Data = data
	}
	return n
}

// renamed says whether something that agents look customers up by has changed.
func renamed(was, is *conversation.Customer) bool {
	return was.First != is.First || was.Last != is.Last || was.Email != is.Email ||
		!slices.EqualFunc(was.Orders, is.Orders, func(a, b conversation.Order) bool { return a.Number == b.Number })
}
