package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connector lets database/sql, whose pool is enough, run on native pgx
// connections. Arguments pass through as they are, so that slices become
// arrays; statements are prepared once a connection and kept by pgx.
type connector struct{ config *pgx.ConnConfig }

// Settings of every connection. All hot statements find their rows by key, so
// one plan is right for all values, and reading a whole table never is. A node
// that stops in the middle of a group must not hold its customers for ever.
const settings = `set jit = off; set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
	set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '10s'`

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, c.config.Copy())
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, settings); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return &pgConn{conn: conn, replan: time.Now().Add(replanFirst), pause: replanFirst}, nil
}

func (c connector) Driver() driver.Driver { return c }

// Open implements driver.Driver for database/sql's DB.Driver; nobody calls it.
func (c connector) Open(string) (driver.Conn, error) { return c.Connect(context.Background()) }

// replan bounds how long a connection keeps its plans: those that were made
// while tables were empty read a whole brand once they are full, and the
// server's own statistics, which would tell, are a minute late. Young
// connections renew them often, old ones hardly ever.
const (
	replanFirst = 100 * time.Millisecond
	replanLast  = time.Minute
)

type pgConn struct {
	conn   *pgx.Conn
	replan time.Time     // when
	pause  time.Duration // until the time after
}

var (
	_ driver.ExecerContext     = (*pgConn)(nil)
	_ driver.QueryerContext    = (*pgConn)(nil)
	_ driver.ConnBeginTx       = (*pgConn)(nil)
	_ driver.NamedValueChecker = (*pgConn)(nil)
	_ driver.Validator         = (*pgConn)(nil)
	_ driver.SessionResetter   = (*pgConn)(nil)
	_ driver.Pinger            = (*pgConn)(nil)
)

func (c *pgConn) CheckNamedValue(*driver.NamedValue) error { return nil }

func (c *pgConn) IsValid() bool { return !c.conn.IsClosed() }

func (c *pgConn) Ping(ctx context.Context) error { return c.conn.Ping(ctx) }

// ResetSession is called when the pool gives the connection out again: it drops
// one that was left within a transaction, and renews plans when it is time.
func (c *pgConn) ResetSession(ctx context.Context) error {
	if c.conn.IsClosed() || c.conn.PgConn().TxStatus() != 'I' {
		return driver.ErrBadConn
	}
	now := time.Now()
	if now.Before(c.replan) {
		return nil
	}
	c.pause = min(2*c.pause, replanLast)
	c.replan = now.Add(c.pause)
	if _, err := c.conn.Exec(ctx, "discard plans"); err != nil {
		return driver.ErrBadConn
	}
	return nil
}

func (c *pgConn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return c.conn.Close(ctx)
}

func (c *pgConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	tag, err := c.conn.Exec(ctx, query, plain(args)...)
	if err != nil {
		return nil, unsent(err)
	}
	return driver.RowsAffected(tag.RowsAffected()), nil
}

func (c *pgConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.conn.Query(ctx, query, plain(args)...)
	if err != nil {
		return nil, unsent(err)
	}
	r := &pgRows{rows: rows, more: rows.Next()}
	if !r.more && rows.Err() != nil {
		return nil, unsent(rows.Err())
	}
	for _, f := range rows.FieldDescriptions() {
		r.columns = append(r.columns, f.Name)
	}
	return r, nil
}

// unsent asks database/sql for another connection when this one broke before
// anything was sent on it.
func unsent(err error) error {
	if pgconn.SafeToRetry(err) {
		return fmt.Errorf("%w: %w", driver.ErrBadConn, err)
	}
	return err
}

func plain(args []driver.NamedValue) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = a.Value
	}
	return out
}

// Prepare implements driver.Conn; pgx prepares by itself.
func (c *pgConn) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("statements are prepared by the connection")
}

func (c *pgConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *pgConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if o.Isolation != 0 || o.ReadOnly {
		return nil, errors.New("only plain transactions are used")
	}
	if _, err := c.conn.Exec(ctx, "begin"); err != nil {
		return nil, unsent(err)
	}
	return &pgTx{c.conn, ctx}, nil
}

type pgTx struct {
	conn *pgx.Conn
	ctx  context.Context // BeginTx's: database/sql has no other for COMMIT
}

// errRolledBack means that the server answered COMMIT with ROLLBACK, because
// an earlier statement had failed.
var errRolledBack = errors.New("the transaction had failed and was rolled back")

func (t *pgTx) Commit() error {
	tag, err := t.conn.Exec(t.ctx, "commit")
	if err == nil && tag.String() == "ROLLBACK" {
		err = errRolledBack
	}
	return err
}

func (t *pgTx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := t.conn.Exec(ctx, "rollback")
	return err
}

type pgRows struct {
	rows    pgx.Rows
	columns []string
	more    bool // the row that was read to learn whether the query failed
}

func (r *pgRows) Columns() []string { return r.columns }

func (r *pgRows) Close() error {
	r.rows.Close()
	return r.rows.Err()
}

func (r *pgRows) Next(dest []driver.Value) error {
	if !r.more {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	values, err := r.rows.Values()
	if err != nil {
		return err
	}
	for i, v := range values {
		dest[i] = v
	}
	r.more = r.rows.Next()
	return nil
}
