package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pipe is PostgreSQL's connection in a transaction. Statements are put off and
// travel together when an answer is needed, the last ones with the COMMIT: on a busy
// machine a group waits longer for its answers than for the work behind them.
type pipe struct {
	conn  *pgx.Conn
	batch pgx.Batch
}

// put puts a statement off whose answer nobody waits for.
func (p *pipe) put(text string, args []any) { p.batch.Queue(text, args...) }

// ask puts a query off, whose rows come with flush.
func (p *pipe) ask(text string, args []any, read func(pgx.Rows) error) {
	p.batch.Queue(text, args...).Query(read)
}

// commit sends what was put off, and the COMMIT. The server does not come to that
// where anything before it failed.
func (p *pipe) commit(ctx context.Context) error {
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
	p.batch = pgx.Batch{}
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
