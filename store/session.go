package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/causette/causette/gateway"
)

// session runs statements: within a transaction, or each for itself.
//
// Arguments are scalars or columns (slices of one length). On PostgreSQL a
// column is an array; on SQLite it is a JSON array, or, for a statement that is
// run for each row, one value a run.
type session struct {
	engine engine
	db     querier
	clock  func() time.Time // SQLite's

	pipe *pipe // in a transaction on PostgreSQL

	// SQLite's writer keeps its statements, prepared once.
	queries map[*statement]*sql.Stmt
	execs   map[*statement]driver.StmtExecContext
}

// querier is *sql.DB, *sql.Conn or *sql.Tx.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// zipped is several columns that belong together: on PostgreSQL an argument
// each, on SQLite one JSON array of rows.
type zipped []any

// scanner reads the current row.
type scanner func(dest ...any) error

// exec runs a statement and returns how many rows it changed. In a transaction on
// PostgreSQL it is put or putAll.
func (x *session) exec(ctx context.Context, s *statement, args ...any) (int64, error) {
	if x.engine == postgres {
		r, err := x.db.ExecContext(ctx, s.postgres, spread(args)...)
		if err != nil {
			return 0, classify(err)
		}
		n, err := r.RowsAffected()
		return n, classify(err)
	}
	var total int64
	err := x.run(ctx, s, args, func(_ int, changed int64) { total += changed })
	return total, err
}

// put runs a statement whose answer nobody waits for. In a transaction on
// PostgreSQL it travels with the next one that is waited for, and what fails
// then fails that.
func (x *session) put(ctx context.Context, s *statement, args ...any) error {
	if x.pipe != nil {
		return x.putOff(s.postgres, spread(args))
	}
	_, err := x.exec(ctx, s, args...)
	return err
}

// putAll is put for a statement that has to change n rows. In a transaction on
// PostgreSQL the server counts them.
func (x *session) putAll(ctx context.Context, s *statement, n int, what string, args ...any) error {
	if x.pipe != nil {
		return x.putOff(s.counted(), append(spread(args), n, what))
	}
	changed, err := x.exec(ctx, s, args...)
	if err == nil && changed != int64(n) {
		err = fmt.Errorf("%d of %d %s", changed, n, what)
	}
	return err
}

func (x *session) putOff(text string, args []any) error {
	for _, a := range args {
		switch c := a.(type) {
		case string:
			if !storable(c) {
				return errUnstorable
			}
		case []string:
			if slices.ContainsFunc(c, func(t string) bool { return !storable(t) }) {
				return errUnstorable
			}
		}
	}
	x.pipe.put(text, args)
	return nil
}

var errUnstorable = fmt.Errorf("%w: text is not UTF-8 or holds U+0000", gateway.ErrData)

// claim runs a statement for each row and says which rows it changed. On
// PostgreSQL the statement returns the changed rows, and index says where
// each stands.
func (x *session) claim(ctx context.Context, s *statement, n int, index func(scanner) (int, error), args ...any) ([]bool, error) {
	hit := make([]bool, n)
	if x.engine == postgres {
		err := x.query(ctx, s, func(scan scanner) error {
			i, err := index(scan)
			if err == nil {
				hit[i] = true
			}
			return err
		}, args...)
		return hit, err
	}
	err := x.run(ctx, s, args, func(i int, changed int64) { hit[i] = changed > 0 })
	return hit, err
}

// query runs a statement and calls row for each row that it returns.
func (x *session) query(ctx context.Context, s *statement, row func(scanner) error, args ...any) error {
	if err := x.ask(ctx, s, row, args...); err != nil {
		return err
	}
	return x.hear(ctx)
}

// ask is query for several statements at once: their rows have come when hear returns.
func (x *session) ask(ctx context.Context, s *statement, row func(scanner) error, args ...any) error {
	if x.pipe != nil {
		x.pipe.ask(s.postgres, spread(args), func(rows pgx.Rows) error {
			for rows.Next() {
				if err := row(rows.Scan); err != nil {
					return err
				}
			}
			return rows.Err()
		})
		return nil
	}
	var r *sql.Rows
	var err error
	if x.engine == postgres {
		r, err = x.db.QueryContext(ctx, s.postgres, spread(args)...)
	} else {
		r, err = x.liteQuery(ctx, s, args)
	}
	if err != nil {
		return classify(err)
	}
	defer r.Close()
	for r.Next() {
		if err := row(r.Scan); err != nil {
			return err
		}
	}
	return classify(r.Err())
}

func (x *session) hear(ctx context.Context) error {
	if x.pipe == nil {
		return nil
	}
	return classify(x.pipe.flush(ctx))
}

// one reads a single row; gateway.ErrNotFound when there is none.
func (x *session) one(ctx context.Context, s *statement, dest []any, args ...any) error {
	if err := x.askOne(ctx, s, gateway.ErrNotFound, dest, args...); err != nil {
		return err
	}
	return x.hear(ctx)
}

// askOne is one for several statements at once; missing says that there is none.
func (x *session) askOne(ctx context.Context, s *statement, missing error, dest []any, args ...any) error {
	if x.pipe != nil {
		x.pipe.ask(s.postgres, spread(args), func(rows pgx.Rows) error {
			if rows.Next() {
				return rows.Scan(dest...)
			}
			return cmp.Or(rows.Err(), missing)
		})
		return nil
	}
	found := false
	err := x.ask(ctx, s, func(scan scanner) error {
		found = true
		return scan(dest...)
	}, args...)
	if err == nil && !found {
		err = missing
	}
	return err
}

