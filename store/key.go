package store

import (
	"context"
	"errors"
	"slices"

	"github.com/causette/causette/conversation"
)

// On PostgreSQL the statement takes the clock itself: this is the group's first
// question, and its clock comes with the answer.
var addKeys = rows(
	`insert into keys (brand, key, at) select b.brand, u.key, `+now+` from brands b, unnest($2::text[]) as u(key) where b.brand = $1
	 on conflict (brand, key) do nothing returning key`,
	`insert into keys (brand, key, at) values ($1, $2, $3) on conflict (brand, key) do nothing`)

// Fresh implements gateway.Tx. Keys go in sorted, so that two nodes that
// insert the same ones wait for each other in one order.
func (t *tx) Fresh(ctx context.Context, brand conversation.BrandID, keys []conversation.EventID) func() ([]bool, error) {
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	column := texts(sorted, func(k conversation.EventID) conversation.EventID { return k })
	won := make(map[string]bool, len(column))
	var err error
	if t.engine == sqliteEngine {
		won, err = t.claimTexts(ctx, addKeys, column, string(brand), column, same(len(column), t.Now().UnixMicro()))
	} else if len(column) > 0 {
		err = t.ask(ctx, addKeys, func(scan scanner) error {
			var k string
			err := scan(&k)
			won[k] = true
			return err
		}, string(brand), column)
	}
	return func() ([]bool, error) {
		if err := t.fail("claim keys", brand, errors.Join(err, t.hear(ctx))); err != nil {
			return nil, err
		}
		fresh, again := make([]bool, len(keys)), make(map[conversation.EventID]bool, len(keys))
		for i, k := range keys {
			fresh[i] = won[string(k)] && !again[k]
			again[k] = true
		}
		return fresh, nil
	}
}

// claimTexts runs an insertion and returns which values of a column, which is
// sorted and what it returns, were inserted.
func (t *tx) claimTexts(ctx context.Context, s *statement, column []string, args ...any) (map[string]bool, error) {
	won := make(map[string]bool, len(column))
	if len(column) == 0 {
		return won, nil
	}
	hit, err := t.claim(ctx, s, len(column), func(scan scanner) (int, error) {
		var v string
		if err := scan(&v); err != nil {
			return 0, err
		}
		i, _ := slices.BinarySearch(column, v)
		return i, nil
	}, args...)
	for i, h := range hit {
		if h {
			won[column[i]] = true
		}
	}
	return won, err
}
