// Package storetest says what every store must do, on whatever engine. Each
// test is a sentence of gateway.Store's documentation.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Opener opens the test's own store, empty and migrated, and closes it at its end.
type Opener func(t *testing.T) gateway.Store

// Run holds a store against everything that the gateway expects of one.
func Run(t *testing.T, open Opener) {
	t.Run("groups", func(t *testing.T) { groups(t, open) })
	t.Run("keys", func(t *testing.T) { keys(t, open) })
	t.Run("customers", func(t *testing.T) { customers(t, open) })
	t.Run("merges", func(t *testing.T) { merges(t, open) })
	t.Run("devices", func(t *testing.T) { devices(t, open) })
	t.Run("outbox", func(t *testing.T) { outbox(t, open) })
	t.Run("settling", func(t *testing.T) { settling(t, open) })
	t.Run("prompts", func(t *testing.T) { prompts(t, open) })
	t.Run("links", func(t *testing.T) { links(t, open) })
	t.Run("held", func(t *testing.T) { held(t, open) })
	t.Run("timers", func(t *testing.T) { timers(t, open) })
	t.Run("reading", func(t *testing.T) { reading(t, open) })
	t.Run("side tables", func(t *testing.T) { sideTables(t, open) })
	t.Run("accounts", func(t *testing.T) { accounts(t, open) })
	t.Run("lists", func(t *testing.T) { lists(t, open) })
	t.Run("conversations", func(t *testing.T) { conversations(t, open) })
	t.Run("workload", func(t *testing.T) { workload(t, open) })
	t.Run("loads", func(t *testing.T) { loads(t, open) })
	t.Run("audit", func(t *testing.T) { audit(t, open) })
	t.Run("incidents", func(t *testing.T) { incidents(t, open) })
	t.Run("mentions", func(t *testing.T) { mentions(t, open) })
	t.Run("floors", func(t *testing.T) { floors(t, open) })
	t.Run("searches", func(t *testing.T) { searches(t, open) })
	t.Run("notices", func(t *testing.T) { notices(t, open) })
	t.Run("suppressions", func(t *testing.T) { suppressions(t, open) })
	t.Run("bulk jobs", func(t *testing.T) { bulks(t, open) })
	t.Run("pruning", func(t *testing.T) { pruning(t, open) })
}

const (
	lumen   conversation.BrandID   = "lumen"
	other   conversation.BrandID   = "umbra"
	sms     conversation.ChannelID = "lumen-sms"
	ana     conversation.Address   = "+33612345678"
	bea     conversation.Address   = "+33612345679"
	nowhere                        = conversation.CustomerID("nobody")
)

// world is a store with the words that tests speak.
type world struct {
	gateway.Store
	t *testing.T
}

var groupIDs atomic.Int64

func newGroupID() gateway.GroupID { return gateway.GroupID(fmt.Sprintf("g%09d", groupIDs.Add(1))) }

func begin(t *testing.T, open Opener) *world {
	t.Helper()
	return &world{open(t), t}
}

// group runs one group of lumen's and fails the test if it is refused.
func (w *world) group(do func(tx gateway.Tx)) {
	w.t.Helper()
	w.groupOf([]conversation.BrandID{lumen}, do)
}

func (w *world) groupOf(brands []conversation.BrandID, do func(tx gateway.Tx)) {
	w.t.Helper()
	if err := w.Group(w.t.Context(), newGroupID(), brands, func(tx gateway.Tx) error { do(tx); return nil }); err != nil {
		w.t.Fatalf("group: %v", err)
	}
}

// lock locks by address, within a group.
func (w *world) lock(tx gateway.Tx, who ...gateway.Who) []*gateway.Row {
	w.t.Helper()
	rows, err := tx.Lock(w.t.Context(), lumen, who)
	w.must(err)
	if len(rows) != len(who) {
		w.t.Fatalf("lock: %d rows for %d asked", len(rows), len(who))
	}
	return rows
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refused(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Fatalf("got %v, want %v", err, want)
	}
}

