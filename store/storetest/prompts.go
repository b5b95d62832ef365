package storetest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// prompter is what the API asks of a store beside gateway.Store.
type prompter interface {
	Prompt(ctx context.Context, brand conversation.BrandID, id string) (gateway.PromptRow, []gateway.Stored, error)
}

func prompts(t *testing.T, open Opener) {
	day := time.Date(2026, 11, 22, 21, 30, 0, 0, time.UTC)
	asked := func(c conversation.CustomerID, id string) gateway.PromptRow {
		return gateway.PromptRow{
			ID: id, Customer: c, Status: conversation.PromptHeld, Created: day, Changed: day,
			Request: conversation.Prompt{ID: id, Purpose: conversation.Marketing, Template: "cart_reminder", To: ana,
				Variables: map[string]string{"product": "sac à main"}, Cart: "c_42", Expires: day.Add(20 * time.Hour), Campaign: "j1",
				Routes: []conversation.Route{{Channel: sms, Medium: conversation.SMS, StopAt: "36105"}}},
			Verdict: conversation.Verdict{Rule: "hours.FR", Waits: "hours", At: day.Add(10 * time.Hour), Why: "It is after 20:00 in France.",
				Inputs: map[string]string{"local": "22:30"}},
		}
	}
	read := func(w *world, id string) (gateway.PromptRow, []gateway.Stored) {
		w.t.Helper()
		p, said, err := w.Store.(prompter).Prompt(t.Context(), lumen, id)
		w.must(err)
		return p, said
	}
	t.Run("a prompt is read as it was asked, with the verdict", func(t *testing.T) {
		w := begin(t, open)
		p := asked(w.customer(ana), "p1")
		w.write(gateway.Writes{Prompts: []gateway.PromptRow{p}}, at(ana))
		got, said := read(w, "p1")
		if !reflect.DeepEqual(got, p) || len(said) != 0 {
			t.Errorf("got %+v and %d messages, want %+v", got, len(said), p)
		}
		_, _, err := w.Store.(prompter).Prompt(t.Context(), other, "p1")
		w.refused(err, gateway.ErrNotFound)
		_, _, err = w.Store.(prompter).Prompt(t.Context(), lumen, "p2")
		w.refused(err, gateway.ErrNotFound)
	})
	t.Run("what becomes of it changes its status and its verdict alone", func(t *testing.T) {
		w := begin(t, open)
		p := asked(w.customer(ana), "p1")
		w.write(gateway.Writes{Prompts: []gateway.PromptRow{p}}, at(ana))
		now := gateway.PromptRow{ID: "p1", Customer: p.Customer, Status: conversation.PromptMerged, Into: "p0", Changed: day.Add(time.Hour),
			Verdict: conversation.Verdict{Rule: "open", Why: "Nothing speaks against it."}}
		nobody := now
		nobody.ID = "p9"
		w.write(gateway.Writes{Prompts: []gateway.PromptRow{now, nobody}}, at(ana))
		want := p
		want.Status, want.Into, want.Verdict, want.Changed = now.Status, now.Into, now.Verdict, now.Changed
		if got, _ := read(w, "p1"); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		_, _, err := w.Store.(prompter).Prompt(t.Context(), lumen, "p9")
		w.refused(err, gateway.ErrNotFound)
	})
	t.Run("it is read with every message that said it, also in another's", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		p, q := asked(c, "p1"), asked(c, "p2")
		q.Status, q.Into = conversation.PromptMerged, "p1"
		says := func(m *gateway.Outbound) { m.Prompt, m.Purpose = "p1", conversation.Marketing }
		w.write(gateway.Writes{Prompts: []gateway.PromptRow{p, q}, Messages: []gateway.Outbound{
			message(c, "m1", says, func(m *gateway.Outbound) { m.Status = gateway.Cancelled }), message(c, "m3", says, version(2, 0)), message(c, "m2"),
		}}, at(ana))
		for _, id := range []string{"p1", "p2"} {
			_, said := read(w, id)
			if len(said) != 2 || said[0].ID != "m1" || said[1].ID != "m3" || said[1].Prompt != "p1" {
				t.Errorf("%s: %+v", id, said)
			}
		}
	})
	t.Run("several are read at once, whatever became of them", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		p, q := asked(c, "p1"), asked(c, "p2")
		w.write(gateway.Writes{Prompts: []gateway.PromptRow{p, q, asked(c, "p3")}}, at(ana))
		got, err := w.Store.(agents.PromptStore).PromptsOf(t.Context(), lumen, []string{"p2", "p1", "p9"})
		w.must(err)
		slices.SortFunc(got, func(a, b gateway.PromptRow) int { return strings.Compare(a.ID, b.ID) })
		if !reflect.DeepEqual(got, []gateway.PromptRow{p, q}) {
			t.Errorf("got %+v", got)
		}
		if got, err := w.Store.(agents.PromptStore).PromptsOf(t.Context(), other, []string{"p1"}); err != nil || len(got) > 0 {
			t.Errorf("another brand's: %+v, %v", got, err)
		}
	})
	t.Run("how the newest message of a prompt stands is known under lock", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		says := func(prompt string) func(*gateway.Outbound) {
			return func(m *gateway.Outbound) { m.Prompt, m.Purpose = prompt, conversation.Transactional }
		}
		wa := func(m *gateway.Outbound) { m.Medium = conversation.WhatsApp }
		failed := func(m *gateway.Outbound) { m.Status = gateway.Cancelled }
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", says("p1"), wa, failed), message(c, "m2", says("p1")), message(c, "m3", says("p2"), wa), message(c, "m4"),
		}}, at(ana))
		w.group(func(tx gateway.Tx) {
			w.lock(tx, at(ana))
			got, err := tx.Deliveries(t.Context(), lumen, []string{"p1", "p2", "p3"})
			w.must(err)
			want := map[string]conversation.Delivery{
				"p1": {Prompt: "p1", Message: "m2", Medium: conversation.SMS, Status: "queued"},
				"p2": {Prompt: "p2", Message: "m3", Medium: conversation.WhatsApp, Status: "queued"},
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	})
	t.Run("a carrier's template is kept with its message", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		content := &conversation.Content{SID: "HX1", Variables: map[string]string{"1": "Ana", "2": "l'été 👍"}}
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(c, "m1", func(m *gateway.Outbound) { m.Content = content }), message(c, "m2", version(2, 0))}}, at(ana))
		for id, want := range map[conversation.MessageID]*conversation.Content{"m1": content, "m2": nil} {
			m, err := w.Outbound(t.Context(), lumen, id)
			w.must(err)
			if !reflect.DeepEqual(m.Content, want) {
				t.Errorf("%s: %+v, want %+v", id, m.Content, want)
			}
		}
	})
}

