package gateway

import (
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
)

// recalls reads, of the messages that somebody wants to take back, those that
// have not left, under their customers' locks.
func (gr *group) recalls(ctx context.Context, tx Tx, p *part) error {
	var ids []conversation.MessageID
	for _, w := range p.works {
		if recalls(w.event) && !w.duplicate && w.row != nil {
			ids = append(ids, w.event.Act.Message)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list, err := tx.Queued(ctx, p.brand, ids)
	if err != nil {
		return fmt.Errorf("find what is taken back: %w", err)
	}
	p.queued = make(map[conversation.MessageID]Outbound, len(list))
	for _, m := range list {
		p.queued[m.ID] = m
	}
	return nil
}

func recalls(e *conversation.Event) bool {
	return e != nil && e.Type == conversation.AgentRecalled && e.Act != nil && e.Act.Message != ""
}

// recallable tells a recall whether the message is the agent's own, still waits,
// and was not withdrawn by an earlier turn of the group. It can be taken back once.
func (p *part) recallable(e conversation.Event, f *fold) conversation.Event {
	if !recalls(&e) {
		return e
	}
	act := *e.Act
	m, waits := p.queued[act.Message]
	act.Queued = waits && m.Customer == f.row.Conversation.Customer.ID && m.Author == agentAuthor+string(act.Agent)
	for _, w := range f.cancels {
		act.Queued = act.Queued && !w.covers(&m)
	}
	if act.Queued {
		delete(p.queued, act.Message)
	}
	e.Act = &act
	return e
}
