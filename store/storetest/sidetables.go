package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func sideTables(t *testing.T, open Opener) {
	day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	t.Run("a script is kept under its hash, in its brand", func(t *testing.T) {
		w := begin(t, open)
		one, two := strings.Repeat("a", 64), strings.Repeat("b", 64)
		w.must(w.PutScript(t.Context(), lumen, one, []byte("copy: été\x00")))
		w.must(w.PutScript(t.Context(), lumen, two, nil))
		w.must(w.PutScript(t.Context(), lumen, one, []byte("copy: été\x00")))
		source, err := w.Script(t.Context(), lumen, one)
		w.must(err)
		if string(source) != "copy: été\x00" {
			t.Errorf("source %q", source)
		}
		_, err = w.Script(t.Context(), other, one)
		w.refused(err, gateway.ErrNotFound)
		_, err = w.Script(t.Context(), lumen, strings.Repeat("c", 64))
		w.refused(err, gateway.ErrNotFound)
	})
	t.Run("a watermark moves forward only", func(t *testing.T) {
		w := begin(t, open)
		if at, err := w.Watermark(t.Context(), lumen, sms); err != nil || !at.IsZero() {
			t.Errorf("before any: %v %v", at, err)
		}
		for _, at := range []time.Time{day, day.Add(time.Hour), day.Add(time.Minute)} {
			w.must(w.SetWatermark(t.Context(), lumen, sms, at))
		}
		if at, err := w.Watermark(t.Context(), lumen, sms); err != nil || !at.Equal(day.Add(time.Hour)) {
			t.Errorf("got %v %v", at, err)
		}
		if at, err := w.Watermark(t.Context(), lumen, "lumen-wa"); err != nil || !at.IsZero() {
			t.Errorf("another channel's: %v %v", at, err)
		}
	})
	t.Run("an API key is found by its hash", func(t *testing.T) {
		w := begin(t, open)
		k := gateway.Key{Brand: lumen, Name: "crm", Hash: strings.Repeat("d", 64), Scopes: []string{"prompts", "events"}, Created: day}
		w.must(w.PutKey(t.Context(), k))
		got, err := w.Key(t.Context(), k.Hash)
		w.must(err)
		if !reflect.DeepEqual(got, k) {
			t.Errorf("got %+v, want %+v", got, k)
		}
		_, err = w.Key(t.Context(), strings.Repeat("e", 64))
		w.refused(err, gateway.ErrNotFound)
	})
	t.Run("the first answer to an idempotency key is kept", func(t *testing.T) {
		w := begin(t, open)
		_, err := w.Answer(t.Context(), lumen, "k1")
		w.refused(err, gateway.ErrNotFound)
		first := gateway.Answer{Request: "r1", Status: 202, Type: "application/json", Body: []byte(`{"id":"p1"}`), At: day}
		for _, a := range []gateway.Answer{first, {Request: "r2", Status: 422, Type: "application/problem+json", Body: []byte(`{}`), At: day}} {
			kept, err := w.PutAnswer(t.Context(), lumen, "k1", a)
			w.must(err)
			if !reflect.DeepEqual(kept, first) {
				t.Errorf("kept %+v, want %+v", kept, first)
			}
		}
		got, err := w.Answer(t.Context(), lumen, "k1")
		w.must(err)
		if !reflect.DeepEqual(got, first) {
			t.Errorf("got %+v, want %+v", got, first)
		}
		_, err = w.Answer(t.Context(), other, "k1")
		w.refused(err, gateway.ErrNotFound)
	})
	t.Run("a job is leased to one, again when the lease ran out, and ends when it is done", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		job := func(id string, due time.Time) gateway.JobRow {
			return gateway.JobRow{Brand: lumen, Customer: c, Job: conversation.Job{ID: id, Kind: "reorder", Payload: []byte(`{"order":"1042"}`)}, Due: due}
		}
		now := w.dbNow()
		w.write(gateway.Writes{Jobs: []gateway.JobRow{job("j2", now), job("j1", now.Add(-time.Minute)), job("j3", now.Add(time.Hour))}}, at(ana))
		w.write(gateway.Writes{Jobs: []gateway.JobRow{job("j1", now)}}, at(ana)) // the same job again is the same job
		first, err := w.TakeJobs(t.Context(), 1, -time.Second)
		w.must(err)
		if len(first) != 1 || first[0].ID != "j1" || first[0].Attempts != 1 || string(first[0].Payload) != `{"order":"1042"}` ||
			first[0].Kind != "reorder" || first[0].Customer != c || first[0].Brand != lumen {
			t.Errorf("first: %+v", first)
		}
		second, err := w.TakeJobs(t.Context(), 10, time.Hour)
		w.must(err)
		attempts := map[string]int{}
		for _, j := range second {
			attempts[j.ID] = j.Attempts
			if lease := j.Due.Sub(w.dbNow()); lease < 59*time.Minute || lease > time.Hour {
				t.Errorf("%s is leased for %v", j.ID, lease)
			}
		}
		if !reflect.DeepEqual(attempts, map[string]int{"j1": 2, "j2": 1}) {
			t.Errorf("second: %v", attempts)
		}
		third, err := w.TakeJobs(t.Context(), 10, time.Hour)
		w.must(err)
		if len(third) != 0 {
			t.Errorf("leased jobs were taken: %+v", third)
		}
		w.write(gateway.Writes{Done: []string{"j1", "j9"}}, at(ana))
		w.write(gateway.Writes{Jobs: []gateway.JobRow{job("j1", now)}}, at(ana))
		if again, err := w.TakeJobs(t.Context(), 10, time.Hour); err != nil || len(again) != 1 || again[0].Attempts != 1 {
			t.Errorf("after it was done: %+v %v", again, err)
		}
	})
	t.Run("events are taken apart from what the shop is asked, brand by brand, and are moved or ended", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		now := w.dbNow()
		job := func(id, kind string) gateway.JobRow {
			return gateway.JobRow{Brand: lumen, Customer: c, Job: conversation.Job{ID: id, Kind: kind, Payload: []byte(`{}`)}, Due: now}
		}
		w.write(gateway.Writes{Jobs: []gateway.JobRow{job("j1", "reorder"), job("e1", "event"), job("e2", "event")}}, at(ana))
		taken := func(list []gateway.JobRow, err error) (ids []string) {
			t.Helper()
			w.must(err)
			for _, j := range list {
				ids = append(ids, fmt.Sprint(j.ID, " ", j.Attempts))
			}
			slices.Sort(ids)
			return ids
		}
		for i, c := range []struct{ got, want []string }{
			{taken(w.TakeJobs(t.Context(), 10, time.Hour)), []string{"j1 1"}},
			{taken(w.TakeEvents(t.Context(), other, 10, time.Hour)), nil},
			{taken(w.TakeEvents(t.Context(), lumen, 10, time.Hour)), []string{"e1 1", "e2 1"}},
			{taken(w.TakeEvents(t.Context(), lumen, 10, time.Hour)), nil},
		} {
			if !slices.Equal(c.got, c.want) {
				t.Errorf("%d: took %v, want %v", i, c.got, c.want)
			}
		}
		w.must(w.MoveJob(t.Context(), lumen, "e1", now))
		w.must(w.MoveJob(t.Context(), lumen, "e2", time.Time{}))
		w.must(w.MoveJob(t.Context(), lumen, "e9", now))
		if got := taken(w.TakeEvents(t.Context(), lumen, 10, time.Hour)); !slices.Equal(got, []string{"e1 2"}) {
			t.Errorf("moved: took %v", got)
		}
	})
	t.Run("poison is kept with its event, once", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		p := gateway.Poison{Customer: c, Event: "in:1", Body: []byte(`{"id":"in:1"}`), Error: "panic: nil map", At: day}
		w.write(gateway.Writes{Poison: []gateway.Poison{p}}, at(ana))
		w.write(gateway.Writes{Poison: []gateway.Poison{p}}, at(ana))
	})
	t.Run("a code leads to its customer, in its brand, and the first one stays", func(t *testing.T) {
		w := begin(t, open)
		a, b := w.customer(ana), w.customer(bea)
		code := func(c conversation.CustomerID) gateway.CodeRow {
			return gateway.CodeRow{Customer: c, Code: conversation.Code{Code: "k7Qm", Kind: "upload", Expires: day}}
		}
		w.write(gateway.Writes{Codes: []gateway.CodeRow{code(a)}}, at(ana))
		w.write(gateway.Writes{Codes: []gateway.CodeRow{code(b)}}, at(bea))
		got, err := w.Code(t.Context(), lumen, "k7Qm")
		w.must(err)
		if !reflect.DeepEqual(got, code(a)) {
			t.Errorf("got %+v, want %+v", got, code(a))
		}
		_, err = w.Code(t.Context(), other, "k7Qm")
		w.refused(err, gateway.ErrNotFound)
	})
	t.Run("an empty write is no work", func(t *testing.T) {
		w := begin(t, open)
		w.write(gateway.Writes{})
		w.group(func(tx gateway.Tx) {
			if heads, err := tx.Heads(t.Context(), lumen, nil); err != nil || len(heads) != 0 {
				t.Errorf("heads: %v %v", heads, err)
			}
			if done, err := tx.Settle(t.Context(), lumen, nil); err != nil || len(done) != 0 {
				t.Errorf("settled: %v %v", done, err)
			}
			if took, err := tx.TakeTimers(t.Context(), lumen, nil); err != nil || len(took) != 0 {
				t.Errorf("timers: %v %v", took, err)
			}
			if rows, err := tx.Lock(t.Context(), lumen, nil); err != nil || len(rows) != 0 {
				t.Errorf("rows: %v %v", rows, err)
			}
			w.must(tx.Post(t.Context(), lumen, nil))
		})
	})
	t.Run("a store that is open answers", func(t *testing.T) {
		w := begin(t, open)
		w.must(w.Ping(t.Context()))
	})
}

