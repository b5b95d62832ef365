package agents

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// giveBack puts those back into the queue who have waited too long for an agent
// who is not there: away, offline, without a page, or on the phone of a linked
// device, where nobody sees them. Who waits for nothing stays with their agent.
func (a *Assigner) giveBack(ctx context.Context, everybody []Agent) error {
	d := a.desk
	now := d.moment()
	if d.idle <= 0 {
		return nil
	}
	for _, p := range append(slices.Clip(everybody), Agent{ID: conversation.OnPhone, Load: 1}) {
		if p.Load == 0 || p.There(now) {
			continue
		}
		q := Query{Brands: idsOf(d.brands), View: ViewMine, Agent: p.ID, Limit: maxPage}
		for range pages {
			rows, next, err := d.store.List(ctx, q)
			if err != nil {
				return fmt.Errorf("read what %s has: %w", p.ID, err)
			}
			for _, r := range rows {
				if d.neglected(r.Conversation.Desk, now) {
					if err := a.idled(ctx, p.ID, &r.Conversation, now); err != nil {
						return err
					}
				}
			}
			if q.Cursor = next; next == "" {
				break
			}
		}
	}
	return nil
}

// neglected reports an owned conversation whose customer has waited too long.
func (d *Desk) neglected(k *conversation.Desk, now time.Time) bool {
	return k != nil && k.Status == conversation.DeskAssigned && !k.Waits.IsZero() && now.Sub(k.Waits) >= d.idle
}

func (a *Assigner) idled(ctx context.Context, from conversation.AgentID, c *conversation.Conversation, now time.Time) error {
	id := fmt.Sprintf("idle:%s:%d", c.Customer.ID, c.Version)
	_, err := a.desk.door.Accept(ctx, c.Brand, gateway.Who{Customer: c.Customer.ID}, conversation.Event{
		ID: conversation.EventID(id), Type: conversation.AgentIdled, Time: now, Act: &conversation.Act{From: from},
	})
	if err != nil {
		return fmt.Errorf("give a conversation back: %w", err)
	}
	return nil
}