// run executes a statement on SQLite, for each row of its columns if it is of
// that kind, and says of each how many rows it changed.
func (x *session) run(ctx context.Context, s *statement, args []any, done func(i int, changed int64)) error {
	n := 1
	if s.each {
		n = height(args)
	} else {
		packed, err := pack(args)
		if err != nil {
			return err
		}
		args = packed
	}
	values := make([]driver.NamedValue, len(s.order))
	if err := ctx.Err(); err != nil {
		return classify(err)
	}
	return x.below(s, func(stmt driver.StmtExecContext) error {
		for i := range n {
			for j, o := range s.order {
				v := at(args[o], i)
				if t, ok := v.(string); ok && !storable(t) {
					return errUnstorable
				}
				values[j] = driver.NamedValue{Ordinal: j + 1, Value: v}
			}
			r, err := stmt.ExecContext(context.Background(), values)
			if err != nil {
				return classify(err)
			}
			changed, err := r.RowsAffected()
			if err != nil {
				return classify(err)
			}
			done(i, changed)
		}
		return nil
	})
}

// below calls do with a statement of SQLite's writer as its driver knows it:
// database/sql would convert each value of each row, and the driver pays a
// goroutine for each statement that could be cancelled.
func (x *session) below(s *statement, do func(driver.StmtExecContext) error) error {
	return x.db.(*sql.Conn).Raw(func(conn any) error {
		stmt, kept := x.execs[s]
		if !kept {
			made, err := conn.(driver.Conn).Prepare(x.timed(s))
			if err != nil {
				return classify(err)
			}
			stmt = made.(driver.StmtExecContext)
			if s.timeless() {
				x.execs[s] = stmt
			} else {
				defer made.Close()
			}
		}
		return do(stmt)
	})
}

func (x *session) liteQuery(ctx context.Context, s *statement, args []any) (*sql.Rows, error) {
	packed, err := pack(args)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(s.order))
	for j, o := range s.order {
		values[j] = packed[o]
	}
	if ctx, err = x.patient(ctx); err != nil {
		return nil, err
	}
	stmt, err := x.prepared(ctx, s)
	if err != nil {
		return nil, err
	}
	if stmt != nil {
		return stmt.QueryContext(ctx, values...)
	}
	return x.db.QueryContext(ctx, x.timed(s), values...)
}

// patient drops the cancelling of a context for SQLite's writer, whose
// statements take microseconds: the driver pays a goroutine for each statement
// that could be cancelled.
func (x *session) patient(ctx context.Context) (context.Context, error) {
	if x.queries == nil {
		return ctx, nil
	}
	return context.WithoutCancel(ctx), ctx.Err()
}

// prepared returns the writer's kept statement, nil where none is kept.
func (x *session) prepared(ctx context.Context, s *statement) (*sql.Stmt, error) {
	if x.queries == nil || !s.timeless() {
		return nil, nil
	}
	if stmt, ok := x.queries[s]; ok {
		return stmt, nil
	}
	stmt, err := x.db.PrepareContext(ctx, s.sqlite)
	if err != nil {
		return nil, err
	}
	x.queries[s] = stmt
	return stmt, nil
}

// timeless says that the clock is no part of the text.
func (s *statement) timeless() bool { return !strings.Contains(s.sqlite, now) }

func (x *session) timed(s *statement) string {
	return strings.ReplaceAll(s.sqlite, now, strconv.FormatInt(x.clock().UnixMicro(), 10))
}

// spread puts the columns of a zipped argument side by side.
func spread(args []any) []any {
	for i, a := range args {
		if z, ok := a.(zipped); ok {
			out := append(append([]any{}, args[:i]...), z...)
			return append(out, spread(args[i+1:])...)
		}
	}
	return args
}

// pack makes columns JSON arrays.
func pack(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		switch c := a.(type) {
		case zipped:
			list := make([][]any, height(c))
			for n := range list {
				list[n] = make([]any, len(c))
				for j := range c {
					list[n][j] = at(c[j], n)
				}
			}
			a = list
		case []string:
			if c == nil { // null would be one row
				a = []string{}
			}
		default:
			out[i] = a
			continue
		}
		b, err := json.Marshal(a)
		if err != nil {
			return nil, fmt.Errorf("pack a column: %w", err)
		}
		out[i] = string(b)
	}
	return out, nil
}

// height is the length of the columns, 1 where there are only scalars.
func height(args []any) int {
	for _, a := range args {
		switch c := a.(type) {
		case []string:
			return len(c)
		case []int64:
			return len(c)
		case []bool:
			return len(c)
		case [][]byte:
			return len(c)
		}
	}
	return 1
}

// at is row i of a column; a scalar is the same in every row.
func at(a any, i int) any {
	switch c := a.(type) {
	case []string:
		return c[i]
	case []int64:
		return c[i]
	case []bool:
		return c[i]
	case [][]byte:
		return c[i]
	case int: // drivers know but one width
		return int64(c)
	}
	return a
}

// storable says whether PostgreSQL would take the text; SQLite refuses the
// same, so that moving from one to the other loses nothing.
func storable(s string) bool {
	return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s)
}
