package gateway

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
)

// deliveryTimer asks at once.
func deliveryTimer(brand conversation.BrandID, customer conversation.CustomerID, prompt string, now time.Time) TimerRef {
	return TimerRef{Brand: brand, Customer: customer, Timer: conversation.Timer{Name: conversation.DeliveryTimer + prompt, Due: now}}
}

// followed is the prompt whose delivery an event asks about, "" for none.
func followed(e *conversation.Event) string {
	switch {
	case e == nil:
	case e.Type == conversation.TimerDue && e.Timer != nil:
		if id, ok := e.Timer.Delivery(); ok {
			return id
		}
	case e.Type == conversation.PromptCancelled && e.Prompt != nil:
		return e.Prompt.ID
	case e.Type == conversation.SendRefused && e.Refusal != nil:
		return e.Refusal.Prompt
	}
	return ""
}

// deliveries reads, under the customers' locks, how the prompts stand that
// events of the group ask about.
func (gr *group) deliveries(ctx context.Context, tx Tx, p *part) error {
	var ids []string
	for _, w := range p.works {
		if id := followed(w.event); id != "" && !w.duplicate && !w.stale && w.row != nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var err error
	if p.delivered, err = tx.Deliveries(ctx, p.brand, ids); err != nil {
		return fmt.Errorf("find how prompts were delivered: %w", err)
	}
	return nil
}

// delivery tells an event how its prompt stands: as the database has it, and as
// the earlier turns of the group left it. A failure that is reported late, when
// the prompt was delivered or is being said again, is none of the prompt.
func (p *part) delivery(e conversation.Event, f *fold) conversation.Event {
	id := followed(&e)
	if id == "" {
		return e
	}
	d, found := p.delivered[id]
	for _, w := range f.cancels {
		m := Outbound{ID: d.Message}
		m.Purpose = f.purpose(id)
		if d.Status == string(Queued) && w.covers(&m) {
			d.Status = string(Cancelled)
		}
	}
	for _, s := range f.recalls {
		if s.Message == d.Message && d.Status == string(Queued) {
			d.Status = string(Cancelled)
		}
	}
	for i := range f.messages {
		if m := &f.messages[i]; m.Prompt == id {
			d, found = conversation.Delivery{Prompt: id, Message: m.ID, Medium: m.Medium, Status: string(m.Status)}, true
		}
	}
	if found {
		e.Delivery = &d
	}
	if e.Refusal != nil {
		if failed := d.Status == string(Failed) || d.Status == string(Undelivered); !failed || d.Message != e.Refusal.Message {
			r := *e.Refusal
			r.Prompt, e.Refusal = "", &r
		}
	}
	return e
}

// purpose is what a pending prompt is for; prompts are said by the assistant.
func (f *fold) purpose(prompt string) conversation.Purpose {
	if w := f.row.Conversation.Pending(prompt); w != nil {
		return w.Prompt.Purpose
	}
	return conversation.Marketing
}
