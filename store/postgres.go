package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func (s *Store) openPostgres(ctx context.Context, url string, o Options) error {
	s.engine = postgres
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	// A server that vanished is noticed within a minute, by LISTEN too.
	config.DialFunc = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "causette"
	}
	s.config = config
	s.db = openPgx(config)
	connections := o.Connections
	if connections == 0 {
		connections = 8
	}
	s.db.SetMaxOpenConns(connections)
	s.db.SetMaxIdleConns(connections)
	s.read = &session{engine: postgres, db: s.db, clock: o.Clock}
	return s.Ping(ctx)
}

// transactPostgres runs do in a transaction, on a connection of the pool. A
// cancelled caller ends the statement that runs, and so the transaction, but
// never a COMMIT.
func (s *Store) transactPostgres(ctx context.Context, do func(*session) error) error {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), groupTimeout)
	defer cancel()
	pooled, err := s.db.Conn(whole)
	if err != nil {
		return fmt.Errorf("begin: %w", classify(err))
	}
	defer pooled.Close()
	return pooled.Raw(func(conn any) error {
		p := &pipe{conn: conn.(*stdlib.Conn).Conn()}
		defer p.rollback(whole) // if do failed or panicked
		p.put("begin", nil)
		if err := do(&session{engine: postgres, pipe: p, clock: s.read.clock}); err != nil {
			return err
		}
		return p.commit(whole)
	})
}

// What NOTIFY is called on: a notice on the first is "brand:seq", on the second
// what somebody told.
const (
	channel     = "causette"
	talkChannel = "causette_talk"
)

var (
	notify = both(`select pg_notify('` + channel + `', n) from unnest($1::text[]) n`)
	tell   = both(`select pg_notify('` + talkChannel + `', $1::text)`)
)

func (s *Store) notifyPostgres(ctx context.Context, heads map[conversation.BrandID]int64) error {
	notices := make([]string, 0, len(heads))
	for brand, seq := range heads {
		notices = append(notices, string(brand)+":"+strconv.FormatInt(seq, 10))
	}
	if err := s.read.query(ctx, notify, func(scanner) error { return nil }, notices); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// listenPostgres calls begin whenever it begins to listen, and hear for each notice.
func (s *Store) listenPostgres(ctx context.Context, on string, begin func() error, hear func(notice string)) error {
	const first, longest = 50 * time.Millisecond, 5 * time.Second
	pause := first
	for {
		err := s.listenOnce(ctx, on, func() error { pause = first; return begin() }, hear)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.log.Warn("the database's notices are lost, listening again", slog.Any("error", err), slog.Duration("pause", pause))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, longest)
	}
}

// listenOnce listens on a connection of its own until it is lost.
func (s *Store) listenOnce(ctx context.Context, on string, begin func() error, hear func(notice string)) (err error) {
	conn, err := pgx.ConnectConfig(ctx, s.config.Copy())
	if err != nil {
		return err
	}
	defer func() {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, conn.Close(bye))
	}()
	if _, err := conn.Exec(ctx, "listen "+on); err != nil {
		return err
	}
	if err := begin(); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		hear(n.Payload)
	}
}

// wakeFor reads a notice; what is none is somebody else's.
func wakeFor(notice string, wake func(conversation.BrandID, int64)) {
	colon := strings.LastIndexByte(notice, ':')
	if colon < 0 {
		return
	}
	if seq, err := strconv.ParseInt(notice[colon+1:], 10, 64); err == nil {
		wake(conversation.BrandID(notice[:colon]), seq)
	}
}

// classifyCommit says what a failed COMMIT means. Only the server's own word
// that the transaction failed proves that nothing was written.
func classifyCommit(err error) error {
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return fmt.Errorf("commit: %w: %w", gateway.ErrTransient, err)
	}
	if said := serverError(err); said != nil && said.Severity == "ERROR" {
		return fmt.Errorf("commit: %w", classify(err))
	}
	return fmt.Errorf("commit: %w: %w", gateway.ErrCommitUnknown, err)
}