func at(a conversation.Address) gateway.Who { return gateway.Who{Address: a} }

// customer makes a customer in a group of its own.
func (w *world) customer(a conversation.Address) conversation.CustomerID {
	w.t.Helper()
	var id conversation.CustomerID
	w.group(func(tx gateway.Tx) { id = w.lock(tx, at(a))[0].Conversation.Customer.ID })
	return id
}

// write makes one Write in a group of its own, with the customers locked.
func (w *world) write(writes gateway.Writes, who ...gateway.Who) {
	w.t.Helper()
	w.group(func(tx gateway.Tx) {
		w.lock(tx, who...)
		w.must(tx.Write(w.t.Context(), lumen, writes))
	})
}

// dbNow is the database's clock, or a moment after it was read.
func (w *world) dbNow() time.Time {
	w.t.Helper()
	_, now, err := w.InFlight(w.t.Context(), lumen, nowhere)
	w.must(err)
	return now
}

// message is a queued answer; change says what is different.
func message(c conversation.CustomerID, id conversation.MessageID, change ...func(*gateway.Outbound)) gateway.Outbound {
	m := gateway.Outbound{
		Message: conversation.Message{
			Channel: sms, Medium: conversation.SMS, To: ana, Text: "Bonjour Ana, voilà.",
			Purpose: conversation.Answer, Rule: "faq.hours",
		},
		ID: id, Customer: c, Author: "assistant", Version: 1, Epoch: 2, Segments: 1,
		Created: time.Date(2026, 11, 22, 9, 41, 0, 123000, time.UTC), Status: gateway.Queued,
	}
	for _, f := range change {
		f(&m)
	}
	return m
}

func version(v int64, ordinal int) func(*gateway.Outbound) {
	return func(m *gateway.Outbound) { m.Version, m.Ordinal = v, ordinal }
}

func after(t time.Time) func(*gateway.Outbound)   { return func(m *gateway.Outbound) { m.After = t } }
func expires(t time.Time) func(*gateway.Outbound) { return func(m *gateway.Outbound) { m.Expires = t } }

func purpose(p conversation.Purpose) func(*gateway.Outbound) {
	return func(m *gateway.Outbound) { m.Purpose = p }
}

// posting makes it in flight, attempt 1, with a lease until then.
func posting(lease time.Time) func(*gateway.Outbound) {
	return func(m *gateway.Outbound) {
		m.Status = gateway.PostingNow
		f := flight(m.Customer, m.ID, 1, lease)
		f.Exempt = m.Exempt
		m.Flight = &f
	}
}

func flight(c conversation.CustomerID, id conversation.MessageID, attempt int, lease time.Time) gateway.Flight {
	return gateway.Flight{
		Message: id, Customer: c, Node: "node-1", Attempt: attempt,
		Deadline: lease.Add(-12 * time.Second).Truncate(time.Microsecond).UTC(), Lease: lease.Truncate(time.Microsecond).UTC(),
	}
}

// inbound is a text from the customer.
func inbound(c conversation.CustomerID, id conversation.MessageID, text string) gateway.InboundRow {
	return gateway.InboundRow{ID: id, Customer: c, Version: 1, Inbound: conversation.Inbound{
		Carrier: conversation.CarrierID("SM-" + string(id)), Channel: sms, Medium: conversation.SMS, From: ana, To: "36105",
		Text: text, At: time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC),
	}}
}

// ids lists messages in their order.
func ids(refs []gateway.Ref) []conversation.MessageID {
	var out []conversation.MessageID
	for _, r := range refs {
		out = append(out, r.Message)
	}
	return out
}

// later is a time that is not old for a while.
func (w *world) later() time.Time { return w.dbNow().Add(time.Hour) }

// contextWithTimeout ends long before a hanging test would.
func contextWithTimeout(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(stop)
	return ctx, stop
}
