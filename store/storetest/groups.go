package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func groups(t *testing.T, open Opener) {
	t.Run("a group is committed whole, and says so", func(t *testing.T) {
		w := begin(t, open)
		id := newGroupID()
		w.must(w.Group(t.Context(), id, []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			_, err := tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "a", Payload: []byte(`{}`)}})
			return err
		}))
		yes, err := w.Committed(t.Context(), lumen, id)
		w.must(err)
		if !yes {
			t.Error("a committed group is not known")
		}
		if yes, err = w.Committed(t.Context(), other, id); yes || err != nil {
			t.Errorf("another brand has it too: %v %v", yes, err)
		}
	})
	t.Run("a group whose function fails leaves nothing, and returns that error", func(t *testing.T) {
		w := begin(t, open)
		id, stop := newGroupID(), errors.New("stop")
		err := w.Group(t.Context(), id, []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			w.lock(tx, at(ana))
			_, err := tx.Fresh(t.Context(), lumen, []conversation.EventID{"in:1"})()
			w.must(err)
			_, err = tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "a"}})
			w.must(err)
			return stop
		})
		w.refused(err, stop)
		yes, err := w.Committed(t.Context(), lumen, id)
		w.must(err)
		if yes {
			t.Error("a group that failed counts as committed")
		}
		_, err = w.Conversation(t.Context(), lumen, at(ana))
		w.refused(err, gateway.ErrNotFound)
		entries, err := w.Log(t.Context(), lumen, 0, 10)
		w.must(err)
		if len(entries) != 0 {
			t.Errorf("log of a group that failed: %v", entries)
		}
		w.group(func(tx gateway.Tx) {
			if fresh, err := tx.Fresh(t.Context(), lumen, []conversation.EventID{"in:1"})(); err != nil || !fresh[0] {
				t.Errorf("its key is taken: %v %v", fresh, err)
			}
		})
	})
	t.Run("asking whether a group was committed does not take its id", func(t *testing.T) {
		w := begin(t, open)
		w.customer(ana)
		id := newGroupID()
		yes, err := w.Committed(t.Context(), lumen, id)
		w.must(err)
		if yes {
			t.Error("a group that never ran counts as committed")
		}
		w.must(w.Group(t.Context(), id, []conversation.BrandID{lumen}, func(gateway.Tx) error { return nil }))
	})
	t.Run("a panic in the function leaves nothing, and the next group runs", func(t *testing.T) {
		w := begin(t, open)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
				w.lock(tx, at(ana))
				panic("poison")
			})
		}()
		_, err := w.Conversation(t.Context(), lumen, at(ana))
		w.refused(err, gateway.ErrNotFound)
		w.customer(ana)
	})
	t.Run("data that no database takes is ErrData, whoever swallows the error", func(t *testing.T) {
		for name, text := range map[string]string{"U+0000": "a\x00b", "broken UTF-8": "a\xffb"} {
			t.Run(name, func(t *testing.T) {
				w := begin(t, open)
				c := w.customer(ana)
				err := w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
					w.lock(tx, at(ana))
					w.refused(tx.Write(t.Context(), lumen, gateway.Writes{Received: []gateway.InboundRow{inbound(c, "m1", text)}}), gateway.ErrData)
					return nil
				})
				w.refused(err, gateway.ErrData)
				list, err := w.Thread(t.Context(), lumen, c, "", 10)
				w.must(err)
				if len(list) != 0 {
					t.Errorf("thread: %v", list)
				}
			})
		}
	})
	t.Run("an address that is no text is ErrData", func(t *testing.T) {
		w := begin(t, open)
		err := w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			_, err := tx.Lock(t.Context(), lumen, []gateway.Who{at("+33\x00")})
			return err
		})
		w.refused(err, gateway.ErrData)
	})
	t.Run("a message id that is taken is ErrData", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(c, "m1")}}, at(ana))
		err := w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			w.lock(tx, at(ana))
			return tx.Write(t.Context(), lumen, gateway.Writes{Messages: []gateway.Outbound{message(c, "m1")}})
		})
		w.refused(err, gateway.ErrData)
	})
	t.Run("the clock stands still within a group and moves between groups", func(t *testing.T) {
		w := begin(t, open)
		var first, again, later time.Time
		w.group(func(tx gateway.Tx) {
			first = tx.Now()
			w.lock(tx, at(ana))
			again = tx.Now()
		})
		w.group(func(tx gateway.Tx) { later = tx.Now() })
		if !first.Equal(again) || later.Before(first) || first.IsZero() || first.Location() != time.UTC {
			t.Errorf("clock: %v, %v, then %v", first, again, later)
		}
	})
	t.Run("several brands share a group and keep apart", func(t *testing.T) {
		w := begin(t, open)
		var lasts []*int64
		w.groupOf([]conversation.BrandID{other, lumen}, func(tx gateway.Tx) {
			for _, b := range []conversation.BrandID{lumen, other} {
				fresh, err := tx.Fresh(t.Context(), b, []conversation.EventID{"in:1"})()
				w.must(err)
				if !fresh[0] {
					t.Errorf("%s: key is taken by the other brand", b)
				}
			}
			var made []conversation.CustomerID
			for _, b := range []conversation.BrandID{lumen, other} {
				rows, err := tx.Lock(t.Context(), b, []gateway.Who{at(ana)})
				w.must(err)
				made = append(made, rows[0].Conversation.Customer.ID)
				if rows[0].Conversation.Brand != b {
					t.Errorf("brand %s, want %s", rows[0].Conversation.Brand, b)
				}
			}
			if made[0] == made[1] {
				t.Error("two brands share a customer")
			}
			for _, b := range []conversation.BrandID{lumen, other} {
				last, err := tx.Append(t.Context(), b, []gateway.Entry{{Type: "a"}, {Type: "b"}})
				w.must(err)
				lasts = append(lasts, last)
			}
		})
		for _, last := range lasts {
			if *last != 2 {
				t.Errorf("the last number of a brand is %d, want 2", *last)
			}
		}
	})
	t.Run("the log's numbers have no gaps, though a group failed between", func(t *testing.T) {
		w := begin(t, open)
		stop := errors.New("stop")
		for i := range 3 {
			err := w.Group(t.Context(), newGroupID(), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
				_, err := tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "x", Version: int64(i)}, {Type: "y"}})
				w.must(err)
				if i == 1 {
					return stop
				}
				return nil
			})
			if i == 1 {
				w.refused(err, stop)
			} else {
				w.must(err)
			}
		}
		entries, err := w.Log(t.Context(), lumen, 0, 10)
		w.must(err)
		var seqs []int64
		for _, e := range entries {
			seqs = append(seqs, e.Seq)
		}
		if !slices.Equal(seqs, []int64{1, 2, 3, 4}) {
			t.Errorf("seqs %v", seqs)
		}
	})
}

func keys(t *testing.T, open Opener) {
	t.Run("a key is new once, in one group and in the next", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			fresh, err := tx.Fresh(t.Context(), lumen, []conversation.EventID{"in:2", "in:1", "in:2", "api:1"})()
			w.must(err)
			if !slices.Equal(fresh, []bool{true, true, false, true}) {
				t.Errorf("first: %v", fresh)
			}
			fresh, err = tx.Fresh(t.Context(), lumen, []conversation.EventID{"in:2", "in:3"})()
			w.must(err)
			if !slices.Equal(fresh, []bool{false, true}) {
				t.Errorf("again in the group: %v", fresh)
			}
		})
		w.group(func(tx gateway.Tx) {
			fresh, err := tx.Fresh(t.Context(), lumen, []conversation.EventID{"in:1", "in:4"})()
			w.must(err)
			if !slices.Equal(fresh, []bool{false, true}) {
				t.Errorf("next: %v", fresh)
			}
		})
	})
	t.Run("no keys are no work", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			fresh, err := tx.Fresh(t.Context(), lumen, nil)()
			w.must(err)
			if len(fresh) != 0 {
				t.Errorf("fresh: %v", fresh)
			}
		})
	})
}
