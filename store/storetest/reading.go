package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func reading(t *testing.T, open Opener) {
	t.Run("a thread reads both ways, newest first, page by page", func(t *testing.T) {
		w := begin(t, open)
		c, b := w.customer(ana), w.customer(bea)
		in := inbound(c, "m1", "où est mon colis ? 👍")
		in.Inbound.Media = []conversation.Media{{URL: "https://api.twilio.com/m/1", Type: "image/jpeg"}}
		var now time.Time
		w.group(func(tx gateway.Tx) {
			now = tx.Now()
			w.lock(tx, at(ana), at(bea))
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{
				Received: []gateway.InboundRow{in, inbound(b, "m3", "autre")},
				Messages: []gateway.Outbound{message(c, "m2", func(m *gateway.Outbound) { m.Media = []string{"https://lumen.example/a.png"} })},
			}))
		})
		list, err := w.Thread(t.Context(), lumen, c, "", 10)
		w.must(err)
		want := []gateway.Stored{{
			ID: "m2", Author: "assistant", Channel: sms, Address: ana, Text: "Bonjour Ana, voilà.", Media: []conversation.Media{{URL: "https://lumen.example/a.png"}},
			Purpose: conversation.Answer, Rule: "faq.hours", Status: gateway.Queued, Segments: 1, Version: 1, At: time.Date(2026, 11, 22, 9, 41, 0, 123000, time.UTC), Changed: now,
		}, {
			ID: "m1", Inbound: true, Author: "customer", Channel: sms, Address: ana, Text: "où est mon colis ? 👍", Media: in.Inbound.Media,
			Status: gateway.Received, Carrier: "SM-m1", Version: 1, At: in.Inbound.At, Changed: now,
		}}
		if !reflect.DeepEqual(list, want) {
			t.Errorf("got  %+v\nwant %+v", list, want)
		}
		if list, err = w.Thread(t.Context(), lumen, c, "m2", 10); err != nil || len(list) != 1 || list[0].ID != "m1" {
			t.Errorf("before m2: %v %v", list, err)
		}
		if list, err = w.Thread(t.Context(), lumen, c, "", 1); err != nil || len(list) != 1 || list[0].ID != "m2" {
			t.Errorf("the newest: %v %v", list, err)
		}
		if list, err = w.Thread(t.Context(), other, c, "", 10); err != nil || len(list) != 0 {
			t.Errorf("another brand's: %v %v", list, err)
		}
	})
	t.Run("the ledger keeps every row, oldest first", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		row := func(event string, ordinal int, state conversation.ConsentState, at time.Time) gateway.ConsentRow {
			return gateway.ConsentRow{Customer: c, Event: conversation.EventID(event), Ordinal: ordinal, Consent: conversation.Consent{
				Medium: conversation.SMS, Purpose: conversation.Marketing, State: state, Source: "form", Wording: "J'accepte de recevoir les offres.",
				Evidence: map[string]string{"ip": "192.0.2.1", "form": "newsletter-7"}, Rule: "consent.form", At: at,
			}}
		}
		given, withdrawn, again := row("e1", 0, conversation.Given, day), row("e2", 0, conversation.Withdrawn, day.Add(time.Hour)), row("e2", 1, conversation.Withdrawn, day.Add(time.Hour))
		again.Evidence = nil
		given.Promise = &conversation.Promise{Messages: 4, Per: "month"}
		w.write(gateway.Writes{Consents: []gateway.ConsentRow{withdrawn, again}}, at(ana))
		w.write(gateway.Writes{Consents: []gateway.ConsentRow{given}}, at(ana))
		list, err := w.Consents(t.Context(), lumen, c)
		w.must(err)
		withdrawn.Seq, again.Seq, given.Seq = 1, 2, 3 // as they were written
		if want := []gateway.ConsentRow{given, withdrawn, again}; !reflect.DeepEqual(list, want) {
			t.Errorf("got  %+v\nwant %+v", list, want)
		}
		err = w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			return tx.Write(t.Context(), lumen, gateway.Writes{Consents: []gateway.ConsentRow{given}})
		})
		w.refused(err, gateway.ErrData) // a row of the ledger cannot be written over
	})
	t.Run("the log reads in order, after a number, within its brand", func(t *testing.T) {
		w := begin(t, open)
		now := time.Date(2026, 11, 22, 9, 41, 0, 5000, time.UTC)
		var want []gateway.Entry
		for i := range 5 {
			e := gateway.Entry{Type: "message.received", Customer: "c1", Version: int64(i), Payload: fmt.Appendf(nil, `{"n":%d}`, i), At: now}
			var last *int64
			w.group(func(tx gateway.Tx) {
				var err error
				last, err = tx.Append(t.Context(), lumen, []gateway.Entry{e})
				w.must(err)
			})
			e.Seq = *last
			want = append(want, e)
		}
		w.groupOf([]conversation.BrandID{other}, func(tx gateway.Tx) {
			_, err := tx.Append(t.Context(), other, []gateway.Entry{{Type: "x", Payload: []byte("{}")}})
			w.must(err)
		})
		got, err := w.Log(t.Context(), lumen, 2, 2)
		w.must(err)
		if !reflect.DeepEqual(got, want[2:4]) {
			t.Errorf("got  %+v\nwant %+v", got, want[2:4])
		}
		if got, err = w.Log(t.Context(), lumen, 5, 2); err != nil || len(got) != 0 {
			t.Errorf("after the last: %v %v", got, err)
		}
	})
	t.Run("an empty append tells the newest number and takes none", func(t *testing.T) {
		w := begin(t, open)
		for _, entries := range [][]gateway.Entry{nil, {{Type: "a"}, {Type: "b"}}, nil} {
			var last *int64
			w.group(func(tx gateway.Tx) {
				var err error
				last, err = tx.Append(t.Context(), lumen, entries)
				w.must(err)
			})
			if len(entries) == 2 && *last != 2 {
				t.Errorf("the last number is %d, want 2", *last)
			}
		}
		got, err := w.Log(t.Context(), lumen, 0, 10)
		w.must(err)
		if !slices.EqualFunc(got, []string{"a", "b"}, func(e gateway.Entry, want string) bool { return e.Type == want }) {
			t.Errorf("log: %+v", got)
		}
	})
}
