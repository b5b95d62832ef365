package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	// The group's id and the clock in one round trip.
	addCommit = pair(
		`insert into commits (brand, id, at) select b.brand, $2, (extract(epoch from clock_timestamp()) * 1000000)::bigint
		 from brands b where b.brand = $1 returning at`,
		`insert into commits (brand, id, at) values ($1, $2, $3) returning at`)
	// It waits for a transaction that is inserting the same id, so that its
	// answer is final.
	tryCommit = both(`insert into commits (brand, id, at) values ($1, $2, 0) on conflict (brand, id) do nothing returning id`)
)

// groupTimeout bounds a group with its COMMIT, whatever its callers wish: a
// server that answers nothing must not hold the writer for ever.
const groupTimeout = 30 * time.Second

// tx is one group's transaction.
type tx struct {
	*session
	store  *Store
	now    time.Time
	failed error // the first error of a statement: the transaction is lost

	secret   gateway.Secret
	consents map[conversation.BrandID][]gateway.LedgerRow // written where the brand's row is locked
}

var _ gateway.Tx = (*tx)(nil)

func (t *tx) Now() time.Time { return t.now }

// Group implements gateway.Store.
func (s *Store) Group(ctx context.Context, id gateway.GroupID, brands []conversation.BrandID, do func(gateway.Tx) error) error {
	brands = slices.Clone(brands)
	slices.Sort(brands)
	brands = slices.Compact(brands)
	if len(brands) == 0 {
		return errors.New("group: no brand")
	}
	for _, b := range brands {
		if err := s.ensure(ctx, b); err != nil {
			return fmt.Errorf("group: %w", err)
		}
	}
	secret, err := s.Secret(ctx) // nothing can be asked of SQLite's writer within its transaction
	if err != nil {
		return fmt.Errorf("group: %w", err)
	}
	run := func(x *session) error {
		t := &tx{session: x, store: s, secret: secret}
		for _, b := range brands {
			if err := t.begin(ctx, b, id); err != nil {
				return err
			}
		}
		if err := do(t); err != nil {
			return err
		}
		if err := t.chainRest(ctx, brands); err != nil {
			return err
		}
		return t.failed
	}
	err = s.transact(ctx, run)
	if err != nil {
		return fmt.Errorf("group %s: %w", id, err)
	}
	return nil
}

func (t *tx) begin(ctx context.Context, brand conversation.BrandID, id gateway.GroupID) error {
	args := []any{string(brand), string(id)}
	if t.engine == sqliteEngine {
		args = append(args, t.clock().UnixMicro())
	}
	var at int64
	if err := t.one(ctx, addCommit, []any{&at}, args...); err != nil {
		if errors.Is(err, gateway.ErrNotFound) { // the brand's row was deleted behind our back
			t.store.brands.Delete(brand)
			err = fmt.Errorf("%w: no row of brand %s", gateway.ErrTransient, brand)
		}
		return err
	}
	if t.now.IsZero() {
		t.now = moment(at)
	}
	return nil
}

// fail remembers that a statement failed, so that the group cannot be
// committed by a caller that overlooks it.
func (t *tx) fail(what string, brand conversation.BrandID, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s of %s: %w", what, brand, err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// Committed implements gateway.Store. It tries to take the group's id itself:
// were the group's transaction still undecided, this waits for its end.
func (s *Store) Committed(ctx context.Context, brand conversation.BrandID, id gateway.GroupID) (bool, error) {
	undo := errors.New("only tried")
	committed := true
	try := func(x *session) error {
		err := x.query(ctx, tryCommit, func(scanner) error {
			committed = false
			return nil
		}, string(brand), string(id))
		if err != nil {
			return err
		}
		return undo
	}
	err := s.transact(ctx, try)
	if !errors.Is(err, undo) {
		return false, fmt.Errorf("look for group %s: %w", id, err)
	}
	return committed, nil
}
