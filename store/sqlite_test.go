package store_test

import (
	"encoding/binary"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/storetest"
)

func openSQLite(t *testing.T) gateway.Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "causette.db"))
}

func openFile(t testing.TB, url string) *store.Store {
	t.Helper()
	return openAt(t, url, nil)
}

func openAt(t testing.TB, url string, clock func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{Logger: slog.New(slog.DiscardHandler), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// The write-ahead log begins anew while it is written to without a pause.
func TestTheLogOfABusyDatabaseBeginsAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "causette.db")
	b := &turns{s: openFile(t, file), size: 256, pool: 2000}
	if err := b.fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	begun := logHead(t, file)
	for logHead(t, file) == begun {
		sent, err := b.turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := b.settle(t.Context(), sent); err != nil {
			t.Fatal(err)
		}
		log, err := os.Stat(file + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		if pages := log.Size() / 4096; pages > 60_000 { // at 64,000 the writer itself would carry it
			t.Fatalf("the log has %d pages", pages)
		}
	}
}

func TestAStoreSaysWhenItsWriterIsBusy(t *testing.T) {
	var passed atomic.Int64
	now := func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, int(passed.Load()), time.UTC) }
	pass := func(d time.Duration) { passed.Add(int64(d)) }
	s := openAt(t, filepath.Join(t.TempDir(), "causette.db"), now)
	write := func(took time.Duration) {
		t.Helper()
		if err := s.Group(t.Context(), gateway.GroupID(now().String()), []conversation.BrandID{benchBrand}, func(gateway.Tx) error {
			pass(took)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	write(time.Second)
	s.Busy()
	for _, c := range []struct {
		took, rested time.Duration
		busy         bool
	}{{300, 700, true}, {200, 800, false}, {0, 1000, false}, {1000, 0, true}} {
		write(c.took * time.Millisecond)
		pass(c.rested * time.Millisecond)
		if busy := s.Busy(); busy != c.busy {
			t.Errorf("%d ms of a second: busy %t", c.took, busy)
		}
	}
}

// logHead is how often the log began anew (https://sqlite.org/fileformat2.html#walformat).
func logHead(t *testing.T, file string) uint32 {
	t.Helper()
	f, err := os.Open(file + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var head [16]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		t.Fatal(err)
	}
	return binary.BigEndian.Uint32(head[12:])
}

func TestSQLiteIsAStore(t *testing.T) { storetest.Run(t, openSQLite) }