func notices(t *testing.T, open Opener) {
	t.Run("who listens is told each brand's head at first, then every notice", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			_, err := tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "a"}, {Type: "b"}})
			w.must(err)
		})
		type notice struct {
			brand conversation.BrandID
			seq   int64
		}
		heard, ended := make(chan notice, 10), make(chan error, 1)
		ctx, stop := contextWithTimeout(t)
		go func() {
			ended <- w.Listen(ctx, func(b conversation.BrandID, seq int64) { heard <- notice{b, seq} })
		}()
		expect := func(want notice) {
			t.Helper()
			select {
			case got := <-heard:
				if got != want {
					t.Fatalf("heard %v, want %v", got, want)
				}
			case err := <-ended:
				t.Fatalf("listening ended: %v", err)
			case <-ctx.Done():
				t.Fatalf("nothing heard, want %v", want)
			}
		}
		expect(notice{lumen, 2})
		w.must(w.Notify(ctx, map[conversation.BrandID]int64{lumen: 3}))
		expect(notice{lumen, 3})
		w.must(w.Notify(ctx, nil))
		w.must(w.Notify(ctx, map[conversation.BrandID]int64{"a:b": 7}))
		expect(notice{"a:b", 7})
		stop()
		if err := <-ended; err == nil {
			t.Error("listening ended without its reason")
		}
		if len(heard) != 0 {
			t.Errorf("also heard %v", <-heard)
		}
	})
}

