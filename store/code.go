package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const codeColumns = `brand, code, kind, customer, expires, url, prompt, clicked`

var (
	addCodes   = insert("codes", "code text, kind text, customer text, expires bigint, url text, prompt text", "on conflict (brand, code) do nothing")
	clickCodes = both(`update codes set clicked = $3 where brand = $1 and code = any($2) and clicked = 0`)
	readCode   = both(`select ` + codeColumns + ` from codes where brand = $1 and code = $2`)
	readLink   = both(`select ` + codeColumns + ` from codes /* indexed by codes_links */ where code = $1 and kind = 'link' limit 1`)
)

func (t *tx) writeCodes(ctx context.Context, brand conversation.BrandID, codes []gateway.CodeRow, clicks []string) error {
	if len(codes) > 0 {
		type row = gateway.CodeRow
		err := t.put(ctx, addCodes, string(brand),
			texts(codes, func(c row) string { return c.Code.Code }),
			texts(codes, func(c row) string { return c.Kind }),
			texts(codes, func(c row) conversation.CustomerID { return c.Customer }),
			moments(codes, func(c row) time.Time { return c.Expires }),
			texts(codes, func(c row) string { return c.URL }),
			texts(codes, func(c row) string { return c.Prompt }))
		if err != nil {
			return err
		}
	}
	if len(clicks) == 0 {
		return nil
	}
	return t.put(ctx, clickCodes, string(brand), clicks, t.Now().UnixMicro())
}

// Code implements gateway.Store.
func (s *Store) Code(ctx context.Context, brand conversation.BrandID, code string) (gateway.CodeRow, error) {
	_, c, err := s.code(ctx, readCode, string(brand), code)
	return c, err
}

// Link finds a short link by itself; ErrNotFound for none.
func (s *Store) Link(ctx context.Context, code string) (conversation.BrandID, gateway.CodeRow, error) {
	return s.code(ctx, readLink, code)
}

func (s *Store) code(ctx context.Context, st *statement, args ...any) (conversation.BrandID, gateway.CodeRow, error) {
	var brand conversation.BrandID
	var c gateway.CodeRow
	var expires, clicked int64
	err := s.read.one(ctx, st, []any{&brand, &c.Code.Code, &c.Kind, &c.Customer, &expires, &c.URL, &c.Prompt, &clicked}, args...)
	if err != nil {
		return "", gateway.CodeRow{}, fmt.Errorf("find a code: %w", err)
	}
	c.Expires, c.Clicked = moment(expires), moment(clicked)
	return brand, c, nil
}
