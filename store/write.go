package store

import (
	"context"
	"encoding/json"
	"fmt"
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
		{"write consents", func() error { return t.writeConsents(ctx, brand, w.Consents) }},
		{"write jobs", func() error { return t.writeJobs(ctx, brand, w.Jobs, w.Done) }},
		{"write codes", func() error { return t.writeCodes(ctx, brand, w.Codes) }},
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
	addConsents = insert("consents", `customer text, event text, ordinal integer, medium text, purpose text, state text,
		source text, wording text, evidence text, rule text, at bigint`, "")
	ledger = both(`select customer, event, ordinal, medium, purpose, state, source, wording, evidence, rule, at
		from consents where brand = $1 and customer = $2 order by at, event, ordinal`)
	addPoison = insert("poison", "event text, customer text, body bytea, error text, at bigint",
		"on conflict (brand, event) do nothing")
)

func (t *tx) writeConsents(ctx context.Context, brand conversation.BrandID, c []gateway.ConsentRow) error {
	if len(c) == 0 {
		return nil
	}
	evidence := make([]string, len(c))
	for i, r := range c {
		if len(r.Evidence) == 0 {
			continue
		}
		var err error
		if evidence[i], err = encode(r.Evidence); err != nil {
			return err
		}
	}
	type row = gateway.ConsentRow
	return t.put(ctx, addConsents, string(brand),
		texts(c, func(r row) conversation.CustomerID { return r.Customer }),
		texts(c, func(r row) conversation.EventID { return r.Event }),
		numbers(c, func(r row) int { return r.Ordinal }),
		texts(c, func(r row) conversation.Medium { return r.Medium }),
		texts(c, func(r row) conversation.Purpose { return r.Purpose }),
		texts(c, func(r row) conversation.ConsentState { return r.State }),
		texts(c, func(r row) string { return r.Source }),
		texts(c, func(r row) string { return r.Wording }),
		evidence,
		texts(c, func(r row) conversation.Rule { return r.Rule }),
		moments(c, func(r row) time.Time { return r.At }))
}

// Consents implements gateway.Store.
func (s *Store) Consents(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) ([]gateway.ConsentRow, error) {
	var list []gateway.ConsentRow
	err := s.read.query(ctx, ledger, func(scan scanner) error {
		var r gateway.ConsentRow
		var evidence string
		var at int64
		err := scan(&r.Customer, &r.Event, &r.Ordinal, &r.Medium, &r.Purpose, &r.State,
			&r.Source, &r.Wording, &evidence, &r.Rule, &at)
		if err == nil && evidence != "" {
			err = json.Unmarshal([]byte(evidence), &r.Evidence)
		}
		r.At = moment(at)
		list = append(list, r)
		return err
	}, string(brand), string(customer))
	if err != nil {
		return nil, fmt.Errorf("read consents of %s: %w", brand, err)
	}
	return list, nil
}

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
