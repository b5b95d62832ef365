package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// shopkeeper hears events, and answers each try as told.
type shopkeeper struct {
	answer func(id string) error

	mu      sync.Mutex
	heard   []string
	changed chan struct{}
}

func newShopkeeper(answer func(id string) error) *shopkeeper {
	return &shopkeeper{answer: answer, changed: make(chan struct{}, 1000)}
}

func (s *shopkeeper) Tell(_ context.Context, id string, body []byte) error {
	s.mu.Lock()
	s.heard = append(s.heard, id+" "+string(body))
	s.mu.Unlock()
	s.changed <- struct{}{}
	return s.answer(id)
}

// await waits until so many tries were made.
func (s *shopkeeper) await(t *testing.T, n int) []string {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		heard := slices.Clone(s.heard)
		s.mu.Unlock()
		if len(heard) >= n {
			slices.Sort(heard)
			return heard
		}
		select {
		case <-s.changed:
		case <-late:
			t.Fatalf("heard %v, waited for %d", heard, n)
		}
	}
}

// left is how many events still wait, whenever they are due.
func (w *world) left() int {
	w.t.Helper()
	n := 0
	for {
		jobs, err := w.store.TakeEvents(w.t.Context(), brand, 100, time.Hour)
		if err != nil {
			w.t.Fatal(err)
		}
		if n += len(jobs); len(jobs) < 100 {
			return n
		}
	}
}

func TestAShopIsToldWhatHappensOnce(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		keeper := newShopkeeper(func(string) error { return nil })
		w := newWorld(t, url, func(o *gateway.Options) { o.Hears = map[conversation.BrandID]gateway.Listener{brand: keeper} })
		who := w.text(ana, "IN1", "events 20").Customer
		heard := keeper.await(t, 20)
		for i := range 20 {
			if want := fmt.Sprintf("event-IN1-%d {", i); !slices.ContainsFunc(heard, func(h string) bool { return strings.HasPrefix(h, want) }) {
				t.Errorf("%s was not told", want)
			}
		}
		w.stop()
		if n := w.left(); n != 0 {
			t.Errorf("%d events are left", n)
		}
		if thread := w.thread(who); len(thread) != 1 {
			t.Errorf("an event's answer is no turn: %+v", thread)
		}
	})
}

func TestAShopThatIsGoneIsToldNothingMore(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		keeper := newShopkeeper(func(string) error { return &gateway.Untold{Gone: true, Err: errors.New("410")} })
		w := newWorld(t, url, func(o *gateway.Options) { o.Hears = map[conversation.BrandID]gateway.Listener{brand: keeper} })
		w.text(ana, "IN1", "events 1")
		keeper.await(t, 1)
		w.text(ana, "IN2", "events 30")
		w.text(ana, "IN3", "say 1") // answers go on
		w.carrier.await(t, "the answer", func() bool { return len(w.carrier.accepted) == 1 })
		w.stop()
		if heard := keeper.await(t, 1); len(heard) != 1 {
			t.Errorf("it was told %v", heard)
		}
	})
}

func TestAShopThatFailsIsToldAgainLater(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		keeper := newShopkeeper(func(id string) error {
			if strings.HasSuffix(id, "-0") {
				return &gateway.Untold{After: time.Hour, Err: errors.New("503")}
			}
			return nil
		})
		w := newWorld(t, url, func(o *gateway.Options) { o.Hears = map[conversation.BrandID]gateway.Listener{brand: keeper} })
		w.text(ana, "IN1", "events 2")
		keeper.await(t, 2)
		w.stop()
		if n := w.left(); n != 0 {
			t.Errorf("%d events are due", n)
		}
		if err := w.store.MoveJob(t.Context(), brand, "event-IN1-0", time.Now().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if n := w.left(); n != 1 {
			t.Errorf("%d events were kept for later, want the one that failed", n)
		}
	})
}
