package store

import (
	"context"
	"errors"

	"github.com/causette/causette/conversation"
)

var errNoPostgres = errors.New("PostgreSQL is not linked in yet")

func (s *Store) openPostgres(context.Context, string, Options) error { return errNoPostgres }
func (s *Store) transactPostgres(context.Context, func(*session) error) error {
	return errNoPostgres
}
func (s *Store) notifyPostgres(context.Context, map[conversation.BrandID]int64) error {
	return errNoPostgres
}
func (s *Store) listenPostgres(context.Context, func(conversation.BrandID, int64)) error {
	return errNoPostgres
}
