package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

// wire stands between a store and PostgreSQL, and cuts the connection at the
// next COMMIT: before the server sees it, or before the store sees the answer.
type wire struct {
	mu  sync.Mutex
	cut string // "", "before", "after"

	statement []byte // the prepared COMMIT's name, as a Bind message has it
}

func (w *wire) arm(cut string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
}

// prepared is the COMMIT's Parse message, which names the statement for the
// Bind messages that run it.
var prepared = regexp.MustCompile(`P....([^\x00]+)\x00commit\x00`)

// commits says whether the client sends a COMMIT.
func (w *wire) commits(sent []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := prepared.FindSubmatch(sent); m != nil {
		w.statement = append([]byte("\x00"), append(m[1], 0)...) // after the name of the portal, which is empty
		return false
	}
	return w.statement != nil && bytes.Contains(sent, w.statement)
}

func (w *wire) fire() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	cut := w.cut
	w.cut = ""
	return cut
}

// through returns the URL of the database as it is reached through the wire.
func (w *wire) through(t *testing.T, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	server := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go w.serve(client, server)
		}
	}()
	u.RawQuery, u.Host = "sslmode=disable", l.Addr().String()
	return u.String()
}

func (w *wire) serve(client net.Conn, address string) {
	defer client.Close()
	server, err := net.Dial("unix", address)
	if err != nil {
		return
	}
	defer server.Close()
	done := make(chan struct{})
	answers := make(chan struct{}) // closed: answers no longer reach the client
	go func() {
		defer close(done)
		buf := make([]byte, 1<<16)
		for {
			n, err := server.Read(buf)
			if n > 0 {
				select {
				case <-answers: // this one says that it was committed
					client.Close()
					return
				default:
				}
				if _, err := client.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				client.Close()
				return
			}
		}
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if n > 0 && w.commits(buf[:n]) {
			switch w.fire() {
			case "before":
				return
			case "after":
				close(answers)
			}
		}
		if n > 0 {
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
		if errors.Is(err, io.EOF) || err != nil {
			server.Close()
			<-done
			return
		}
	}
}

func TestACommitWithoutAnAnswerIsResolvedByItsID(t *testing.T) {
	database := pgtest.URL(t)
	w := &wire{}
	s := openFile(t, w.through(t, database))
	run := func(id string) error {
		return s.Group(t.Context(), gateway.GroupID(id), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			_, err := tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "x"}})
			return err
		})
	}
	if err := run("g0"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cut  string
		want bool
	}{{"before", false}, {"after", true}} {
		t.Run("cut "+c.cut, func(t *testing.T) {
			w.arm(c.cut)
			if err := run("g-" + c.cut); !errors.Is(err, gateway.ErrCommitUnknown) {
				t.Fatalf("got %v, want %v", err, gateway.ErrCommitUnknown)
			}
			got, err := s.Committed(t.Context(), lumen, gateway.GroupID("g-"+c.cut))
			if err != nil || got != c.want {
				t.Errorf("committed: %v %v, want %v", got, err, c.want)
			}
		})
	}
	if err := run("g3"); err != nil {
		t.Errorf("after the cuts: %v", err)
	}
	if log, err := s.Log(t.Context(), lumen, 0, 10); err != nil || len(log) != 3 {
		t.Errorf("log of %d rows, want 3: %v", len(log), err)
	}
}

func TestAConnectionThatIsLostWithinAGroupIsTransient(t *testing.T) {
	database := pgtest.URL(t)
	s := openFile(t, database)
	admin, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(t.Context()))
	err = s.Group(t.Context(), "g1", []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
		if _, err := admin.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
		_, err := tx.Fresh(t.Context(), lumen, []conversation.EventID{"in:1"})()
		return err
	})
	if !errors.Is(err, gateway.ErrTransient) {
		t.Errorf("got %v, want %v", err, gateway.ErrTransient)
	}
	if err := group(t.Context(), s, "g2", func(gateway.Tx) error { return nil }); err != nil {
		t.Errorf("the next group: %v", err)
	}
}

