package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// On PostgreSQL a block range index finds old rows at hardly any cost to those
// who insert. On SQLite rows stand in the order in which they came; the oldest
// are looked at and an index is not needed.
var pruned = []struct {
	what string
	keep func(gateway.Keep) time.Duration
	stmt *statement
}{
	{"keys", func(k gateway.Keep) time.Duration { return k.Keys }, oldest("keys", "key")},
	{"groups", func(k gateway.Keep) time.Duration { return k.Keys }, oldest("commits", "id")},
	{"answers", func(k gateway.Keep) time.Duration { return k.Answers }, oldest("answers", "key")},
	{"log", func(k gateway.Keep) time.Duration { return k.Log }, both(`delete from events where brand = $1 and seq in (
		select seq from events where brand = $1 order by seq limit $3) and at < ` + now + ` - $2`)},
}

func oldest(table, key string) *statement {
	return pair(
		fmt.Sprintf(`delete from %s where brand = $1 and %s in (
			select %s from %s where brand = $1 and at < %s - $2 limit $3)`, table, key, key, table, now),
		fmt.Sprintf(`delete from %s where rowid in (
			select rowid from %s order by rowid limit $3) and brand = $1 and at < %s - $2`, table, table, now))
}

// Prune implements gateway.Store. A kind whose keep is 0 is kept for ever.
func (s *Store) Prune(ctx context.Context, keep gateway.Keep, limit int) (int, error) {
	var brands []conversation.BrandID
	err := s.read.query(ctx, allHeads, func(scan scanner) error {
		var b conversation.BrandID
		var seq int64
		err := scan(&b, &seq)
		brands = append(brands, b)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prune: %w", err)
	}
	total := 0
	for _, kind := range pruned {
		age, left := kind.keep(keep), limit
		for _, b := range brands {
			if age == 0 || left <= 0 {
				break
			}
			err := s.write(ctx, func(x *session) error {
				n, err := x.exec(ctx, kind.stmt, string(b), age.Microseconds(), left)
				left -= int(n)
				total += int(n)
				return err
			})
			if err != nil {
				return total, fmt.Errorf("prune %s of %s: %w", kind.what, b, err)
			}
		}
	}
	for _, b := range brands {
		n, err := s.retain(ctx, b, keep, limit)
		if total += n; err != nil {
			return total, fmt.Errorf("prune %s: %w", b, err)
		}
	}
	return total, nil
}
