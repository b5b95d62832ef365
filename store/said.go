package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
)

// What was said goes with what finds it: its place in the index of texts, and the
// files that it names.

// saidRow is a message or a note that is to go.
type saidRow struct {
	id, body, media string
}

func (s *Store) said(ctx context.Context, page *statement, args ...any) ([]saidRow, error) {
	var list []saidRow
	err := s.read.query(ctx, page, func(scan scanner) error {
		var r saidRow
		err := scan(&r.id, &r.body, &r.media)
		list = append(list, r)
		return err
	}, args...)
	return list, err
}

var (
	dropTextsOf   = both(`delete from texts where brand = $1 and id = any($2)`)
	dropTextWords = pair(``, `delete from texts_words where rowid in (select row from texts where brand = $1 and id in (select value from json_each($2)))`)
	pageTexts     = both(`select id from texts /* indexed by texts_customer */ where brand = $1 and customer = $2 limit $3`)
	waitMark      = both(`select id from text_marks where brand = $1 for update`)
	wordSaid      = pair(``, `select rowid from texts_words where texts_words match $1 limit 1`)
	dropTerms     = pair(``, `delete from text_terms where brand = $1 and word in (select value from json_each($2))`)
)

// dropSaid deletes messages or notes. Files go first: they are found by the rows.
func (s *Store) dropSaid(ctx context.Context, brand conversation.BrandID, list []saidRow, drop *statement, more ...any) error {
	if len(list) == 0 {
		return nil
	}
	var words []string
	for _, r := range list {
		media, err := decodeMedia(r.media)
		if err != nil {
			return err
		}
		for _, m := range media {
			if s.forget == nil {
				continue
			}
			if err := s.forget(m.URL); err != nil {
				return fmt.Errorf("remove a file: %w", err)
			}
		}
		words = append(words, wordsToFind(r.body)...)
	}
	ids := texts(list, func(r saidRow) string { return r.id })
	return s.transact(ctx, func(x *session) error {
		if err := x.dropIndexed(ctx, brand, ids, words); err != nil {
			return err
		}
		return x.put(ctx, drop, append([]any{string(brand), ids}, more...)...)
	})
}

// dropIndexed takes texts out of the index, and words that nobody else said.
func (x *session) dropIndexed(ctx context.Context, brand conversation.BrandID, ids, words []string) error {
	if x.engine == postgres {
		return x.put(ctx, dropTextsOf, string(brand), ids)
	}
	if err := errors.Join(x.put(ctx, dropTextWords, string(brand), ids), x.put(ctx, dropTextsOf, string(brand), ids)); err != nil {
		return err
	}
	slices.Sort(words)
	words = slices.DeleteFunc(slices.Compact(words), func(w string) bool { return len(w) <= prefixes })
	var gone []string
	for _, w := range words {
		said := false
		err := x.query(ctx, wordSaid, func(scan scanner) error {
			var row int64
			said = true
			return scan(&row)
		}, `"_`+string(brand)+`" AND "`+w+`"`)
		if err != nil {
			return err
		}
		if !said {
			gone = append(gone, w)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return x.put(ctx, dropTerms, string(brand), gone)
}

// dropTexts takes out what the index held of a customer although their messages
// went: it may have been read before and written after. Whoever indexes holds the
// brand's mark, and looks from then on whether a text is still there.
func (s *Store) dropTexts(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) error {
	for {
		n := 0
		err := s.transact(ctx, func(x *session) error {
			if _, err := x.list(ctx, waitMark, string(brand)); err != nil {
				return err
			}
			ids, err := x.list(ctx, pageTexts, string(brand), string(customer), eraseBatch)
			if err != nil {
				return err
			}
			n = len(ids)
			return x.dropIndexed(ctx, brand, ids, nil)
		})
		if err != nil || n < eraseBatch {
			return err
		}
	}
}

var (
	mergeWords = pair(``, `insert into texts_words (texts_words, rank) values ('merge', -256)`)
	changes    = both(`select total_changes()`)
	truncate   = `pragma wal_checkpoint(truncate)`
)

// scrub has SQLite let go of what it deleted: the index of texts keeps words until
// its parts are put together anew, and the write-ahead log keeps pages as they
// were. PostgreSQL does the like by itself, when it vacuums.
func (s *Store) scrub(ctx context.Context) error {
	if s.engine == postgres {
		return nil
	}
	for {
		var before, after int64
		err := s.write(ctx, func(x *session) error { // a part at a time: turns go between
			if err := x.one(ctx, changes, []any{&before}); err != nil {
				return err
			}
			if err := x.put(ctx, mergeWords); err != nil {
				return err
			}
			return x.one(ctx, changes, []any{&after})
		})
		if err != nil {
			return err
		}
		if after-before < 2 { // https://www.sqlite.org/fts5.html#the_merge_command
			break
		}
	}
	var busy, log, carried int64
	for range scrubTries {
		if err := s.db.QueryRowContext(ctx, truncate).Scan(&busy, &log, &carried); err != nil {
			return classify(err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-time.After(checkpointPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.log.Warn("the write-ahead log could not be emptied after an erasure: it is when nobody reads", slog.String("file", strings.TrimPrefix(s.file, "file:")))
	return nil
}

// scrubTries is how often the write-ahead log is tried to be emptied: whoever
// reads holds it, and an export may read long.
const scrubTries = 20
