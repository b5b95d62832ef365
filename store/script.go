package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	addScript = both(`insert into scripts (brand, sha, source, created) values ($1, $2, $3, ` + now + `)
		on conflict (brand, sha) do nothing`)
	useScript  = both(`update brands set script = $2 where brand = $1 and script <> $2`)
	readScript = both(`select source from scripts where brand = $1 and sha = $2`)
)

// PutScript implements gateway.Store.
func (s *Store) PutScript(ctx context.Context, brand conversation.BrandID, sha string, source []byte) error {
	if err := s.ensure(ctx, brand); err != nil {
		return err
	}
	err := s.write(ctx, func(x *session) error {
		if _, err := x.exec(ctx, addScript, string(brand), sha, nonNil(source)); err != nil {
			return err
		}
		_, err := x.exec(ctx, useScript, string(brand), sha)
		return err
	})
	if err != nil {
		return fmt.Errorf("put script %s of %s: %w", sha, brand, err)
	}
	return nil
}

// Script implements gateway.Store.
func (s *Store) Script(ctx context.Context, brand conversation.BrandID, sha string) ([]byte, error) {
	var source []byte
	if err := s.read.one(ctx, readScript, []any{&source}, string(brand), sha); err != nil {
		return nil, fmt.Errorf("script %s of %s: %w", sha, brand, err)
	}
	return source, nil
}

// Watermark implements gateway.Store: the zero time where none was ever set.
func (s *Store) Watermark(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID) (time.Time, error) {
	var at int64
	err := s.read.one(ctx, watermark, []any{&at}, string(brand), string(channel))
	if err != nil && !errors.Is(err, gateway.ErrNotFound) {
		return time.Time{}, fmt.Errorf("read the watermark of %s: %w", channel, err)
	}
	return moment(at), nil
}
