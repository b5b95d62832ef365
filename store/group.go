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
	whole  context.Context // the group's
	begun  int64           // by the database's clock; 0: its answer was not heard yet
	failed error           // the first error of a statement: the transaction is lost

	secret   gateway.Secret
	consents map[conversation.BrandID][]gateway.LedgerRow // written where the brand's row is locked
}

var _ gateway.Tx = (*tx)(nil)

// Now implements gateway.Tx. On PostgreSQL the clock comes with the first answer
// that the group waits for, which may be this one.
func (t *tx) Now() time.Time {
	if t.begun == 0 {
		if err := t.hear(t.whole); err != nil && t.failed == nil {
			t.failed = err
		}
	}
	return moment(t.begun)
}

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
		t := &tx{session: x, store: s, whole: ctx, secret: secret}
		if err := t.begin(ctx, brands, id); err != nil {
			return err
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
		var gone unknownBrand
		if errors.As(err, &gone) {
			s.brands.Delete(conversation.BrandID(gone))
		}
		return fmt.Errorf("group %s: %w", id, err)
	}
	return nil
}

// unknownBrand is a brand whose row was deleted behind our back: the next attempt
// makes it again.
type unknownBrand conversation.BrandID

func (b unknownBrand) Error() string { return "no row of brand " + string(b) }
func (b unknownBrand) Unwrap() error { return gateway.ErrTransient }

// begin writes the group's id for each brand, and asks for the first one's clock.
func (t *tx) begin(ctx context.Context, brands []conversation.BrandID, id gateway.GroupID) error {
	at := &t.begun
	for _, b := range brands {
		args := []any{string(b), string(id)}
		if t.engine == sqliteEngine {
			args = append(args, t.clock().UnixMicro())
		}
		if err := t.askOne(ctx, addCommit, unknownBrand(b), []any{at}, args...); err != nil {
			return err
		}
		at = new(int64)
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
