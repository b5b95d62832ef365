// Package store is durable state: the gateway's store on SQLite and on
// PostgreSQL. Both engines share one schema and, but for a few texts, one set
// of statements; storetest says what both must do.
//
// A group of turns is one transaction (group.go). Within it everything comes
// in columns: on PostgreSQL one statement a table, with arrays; on SQLite a
// prepared statement for each row, which costs no round trip.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Options tune a store; the zero value is right for serving.
type Options struct {
	Logger      *slog.Logger     // nil: slog.Default
	Connections int              // PostgreSQL: at most; SQLite: readers. 0: 8, 4
	Clock       func() time.Time // SQLite's "database clock", read by several at once; nil: time.Now
	Secret      gateway.Secret   // keys the ledger and the list of who is not written to; nil: one that the database keeps

	// Forget removes a file that a message names, before the message goes; what
	// is none of ours it leaves alone. nil: files stay.
	Forget func(url string) error
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	engine  engine
	db      *sql.DB  // PostgreSQL's, or SQLite's readers
	read    *session // statements of their own
	writer  *writer  // SQLite's only one
	log     *slog.Logger
	brands  sync.Map        // brands whose row is known to be there
	fanout  fanout          // SQLite's notices
	file    string          // SQLite's
	config  *pgx.ConnConfig // PostgreSQL's
	release func() error
	given   gateway.Secret
	forget  func(url string) error
	walked  cursors // of what retention looks through
	secret  atomic.Pointer[gateway.Secret]
	closing context.CancelFunc
	closed  context.Context
}

var _ gateway.Store = (*Store)(nil)

// engine is the database underneath.
type engine int

const (
	sqliteEngine engine = iota
	postgres
)

// Open opens the database that url names: "postgres://…" or "postgresql://…",
// else a SQLite file, as a path or as "file:path". It neither migrates nor
// needs the schema to be there.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if n := len(o.Secret); n > 0 && n < gateway.MinSecret {
		return nil, fmt.Errorf("open the database: the secret has %d bytes; give it at least %d", n, gateway.MinSecret)
	}
	s := &Store{log: o.Logger, given: o.Secret, forget: o.Forget}
	s.closed, s.closing = context.WithCancel(context.Background())
	var err error
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		err = s.openPostgres(ctx, url, o)
	} else {
		err = s.openSQLite(ctx, url, o)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), s.Close())
	}
	return s, nil
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return fmt.Errorf("ping the database: %w", classify(err))
	}
	return nil
}

// Pool is PostgreSQL's pool, for what else keeps its tables there; nil on SQLite.
func (s *Store) Pool() *sql.DB {
	if s.engine != postgres {
		return nil
	}
	return s.db
}

// File is SQLite's file, "" on PostgreSQL.
func (s *Store) File() string { return s.file }

// Close ends Listen and closes all connections; a group under way ends first.
func (s *Store) Close() error {
	s.closing()
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.writer != nil && s.writer.file != nil {
		errs = append(errs, s.writer.file.close())
		s.writer.file = nil
	}
	if s.release != nil {
		errs = append(errs, s.release())
		s.release = nil
	}
	return errors.Join(errs...)
}

// write runs single statements that change something: on SQLite in the
// writer's transaction, on PostgreSQL each for itself.
func (s *Store) write(ctx context.Context, do func(*session) error) error {
	if s.engine == postgres {
		return do(s.read)
	}
	return s.writer.transact(ctx, do)
}

// transact runs do in a transaction.
func (s *Store) transact(ctx context.Context, do func(*session) error) error {
	if s.engine == postgres {
		return s.transactPostgres(ctx, do)
	}
	return s.writer.transact(ctx, do)
}

var addBrand = both(`insert into brands (brand, created) values ($1, ` + now + `) on conflict (brand) do nothing`)

// ensure makes the brand's row, from which every insertion selects.
func (s *Store) ensure(ctx context.Context, brand conversation.BrandID) error {
	if _, ok := s.brands.Load(brand); ok {
		return nil
	}
	err := s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, addBrand, string(brand))
		return err
	})
	if err != nil {
		return fmt.Errorf("add brand %s: %w", brand, err)
	}
	s.brands.Store(brand, struct{}{})
	return nil
}

// micros is a time as it is stored, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment is a stored time.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// texts makes a column of identifiers or texts.
func texts[T any, S ~string](rows []T, of func(T) S) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = string(of(r))
	}
	return out
}

// numbers makes a column of integers.
func numbers[T any, N ~int | ~int64](rows []T, of func(T) N) []int64 {
	out := make([]int64, len(rows))
	for i, r := range rows {
		out[i] = int64(of(r))
	}
	return out
}

// moments makes a column of times.
func moments[T any](rows []T, of func(T) time.Time) []int64 {
	return numbers(rows, func(r T) int64 { return micros(of(r)) })
}

// same makes a column of one value.
func same[V any](n int, v V) []V {
	out := make([]V, n)
	for i := range out {
		out[i] = v
	}
	return out
}
