package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func workload(t *testing.T, open Opener) {
	t.Run("who waits is counted, but who is held for somebody", func(t *testing.T) {
		d := beginDesk(t, open)
		now := d.dbNow().Truncate(time.Second)
		d.put(lumen, func(i int, c *conversation.Conversation) {
			c.State = conversation.AwaitingAgent
			c.Desk = &conversation.Desk{Status: conversation.DeskQueued, Began: now, Queued: now}
			switch i {
			case 0:
				c.Desk.Offered, c.Desk.Hold = théo.ID, now.Add(time.Minute)
			case 1:
				c.Desk.Status, c.Desk.Owner = conversation.DeskAssigned, théo.ID
			}
		}, people10(4)...)
		for brand, want := range map[conversation.BrandID]int{lumen: 2, other: 0} {
			if n, err := d.Waiting(t.Context(), brand); n != want || err != nil {
				t.Errorf("%d wait for %s, %v; not %d", n, brand, err, want)
			}
		}
	})
	t.Run("what was handled lately, and how long the middle one took", func(t *testing.T) {
		d := beginDesk(t, open)
		now := d.dbNow().Truncate(time.Second)
		expect := func(n int, middle time.Duration) {
			t.Helper()
			if gotN, got, err := d.Handled(t.Context(), lumen, now.Add(-time.Hour)); gotN != n || got != middle || err != nil {
				t.Errorf("%d took %s, %v; not %d and %s", gotN, got, err, n, middle)
			}
		}
		expect(0, 0)
		began, minutes := now.Add(-time.Minute), []time.Duration{3, 90, 7, 5, 0, 0, 0}
		var h []gateway.HandoffRow
		for i, m := range minutes {
			r := gateway.HandoffRow{Customer: conversation.CustomerID(fmt.Sprint("c", i)), Began: began, Answered: began.Add(time.Second)}
			switch i {
			default:
				r.Closed = r.Answered.Add(m * time.Minute)
			case 4: // nobody answered it
				r.Answered, r.Closed = time.Time{}, now
			case 5: // not done yet
			case 6: // long ago
				r.Began, r.Closed = now.Add(-2*time.Hour), now
			}
			h = append(h, r)
		}
		d.groupOf([]conversation.BrandID{lumen}, func(tx gateway.Tx) {
			_, err := tx.Lock(t.Context(), lumen, people10(1))
			d.must(err)
			d.must(tx.Write(t.Context(), lumen, gateway.Writes{Handoffs: h}))
		})
		expect(4, 7*time.Minute)
	})
}
