package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	addCodes = insert("codes", "code text, kind text, customer text, expires bigint", "on conflict (brand, code) do nothing")
	readCode = both(`select code, kind, customer, expires from codes where brand = $1 and code = $2`)
)

func (t *tx) writeCodes(ctx context.Context, brand conversation.BrandID, codes []gateway.CodeRow) error {
	if len(codes) == 0 {
		return nil
	}
	type row = gateway.CodeRow
	return t.put(ctx, addCodes, string(brand),
		texts(codes, func(c row) string { return c.Code.Code }),
		texts(codes, func(c row) string { return c.Kind }),
		texts(codes, func(c row) conversation.CustomerID { return c.Customer }),
		moments(codes, func(c row) time.Time { return c.Expires }))
}

// Code implements gateway.Store.
func (s *Store) Code(ctx context.Context, brand conversation.BrandID, code string) (gateway.CodeRow, error) {
	var c gateway.CodeRow
	var expires int64
	err := s.read.one(ctx, readCode, []any{&c.Code.Code, &c.Kind, &c.Customer, &expires}, string(brand), code)
	if err != nil {
		return gateway.CodeRow{}, fmt.Errorf("find a code: %w", err)
	}
	c.Expires = moment(expires)
	return c, nil
}
