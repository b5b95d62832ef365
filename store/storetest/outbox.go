package storetest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

type messageIDs = []conversation.MessageID

func outbox(t *testing.T, open Opener) {
	// ready and heads of lumen's two customers, which have to agree.
	next := func(w *world, who ...conversation.CustomerID) (ready, heads messageIDs) {
		t.Helper()
		refs, err := w.Ready(t.Context(), lumen, sms, 10)
		w.must(err)
		w.group(func(tx gateway.Tx) {
			list, err := tx.Heads(t.Context(), lumen, who)
			w.must(err)
			for _, m := range list {
				heads = append(heads, m.ID)
			}
		})
		return ids(refs), heads
	}
	t.Run("only a customer's first message may go, in the order of version and ordinal", func(t *testing.T) {
		w := begin(t, open)
		c, b := w.customer(ana), w.customer(bea)
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", version(2, 0)), message(c, "m2", version(1, 1)), message(c, "m3", version(1, 0)), message(b, "m4"),
		}}, at(ana), at(bea))
		ready, heads := next(w, c, b)
		if want := (messageIDs{"m3", "m4"}); !slices.Equal(ready, want) || !slices.Equal(heads, want) {
			t.Errorf("ready %v, heads %v, want %v", ready, heads, want)
		}
	})
	t.Run("nothing goes while one is in flight", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", version(1, 0), posting(w.dbNow().Add(time.Minute))), message(c, "m2", version(1, 1)),
		}}, at(ana))
		if ready, heads := next(w, c); len(ready)+len(heads) != 0 {
			t.Errorf("ready %v, heads %v", ready, heads)
		}
	})
	t.Run("what is scheduled for later waits and holds nobody up", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", version(1, 0), after(w.dbNow().Add(time.Hour))), message(c, "m2", version(2, 0)),
		}}, at(ana))
		ready, heads := next(w, c)
		if want := (messageIDs{"m2"}); !slices.Equal(ready, want) || !slices.Equal(heads, want) {
			t.Errorf("ready %v, heads %v, want %v", ready, heads, want)
		}
	})
	t.Run("what is tried again later holds up what was said after it", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", version(1, 0), posting(w.dbNow().Add(time.Minute))), message(c, "m2", version(2, 0)),
		}}, at(ana))
		w.group(func(tx gateway.Tx) {
			w.lock(tx, at(ana))
			_, err := tx.Settle(t.Context(), lumen, []gateway.Settlement{{
				Message: "m1", Customer: c, Attempt: 1, Status: gateway.Queued, Code: "20429", After: tx.Now().Add(time.Hour)}})
			w.must(err)
		})
		if ready, heads := next(w, c); len(ready)+len(heads) != 0 {
			t.Errorf("ready %v, heads %v", ready, heads)
		}
	})
	t.Run("what expired is not ready, but is a head and overdue", func(t *testing.T) {
		w := begin(t, open)
		c, b := w.customer(ana), w.customer(bea)
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", expires(w.dbNow().Add(-time.Minute))), message(b, "m2", expires(w.dbNow().Add(time.Hour))),
		}}, at(ana), at(bea))
		ready, heads := next(w, c, b)
		if !slices.Equal(ready, messageIDs{"m2"}) || !slices.Equal(heads, messageIDs{"m1", "m2"}) {
			t.Errorf("ready %v, heads %v", ready, heads)
		}
		late, err := w.Overdue(t.Context(), 10)
		w.must(err)
		if want := []gateway.Ref{{Brand: lumen, Customer: c, Message: "m1", Channel: sms}}; !slices.Equal(late, want) {
			t.Errorf("overdue %v, want %v", late, want)
		}
	})
	t.Run("answers come before bulk, then what has waited longest; the limit holds", func(t *testing.T) {
		w := begin(t, open)
		now := w.dbNow()
		var messages []gateway.Outbound
		for i, p := range []conversation.Purpose{conversation.Marketing, conversation.Transactional, conversation.Answer, conversation.Answer} {
			a := conversation.Address("+3361234567" + string(rune('0'+i)))
			id := conversation.MessageID("m" + string(rune('0'+i)))
			messages = append(messages, message(w.customer(a), id, purpose(p), after(now.Add(-time.Duration(10+i)*time.Second))))
		}
		w.write(gateway.Writes{Messages: messages})
		refs, err := w.Ready(t.Context(), lumen, sms, 10)
		w.must(err)
		if got := ids(refs); !slices.Equal(got, messageIDs{"m3", "m2", "m1", "m0"}) {
			t.Errorf("ready %v", got)
		}
		refs, err = w.Ready(t.Context(), lumen, sms, 2)
		w.must(err)
		if got := ids(refs); !slices.Equal(got, messageIDs{"m3", "m2"}) {
			t.Errorf("first two: %v", got)
		}
		for _, elsewhere := range []struct {
			brand   conversation.BrandID
			channel conversation.ChannelID
		}{{other, sms}, {lumen, "lumen-wa"}} {
			if refs, err = w.Ready(t.Context(), elsewhere.brand, elsewhere.channel, 10); err != nil || len(refs) != 0 {
				t.Errorf("%v: %v %v", elsewhere, refs, err)
			}
		}
	})
	t.Run("a message is read as it was written, queued and in flight", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		now := w.dbNow()
		queued := message(c, "m1", after(now.Add(-time.Second)), expires(now.Add(time.Hour)), purpose(conversation.Marketing), func(m *gateway.Outbound) {
			m.Media, m.Asks, m.Prompt, m.Author = []string{"https://lumen.example/a.png", "https://lumen.example/b.png"}, "q1", "p1", "agent:theo"
			m.Version, m.Ordinal, m.Epoch, m.Segments = 4, 2, 9, 3
		})
		w.write(gateway.Writes{Messages: []gateway.Outbound{queued}}, at(ana))
		got, err := w.Outbound(t.Context(), lumen, "m1")
		w.must(err)
		if !reflect.DeepEqual(got, queued) {
			t.Errorf("queued\ngot  %+v\nwant %+v", got, queued)
		}
		w.group(func(tx gateway.Tx) {
			w.lock(tx, at(ana))
			heads, err := tx.Heads(t.Context(), lumen, []conversation.CustomerID{c})
			w.must(err)
			if len(heads) != 1 || !reflect.DeepEqual(heads[0], queued) {
				t.Errorf("head\ngot  %+v\nwant %+v", heads, queued)
			}
			f := flight(c, "m1", 1, now.Add(time.Minute))
			w.must(tx.Post(t.Context(), lumen, []gateway.Flight{f}))
			queued.Status, queued.Flight, queued.Attempts, queued.FirstPosted = gateway.PostingNow, &f, 1, tx.Now()
		})
		got, err = w.Outbound(t.Context(), lumen, "m1")
		w.must(err)
		if !reflect.DeepEqual(got, queued) {
			t.Errorf("in flight\ngot  %+v\nwant %+v", got, queued)
		}
	})
	t.Run("no message is ErrNotFound, an inbound one too", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Received: []gateway.InboundRow{inbound(c, "m0", "oui")}}, at(ana))
		for _, id := range []conversation.MessageID{"m0", "m9"} {
			_, err := w.Outbound(t.Context(), lumen, id)
			w.refused(err, gateway.ErrNotFound)
		}
	})
	t.Run("posting keeps the first time, also over a retry and a renewed lease", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(c, "m1")}}, at(ana))
		var first time.Time
		for attempt := 1; attempt <= 3; attempt++ {
			w.group(func(tx gateway.Tx) {
				w.lock(tx, at(ana))
				if attempt == 1 {
					first = tx.Now()
				}
				w.must(tx.Post(t.Context(), lumen, []gateway.Flight{flight(c, "m1", attempt, tx.Now().Add(time.Minute))}))
			})
		}
		m, err := w.Outbound(t.Context(), lumen, "m1")
		w.must(err)
		if m.Attempts != 3 || !m.FirstPosted.Equal(first) {
			t.Errorf("attempts %d, first posted %v, want 3 and %v", m.Attempts, m.FirstPosted, first)
		}
	})
	t.Run("what is settled cannot be posted", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(c, "m1")}}, at(ana))
		w.write(gateway.Writes{Cancels: []gateway.Withdrawal{{Customer: c, Scope: conversation.CancelAll, Rule: "stop.keyword"}}}, at(ana))
		err := w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			w.lock(tx, at(ana))
			return tx.Post(t.Context(), lumen, []gateway.Flight{flight(c, "m1", 1, tx.Now().Add(time.Minute))})
		})
		if err == nil {
			t.Error("a cancelled message was posted")
		}
	})
	t.Run("a second message in flight of one customer is refused", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		lease := w.dbNow().Add(time.Minute)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(c, "m1", posting(lease))}}, at(ana))
		err := w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			w.lock(tx, at(ana))
			return tx.Write(t.Context(), lumen, gateway.Writes{Messages: []gateway.Outbound{message(c, "m2", posting(lease))}})
		})
		w.refused(err, gateway.ErrData)
	})
	t.Run("a message begins queued, in flight, or withdrawn within its own group", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		for _, status := range []gateway.Status{gateway.Sent, gateway.Received, gateway.PostingNow, ""} {
			err := w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
				w.lock(tx, at(ana))
				return tx.Write(t.Context(), lumen, gateway.Writes{Messages: []gateway.Outbound{
					message(c, "m1", func(m *gateway.Outbound) { m.Status = status })}}) // in flight, but without a flight
			})
			if err == nil {
				t.Errorf("a message began as %q", status)
			}
		}
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(c, "m1", func(m *gateway.Outbound) { m.Status = gateway.Cancelled })}}, at(ana))
		ready, heads := next(w, c)
		if m, err := w.Outbound(t.Context(), lumen, "m1"); err != nil || m.Status != gateway.Cancelled || len(ready)+len(heads) != 0 {
			t.Errorf("message %+v, ready %v, heads %v: %v", m, ready, heads, err)
		}
	})
	t.Run("what is in flight is told with the database's clock, and lapses with its lease", func(t *testing.T) {
		w := begin(t, open)
		c, b := w.customer(ana), w.customer(bea)
		now := w.dbNow()
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", posting(now.Add(-time.Second))), message(b, "m2", posting(now.Add(time.Minute))),
		}}, at(ana), at(bea))
		f, clock, err := w.InFlight(t.Context(), lumen, b)
		w.must(err)
		if want := flight(b, "m2", 1, now.Add(time.Minute)); f == nil || !reflect.DeepEqual(*f, want) || clock.Before(now) {
			t.Errorf("in flight %+v at %v, want %+v", f, clock, want)
		}
		if f, _, err = w.InFlight(t.Context(), lumen, nowhere); f != nil || err != nil {
			t.Errorf("nobody's: %v %v", f, err)
		}
		lapsed, err := w.Lapsed(t.Context(), 10)
		w.must(err)
		if want := []gateway.Ref{{Brand: lumen, Customer: c, Message: "m1", Channel: sms}}; !slices.Equal(lapsed, want) {
			t.Errorf("lapsed %v, want %v", lapsed, want)
		}
	})
	t.Run("a cancellation withdraws what its scope says, never a confirmation nor what is in flight", func(t *testing.T) {
		exempt := func(m *gateway.Outbound) { m.Exempt = true }
		for scope, want := range map[conversation.Cancel]messageIDs{
			conversation.CancelNothing:   {},
			conversation.CancelMarketing: {"m2"},
			conversation.CancelAssistant: {"m1", "m2"},
			conversation.CancelAll:       {"m1", "m2", "m6"},
		} {
			t.Run("scope "+string(scope), func(t *testing.T) {
				w := begin(t, open)
				c, b := w.customer(ana), w.customer(bea)
				w.write(gateway.Writes{Messages: []gateway.Outbound{
					message(c, "m0", posting(w.dbNow().Add(time.Minute)), purpose(conversation.Marketing)),
					message(c, "m1"), message(c, "m2", purpose(conversation.Marketing), after(w.dbNow().Add(time.Hour))),
					message(c, "m3", exempt), message(b, "m4", purpose(conversation.Marketing)),
					message(c, "m6", func(m *gateway.Outbound) { m.Author = "agent:theo" }),
				}}, at(ana), at(bea))
				w.write(gateway.Writes{
					Cancels:  []gateway.Withdrawal{{Customer: c, Scope: scope, Rule: "stop.keyword"}},
					Messages: []gateway.Outbound{message(c, "m5", purpose(conversation.Marketing))}, // cancellations come first
				}, at(ana))
				var gone messageIDs
				for _, id := range []conversation.CustomerID{c, b} {
					list, err := w.Thread(t.Context(), lumen, id, "", 10)
					w.must(err)
					for _, m := range list {
						if m.Status == gateway.Cancelled {
							gone = append(gone, m.ID)
							if m.Rule != "stop.keyword" {
								t.Errorf("%s: rule %s", m.ID, m.Rule)
							}
						}
					}
				}
				slices.Sort(gone)
				if !slices.Equal(gone, want) && len(gone)+len(want) > 0 {
					t.Errorf("cancelled %v, want %v", gone, want)
				}
			})
		}
	})
}
