package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/causette/causette/gateway"
)

// Pragmas of every connection. FULL because a group is acknowledged after its
// commit; with groups it costs one fsync for all of them. 10 s is how long a
// second process waits for serve's writer. Connections share no cache, so the
// writer's is the large one. What is deleted or written over is zeroed from the
// first day on: an erasure could not find it later. No turn was seen to take longer
// for it.
const (
	pragmas       = "_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	writerPragmas = "&_pragma=secure_delete(on)&_pragma=cache_size(-24576)&_pragma=wal_autocheckpoint(64000)"
	readerPragmas = "&_pragma=cache_size(-4096)"
)

// writer is SQLite's one writing connection of this process, with statements
// that are prepared once and kept.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	turn  chan struct{} // holds one token: whoever has it writes
	wrote chan struct{} // the write-ahead log has grown
	file  *handle       // of the database

	used     atomic.Int64 // nanoseconds in transactions,
	ended    atomic.Int64 // and how many they were
	indexing usage        // as the index of texts saw it last

	carrying sync.WaitGroup // checkpoint
	session
}

func (s *Store) openSQLite(ctx context.Context, name string, o Options) error {
	s.engine = sqliteEngine
	dsn, file, err := sqliteDSN(name)
	if err != nil {
		return err
	}
	s.file = file
	if s.db, err = sql.Open("sqlite", dsn+readerPragmas); err != nil {
		return err
	}
	readers := o.Connections
	if readers == 0 {
		readers = 4
	}
	s.db.SetMaxOpenConns(readers)
	s.db.SetMaxIdleConns(readers)
	s.read = &session{engine: sqliteEngine, db: s.db, clock: o.Clock}

	w := &writer{turn: make(chan struct{}, 1), wrote: make(chan struct{}, 1)}
	if w.db, err = sql.Open("sqlite", dsn+writerPragmas); err != nil {
		return err
	}
	if err := w.connect(ctx); err != nil {
		return errors.Join(err, w.db.Close())
	}
	w.session = session{engine: sqliteEngine, db: w.conn, clock: o.Clock,
		queries: map[*statement]*sql.Stmt{}, execs: map[*statement]driver.StmtExecContext{}}
	if w.file, err = openHandle(file); err != nil {
		return errors.Join(err, w.conn.Close(), w.db.Close())
	}
	w.turn <- struct{}{}
	s.writer = w
	w.carrying.Go(s.checkpoint)
	return nil
}

// How long a new file may be somebody else's, and how often it is tried meanwhile.
const (
	connectPatience = 10 * time.Second
	connectPause    = 5 * time.Millisecond
)

// connect opens the connection. Of several processes that begin the log of a new
// file SQLite refuses all but one, and does not let them wait.
func (w *writer) connect(ctx context.Context) (err error) {
	for until := time.Now().Add(connectPatience); ; {
		w.conn, err = w.db.Conn(ctx)
		if err = classify(err); !errors.Is(err, gateway.ErrTransient) || time.Now().After(until) {
			return err
		}
		select {
		case <-time.After(connectPause):
		case <-ctx.Done():
			return err
		}
	}
}

// The write-ahead log is carried to the database file beside the writer, in small
// pieces that are made durable at once: a commit waits as long as the disk is busy
// with them. The log begins anew only where nothing is left to carry when the writer
// begins: once it is long, the writer waits for its last pages, which takes as long
// as a group and so should be rare. At four times that length the writer would carry
// all that is left by itself.
//
// Where the writer hardly rests and its groups are full, texts wait in line for it and
// not for the disk: then the pieces are large, for a page that changed often is carried
// once, which is a tenth less work in all. Groups that are short hold whoever wrote a
// moment ago, who would wait for a large piece.
const (
	checkpointPause = 50 * time.Millisecond
	busyPause       = time.Second
	fullGroup       = 10 * time.Millisecond
	longLog         = 16_000 // pages
)

func (s *Store) checkpoint() {
	var use usage
	for {
		select {
		case <-s.writer.wrote:
		case <-s.closed.Done():
			return
		}
		pages, err := s.carry()
		if err == nil {
			err = s.writer.file.Sync()
		}
		if err == nil && pages > longLog {
			if _, open := <-s.writer.turn; open {
				_, err = s.carry()
				s.writer.turn <- struct{}{}
			}
		}
		if err != nil && s.closed.Err() == nil {
			s.log.Warn("cannot carry the write-ahead log to the database file", slog.Any("error", err))
		}
		select {
		case <-time.After(s.writer.pause(&use)):
		case <-s.closed.Done():
			return
		}
	}
}

// pause is how long what the log holds may gather until the next piece.
func (w *writer) pause(since *usage) time.Duration {
	if busy, each := w.spent(since); busy > 0.8 && each > fullGroup {
		return busyPause
	}
	return checkpointPause
}

// carry carries what readers let it, and says how long the log is.
func (s *Store) carry() (pages int, err error) {
	var busy, carried int
	err = s.db.QueryRowContext(s.closed, "pragma wal_checkpoint(passive)").Scan(&busy, &pages, &carried)
	return pages, err
}