// held is what the second gate does to a message that waits in line.
func held(t *testing.T, open Opener) {
	t.Run("a queued message is held until its time, and lives on until then", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(c, "m1", expires(w.later())), message(c, "m2", version(2, 0))}}, at(ana))
		until := w.later().Truncate(time.Microsecond)
		w.group(func(tx gateway.Tx) {
			w.lock(tx, at(ana))
			settled, err := tx.Settle(t.Context(), lumen, []gateway.Settlement{
				{Message: "m1", Customer: c, Status: gateway.Queued, After: until, Expires: until.Add(time.Hour), Holds: true, At: tx.Now()}})
			w.must(err)
			if len(settled) != 1 || settled[0].Was != gateway.Queued || settled[0].Posted {
				t.Errorf("settled %+v", settled)
			}
			heads, err := tx.Heads(t.Context(), lumen, []conversation.CustomerID{c})
			w.must(err)
			if len(heads) != 1 || heads[0].ID != "m2" {
				t.Errorf("heads %+v", heads)
			}
		})
		m, err := w.Outbound(t.Context(), lumen, "m1")
		w.must(err)
		if m.Status != gateway.Queued || !m.After.Equal(until) || !m.Expires.Equal(until.Add(time.Hour)) {
			t.Errorf("held: %+v", m)
		}
	})
	t.Run("without it a queued message stays as it is", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(c, "m1")}}, at(ana))
		w.group(func(tx gateway.Tx) {
			w.lock(tx, at(ana))
			settled, err := tx.Settle(t.Context(), lumen, []gateway.Settlement{
				{Message: "m1", Customer: c, Status: gateway.Queued, After: w.later(), At: tx.Now()}})
			w.must(err)
			if len(settled) != 0 {
				t.Errorf("settled %+v", settled)
			}
		})
	})
	t.Run("an answer overtakes the prompts of its customer, tried before or not", func(t *testing.T) {
		w := begin(t, open)
		c, b := w.customer(ana), w.customer(bea)
		tried := func(m *gateway.Outbound) { m.Attempts, m.After = 1, w.later() }
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", version(1, 0), purpose(conversation.Marketing)), message(c, "m2", version(2, 0), purpose(conversation.Transactional)), message(c, "m3", version(3, 0)),
			message(b, "m4", version(1, 0), purpose(conversation.Marketing), tried), message(b, "m5", version(2, 0)),
		}}, at(ana), at(bea))
		refs, err := w.Ready(t.Context(), lumen, sms, 10)
		w.must(err)
		if got := ids(refs); !reflect.DeepEqual(got, messageIDs{"m3", "m5"}) || refs[0].Bulk {
			t.Errorf("ready %v", refs)
		}
		w.group(func(tx gateway.Tx) {
			heads, err := tx.Heads(t.Context(), lumen, []conversation.CustomerID{c, b})
			w.must(err)
			var got messageIDs
			for _, m := range heads {
				got = append(got, m.ID)
			}
			if !reflect.DeepEqual(got, messageIDs{"m3", "m5"}) {
				t.Errorf("heads %v", got)
			}
		})
	})
}
