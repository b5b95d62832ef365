package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pipe is PostgreSQL's connection in a transaction. What nobody waits for is put
// off and travels with the next statement whose answer is needed: on a busy
// machine a group waits longer for its answers than for the work behind them.
type pipe struct {
	conn    *pgx.Conn
	batch   pgx.Batch
	checked bool // a check is put off
}

// put puts a statement off; check, if there is one, hears how many rows it changed.
func (p *pipe) put(text string, args []any, check func(int64) error) {
	queued := p.batch.Queue(text, args...)
	if check == nil {
		return
	}
	p.checked = true
	queued.Exec(func(tag pgconn.CommandTag) error { return check(tag.RowsAffected()) })
}

// ask puts a query off, whose rows come with flush.
func (p *pipe) ask(text string, args []any, row func(scanner) error) {
	p.batch.Queue(text, args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := row(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// commit sends the COMMIT and what was put off before it; but a check is heard
// first, since nothing is taken back afterwards.
func (p *pipe) commit(ctx context.Context) error {
	if p.checked {
		if err := p.flush(ctx); err != nil {
			return classify(err)
		}
	}
	p.batch.Queue("commit").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() == "ROLLBACK" {
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
	if err := p.flush(ctx); err != nil {
		return classifyCommit(err)
	}
	return nil
}

// flush sends everything that was put off and hears all answers.
func (p *pipe) flush(ctx context.Context) error {
	batch := p.batch
	p.batch, p.checked = pgx.Batch{}, false
	if batch.Len() == 0 {
		return nil
	}
	return p.conn.SendBatch(ctx, &batch).Close()
}

// rollback ends a transaction that failed; a connection that is lost ends it by itself.
func (p *pipe) rollback(ctx context.Context) {
	if !p.conn.IsClosed() && p.conn.PgConn().TxStatus() != 'I' {
		_, _ = p.conn.Exec(ctx, "rollback")
	}
}
