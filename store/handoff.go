package store

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var putHandoffs = insert("handoffs", `customer text, began bigint, reason text, priority integer, team text, channel text, language text,
	owner text, answered bigint, closed bigint, breached integer, rating integer`,
	`on conflict (brand, customer, began) do update set reason = excluded.reason, priority = excluded.priority, team = excluded.team,
		channel = excluded.channel, language = excluded.language,
		owner = case when excluded.owner = '' then handoffs.owner else excluded.owner end,
		answered = excluded.answered, closed = excluded.closed, breached = excluded.breached, rating = excluded.rating`)

// writeHandoffs keeps what reports are made of.
func (t *tx) writeHandoffs(ctx context.Context, brand conversation.BrandID, h []gateway.HandoffRow) error {
	if len(h) == 0 {
		return nil
	}
	type row = gateway.HandoffRow
	return t.put(ctx, putHandoffs, string(brand),
		texts(h, func(r row) conversation.CustomerID { return r.Customer }),
		moments(h, func(r row) time.Time { return r.Began }),
		texts(h, func(r row) string { return r.Reason }),
		numbers(h, func(r row) int { return rank(r.Priority) }),
		texts(h, func(r row) string { return r.Team }),
		texts(h, func(r row) conversation.ChannelID { return r.Channel }),
		texts(h, func(r row) string { return r.Language }),
		texts(h, func(r row) conversation.AgentID { return r.Owner }),
		moments(h, func(r row) time.Time { return r.Answered }),
		moments(h, func(r row) time.Time { return r.Closed }),
		numbers(h, func(r row) int { return r.Breached }),
		numbers(h, func(r row) int { return r.Rating }))
}
