package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
)

var (
	countWaiting = both(`select count(*) from tickets /* indexed by tickets_queue */ where brand = $1 and status = 'queued' and offered = ''`)
	readHandled  = both(`select closed - answered from handoffs /* indexed by handoffs_began */
		where brand = $1 and began >= $2 and answered > 0 and closed > answered order by began desc limit 200`)
)

// Waiting implements agents.Store.
func (s *Store) Waiting(ctx context.Context, brand conversation.BrandID) (int, error) {
	var n int
	if err := s.read.one(ctx, countWaiting, []any{&n}, string(brand)); err != nil {
		return 0, fmt.Errorf("count who waits for %s: %w", brand, err)
	}
	return n, nil
}

// Handled implements agents.Store. One handoff that lay about all night says
// nothing of the others, so their middle one is told.
func (s *Store) Handled(ctx context.Context, brand conversation.BrandID, since time.Time) (n int, middle time.Duration, err error) {
	var took []int64
	err = s.read.query(ctx, readHandled, func(scan scanner) error {
		var us int64
		err := scan(&us)
		took = append(took, us)
		return err
	}, string(brand), micros(since))
	if err != nil {
		return 0, 0, fmt.Errorf("read what was handled of %s: %w", brand, err)
	}
	if len(took) == 0 {
		return 0, 0, nil
	}
	slices.Sort(took)
	return len(took), time.Duration(took[len(took)/2]) * time.Microsecond, nil
}
