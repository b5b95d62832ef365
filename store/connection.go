package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPgx is database/sql's pool on native pgx connections, which pass slices
// through to unnest and prepare each statement once.
func openPgx(config *pgx.ConnConfig) *sql.DB {
	return stdlib.OpenDB(*config, stdlib.OptionAfterConnect(prepare), stdlib.OptionResetSession(renew))
}

// Settings of every connection. All hot statements find their rows by key, so
// one plan is right for all values, and reading a whole table never is. A node
// that stops in the middle of a group must not hold its customers for ever.
const settings = `set jit = off; set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
	set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '10s'`

// plans bounds how long a connection keeps its plans: those that were made
// while tables were empty read a whole brand once they are full, and the
// server's own statistics, which would tell, are a minute late. Young
// connections renew them often, old ones hardly ever.
type plans struct {
	renew time.Time     // when
	pause time.Duration // until the time after
}

const (
	plansFirst = 100 * time.Millisecond
	plansLast  = time.Minute
	plansKey   = "causette.plans" // of a connection's CustomData
)

func prepare(ctx context.Context, conn *pgx.Conn) error {
	conn.PgConn().CustomData()[plansKey] = &plans{renew: time.Now().Add(plansFirst), pause: plansFirst}
	_, err := conn.Exec(ctx, settings)
	return err
}

// renew is called when the pool gives a connection out again: it drops one that
// was left within a transaction, and renews plans when it is time.
func renew(ctx context.Context, conn *pgx.Conn) error {
	if conn.IsClosed() || conn.PgConn().TxStatus() != 'I' {
		return driver.ErrBadConn
	}
	now := time.Now()
	p, ok := conn.PgConn().CustomData()[plansKey].(*plans)
	if !ok || now.Before(p.renew) {
		return nil
	}
	p.pause = min(2*p.pause, plansLast)
	p.renew = now.Add(p.pause)
	if _, err := conn.Exec(ctx, "discard plans"); err != nil {
		return driver.ErrBadConn
	}
	return nil
}
