package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings the schema up to what this program needs. Several processes
// may call it at once; one does the work.
func (s *Store) Migrate(ctx context.Context) error {
	if s.engine == postgres {
		return s.migrate(ctx, goose.DialectPostgres)
	}
	return exclusively(ctx, s.file+".migrating", func() error { return s.migrate(ctx, goose.DialectSQLite3) })
}

func (s *Store) migrate(ctx context.Context, dialect goose.Dialect) error {
	steps, err := s.migrations()
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(steps...), goose.WithSlog(s.log)}
	if s.engine == postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, s.db, nil, options...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", classify(err))
	}
	return nil
}

var version = both(`select coalesce(max(version_id), 0) from goose_db_version where is_applied`)

var hasVersions = pair(
	`select count(*) from pg_class where oid = to_regclass('goose_db_version')`,
	`select count(*) from sqlite_master where name = 'goose_db_version'`)

// Schema says which schema the database has (0: none) and which this program wants.
func (s *Store) Schema(ctx context.Context) (have, want int, err error) {
	steps, err := s.migrations()
	if err != nil {
		return 0, 0, err
	}
	for _, m := range steps {
		want = max(want, int(m.Version))
	}
	var tables int
	if err := s.read.one(ctx, hasVersions, []any{&tables}); err != nil {
		return 0, want, fmt.Errorf("read the schema's version: %w", err)
	}
	if tables == 0 {
		return 0, want, nil
	}
	if err := s.read.one(ctx, version, []any{&have}); err != nil {
		return 0, want, fmt.Errorf("read the schema's version: %w", err)
	}
	return have, want, nil
}

// migrations reads schema/NNNN_noun.sql as the engine understands it.
func (s *Store) migrations() ([]*goose.Migration, error) {
	names, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	var steps []*goose.Migration
	for _, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "schema/"), "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("schema: %s: a name begins with its number: %w", name, err)
		}
		b, err := schema.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
		text := dialect(string(b), s.engine)
		steps = append(steps, goose.NewGoMigration(v, &goose.GoFunc{
			RunTx: func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, text)
				return err
			},
		}, nil))
	}
	return steps, nil
}

var ident = regexp.MustCompile(`\bident\b`)

// dialect turns the schema's own words into the engine's; see schema/0001_tables.sql.
func dialect(text string, e engine) string {
	if e == postgres {
		text = strings.ReplaceAll(text, "-- postgres:", "")
		return ident.ReplaceAllString(text, `text collate "C"`)
	}
	text = strings.ReplaceAll(text, "-- sqlite:", "")
	text = strings.ReplaceAll(text, "bytea", "blob")
	return ident.ReplaceAllString(text, "text")
}