// sqliteDSN makes the driver's name of a database file, and the file's path.
// A "file:" URI is taken as it is, with its own parameters first.
func sqliteDSN(name string) (dsn, file string, err error) {
	if rest, ok := strings.CutPrefix(name, "file:"); ok {
		path, query, _ := strings.Cut(rest, "?")
		if file, err = url.PathUnescape(path); err != nil {
			return "", "", fmt.Errorf("%s: %w", name, err)
		}
		if query != "" {
			query += "&"
		}
		dsn = "file:" + path + "?" + query + pragmas
	} else {
		file = name
		dsn = "file:" + (&url.URL{Path: name}).EscapedPath() + "?" + pragmas
	}
	if file == "" || file == ":memory:" || strings.Contains(dsn, "mode=memory") {
		return "", "", fmt.Errorf("%q: a database in memory cannot be shared by connections: name a file", name)
	}
	return dsn, file, nil
}

var (
	beginImmediate = both("begin immediate")
	commit         = both("commit")
	rollback       = both("rollback")
)

// transact runs do in the writer's transaction.
func (w *writer) transact(ctx context.Context, do func(*session) error) (err error) {
	select {
	case _, open := <-w.turn:
		if !open {
			return fmt.Errorf("%w: the store is closed", gateway.ErrTransient)
		}
	case <-ctx.Done():
		return fmt.Errorf("wait for the writer: %w: %w", gateway.ErrTransient, ctx.Err())
	}
	begun := w.clock()
	defer func() {
		w.used.Add(int64(w.clock().Sub(begun)))
		w.ended.Add(1)
		w.turn <- struct{}{}
	}()
	whole := context.Background()
	if _, err := w.exec(whole, beginImmediate); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	ended := false
	defer func() {
		if !ended { // do failed or panicked
			if _, e := w.exec(whole, rollback); e != nil && err != nil {
				err = errors.Join(err, e)
			}
		}
	}()
	if err := do(&w.session); err != nil {
		return err
	}
	if _, err := w.exec(whole, commit); err != nil {
		return commitFailed(err)
	}
	ended = true
	select {
	case w.wrote <- struct{}{}:
	default:
	}
	return nil
}

// usage is how much of the writer's time was used, as somebody saw it last.
type usage struct {
	sync.Mutex
	used  time.Duration
	ended int64
	at    time.Time
}

// spent is the share of its time that the writer used since it was last asked for,
// and how long each of its transactions took.
func (w *writer) spent(since *usage) (busy float64, each time.Duration) {
	since.Lock()
	defer since.Unlock()
	used, ended, at := time.Duration(w.used.Load()), w.ended.Load(), w.clock()
	busy = float64(used-since.used) / float64(max(at.Sub(since.at), 1))
	each = (used - since.used) / time.Duration(max(ended-since.ended, 1))
	since.used, since.ended, since.at = used, ended, at
	return busy, each
}

// Busy implements agents.TextStore.
func (s *Store) Busy() bool {
	if s.engine == postgres {
		return false
	}
	busy, _ := s.writer.spent(&s.writer.indexing)
	return busy > 0.25
}

// commitFailed says what a failed COMMIT means on SQLite: the transaction is
// still open and rolled back, unless the disk itself failed.
func commitFailed(err error) error {
	var l *sqlite.Error
	if errors.As(err, &l) && l.Code()&0xff != sqlite3.SQLITE_IOERR {
		return fmt.Errorf("commit: %w", err)
	}
	return fmt.Errorf("commit: %w: %w", gateway.ErrCommitUnknown, err)
}

// close waits for the transaction and the checkpoint under way.
func (w *writer) close() error {
	w.carrying.Wait()
	if _, open := <-w.turn; !open {
		return nil
	}
	close(w.turn)
	var errs []error
	for _, stmt := range w.queries {
		errs = append(errs, stmt.Close())
	}
	errs = append(errs, w.conn.Raw(func(any) error {
		for _, stmt := range w.execs {
			errs = append(errs, stmt.(driver.Stmt).Close())
		}
		return nil
	}))
	return errors.Join(append(errs, w.conn.Close(), w.db.Close())...)
}

// Exclusive makes sure that no other process serves this database; it holds
// until Close. Commands that only write a little need not ask: they wait for
// the writer. PostgreSQL is made for many nodes and always agrees.
func (s *Store) Exclusive() error {
	if s.engine == postgres {
		return nil
	}
	f, err := lockFile(s.file + ".lock")
	if errors.Is(err, errLocked) {
		return fmt.Errorf("another process serves %s: stop it, or use PostgreSQL for several nodes", s.file)
	}
	if err != nil {
		return err
	}
	s.release = f
	return nil
}

var errLocked = errors.New("locked by another process")

// exclusively waits until no other process holds the file, and removes it after.
func exclusively(ctx context.Context, path string, do func() error) error {
	for {
		release, err := lockFile(path)
		if err == nil {
			err = do()
			return errors.Join(err, os.Remove(path), release())
		}
		if !errors.Is(err, errLocked) {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", path, ctx.Err())
		}
	}
}
