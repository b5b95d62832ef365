package gateway

import (
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
)

// Holds says that one row is as it was written and follows the row before it:
// what can be said of it without walking the whole chain.
func (s Secret) Holds(ctx context.Context, from LedgerReader, brand conversation.BrandID, seq int64) (bool, error) {
	before, holds := "", false
	expected := max(seq-1, 1)
	err := from.LedgerRows(ctx, brand, expected, func(r *LedgerRow) bool {
		if r.Seq != expected {
			return false
		}
		if r.Seq == seq {
			holds = r.Hash == s.Link(before, r) && s.Sound(r)
			return false
		}
		before = r.Hash
		expected++
		return true
	})
	if err != nil {
		return false, fmt.Errorf("verify row %d of the ledger of %s: %w", seq, brand, err)
	}
	return holds, nil
}
