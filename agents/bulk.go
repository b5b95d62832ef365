package agents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/causette/causette/conversation"
)

// Bulk is one act for many conversations. Each is an act of its own: done or
// refused for itself, and done once however often the bulk is asked for.
type Bulk struct {
	Act
	Conversations []Target `json:"conversations"`
}

// Target is a conversation that a bulk is for.
type Target struct {
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Seen     int64                   `json:"seen,omitempty"` // as Act.Seen
}

// BulkResult is what the act came to for one of them; Err is what Act alone
// would have answered, nil where it was done.
type BulkResult struct {
	Target
	Err error
}

const (
	maxBulk  = 100
	bulkAct  = 16 // bytes of an act's id that name its conversation
	bulkRuns = 8  // acts at once: they share their commits
)

// inBulk are the acts that mean the same for many conversations.
var inBulk = []Kind{Transfer, Write, Resolve, Return, Snooze, Tag}

// Bulk does one act for up to 100 conversations, and answers for each in their
// order. Its own error says that nothing was done.
func (d *Desk) Bulk(ctx context.Context, by Agent, b Bulk) ([]BulkResult, error) {
	by, err := d.Agent(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	if err := Allow(by, See, ""); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(inBulk, b.Kind):
		return nil, &Fault{"kind", fmt.Sprintf("%q cannot be done for many at once", b.Kind)}
	case len(b.Conversations) == 0 || len(b.Conversations) > maxBulk:
		return nil, &Fault{"conversations", fmt.Sprintf("must be 1 to %d", maxBulk)}
	case b.Seen != 0:
		return nil, &Fault{"seen", "stands beside each conversation"}
	}
	if err := checkID(b.ID, maxActID-1-bulkAct); err != nil {
		return nil, err
	}
	if err := b.check(d.now()); err != nil {
		return nil, err
	}
	results := make([]BulkResult, len(b.Conversations))
	var acts errgroup.Group
	acts.SetLimit(bulkRuns)
	for i, t := range b.Conversations {
		acts.Go(func() error {
			act := b.Act
			act.ID, act.Seen = b.ID+"-"+t.hash(), t.Seen
			_, err := d.Act(ctx, by, t.Brand, t.Customer, act)
			results[i] = BulkResult{t, err}
			return nil
		})
	}
	return results, acts.Wait()
}

// hash names the conversation within the bulk's id, so that the bulk may be
// asked for again with some of them left out.
func (t Target) hash() string {
	sum := sha256.Sum256([]byte(string(t.Brand) + "\x00" + string(t.Customer)))
	return hex.EncodeToString(sum[:])[:bulkAct]
}

// Reassign gives all that an agent has back to the queue, and says how many
// those were: one's own, or with MayAssign.
func (d *Desk) Reassign(ctx context.Context, by Agent, id conversation.AgentID) (int, error) {
	by, err := d.Agent(ctx, by.ID)
	if err != nil {
		return 0, err
	}
	may := MayTransfer
	if by.ID != id {
		may = MayAssign
	}
	if err := Allow(by, may, ""); err != nil {
		return 0, err
	}
	if _, err := d.store.Agent(ctx, id); err != nil {
		return 0, fmt.Errorf("reassign: %w", err)
	}
	var has []Target
	q := Query{Brands: idsOf(d.BrandsOf(by)), Agent: id, View: ViewMine, Limit: maxPage}
	for more := len(q.Brands) > 0; more; more = q.Cursor != "" {
		rows, next, err := d.store.List(ctx, q)
		if err != nil {
			return 0, fmt.Errorf("list what %s has: %w", id, err)
		}
		for _, r := range rows {
			has = append(has, Target{r.Conversation.Brand, r.Conversation.Customer.ID, r.Conversation.Version})
		}
		q.Cursor = next
	}
	returned := 0
	for _, t := range has {
		// The version makes it another act when they have it again later.
		act := Act{ID: fmt.Sprintf("back-%s-%d", t.hash(), t.Seen), Kind: Transfer}
		_, err := d.Act(ctx, by, t.Brand, t.Customer, act)
		var refused *Refusal
		switch {
		case err == nil:
			returned++
		case errors.As(err, &refused): // it changed hands meanwhile
		default:
			return returned, err
		}
	}
	return returned, nil
}
