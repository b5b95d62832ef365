package store

import (
	"context"
	"slices"

	"github.com/causette/causette/conversation"
)

var addKeys = insert("keys", "key text, at bigint", "on conflict (brand, key) do nothing returning key")

// Fresh implements gateway.Tx. Keys go in sorted, so that two nodes that
// insert the same ones wait for each other in one order.
func (t *tx) Fresh(ctx context.Context, brand conversation.BrandID, keys []conversation.EventID) ([]bool, error) {
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	column := texts(sorted, func(k conversation.EventID) conversation.EventID { return k })
	won, err := t.claimTexts(ctx, addKeys, column, string(brand), column, same(len(column), t.now.UnixMicro()))
	if err != nil {
		return nil, t.fail("claim keys", brand, err)
	}
	fresh := make([]bool, len(keys))
	for i, k := range keys {
		fresh[i] = won[string(k)]
		delete(won, string(k)) // the same key again is a duplicate
	}
	return fresh, nil
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
