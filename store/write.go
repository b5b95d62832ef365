package store

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Write implements gateway.Tx.
func (t *tx) Write(ctx context.Context, brand conversation.BrandID, w gateway.Writes) error {
	steps := []struct {
		what string
		err  func() error
	}{
		{"cancel messages", func() error { return t.withdraw(ctx, brand, w.Cancels) }},
		{"write conversations", func() error { return t.writeRows(ctx, brand, w.Rows) }},
		{"write the desk", func() error { return t.writeDesk(ctx, brand, w.Rows) }},
		{"write handoffs", func() error { return t.writeHandoffs(ctx, brand, w.Handoffs) }},
		{"write names", func() error { return t.writeWords(ctx, brand, w.Rows) }},
		{"write notes", func() error { return t.writeNotes(ctx, brand, w.Notes) }},
		{"write received texts", func() error { return t.writeReceived(ctx, brand, w.Received) }},
		{"write messages", func() error { return t.writeMessages(ctx, brand, w.Messages) }},
		{"write timers", func() error { return t.writeTimers(ctx, brand, w.Set, w.Unset) }},
		{"write prompts", func() error { return t.writePrompts(ctx, brand, w.Prompts) }},
		{"write consents", func() error { return t.keepConsents(brand, w.Consents) }},
		{"write jobs", func() error { return t.writeJobs(ctx, brand, w.Jobs, w.Done) }},
		{"write codes", func() error { return t.writeCodes(ctx, brand, w.Codes, w.Clicks) }},
		{"write poison", func() error { return t.writePoison(ctx, brand, w.Poison) }},
	}
	for _, s := range steps {
		if err := s.err(); err != nil {
			return t.fail(s.what, brand, err)
		}
	}
	return nil
}

var (
	addPoison = insert("poison", "event text, customer text, body bytea, error text, at bigint",
		"on conflict (brand, event) do nothing")
)

func (t *tx) writePoison(ctx context.Context, brand conversation.BrandID, p []gateway.Poison) error {
	if len(p) == 0 {
		return nil
	}
	bodies := make([][]byte, len(p))
	for i := range p {
		bodies[i] = nonNil(p[i].Body)
	}
	type row = gateway.Poison
	return t.put(ctx, addPoison, string(brand),
		texts(p, func(r row) conversation.EventID { return r.Event }),
		texts(p, func(r row) conversation.CustomerID { return r.Customer }),
		bodies,
		texts(p, func(r row) string { return r.Error }),
		moments(p, func(r row) time.Time { return r.At }))
}