func TestListeningGoesOnAfterALostConnection(t *testing.T) {
	database := pgtest.URL(t)
	s := openFile(t, database)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	heard := make(chan int64, 100)
	until := func(want int64) {
		t.Helper()
		for {
			select {
			case got := <-heard:
				if got == want {
					return
				}
			case <-ctx.Done():
				t.Fatalf("%d was not heard", want)
			}
		}
	}
	appendOne := func(id string) {
		t.Helper()
		if err := group(ctx, s, id, func(tx gateway.Tx) error {
			_, err := tx.Append(ctx, lumen, []gateway.Entry{{Type: "x"}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	appendOne("g1")
	go func() { _ = s.Listen(ctx, func(_ conversation.BrandID, seq int64) { heard <- seq }) }()
	until(1)
	appendOne("g2") // nobody is notified: it is told on listening again
	admin, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(ctx))
	if _, err := admin.Exec(ctx, `select pg_terminate_backend(pid) from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid() and query like 'listen%'`); err != nil {
		t.Fatal(err)
	}
	until(2)
	if err := s.Notify(ctx, map[conversation.BrandID]int64{lumen: 9}); err != nil {
		t.Fatal(err)
	}
	until(9)
}

func TestADatabaseThatIsNotThereIsTransient(t *testing.T) {
	_, err := store.Open(t.Context(), "postgres://postgres@/none?host="+t.TempDir(), store.Options{})
	if !errors.Is(err, gateway.ErrTransient) {
		t.Errorf("got %v, want %v", err, gateway.ErrTransient)
	}
}

func TestASecondServeOnOneFileIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "causette.db")
	first, second := openFile(t, file), openFile(t, file)
	if err := first.Exclusive(); err != nil {
		t.Fatal(err)
	}
	if err := second.Exclusive(); err == nil {
		t.Error("two processes serve one file")
	}
	if err := second.PutKey(t.Context(), gateway.Key{Brand: lumen, Hash: "h"}); err != nil {
		t.Errorf("a command beside serve: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Exclusive(); err != nil {
		t.Errorf("after the first was closed: %v", err)
	}
}

func TestASecondProcessWaitsForTheWriter(t *testing.T) {
	file := filepath.Join(t.TempDir(), "causette.db")
	first, second := openFile(t, file), openFile(t, file)
	if _, err := second.PutAnswer(t.Context(), lumen, "k0", gateway.Answer{}); err != nil {
		t.Fatal(err)
	}
	began, wrote := make(chan struct{}), make(chan error, 1)
	go func() {
		<-began
		wrote <- second.PutKey(t.Context(), gateway.Key{Brand: lumen, Hash: "h"})
	}()
	err := first.Group(t.Context(), "g1", []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
		close(began)
		for range 200 {
			if _, err := tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "x"}}); err != nil {
				return err
			}
			select {
			case err := <-wrote:
				t.Errorf("the second process wrote within the group: %v", err)
			default:
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-wrote; err != nil {
		t.Errorf("after the group: %v", err)
	}
}

func TestACancelledCallerDoesNotWaitForTheWriter(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "causette.db"))
	err := s.Group(t.Context(), "g1", []conversation.BrandID{lumen}, func(gateway.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.SetWatermark(ctx, lumen, "lumen-sms", time.Now())
		if !errors.Is(err, gateway.ErrTransient) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAClosedStoreRefusesForNow(t *testing.T) {
	for name, url := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "causette.db"), "postgres": pgtest.URL(t)} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), url, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("closing again: %v", err)
			}
			err = s.Group(t.Context(), "g1", []conversation.BrandID{lumen}, func(gateway.Tx) error { return nil })
			if !errors.Is(err, gateway.ErrTransient) {
				t.Errorf("got %v, want %v", err, gateway.ErrTransient)
			}
		})
	}
}

func TestADatabaseInMemoryIsRefused(t *testing.T) {
	for _, url := range []string{":memory:", "file::memory:", "file:x.db?mode=memory", "file:", ""} {
		if s, err := store.Open(t.Context(), url, store.Options{}); err == nil {
			t.Errorf("%q was opened", url)
			s.Close()
		}
	}
}

func TestAFileMayHaveAnyName(t *testing.T) {
	for _, name := range []string{"causette 50% é?#.db", "a&b=c.db"} {
		file := filepath.Join(t.TempDir(), name)
		s := openFile(t, file)
		if err := s.PutKey(t.Context(), gateway.Key{Brand: lumen, Hash: "h"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if found, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*.db")); err != nil || len(found) != 1 || found[0] != file {
			t.Errorf("%s: files %q %v", name, found, err)
		}
	}
}
