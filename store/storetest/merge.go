package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// lid is how WhatsApp names Ana while it hides her number.
const lid conversation.Address = "lid:100000000000002"

var linked = gateway.Who{Address: ana, Alias: lid}

// merges is what becomes of two addresses of one person.
func merges(t *testing.T, open Opener) {
	who := func(w *world, a conversation.Address) conversation.Customer {
		t.Helper()
		c, err := w.Conversation(t.Context(), lumen, at(a))
		w.must(err)
		return c.Customer
	}
	link := func(w *world, more ...gateway.Who) *gateway.Row {
		t.Helper()
		var row *gateway.Row
		w.group(func(tx gateway.Tx) { row = w.lock(tx, append([]gateway.Who{linked}, more...)...)[0] })
		return row
	}
	t.Run("a number and its LID that nobody knows make one customer", func(t *testing.T) {
		w := begin(t, open)
		row := link(w, at(lid), at(ana))
		if c := row.Conversation.Customer; !row.New || len(row.Merged) != 0 || c.Phone != ana {
			t.Errorf("row: %+v", row)
		}
		if a, b := who(w, ana), who(w, lid); a.ID != b.ID {
			t.Errorf("two customers: %s %s", a.ID, b.ID)
		}
		if again := link(w); again.New || again.CustomerChanged || len(again.Merged) != 0 {
			t.Errorf("again: %+v", again)
		}
	})
	t.Run("a LID is added to the number's customer", func(t *testing.T) {
		w := begin(t, open)
		id := w.customer(ana)
		if row := link(w); row.New || row.Conversation.Customer.ID != id || who(w, lid).ID != id {
			t.Errorf("row: %+v", row)
		}
	})
	t.Run("a number is added to the LID's customer, and is theirs from then on", func(t *testing.T) {
		w := begin(t, open)
		id := w.customer(lid)
		if phone := who(w, lid).Phone; phone != "" {
			t.Errorf("a LID is the number %s", phone)
		}
		if row := link(w); row.Conversation.Customer.ID != id || row.Conversation.Customer.Phone != ana {
			t.Errorf("row: %+v", row)
		}
		if c := who(w, ana); c.ID != id || c.Phone != ana {
			t.Errorf("read: %+v", c)
		}
	})
	t.Run("a number that stands on the list makes who was known as a LID withdrawn", func(t *testing.T) {
		w := begin(t, open)
		w.customer(lid)
		_, err := w.Store.(gateway.SuppressionStore).Suppress(t.Context(), lumen, []gateway.Suppression{{Address: ana, Medium: conversation.SMS, Purpose: conversation.Marketing, Source: "import", At: w.dbNow()}})
		w.must(err)
		link(w)
		if c := who(w, lid); c.Consent(conversation.SMS, conversation.Marketing) != conversation.Withdrawn {
			t.Errorf("consents: %+v", c.Consents)
		}
	})
	t.Run("the alias may be the number", func(t *testing.T) {
		w := begin(t, open)
		a, b := w.customer(ana), w.customer(lid)
		w.group(func(tx gateway.Tx) {
			row := w.lock(tx, gateway.Who{Address: lid, Alias: ana})[0]
			if row.Conversation.Customer.ID != a || !slices.Equal(row.Merged, []conversation.CustomerID{b}) {
				t.Errorf("row: %+v", row)
			}
		})
	})
	t.Run("all that is the LID's becomes the number's", func(t *testing.T) {
		d := beginDesk(t, open)
		w := d.world
		a, b := w.customer(ana), w.customer(lid)
		now := w.dbNow()
		onLID := func(m *gateway.Outbound) { m.To, m.Medium, m.Channel = lid, conversation.WhatsApp, "lumen-wa" }
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, at(ana), at(lid))
			x, y := &rows[0].Conversation, &rows[1].Conversation
			x.Version, x.Epoch, y.Version, y.Epoch = 3, 4, 9, 1
			x.Customer.First, y.Customer.First, y.Customer.Last = "Ana", "Anita", "Lopes"
			x.Customer.Orders = []conversation.Order{{ID: "o1", Number: "LU-1"}}
			y.State, y.Desk = conversation.WithAgent, &conversation.Desk{Status: conversation.DeskAssigned, Owner: "theo", Priority: conversation.High, Began: now, Queued: now}
			y.Channel, y.Address, y.Medium, y.WroteAt = "lumen-wa", lid, conversation.WhatsApp, now
			for _, r := range rows {
				r.CustomerChanged, r.DeskChanged, r.NamesChanged = true, true, true
			}
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{
				Rows:     rows,
				Received: []gateway.InboundRow{inbound(a, "m1", "par SMS"), inbound(b, "m2", "par WhatsApp")},
				Messages: []gateway.Outbound{
					message(a, "m3", version(3, 0), func(m *gateway.Outbound) { m.Epoch = 4 }),
					message(b, "m4", version(8, 0), onLID, func(m *gateway.Outbound) { m.Epoch = 0 }),
					message(b, "m5", version(9, 0), onLID, func(m *gateway.Outbound) { m.Epoch = 1 }),
				},
				Notes:    []gateway.NoteRow{{ID: "n1", Customer: b, Event: "act:1", Kind: "note", Agent: "theo", Type: "agent.noted", Text: "fragile", At: now, Mentions: []conversation.AgentID{"lea"}}},
				Handoffs: []gateway.HandoffRow{{Customer: b, Began: now, Reason: "asked", Owner: "theo"}},
				Set: []gateway.TimerRef{timerOf(a, "question", now.Add(time.Hour)), timerOf(a, "delivery:p", now.Add(time.Hour)),
					timerOf(b, "question", now.Add(2*time.Hour)), timerOf(b, "snooze", now.Add(time.Hour)), timerOf(b, "stop", now.Add(time.Hour))},
				Prompts:  []gateway.PromptRow{{ID: "p1", Customer: b, Status: conversation.PromptQueued, Request: conversation.Prompt{ID: "p1", To: lid}, Created: now, Changed: now}},
				Codes:    []gateway.CodeRow{{Customer: b, Code: conversation.Code{Code: "c1", Kind: "link", Expires: now.Add(time.Hour)}}},
				Consents: []gateway.ConsentRow{{Customer: b, Event: "in:1", Consent: conversation.Consent{Medium: conversation.WhatsApp, Purpose: conversation.Marketing, State: conversation.Given, Source: "keyword", At: now}}},
			}))
		})
		w.must(d.Store.PutDraft(t.Context(), "theo", lumen, a, "mine", now))
		w.must(d.Store.PutDraft(t.Context(), "theo", lumen, b, "theirs", now))
		w.must(d.Store.PutDraft(t.Context(), "lea", lumen, b, "hers", now))
		w.group(func(tx gateway.Tx) {
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: w.lock(tx, gateway.Who{Address: lid, Account: "c-7"})}))
		})

		var row *gateway.Row
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, gateway.Who{Customer: b}, linked, at(lid))
			if row = rows[1]; rows[0] != row || rows[2] != row {
				t.Errorf("rows: %p %p %p", rows[0], rows[1], rows[2])
			}
		})
		if row.Conversation.Customer.ID != a || row.Waiting != 3 || !slices.Equal(row.Merged, []conversation.CustomerID{b}) {
			t.Fatalf("row: %+v", row)
		}
		c, err := w.Conversation(t.Context(), lumen, at(lid))
		w.must(err)
		if x := c.Customer; x.ID != a || x.First != "Ana" || x.Last != "Lopes" || len(x.Orders) != 1 || !slices.Equal(x.Accounts, []string{"c-7"}) {
			t.Errorf("customer: %+v", x)
		}
		if c.Version != 10 || c.Epoch != 4 || c.State != conversation.WithAgent || c.Desk == nil || c.Desk.Owner != "theo" || c.Address != lid {
			t.Errorf("conversation: %+v", c)
		}
		if x, err := w.Conversation(t.Context(), lumen, gateway.Who{Customer: b}); err != nil || x.Customer.ID != a {
			t.Errorf("by the former id: %s, %v", x.Customer.ID, err)
		}
		thread, err := w.Thread(t.Context(), lumen, a, "", 10)
		w.must(err)
		if len(thread) != 5 {
			t.Errorf("thread: %+v", thread)
		}
		for id, want := range map[conversation.MessageID]gateway.Outbound{"m3": {Epoch: 4}, "m4": {Epoch: 0}, "m5": {Epoch: 4}} {
			m, err := w.Outbound(t.Context(), lumen, id)
			w.must(err)
			if m.Customer != a || m.Epoch != want.Epoch || id != "m3" && (m.To != lid || m.Channel != "lumen-wa") {
				t.Errorf("%s: %+v", id, m)
			}
		}
		if ids, _ := d.list(agents.Query{Agent: "theo", Brands: []conversation.BrandID{lumen}, View: agents.ViewMine, Limit: 10}); !slices.Equal(ids, []conversation.CustomerID{a}) {
			t.Errorf("at the desk: %v", ids)
		}
		for agent, want := range map[conversation.AgentID]string{"theo": "mine", "lea": "hers"} {
			if text, err := d.Store.Draft(t.Context(), agent, lumen, a); err != nil || text != want {
				t.Errorf("draft of %s: %q, %v", agent, text, err)
			}
		}
		if list, err := w.Consents(t.Context(), lumen, a); err != nil || len(list) != 1 || list[0].Customer != b {
			t.Errorf("consents: %+v, %v", list, err)
		}
		if code, err := w.Code(t.Context(), lumen, "c1"); err != nil || code.Customer != a {
			t.Errorf("code: %+v, %v", code, err)
		}
		w.group(func(tx gateway.Tx) {
			w.lock(tx, at(ana))
			all := []gateway.TimerRef{timerOf(a, "question", now.Add(time.Hour)), timerOf(a, "delivery:p", now.Add(time.Hour)),
				timerOf(a, "question", now.Add(2*time.Hour)), timerOf(a, "snooze", now.Add(time.Hour)), timerOf(a, "stop", now.Add(time.Hour))}
			taken, err := tx.TakeTimers(t.Context(), lumen, all)
			w.must(err)
			if want := []bool{false, true, true, true, true}; !slices.Equal(taken, want) {
				t.Errorf("timers: %v, want %v", taken, want)
			}
		})
	})
	t.Run("what either stopped is stopped, until the customer says otherwise later", func(t *testing.T) {
		day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		type given struct {
			at     time.Time
			source string
		}
		for name, c := range map[string]struct {
			given []given // by who has the number, on WhatsApp
			want  conversation.ConsentState
		}{
			"never given":              {nil, conversation.Withdrawn},
			"given before":             {[]given{{day.Add(-time.Hour), "keyword"}}, conversation.Withdrawn},
			"given later by others":    {[]given{{day.Add(time.Hour), "import"}}, conversation.Withdrawn},
			"given later on the phone": {[]given{{day.Add(time.Hour), "keyword"}}, conversation.Given},
		} {
			t.Run(name, func(t *testing.T) {
				w := begin(t, open)
				a, b := w.customer(ana), w.customer(lid)
				w.group(func(tx gateway.Tx) {
					rows := w.lock(tx, gateway.Who{Customer: a}, gateway.Who{Customer: b})
					x, y := &rows[0].Conversation.Customer, &rows[1].Conversation.Customer
					y.Suspended = true
					y.Consents = []conversation.Standing{{Medium: conversation.WhatsApp, Purpose: conversation.Marketing, State: conversation.Withdrawn, At: day}}
					writes := gateway.Writes{Rows: rows}
					for i, g := range c.given {
						x.Consents = []conversation.Standing{{Medium: conversation.WhatsApp, Purpose: conversation.Marketing, State: conversation.Given, At: g.at}}
						writes.Consents = append(writes.Consents, gateway.ConsentRow{Customer: a, Event: conversation.EventID(fmt.Sprint("in:", i)), Consent: conversation.Consent{
							Medium: conversation.WhatsApp, Purpose: conversation.Marketing, State: conversation.Given, Source: g.source, At: g.at}})
					}
					for _, r := range rows {
						r.CustomerChanged = true
					}
					w.must(tx.Write(t.Context(), lumen, writes))
				})
				link(w)
				if x := who(w, ana); x.ID != a || !x.Suspended || x.Consent(conversation.WhatsApp, conversation.Marketing) != c.want {
					t.Errorf("customer: %+v", x)
				}
			})
		}
	})
	t.Run("two who both have a message in flight stay apart until one has settled", func(t *testing.T) {
		w := begin(t, open)
		a, b := w.customer(ana), w.customer(lid)
		lease := w.later()
		w.write(gateway.Writes{Messages: []gateway.Outbound{message(a, "m1", posting(lease)), message(b, "m2", posting(lease))}}, at(ana), at(lid))
		if row := link(w); row.Conversation.Customer.ID != a || len(row.Merged) != 0 || who(w, lid).ID != b {
			t.Errorf("row: %+v", row)
		}
		w.group(func(tx gateway.Tx) {
			w.lock(tx, at(ana))
			_, err := tx.Settle(t.Context(), lumen, []gateway.Settlement{{Message: "m1", Customer: a, Attempt: 1, Status: gateway.Accepted, At: lease}})
			w.must(err)
		})
		row := link(w)
		if !slices.Equal(row.Merged, []conversation.CustomerID{b}) || row.Flight == nil || row.Flight.Message != "m2" || row.Flight.Customer != a {
			t.Errorf("row: %+v %+v", row, row.Flight)
		}
		if f, _, err := w.InFlight(t.Context(), lumen, b); err != nil || f == nil || f.Message != "m2" {
			t.Errorf("in flight under the former id: %+v, %v", f, err)
		}
		// Who sent it settles it under the id that it had then.
		w.group(func(tx gateway.Tx) {
			row := w.lock(tx, gateway.Who{Customer: b, Brief: true})[0]
			if row == nil || row.Conversation.Customer.ID != a {
				t.Fatalf("by the former id: %+v", row)
			}
			done, err := tx.Settle(t.Context(), lumen, []gateway.Settlement{{Message: "m2", Customer: a, Attempt: 1, Status: gateway.Accepted, At: lease}})
			if w.must(err); len(done) != 1 {
				t.Errorf("settled: %+v", done)
			}
		})
	})
	t.Run("a LID that comes with another number goes to that number, with what was stopped", func(t *testing.T) {
		w := begin(t, open)
		old := link(w).Conversation.Customer.ID
		w.group(func(tx gateway.Tx) {
			row := w.lock(tx, at(lid))[0]
			row.Conversation.Customer.Silenced, row.Conversation.Customer.First, row.CustomerChanged = true, "Ana", true
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: []*gateway.Row{row}}))
		})
		w.group(func(tx gateway.Tx) {
			row := w.lock(tx, gateway.Who{Address: bea, Alias: lid})[0]
			if c := row.Conversation.Customer; c.ID == old || c.Phone != bea || !c.Silenced || c.First != "" || len(row.Merged) != 0 {
				t.Errorf("row: %+v", row)
			}
		})
		if a, b, l := who(w, ana), who(w, bea), who(w, lid); a.ID != old || a.Phone != ana || b.ID != l.ID || b.ID == old {
			t.Errorf("%s %s %s", a.ID, b.ID, l.ID)
		}
	})
	t.Run("two numbers never make one customer", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) { w.lock(tx, gateway.Who{Address: ana, Alias: bea}) })
		w.customer(bea)
		w.group(func(tx gateway.Tx) { w.lock(tx, gateway.Who{Address: ana, Alias: bea}) })
		if a, b := who(w, ana), who(w, bea); a.ID == b.ID || a.Phone != ana || b.Phone != bea {
			t.Errorf("%+v %+v", a, b)
		}
	})
	t.Run("an account that comes with both addresses is attached once", func(t *testing.T) {
		w := begin(t, open)
		a, b := w.customer(ana), w.customer(lid)
		for _, address := range []conversation.Address{lid, ana} {
			w.group(func(tx gateway.Tx) {
				who := gateway.Who{Address: address, Account: "c-1"}
				if address == ana {
					who.Alias = lid
				}
				row := w.lock(tx, who)[0]
				w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: []*gateway.Row{row}}))
			})
		}
		c := who(w, lid)
		if x, err := w.Conversation(t.Context(), lumen, gateway.Who{Account: "c-1"}); err != nil || x.Customer.ID != a || c.ID == b || !slices.Equal(c.Accounts, []string{"c-1"}) {
			t.Errorf("account of %s, %v: %+v", x.Customer.ID, err, c)
		}
	})
}

func timerOf(c conversation.CustomerID, name string, due time.Time) gateway.TimerRef {
	return gateway.TimerRef{Brand: lumen, Customer: c, Timer: conversation.Timer{Name: name, Due: due.Truncate(time.Microsecond)}}
}
