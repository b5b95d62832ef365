package bulk

import (
	"context"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// tallies keeps the counts of jobs for a moment: pages ask again and again, and
// the prompts of a large job take a while to count.
type tallies struct {
	mu   sync.Mutex
	kept map[tallyKey]tallied
}

type tallyKey struct {
	brand conversation.BrandID
	job   string
}

type tallied struct {
	gateway.BulkTally
	of   gateway.BulkStatus // the job's, when it was counted
	at   time.Time
	took time.Duration
}

// A count is good for as long as counting takes twenty times, and at least this;
// a job that has ended is counted once more.
const (
	tallyLeast = 200 * time.Millisecond
	tallyShare = 20
	maxTallies = 1000
)

// tally counts how the prompts of a job stand.
func (b *Bulk) tally(ctx context.Context, job *gateway.Bulk) error {
	key, began := tallyKey{job.Brand, job.ID}, time.Now()
	t := &b.tallies
	t.mu.Lock()
	known, ok := t.kept[key]
	t.mu.Unlock()
	over := job.Status.Ended() && known.of != job.Status // the last count was of a job under way
	if ok && !over && began.Sub(known.at) < max(tallyLeast, tallyShare*known.took) {
		job.Tally = known.BulkTally
		return nil
	}
	counted, err := b.opt.Store.TallyBulk(ctx, job.Brand, job.ID)
	if err != nil {
		return err
	}
	job.Tally = counted
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.kept) >= maxTallies || t.kept == nil {
		t.kept = make(map[tallyKey]tallied)
	}
	t.kept[key] = tallied{counted, job.Status, began, time.Since(began)}
	return nil
}
