package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/bulk"
)

func bulks(t *testing.T, open Opener) {
	job := func(id string) gateway.Bulk {
		return gateway.Bulk{
			ID: id, Brand: lumen, By: "crm", Status: gateway.BulkCounting, Created: morning, Changed: morning,
			Order: gateway.BulkOrder{Segment: `vip and tag "pro"`, PerMinute: 60, Slice: 5, Confirm: 12,
				Prompt: gateway.BulkPrompt{Purpose: conversation.Marketing, Template: "welcome", Variables: map[string]string{"a": "é"}, Expires: morning.Add(time.Hour)}},
			Cursor: gateway.BulkCursor{Phase: gateway.BulkPhaseCount},
		}
	}
	begin := func(t *testing.T, jobs ...gateway.Bulk) (*world, bulk.Store) {
		w := begin(t, open)
		s := w.Store.(bulk.Store)
		w.customer(ana) // and the brand's row
		for _, j := range jobs {
			w.must(s.AddBulk(t.Context(), j))
		}
		return w, s
	}
	t.Run("a job is read as it was ordered, and listed, the newest first", func(t *testing.T) {
		w, s := begin(t, job("j1"), job("j2"), job("j3"))
		got, err := s.Bulk(t.Context(), lumen, "j2")
		w.must(err)
		if !reflect.DeepEqual(got, job("j2")) {
			t.Errorf("got %+v", got)
		}
		_, err = s.Bulk(t.Context(), other, "j2")
		w.refused(err, gateway.ErrNotFound)
		for before, want := range map[string][]string{"": {"j3", "j2"}, "j3": {"j2", "j1"}, "j1": nil} {
			list, err := s.Bulks(t.Context(), lumen, before, 2)
			w.must(err)
			var got []string
			for _, b := range list {
				got = append(got, b.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("before %q: got %v, want %v", before, got, want)
			}
		}
	})
	t.Run("one node has a job, until its lease ends or it gives it back", func(t *testing.T) {
		w, s := begin(t, job("j1"))
		got, err := s.TakeBulk(t.Context(), "n1", time.Hour)
		w.must(err)
		if !reflect.DeepEqual(got, job("j1")) {
			t.Errorf("got %+v", got)
		}
		_, err = s.TakeBulk(t.Context(), "n2", time.Hour)
		w.refused(err, gateway.ErrNotFound)
		_, err = s.KeepBulk(t.Context(), "n2", got, gateway.BulkCounting, time.Hour)
		w.refused(err, gateway.ErrNotFound)
		_, err = s.KeepBulk(t.Context(), "n1", got, gateway.BulkCounting, 0)
		w.must(err)
		_, err = s.KeepBulk(t.Context(), "n1", got, gateway.BulkCounting, time.Hour)
		w.refused(err, gateway.ErrNotFound)
		_, err = s.TakeBulk(t.Context(), "n2", time.Hour)
		w.must(err)
	})
	t.Run("what a node kept is there for the next", func(t *testing.T) {
		w, s := begin(t, job("j1"))
		got, err := s.TakeBulk(t.Context(), "n1", time.Hour)
		w.must(err)
		got.Status, got.Why = gateway.BulkRunning, "waits"
		got.Cursor = gateway.BulkCursor{Phase: gateway.BulkPhaseSlice, After: "c7"}
		got.Progress = gateway.BulkProgress{Total: 9, Considered: 8, Matched: 7}
		kept, err := s.KeepBulk(t.Context(), "n1", got, gateway.BulkCounting, 0)
		w.must(err)
		again, err := s.TakeBulk(t.Context(), "n2", time.Hour)
		w.must(err)
		for _, b := range []gateway.Bulk{kept, again} {
			if !b.Changed.After(got.Changed) {
				t.Errorf("changed %s", b.Changed)
			}
			b.Changed = got.Changed
			if !reflect.DeepEqual(b, got) {
				t.Errorf("got %+v, want %+v", b, got)
			}
		}
	})
	t.Run("a command outlasts what a node keeps, and nothing that was done is lost", func(t *testing.T) {
		w, s := begin(t, job("j1"))
		got, err := s.TakeBulk(t.Context(), "n1", time.Hour)
		w.must(err)
		_, err = s.MoveBulk(t.Context(), lumen, "j1", gateway.BulkRunning, gateway.BulkPaused)
		w.refused(err, gateway.ErrNotFound)
		moved, err := s.MoveBulk(t.Context(), lumen, "j1", gateway.BulkCounting, gateway.BulkPaused)
		w.must(err)
		if moved.Status != gateway.BulkPaused || moved.Cursor != got.Cursor {
			t.Errorf("got %+v", moved)
		}
		got.Cursor.After, got.Progress.Total = "c3", 2
		kept, err := s.KeepBulk(t.Context(), "n1", got, gateway.BulkCounting, time.Hour)
		w.must(err)
		if kept.Status != gateway.BulkPaused || kept.Cursor.After != "c3" || kept.Progress.Total != 2 {
			t.Errorf("got %+v", kept)
		}
		got.Status, got.Cursor, got.Progress.Total = gateway.BulkRunning, gateway.BulkCursor{Phase: gateway.BulkPhaseRest}, 0
		kept, err = s.KeepBulk(t.Context(), "n1", got, gateway.BulkCounting, 0)
		w.must(err)
		if kept.Status != gateway.BulkPaused || kept.Cursor != (gateway.BulkCursor{Phase: gateway.BulkPhaseCount, After: "c3"}) || kept.Progress.Total != 2 {
			t.Errorf("another phase was kept: %+v", kept)
		}
		_, err = s.TakeBulk(t.Context(), "n1", time.Hour)
		w.refused(err, gateway.ErrNotFound)
		_, err = s.MoveBulk(t.Context(), lumen, "j1", gateway.BulkPaused, gateway.BulkCancelled)
		w.must(err)
		if got, err = s.TakeBulk(t.Context(), "n1", time.Hour); err != nil || got.Status != gateway.BulkCancelled {
			t.Errorf("a cancelled job has work to do: %+v, %v", got, err)
		}
		got.Cursor.Phase = gateway.BulkPhaseOver
		_, err = s.KeepBulk(t.Context(), "n1", got, gateway.BulkCancelled, 0)
		w.must(err)
		_, err = s.TakeBulk(t.Context(), "n1", time.Hour)
		w.refused(err, gateway.ErrNotFound)
	})
	t.Run("its prompts are counted, and those that have not left are listed", func(t *testing.T) {
		w, s := begin(t, job("j1"))
		c := w.customer(ana)
		row := func(n int, status conversation.PromptStatus, code string) gateway.PromptRow {
			id := fmt.Sprintf("bulk:j1:%d", n)
			return gateway.PromptRow{ID: id, Customer: c, Status: status, Request: conversation.Prompt{ID: id, Campaign: "j1"},
				Verdict: conversation.Verdict{Rule: "r", Code: code}, Created: morning, Changed: morning}
		}
		rows := []gateway.PromptRow{
			row(0, conversation.PromptQueued, ""), row(1, conversation.PromptQueued, ""), row(2, conversation.PromptHeld, ""), row(3, conversation.PromptScheduled, ""),
			row(4, conversation.PromptRefused, "no_consent"), row(5, conversation.PromptRefused, "opted_out"), row(6, conversation.PromptRefused, "no_consent"),
			row(7, conversation.PromptUndeliverable, "whatever"), row(8, conversation.PromptDropped, "no_consent"), row(9, conversation.PromptExpired, ""),
			row(10, conversation.PromptShown, ""), row(11, conversation.PromptMerged, ""), row(12, conversation.PromptHeld, ""),
		}
		stranger := row(13, conversation.PromptQueued, "")
		stranger.Request.Campaign = "j2"
		changed := row(12, conversation.PromptRefused, "frequency_cap")
		changed.Request = conversation.Prompt{}
		w.write(gateway.Writes{Prompts: append(rows, stranger), Messages: []gateway.Outbound{
			message(c, "m0", func(m *gateway.Outbound) { m.Prompt, m.Purpose = "bulk:j1:0", conversation.Marketing }),
			message(c, "m1", func(m *gateway.Outbound) { m.Prompt, m.Status = "bulk:j1:1", gateway.Cancelled }),
		}}, at(ana))
		w.write(gateway.Writes{Prompts: []gateway.PromptRow{changed}}, at(ana))
		got, err := s.TallyBulk(t.Context(), lumen, "j1")
		w.must(err)
		want := gateway.BulkTally{Queued: 3, Held: 3, Refused: map[string]int{"no_consent": 2, "opted_out": 1, "frequency_cap": 1}, Undeliverable: 1, Ended: 2}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		var unsent []string
		for after := ""; ; {
			list, err := s.UnsentPrompts(t.Context(), lumen, "j1", after, 2)
			w.must(err)
			if len(list) == 0 {
				break
			}
			for _, p := range list {
				unsent = append(unsent, p.ID)
				if p.Customer != c {
					t.Errorf("got %+v", p)
				}
			}
			after = list[len(list)-1].ID
		}
		if want := []string{"bulk:j1:0", "bulk:j1:10", "bulk:j1:2", "bulk:j1:3"}; !slices.Equal(unsent, want) {
			t.Errorf("got %v, want %v", unsent, want)
		}
	})
	t.Run("customers come in pages, with their conversations", func(t *testing.T) {
		w, s := begin(t)
		var want []conversation.CustomerID
		for i := range 10 {
			want = append(want, w.customer(conversation.Address(fmt.Sprintf("+3361000000%d", i))))
		}
		want = append(want, w.customer(ana))
		slices.Sort(want)
		var got []conversation.CustomerID
		for after := conversation.CustomerID(""); ; after = got[len(got)-1] {
			page, err := s.PageCustomers(t.Context(), lumen, after, 3)
			w.must(err)
			for _, c := range page {
				if c.Brand != lumen || c.State != conversation.Idle || c.Customer.Phone == "" {
					t.Errorf("got %+v", c)
				}
				got = append(got, c.Customer.ID)
			}
			if len(page) < 3 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
