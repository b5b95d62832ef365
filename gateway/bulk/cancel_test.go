package bulk_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/bulk"
)

// With the demo's script, through a gateway whose carrier is slow: what is held
// and what is queued is dropped, and nothing of the job leaves afterwards.
func TestWhatACancelledJobHadSaidDoesNotLeave(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		const customers = 120
		c := &carrier{got: map[conversation.Address]int{}}
		st, g, stop := serve(t, url, c, demo(t), 2)
		defer stop()
		subscribe(t, st, customers)
		b, err := bulk.New(bulk.Options{Store: st, Door: g, Lease: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { b.Run(ctx) })
		defer func() { cancel(); running.Wait() }()
		job := start(t, b, gateway.BulkOrder{Segment: "consent(sms, marketing)", Confirm: customers, Slice: 90,
			Prompt: gateway.BulkPrompt{Purpose: conversation.Marketing, Template: "welcome"}})
		status := func() gateway.Bulk {
			t.Helper()
			got, err := st.Bulk(t.Context(), brand, job.ID)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		await(t, "the first slice", func() bool { return status().Status == gateway.BulkSliced })
		tell(t, b, job.ID, gateway.BulkCancel)
		await(t, "what it had said to be dropped", func() bool { return status().Cursor.Phase == gateway.BulkPhaseOver })
		tally, err := st.TallyBulk(t.Context(), brand, job.ID)
		if err != nil {
			t.Fatal(err)
		}
		asked := status().Progress.Matched
		if tally.Ended < asked/2 || tally.Queued+tally.Ended != asked || len(tally.Refused) > 0 {
			t.Errorf("of %d: %+v", asked, tally)
		}
		await(t, "those that had left to arrive", func() bool { return c.sent() >= tally.Queued })
		if left, err := st.UnsentPrompts(t.Context(), brand, job.ID, "", 10); err != nil || len(left) > 0 || c.sent() != tally.Queued {
			t.Errorf("%d arrived, %d had left, %v, %v are still to leave", c.sent(), tally.Queued, err, left)
		}
	})
}