func pruning(t *testing.T, open Opener) {
	t.Run("old rows go in batches, young ones and other kinds stay", func(t *testing.T) {
		w := begin(t, open)
		keys := []conversation.EventID{"in:1", "in:2", "in:3"}
		id := newGroupID()
		old := w.dbNow().Add(-time.Hour)
		w.must(w.Group(t.Context(), id, []conversation.BrandID{lumen, other}, func(tx gateway.Tx) error {
			for _, b := range []conversation.BrandID{lumen, other} {
				_, err := tx.Fresh(t.Context(), b, keys)()
				w.must(err)
			}
			_, err := tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "a", At: old}, {Type: "b", At: old}, {Type: "c", At: w.later()}})
			return err
		}))
		_, err := w.PutAnswer(t.Context(), lumen, "k1", gateway.Answer{Request: "r", Status: 200, At: old})
		w.must(err)
		if n, err := w.Prune(t.Context(), gateway.Keep{}, 10); n != 0 || err != nil {
			t.Errorf("keeping for ever: %d gone, %v", n, err)
		}
		if n, err := w.Prune(t.Context(), gateway.Keep{Keys: time.Hour, Answers: 2 * time.Hour, Log: 2 * time.Hour}, 10); n != 0 || err != nil {
			t.Errorf("all are young: %d gone, %v", n, err)
		}
		if n, err := w.Prune(t.Context(), gateway.Keep{Log: time.Minute}, 1); n != 1 || err != nil {
			t.Errorf("a batch of one: %d gone, %v", n, err)
		}
		if n, err := w.Prune(t.Context(), gateway.Keep{Log: time.Minute, Answers: time.Minute}, 10); n != 2 || err != nil {
			t.Errorf("the rest of the log, and the answer: %d gone, %v", n, err)
		}
		entries, err := w.Log(t.Context(), lumen, 0, 10)
		w.must(err)
		if len(entries) != 1 || entries[0].Seq != 3 {
			t.Errorf("log: %+v", entries)
		}
		_, err = w.Answer(t.Context(), lumen, "k1")
		w.refused(err, gateway.ErrNotFound)
		total := 0
		for range 20 {
			n, err := w.Prune(t.Context(), gateway.Keep{Keys: time.Nanosecond * 1000}, 2)
			w.must(err)
			if total += n; n == 0 {
				break
			}
		}
		if total != 8 { // three keys and a group of two brands
			t.Errorf("%d keys and groups gone, want 8", total)
		}
		var last *int64
		w.group(func(tx gateway.Tx) {
			fresh, err := tx.Fresh(t.Context(), lumen, keys[:1])()
			w.must(err)
			if !fresh[0] {
				t.Error("a pruned key is still taken")
			}
			last, err = tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "d"}})
			w.must(err)
		})
		if *last != 4 {
			t.Errorf("after pruning the log goes on with %d, want 4", *last)
		}
	})
}
