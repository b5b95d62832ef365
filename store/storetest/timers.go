package storetest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func timer(c conversation.CustomerID, name string, due time.Time) gateway.TimerRef {
	return gateway.TimerRef{Brand: lumen, Customer: c, Timer: conversation.Timer{Name: name, Due: due.Truncate(time.Microsecond).UTC(), Payload: "p:" + name}}
}

func timers(t *testing.T, open Opener) {
	t.Run("due timers come oldest first, with the time of the next", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		now := w.dbNow()
		a, b, later := timer(c, "a", now.Add(-time.Minute)), timer(c, "b", now.Add(-time.Hour)), timer(c, "later", now.Add(time.Hour))
		w.write(gateway.Writes{Set: []gateway.TimerRef{a, later, b}}, at(ana))
		for _, want := range []struct {
			limit int
			due   []gateway.TimerRef
			next  time.Time
		}{{10, []gateway.TimerRef{b, a}, later.Due}, {2, []gateway.TimerRef{b, a}, later.Due}, {1, []gateway.TimerRef{b}, a.Due}} {
			due, next, err := w.Due(t.Context(), want.limit)
			w.must(err)
			if !reflect.DeepEqual(due, want.due) || !next.Equal(want.next) {
				t.Errorf("limit %d: due %v, next %v, want %v", want.limit, due, next, want)
			}
		}
	})
	t.Run("without timers nothing is due and nothing is next", func(t *testing.T) {
		w := begin(t, open)
		due, next, err := w.Due(t.Context(), 10)
		w.must(err)
		if len(due) != 0 || !next.IsZero() {
			t.Errorf("due %v, next %v", due, next)
		}
	})
	t.Run("a timer is taken once, and only as it was listed", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		a := timer(c, "a", w.dbNow().Add(-time.Minute))
		moved := a
		moved.Due = a.Due.Add(-time.Second)
		w.write(gateway.Writes{Set: []gateway.TimerRef{a}}, at(ana))
		for i, want := range [][]bool{{false, true, false}, {false, false, false}} {
			w.group(func(tx gateway.Tx) {
				took, err := tx.TakeTimers(t.Context(), lumen, []gateway.TimerRef{moved, a, timer(c, "none", a.Due)})
				w.must(err)
				if !slices.Equal(took, want) {
					t.Errorf("time %d: took %v, want %v", i, took, want)
				}
			})
		}
	})
	t.Run("setting a timer again moves it, unsetting it removes it by name", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		now := w.dbNow()
		w.write(gateway.Writes{Set: []gateway.TimerRef{timer(c, "a", now.Add(-time.Hour)), timer(c, "b", now.Add(-time.Hour))}}, at(ana))
		again := timer(c, "a", now.Add(-time.Minute))
		again.Payload = "other"
		w.write(gateway.Writes{
			Set:   []gateway.TimerRef{timer(c, "a", now), again},
			Unset: []gateway.TimerRef{timer(c, "b", now.Add(time.Hour)), timer(c, "none", now)},
		}, at(ana))
		due, _, err := w.Due(t.Context(), 10)
		w.must(err)
		if want := []gateway.TimerRef{again}; !reflect.DeepEqual(due, want) {
			t.Errorf("due %v, want %v", due, want)
		}
	})
}
