package whatsapp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/store/sqlstore"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/whatsapp"
	"github.com/causette/causette/gateway/whatsapp/whatsapptest"
	"github.com/causette/causette/store"
)

const (
	lumen  = conversation.BrandID("lumen")
	lumenW = conversation.ChannelID("lumen-wa")
)

// rig is a channel that is linked to a phone at the played server.
type rig struct {
	*whatsapptest.Server
	phone, ana *whatsapptest.Contact
	store      *store.Store
	sessions   *sqlstore.Container
	config     whatsapp.Config
	channel    *whatsapp.Channel
	door       *watched

	mu     sync.Mutex
	files  map[[32]byte]string // what was opened, by its content
	minted int
}

func newRig(t *testing.T, door gateway.Door) *rig {
	t.Helper()
	r := &rig{Server: whatsapptest.New(t), door: &watched{Door: door, more: make(chan struct{})}, files: map[[32]byte]string{}}
	r.phone, r.ana = r.Contact("Lumen", "33937000001", "100000000000001"), r.Contact("Ana", "33612345678", "100000000000002")
	file := filepath.Join(t.TempDir(), "causette.db")
	var err error
	if r.store, err = store.Open(t.Context(), file, store.Options{Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.sessions, err = whatsapp.OpenSessions(t.Context(), nil, file, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.sessions.Close(); err != nil {
			t.Error(err)
		}
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	r.config = whatsapp.Config{ID: lumenW, Brand: lumen, Address: "+33937000001", Node: "n1", Store: r.store, Sessions: r.sessions, Open: r.open,
		Proactive: true, PerMinute: 10_000, PerDay: 1_000_000, Network: r.Client(), Log: slog.New(slog.DiscardHandler)}
	return r
}

// open gives every URL a file of its own.
func (r *rig) open(_ context.Context, _ conversation.BrandID, url string) (gateway.File, error) {
	body := []byte("picture of " + url)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files[sha256.Sum256(body)] = url
	return gateway.File{Content: io.NopCloser(bytes.NewReader(body)), Type: "image/jpeg", Size: int64(len(body))}, nil
}

// start makes the channel; linked says whether a phone links it first.
func (r *rig) start(t *testing.T, linked bool) {
	t.Helper()
	var err error
	if r.channel, err = whatsapp.New(r.config); err != nil {
		t.Fatal(err)
	}
	if linked {
		r.pair(t, r.phone)
	}
	r.run(t, r.channel)
	if linked {
		r.await(t, "the connection", func() bool { return !r.channel.Pausing() })
	}
}

// run runs a channel until the test ends, or stop is called.
func (r *rig) run(t *testing.T, c *whatsapp.Channel) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); c.Run(ctx, r.door) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func (r *rig) pair(t *testing.T, phone *whatsapptest.Contact) {
	t.Helper()
	if err := r.tryPair(t, phone); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) tryPair(t *testing.T, phone *whatsapptest.Contact) error {
	t.Helper()
	steps, err := r.channel.Pair(t.Context())
	if err != nil {
		return err
	}
	scanned := false
	for s := range steps {
		switch {
		case s.Err != nil:
			return s.Err
		case s.Done:
			return nil
		case !scanned:
			scanned = true
			if !s.Expires.After(time.Now()) {
				t.Error("the code has expired")
			}
			if err := r.Scan(t.Context(), phone, s.Code); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("the pairing ended without a word")
}

// await waits until it holds.
func (r *rig) await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	for !holds() {
		select {
		case <-beat.C:
		case <-ctx.Done():
			t.Fatalf("%s did not come about", what)
		}
	}
}

func (r *rig) device(t *testing.T) gateway.Device {
	t.Helper()
	list, err := r.store.Devices(t.Context(), lumen)
	if err != nil || len(list) != 1 {
		t.Fatalf("devices: %v %v", list, err)
	}
	return list[0]
}

// mint makes an id of a message that a contact's phone sends.
func (r *rig) mint() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.minted++
	return fmt.Sprintf("3A%018d", r.minted)
}

// watched is a door that says what became of each knock.
type watched struct {
	gateway.Door
	mu      sync.Mutex
	knocks  map[conversation.EventID][]error
	reports int
	more    chan struct{}
}

func (w *watched) Accept(ctx context.Context, brand conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	out, err := w.Door.Accept(ctx, brand, who, e)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.knocks == nil {
		w.knocks = map[conversation.EventID][]error{}
	}
	w.knocks[e.ID] = append(w.knocks[e.ID], err)
	w.wake()
	return out, err
}

func (w *watched) Report(ctx context.Context, r gateway.Report) error {
	err := w.Door.Report(ctx, r)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reports++
	w.wake()
	return err
}

func (w *watched) wake() {
	close(w.more)
	w.more = make(chan struct{})
}

// await waits until the door has heard what holds looks for.
func (w *watched) await(ctx context.Context, holds func() bool) error {
	for {
		w.mu.Lock()
		more, ok := w.more, holds()
		w.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
