package storetest

import (
	"reflect"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func settling(t *testing.T, open Opener) {
	for name, known := range map[string]bool{"read": false, "found in flight": true} {
		t.Run(name, func(t *testing.T) { settlingOf(t, open, known) })
	}
}

// settlingOf settles messages that are read, or known from the lock.
func settlingOf(t *testing.T, open Opener, known bool) {
	type s = gateway.Settlement
	settle := func(w *world, tx gateway.Tx, list []s, who ...gateway.Who) []gateway.Settled {
		for _, row := range w.lock(tx, who...) {
			for i := range list {
				if f := row.Flight; known && f != nil && f.Message == list[i].Message {
					list[i].Flight = f
				}
			}
		}
		done, err := tx.Settle(t.Context(), lumen, list)
		w.must(err)
		return done
	}
	// Each case starts with m1 in flight, attempt 1, and applies settlements in
	// groups of their own; want is what stands in the end.
	for _, c := range []struct {
		name    string
		steps   []s
		changed []bool
		posted  []bool
		want    gateway.Stored // status, code, carrier
	}{
		{"accepted, sent, delivered, read",
			[]s{{Attempt: 1, Status: gateway.Accepted, Carrier: "SM1"}, {Attempt: 1, Status: gateway.Sent}, {Attempt: 1, Status: gateway.Delivered}, {Status: gateway.Read}},
			[]bool{true, true, true, true}, []bool{true, false, false, false},
			gateway.Stored{Status: gateway.Read, Carrier: "SM1"}},
		{"a report that comes before our own settlement stays, and ours still binds the carrier's id",
			[]s{{Attempt: 1, Status: gateway.Delivered}, {Attempt: 1, Status: gateway.Accepted, Carrier: "SM1"}, {Attempt: 1, Status: gateway.Accepted, Carrier: "SM1"}},
			[]bool{true, true, false}, []bool{true, false, false},
			gateway.Stored{Status: gateway.Delivered, Carrier: "SM1"}},
		{"reports out of order",
			[]s{{Status: gateway.Sent, Carrier: "SM1"}, {Status: gateway.Accepted}, {Status: gateway.Delivered}, {Status: gateway.Sent}},
			[]bool{true, false, true, false}, []bool{true, false, false, false},
			gateway.Stored{Status: gateway.Delivered, Carrier: "SM1"}},
		{"another attempt's settlement does nothing",
			[]s{{Attempt: 2, Status: gateway.Failed, Code: "30008"}, {Attempt: 1, Status: gateway.Accepted}},
			[]bool{false, true}, []bool{false, true},
			gateway.Stored{Status: gateway.Accepted}},
		{"undelivered after accepted, its code kept over a repeated report without one",
			[]s{{Attempt: 1, Status: gateway.Accepted, Carrier: "SM1"}, {Attempt: 1, Status: gateway.Undelivered, Code: "30003"}, {Attempt: 1, Status: gateway.Undelivered}, {Attempt: 1, Status: gateway.Delivered}},
			[]bool{true, true, false, false}, []bool{true, false, false, false},
			gateway.Stored{Status: gateway.Undelivered, Code: "30003", Carrier: "SM1"}},
		{"a code that comes with the repeated report is added, another one is not",
			[]s{{Status: gateway.Failed}, {Status: gateway.Failed, Code: "21610"}, {Status: gateway.Failed, Code: "30008"}},
			[]bool{true, true, false}, []bool{true, false, false},
			gateway.Stored{Status: gateway.Failed, Code: "21610"}},
		{"put back only from posting",
			[]s{{Attempt: 1, Status: gateway.Queued, Code: "20429"}, {Attempt: 1, Status: gateway.Queued}, {Attempt: 1, Status: gateway.Accepted}, {Attempt: 1, Status: gateway.Queued}},
			[]bool{true, false, true, false}, []bool{true, false, false, false},
			gateway.Stored{Status: gateway.Accepted, Code: "20429"}},
		{"unknown yields to a late report",
			[]s{{Attempt: 1, Status: gateway.Unknown}, {Attempt: 1, Status: gateway.Sent}, {Attempt: 1, Status: gateway.Delivered}},
			[]bool{true, false, true}, []bool{true, false, false},
			gateway.Stored{Status: gateway.Delivered}},
		{"a bound carrier's id stays",
			[]s{{Attempt: 1, Status: gateway.Accepted, Carrier: "SM1"}, {Attempt: 1, Status: gateway.Sent, Carrier: "SM2"}},
			[]bool{true, true}, []bool{true, false},
			gateway.Stored{Status: gateway.Sent, Carrier: "SM1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t, open)
			id := w.customer(ana)
			w.write(gateway.Writes{Messages: []gateway.Outbound{message(id, "m1", posting(w.dbNow().Add(time.Minute)), func(m *gateway.Outbound) {
				m.Prompt, m.Purpose = "p1", conversation.Transactional
			})}}, at(ana))
			was := gateway.PostingNow
			for i, step := range c.steps {
				step.Message, step.Customer, step.At = "m1", id, time.Date(2026, 11, 22, 10, 0, i, 0, time.UTC)
				w.group(func(tx gateway.Tx) {
					done := settle(w, tx, []s{step}, at(ana))
					if (len(done) == 1) != c.changed[i] {
						t.Fatalf("step %d: %v", i, done)
					}
					if len(done) == 0 {
						return
					}
					d := done[0]
					if d.Posted != c.posted[i] || d.Was != was || d.Attempts != 1 || d.Channel != sms || d.Prompt != "p1" ||
						d.Purpose != conversation.Transactional || d.Message != "m1" || d.Customer != id || !d.At.Equal(step.At) {
						t.Errorf("step %d: %+v", i, d)
					}
					was = d.Status
				})
			}
			list, err := w.Thread(t.Context(), lumen, id, "", 10)
			w.must(err)
			if got := (gateway.Stored{Status: list[0].Status, Code: list[0].Code, Carrier: list[0].Carrier}); !reflect.DeepEqual(got, c.want) || was != c.want.Status {
				t.Errorf("stands at %+v, settled last says %s, want %+v", got, was, c.want)
			}
			f, _, err := w.InFlight(t.Context(), lumen, id)
			w.must(err)
			if (f != nil) != (c.want.Status == gateway.PostingNow) {
				t.Errorf("in flight: %+v", f)
			}
		})
	}
	t.Run("several settlements of one message in one group apply in order", func(t *testing.T) {
		w := begin(t, open)
		id := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(id, "m1", posting(w.dbNow().Add(time.Minute)))}}, at(ana))
		w.group(func(tx gateway.Tx) {
			done := settle(w, tx, []s{
				{Message: "m1", Customer: id, Attempt: 1, Status: gateway.Sent, Carrier: "SM1"},
				{Message: "m1", Customer: id, Attempt: 1, Status: gateway.Accepted, Carrier: "SM1"},
				{Message: "m1", Customer: id, Attempt: 1, Status: gateway.Delivered},
				{Message: "m9", Customer: id, Attempt: 1, Status: gateway.Delivered},
			}, at(ana))
			if len(done) != 2 || done[0].Status != gateway.Sent || !done[0].Posted || done[1].Was != gateway.Sent || done[1].Status != gateway.Delivered {
				t.Errorf("settled: %+v", done)
			}
		})
	})
	t.Run("a message that is put back waits until it is time, with its attempts", func(t *testing.T) {
		w := begin(t, open)
		id := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(id, "m1", posting(w.dbNow().Add(time.Minute)))}}, at(ana))
		again := w.dbNow().Add(time.Hour)
		w.group(func(tx gateway.Tx) {
			settle(w, tx, []s{{Message: "m1", Customer: id, Attempt: 1, Status: gateway.Queued, After: again}}, at(ana))
		})
		m, err := w.Outbound(t.Context(), lumen, "m1")
		w.must(err)
		if m.Status != gateway.Queued || m.Attempts != 1 || !m.After.Equal(again) || m.FirstPosted.IsZero() {
			t.Errorf("message: %+v", m)
		}
	})
	t.Run("a carrier's id that another message has stays with it, and the group goes through", func(t *testing.T) {
		w := begin(t, open)
		a, b := w.customer(ana), w.customer(bea)
		lease := w.dbNow().Add(time.Minute)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(a, "m1", posting(lease)), message(b, "m2", posting(lease))}}, at(ana), at(bea))
		w.group(func(tx gateway.Tx) {
			done := settle(w, tx, []s{
				{Message: "m1", Customer: a, Attempt: 1, Status: gateway.Accepted, Carrier: "SM1"},
				{Message: "m2", Customer: b, Attempt: 1, Status: gateway.Accepted, Carrier: "SM1"},
			}, at(ana), at(bea))
			if len(done) != 2 || done[0].Carrier != "SM1" || done[1].Carrier != "" || done[1].Status != gateway.Accepted {
				t.Errorf("settled: %+v", done)
			}
		})
		w.group(func(tx gateway.Tx) {
			done := settle(w, tx, []s{{Message: "m2", Customer: b, Attempt: 1, Status: gateway.Sent, Carrier: "SM1"}}, at(bea))
			if len(done) != 1 || done[0].Carrier != "" {
				t.Errorf("settled: %+v", done)
			}
		})
		bound, err := w.Bound(t.Context(), lumen, sms, []conversation.CarrierID{"SM1", "SM9", ""})
		w.must(err)
		if want := (map[conversation.CarrierID]conversation.MessageID{"SM1": "m1"}); !reflect.DeepEqual(bound, want) {
			t.Errorf("bound %v, want %v", bound, want)
		}
	})
	t.Run("an inbound text has no status to settle, and its carrier's id is nobody's", func(t *testing.T) {
		w := begin(t, open)
		id := w.customer(ana)
		w.write(gateway.Writes{Received: []gateway.InboundRow{inbound(id, "m0", "oui")}}, at(ana))
		w.group(func(tx gateway.Tx) {
			done := settle(w, tx, []s{{Message: "m0", Customer: id, Status: gateway.Delivered}}, at(ana))
			if len(done) != 0 {
				t.Errorf("settled: %+v", done)
			}
		})
		bound, err := w.Bound(t.Context(), lumen, sms, []conversation.CarrierID{"SM-m0"})
		w.must(err)
		if len(bound) != 0 {
			t.Errorf("bound: %v", bound)
		}
	})
	t.Run("what a message asked is found by its carrier's id", func(t *testing.T) {
		w := begin(t, open)
		a, b := w.customer(ana), w.customer(bea)
		lease := w.dbNow().Add(time.Minute)
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(a, "m1", posting(lease), func(m *gateway.Outbound) { m.Asks = "q1" }), message(b, "m2", posting(lease)),
		}}, at(ana), at(bea))
		w.group(func(tx gateway.Tx) {
			settle(w, tx, []s{
				{Message: "m1", Customer: a, Status: gateway.Accepted, Carrier: "SM1"}, {Message: "m2", Customer: b, Status: gateway.Accepted, Carrier: "SM2"}}, at(ana), at(bea))
			asked, err := tx.Asked(t.Context(), lumen, sms, []conversation.CarrierID{"SM1", "SM2", "SM3"})
			w.must(err)
			if want := (map[conversation.CarrierID]string{"SM1": "q1"}); !reflect.DeepEqual(asked, want) {
				t.Errorf("asked %v, want %v", asked, want)
			}
			if asked, err = tx.Asked(t.Context(), lumen, "lumen-wa", []conversation.CarrierID{"SM1"}); err != nil || len(asked) != 0 {
				t.Errorf("on another channel: %v %v", asked, err)
			}
		})
	})
}
