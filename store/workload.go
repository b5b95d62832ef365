package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

var (
	countWaiting = both(`select count(*) from tickets /* indexed by tickets_queue */ where brand = $1 and status = 'queued' and offered = ''`)
	readHandled  = both(`select closed - answered from handoffs /* indexed by handoffs_began */
		where brand = $1 and began >= $2 and answered > 0 and closed > answered order by began desc limit 200`)
)

// Workload implements agents.Store. One handoff that lay about all night says
// nothing of the others, so their middle one is told.
func (s *Store) Workload(ctx context.Context, brand conversation.BrandID, since time.Time) (agents.Workload, error) {
	var w agents.Workload
	var took []int64
	err := s.read.one(ctx, countWaiting, []any{&w.Waiting}, string(brand))
	if err == nil {
		err = s.read.query(ctx, readHandled, func(scan scanner) error {
			var us int64
			err := scan(&us)
			took = append(took, us)
			return err
		}, string(brand), micros(since))
	}
	if err != nil {
		return w, fmt.Errorf("read the workload of %s: %w", brand, err)
	}
	if w.Handled = len(took); w.Handled > 0 {
		slices.Sort(took)
		w.Handling = time.Duration(took[len(took)/2]) * time.Microsecond
	}
	return w, nil
}
