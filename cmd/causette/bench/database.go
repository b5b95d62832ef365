package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

// database is an engine with an empty database of its own, on disk, fsync on.
type database struct {
	engine string
	url    string
	stop   func() error
}

// openDatabase makes a database of the engine; SQLite's is a file below dir.
func openDatabase(ctx context.Context, engine, dir string) (*database, error) {
	switch engine {
	case "sqlite":
		own, err := os.MkdirTemp(dir, "sqlite-")
		if err != nil {
			return nil, fmt.Errorf("make a folder: %w", err)
		}
		return &database{engine, "file:" + filepath.Join(own, "bench.db"), func() error { return os.RemoveAll(own) }}, nil
	case "postgres":
		s, err := pgtest.Start(ctx, pgtest.Options{Durable: true, Set: tuned})
		if err != nil {
			return nil, fmt.Errorf("start PostgreSQL: %w", err)
		}
		url, err := s.Database(ctx)
		if err != nil {
			return nil, errors.Join(err, s.Stop())
		}
		if err := recycled(ctx, url); err != nil {
			return nil, errors.Join(fmt.Errorf("make segments of the log: %w", err), s.Stop())
		}
		return &database{engine, url, s.Stop}, nil
	}
	return nil, fmt.Errorf("unknown store %q: write sqlite or postgres", engine)
}

// use opens the database for as long as do runs.
func (d *database) use(ctx context.Context, o store.Options, do func(*store.Store) error) error {
	o.Logger = slog.New(slog.DiscardHandler)
	st, err := store.Open(ctx, d.url, o)
	if err != nil {
		return err
	}
	return errors.Join(do(st), st.Close())
}

// seed makes the schema and the customers: a shop has its customers before
// they text. profile, unless nil, says what is known of customer i.
func (d *database) seed(ctx context.Context, profile func(i int, c *conversation.Customer)) error {
	return d.use(ctx, store.Options{}, func(st *store.Store) error {
		if err := st.Migrate(ctx); err != nil {
			return err
		}
		who := make([]gateway.Who, customers)
		for i := range who {
			who[i].Address = conversation.Address(address(i))
		}
		for some := range slices.Chunk(who, 1000) {
			err := st.Group(ctx, newGroupID(), []conversation.BrandID{brand}, func(tx gateway.Tx) error {
				rows, err := tx.Lock(ctx, brand, some)
				if err != nil || profile == nil {
					return err
				}
				for _, r := range rows {
					profile(customerAt(string(r.Conversation.Customer.Phone)), &r.Conversation.Customer)
					r.CustomerChanged = true
				}
				return tx.Write(ctx, brand, gateway.Writes{Rows: rows})
			})
			if err != nil {
				return fmt.Errorf("make customers: %w", err)
			}
		}
		return nil
	})
}

func newGroupID() gateway.GroupID { return gateway.GroupID(newID()) }

// newID is an id as the gateway mints them: 36 characters, increasing with time.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// tuned is what everybody changes of a server that is written to all day: memory
// for its pages, and checkpoints every quarter of an hour rather than every GB,
// since each makes the next change of every page write all of the page.
var tuned = []string{"shared_buffers=1GB", "max_wal_size=16GB", "min_wal_size=4GB", "checkpoint_timeout=15min", "wal_compression=lz4"}

// recycled gives PostgreSQL the segments of its log that such a server has left from
// its last quarters of an hour: on a new one a commit waits for 16 MB of zeros whenever
// a segment is full.
func recycled(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for range 160 {
		if _, err := conn.Exec(ctx, "select pg_logical_emit_message(false, 'bench', '')"); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "select pg_switch_wal()"); err != nil {
			return err
		}
	}
	_, err = conn.Exec(ctx, "checkpoint")
	return err
}

// fsync is how long the disk takes to make 4 KiB durable, the median of n.
func fsync(dir string, n int) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "fsync")
	if err != nil {
		return 0, fmt.Errorf("measure fsync: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var h histogram
	block := make([]byte, 4<<10)
	for range n {
		began := time.Now()
		if _, err := f.Write(block); err != nil {
			return 0, fmt.Errorf("measure fsync: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, fmt.Errorf("measure fsync: %w", err)
		}
		h.record(time.Since(began))
	}
	return h.quantile(0.5), nil
}
