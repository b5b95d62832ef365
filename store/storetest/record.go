package storetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var morning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// idOf is an id of the n-th second of the morning, as the gateway mints them.
func idOf(n int) conversation.MessageID {
	hex := fmt.Sprintf("%012x", morning.Add(time.Duration(n)*time.Second).UnixMilli())
	return conversation.MessageID(hex[:8] + "-" + hex[8:] + "-7000-8000-000000000000")
}

func audit(t *testing.T, open Opener) {
	entry := func(n int, brand conversation.BrandID, agent conversation.AgentID, kind string) agents.Audited {
		return agents.Audited{ID: string(idOf(n)), At: morning.Add(time.Duration(n) * time.Second), Agent: agent, Kind: kind, Brand: brand}
	}
	t.Run("acts and other rows come in one order, newest first, page by page", func(t *testing.T) {
		d := beginDesk(t, open)
		c := d.customer(ana)
		d.write(gateway.Writes{Notes: []gateway.NoteRow{
			{ID: idOf(2), Customer: c, Event: "act:theo:1", Kind: "event", Agent: "theo", Type: "agent.claimed", At: morning, Data: map[string]string{"to": "lea"}},
			{ID: idOf(3), Customer: c, Event: "in:1", Kind: "event", Type: "escalation.requested", At: morning},
			{ID: idOf(5), Customer: c, Event: "desk:1", Kind: "event", Type: "agent.offered", At: morning},
		}}, at(ana))
		kept := entry(1, "", "theo", "login")
		kept.Detail = map[string]string{"from": "192.0.2.1"}
		for _, a := range []agents.Audited{kept, entry(4, lumen, "lea", "incident.put"), entry(6, other, "lea", "incident.put")} {
			d.must(d.AddAudit(t.Context(), a))
		}
		for _, c := range []struct {
			what string
			read agents.AuditRead
			want []int
		}{
			{"all of two", agents.AuditRead{Brands: []conversation.BrandID{lumen, ""}}, []int{5, 4, 2, 1}},
			{"all", agents.AuditRead{Brands: []conversation.BrandID{lumen, other, ""}}, []int{6, 5, 4, 2, 1}},
			{"of an agent", agents.AuditRead{Brands: []conversation.BrandID{lumen, other, ""}, Agent: "theo"}, []int{2, 1}},
			{"of a kind", agents.AuditRead{Brands: []conversation.BrandID{lumen, other, ""}, Kind: "incident.put"}, []int{6, 4}},
			{"of an agent and a kind", agents.AuditRead{Brands: []conversation.BrandID{lumen, ""}, Agent: "lea", Kind: "incident.put"}, []int{4}},
			{"of a team", agents.AuditRead{Brands: []conversation.BrandID{lumen, ""}, Team: []conversation.AgentID{"lea"}}, []int{5, 4, 2}},
			{"of no brand", agents.AuditRead{}, nil},
		} {
			var got []string
			for read := c.read; ; {
				read.Limit = 2
				list, next, err := d.ReadAudit(t.Context(), read)
				d.must(err)
				for _, a := range list {
					got = append(got, a.ID)
					if a.ID == kept.ID && !reflect.DeepEqual(a, kept) {
						t.Errorf("%s: got %+v, want %+v", c.what, a, kept)
					}
					if a.ID == string(idOf(2)) && (a.Customer == "" || a.Detail["to"] != "lea" || a.Kind != "agent.claimed") {
						t.Errorf("%s: got %+v", c.what, a)
					}
				}
				if read.Before = next; next == "" {
					break
				}
			}
			var want []string
			for _, n := range c.want {
				want = append(want, string(idOf(n)))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", c.what, got, want)
			}
		}
	})
	t.Run("what is rare is found behind much else, by pages that may be short", func(t *testing.T) {
		d := beginDesk(t, open)
		c := d.customer(ana)
		var notes []gateway.NoteRow
		for n := range 12_000 {
			notes = append(notes, gateway.NoteRow{ID: idOf(n + 10), Customer: c, Event: conversation.EventID(fmt.Sprint("act:theo:", n)), Kind: "event",
				Agent: "theo", Type: "agent.tagged", At: morning})
		}
		notes[3].Type = "agent.unsubscribed"
		d.write(gateway.Writes{Notes: notes}, at(ana))
		read := agents.AuditRead{Brands: []conversation.BrandID{lumen, ""}, Kind: "agent.unsubscribed", Limit: 10}
		var found []string
		pages := 0
		for {
			list, next, err := d.ReadAudit(t.Context(), read)
			d.must(err)
			for _, a := range list {
				found = append(found, a.ID)
			}
			if pages++; next == "" || pages > 10 {
				break
			}
			read.Before = next
		}
		if !slices.Equal(found, []string{string(idOf(13))}) || pages != 2 {
			t.Errorf("found %v on %d pages", found, pages)
		}
	})
	t.Run("a row is never changed", func(t *testing.T) {
		d := beginDesk(t, open)
		first := entry(1, "", "theo", "login")
		d.must(d.AddAudit(t.Context(), first))
		second := first
		second.Agent = "lea"
		if err := d.AddAudit(t.Context(), second); err == nil {
			t.Error("the same row was written twice")
		}
		list, _, err := d.ReadAudit(t.Context(), agents.AuditRead{Brands: []conversation.BrandID{""}, Limit: 10})
		d.must(err)
		if len(list) != 1 || list[0].Agent != "theo" {
			t.Errorf("got %+v", list)
		}
	})
}

func incidents(t *testing.T, open Opener) {
	strike := agents.Incident{Brand: lumen, By: "theo", Incident: conversation.Incident{ID: string(idOf(1)), Kind: conversation.CarrierIncident,
		Match: "Colissimo", Text: map[string]string{"fr": "Grève.", "en": "A strike."}, Since: morning}}
	t.Run("those that are on come first, and ended ones after them", func(t *testing.T) {
		d := beginDesk(t, open)
		over, later, elsewhere := strike, strike, strike
		over.ID, over.Until = string(idOf(2)), morning.Add(time.Hour)
		later.ID, later.Since = string(idOf(3)), morning.Add(3*time.Hour)
		elsewhere.Brand = other
		for _, i := range []agents.Incident{strike, over, later, elsewhere} {
			d.must(d.PutIncident(t.Context(), i))
		}
		now := morning.Add(2 * time.Hour)
		list, err := d.ReadIncidents(t.Context(), lumen, now, 10)
		d.must(err)
		if want := []agents.Incident{later, strike, over}; !reflect.DeepEqual(list, want) {
			t.Errorf("got %+v, want %+v", list, want)
		}
		if list, err = d.ReadIncidents(t.Context(), lumen, now, 1); err != nil || len(list) != 1 {
			t.Errorf("got %+v %v", list, err)
		}
		list, err = d.OpenIncidents(t.Context(), now)
		d.must(err)
		if want := []agents.Incident{strike, elsewhere}; !reflect.DeepEqual(list, want) {
			t.Errorf("open: got %+v, want %+v", list, want)
		}
	})
	t.Run("an incident is changed, and ends once", func(t *testing.T) {
		d := beginDesk(t, open)
		d.must(d.PutIncident(t.Context(), strike))
		changed := strike
		changed.Text = map[string]string{"fr": "Grève jusqu'à demain."}
		d.must(d.PutIncident(t.Context(), changed))
		d.must(d.EndIncident(t.Context(), lumen, strike.ID, morning.Add(time.Hour)))
		d.refused(d.EndIncident(t.Context(), lumen, strike.ID, morning.Add(time.Hour)), gateway.ErrNotFound)
		d.refused(d.EndIncident(t.Context(), other, strike.ID, morning), gateway.ErrNotFound)
		list, err := d.ReadIncidents(t.Context(), lumen, morning.Add(time.Hour), 10)
		d.must(err)
		if changed.Until = morning.Add(time.Hour); !reflect.DeepEqual(list, []agents.Incident{changed}) {
			t.Errorf("got %+v", list)
		}
	})
}

func mentions(t *testing.T, open Opener) {
	t.Run("a note's mentions are written with it, and read once", func(t *testing.T) {
		d := beginDesk(t, open)
		var c conversation.CustomerID
		d.put(lumen, func(_ int, k *conversation.Conversation) {
			c, k.Customer.First, k.Customer.Last = k.Customer.ID, "Ana", "Silva"
		}, at(ana))
		for n := 1; n <= 3; n++ {
			d.write(gateway.Writes{Notes: []gateway.NoteRow{{ID: idOf(n), Customer: c, Event: conversation.EventID(fmt.Sprint("act:theo:", n)), Kind: "note",
				Agent: "theo", Type: "agent.noted", Text: fmt.Sprintf("@Léa note %d", n), At: morning, Mentions: []conversation.AgentID{"lea", "nadia"}}}}, at(ana))
		}
		lumenOnly := []conversation.BrandID{lumen}
		want := agents.Mention{ID: idOf(3), Brand: lumen, Customer: c, Name: "Ana Silva", By: "theo", Text: "@Léa note 3", At: morning, To: "lea"}
		page, err := d.ReadMentions(t.Context(), "lea", lumenOnly, "", 2)
		d.must(err)
		if len(page) != 2 || !reflect.DeepEqual(page[0], want) || page[1].ID != idOf(2) {
			t.Errorf("got %+v, want first %+v", page, want)
		}
		page, err = d.ReadMentions(t.Context(), "lea", lumenOnly, page[1].ID, 2)
		d.must(err)
		if len(page) != 1 || page[0].ID != idOf(1) {
			t.Errorf("second page: %+v", page)
		}
		d.must(d.MarkRead(t.Context(), "lea", idOf(2), morning))
		d.must(d.MarkRead(t.Context(), "lea", idOf(2), morning.Add(time.Hour)))
		d.refused(d.MarkRead(t.Context(), "theo", idOf(2), morning), gateway.ErrNotFound)
		for who, want := range map[conversation.AgentID]int{"lea": 2, "nadia": 3, "theo": 0} {
			if n, err := d.Unread(t.Context(), who, lumenOnly); err != nil || n != want {
				t.Errorf("%s has %d unread, want %d (%v)", who, n, want, err)
			}
		}
		if n, err := d.Unread(t.Context(), "lea", []conversation.BrandID{other}); err != nil || n != 0 {
			t.Errorf("in another brand %d are unread (%v)", n, err)
		}
		both, err := d.MentionsIn(t.Context(), lumen, c, []conversation.MessageID{idOf(2), idOf(9)})
		d.must(err)
		if len(both) != 2 || both[0].To != "lea" || !both[0].Read || both[1].To != "nadia" || both[1].Read || both[1].Name != "Ana Silva" {
			t.Errorf("in the note: %+v", both)
		}
	})
}

func floors(t *testing.T, open Opener) {
	t.Run("what is open is counted", func(t *testing.T) {
		d := beginDesk(t, open)
		minutes := func(n int) time.Time { return morning.Add(time.Duration(n) * time.Minute) }
		desks := []*conversation.Desk{
			{Status: conversation.DeskQueued, Reason: "asked", Queued: minutes(-9), Waits: minutes(-9), Due: minutes(-4)}, // late
			{Status: conversation.DeskQueued, Reason: "asked", Queued: minutes(-30), Waits: minutes(-9), Due: minutes(1), Offered: "lea"},
			{Status: conversation.DeskQueued, Reason: "angry", Queued: minutes(-3), Waits: minutes(-3)}, // no time is set
			{Status: conversation.DeskAssigned, Owner: "theo", Reason: "asked", Waits: minutes(-9), Due: minutes(0)},
			{Status: conversation.DeskAssigned, Owner: "theo", Reason: "asked", Waits: minutes(-4), Due: minutes(1)}, // a fifth is left, not less
			{Status: conversation.DeskAssigned, Owner: "lea", Reason: "asked", Due: minutes(-1)},                     // answered
			{Status: conversation.DeskSnoozed, Owner: "theo", Waits: minutes(-90), Due: minutes(-60)},
			{Status: conversation.DeskResolved, Owner: "theo", Reason: "asked", Queued: minutes(-300), Waits: minutes(-9), Due: minutes(-4)},
			nil,
		}
		d.put(lumen, func(i int, c *conversation.Conversation) { c.Desk = desks[i] }, people10(len(desks))...)
		d.put(other, func(i int, c *conversation.Conversation) { c.Desk = desks[0] }, people10(1)...)
		got, err := d.Floor(t.Context(), lumen, morning)
		d.must(err)
		want := agents.Floor{Oldest: minutes(-30), Breached: 2, Soon: 1, Reasons: map[string]int{"asked": 2, "angry": 1},
			Offered: map[conversation.AgentID]int{"lea": 1}, Waiting: map[conversation.AgentID]int{"theo": 2}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got, err := d.Floor(t.Context(), "nobody's", morning); err != nil || !got.Oldest.IsZero() || len(got.Reasons) > 0 {
			t.Errorf("an empty desk: %+v %v", got, err)
		}
	})
	t.Run("who did something last is known", func(t *testing.T) {
		d := beginDesk(t, open)
		d.must(d.PutAgent(t.Context(), théo))
		d.must(d.PutAgent(t.Context(), léa)) // her account is closed
		c := d.customer(ana)
		for n, agent := range []conversation.AgentID{"theo", "theo", "", "lea"} {
			d.write(gateway.Writes{Notes: []gateway.NoteRow{{ID: idOf(n), Customer: c, Event: conversation.EventID(fmt.Sprint("e", n)), Kind: "event", Agent: agent,
				Type: "agent.tagged", At: morning.Add(time.Duration(n) * time.Second)}}}, at(ana))
		}
		got, err := d.Active(t.Context())
		d.must(err)
		if want := map[conversation.AgentID]time.Time{"theo": morning.Add(time.Second)}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// indexed makes everything findable.
func (d desk) indexed() (n int) {
	d.t.Helper()
	for {
		more, err := d.IndexTexts(d.t.Context(), 0, 7)
		d.must(err)
		if n += more; more == 0 {
			return n
		}
	}
}

func searches(t *testing.T, open Opener) {
	t.Run("texts of nothing but short words, or of none, are indexed too", func(t *testing.T) {
		d := beginDesk(t, open)
		customer := d.put(lumen, func(int, *conversation.Conversation) {}, at(ana))[0]
		for n, text := range []string{"oui", "", "👍"} {
			d.group(func(tx gateway.Tx) {
				_, err := tx.Lock(t.Context(), lumen, []gateway.Who{at(ana)})
				d.must(err)
				d.must(tx.Write(t.Context(), lumen, gateway.Writes{Received: []gateway.InboundRow{inbound(customer, idOf(n), text)}}))
			})
			if got := d.indexed(); got != 1 {
				t.Errorf("%q: %d texts were indexed", text, got)
			}
		}
		found, err := d.FindTexts(t.Context(), []conversation.BrandID{lumen}, "oui", "", 10)
		d.must(err)
		if len(found) != 1 {
			t.Errorf("%d texts say so", len(found))
		}
	})
	t.Run("what is found is what a look at every text finds", func(t *testing.T) {
		d := beginDesk(t, open)
		vocabulary := []string{"lampe", "Lampadaire", "l'été", "cassée", "CASSEE", "colis", "1042", "où", "déjà-vu", "Straße", "ампула", "a"}
		random := rand.New(rand.NewPCG(1, 2))
		type said struct {
			id    conversation.MessageID
			words []string
		}
		written := map[conversation.BrandID][]said{}
		who := []gateway.Who{at(ana), at(bea)}
		customers := map[conversation.BrandID][]conversation.CustomerID{}
		for _, b := range []conversation.BrandID{lumen, other} {
			customers[b] = d.put(b, func(int, *conversation.Conversation) {}, who...)
		}
		for n := range 200 {
			var parts []string
			for range random.IntN(6) {
				parts = append(parts, vocabulary[random.IntN(len(vocabulary))])
			}
			text, b := strings.Join(parts, " "), lumen
			if n%3 == 0 {
				b = other
			}
			c := customers[b][n%2]
			d.groupOf([]conversation.BrandID{b}, func(tx gateway.Tx) {
				_, err := tx.Lock(t.Context(), b, who)
				d.must(err)
				var w gateway.Writes
				if n%5 == 0 {
					w.Notes = []gateway.NoteRow{{ID: idOf(n), Customer: c, Event: conversation.EventID(fmt.Sprint("act:", n)), Kind: "note", Agent: "theo", Type: "agent.noted", Text: text, At: morning}}
				} else {
					w.Received = []gateway.InboundRow{inbound(c, idOf(n), text)}
				}
				d.must(tx.Write(t.Context(), b, w))
			})
			written[b] = append(written[b], said{idOf(n), strings.Fields(plainWords(text))})
			if n%50 == 49 {
				d.indexed()
			}
		}
		brute := func(brands []conversation.BrandID, words []string) (ids []conversation.MessageID) {
			for _, b := range brands {
				for _, s := range written[b] {
					all := true
					for i, w := range words {
						all = all && slices.ContainsFunc(s.words, func(is string) bool {
							return is == w || i == len(words)-1 && len(w) > 1 && strings.HasPrefix(is, w)
						})
					}
					if all {
						ids = append(ids, s.id)
					}
				}
			}
			slices.Sort(ids)
			slices.Reverse(ids)
			return ids
		}
		for _, brands := range [][]conversation.BrandID{{lumen}, {other}, {lumen, other}} {
			for _, q := range []string{"lampe", "lamp", "LAMPADAIRE cassee", "cassée la", "104", "ete", "l'été", "colis où", "deja vu", "strasse", "straß", "АМП", "l", "a", "zzz", "a'b\" & | ! (c):* OR NOT"} {
				want := brute(brands, strings.Fields(plainWords(q)))
				var got []conversation.MessageID
				for before := ""; ; {
					list, err := d.FindTexts(t.Context(), brands, q, before, 3)
					d.must(err)
					for _, f := range list {
						id := conversation.MessageID("")
						if f.Item.Note != nil {
							id = f.Item.Note.ID
						} else {
							id = f.Item.Message.ID
						}
						got, before = append(got, id), string(id)
						if !slices.Contains(customers[f.Brand], f.Customer) {
							t.Fatalf("%q: %s is none of %s", q, f.Customer, f.Brand)
						}
					}
					if len(list) < 3 {
						break
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v %q: found %d\n%v\nwant %d\n%v", brands, q, len(got), got, len(want), want)
				}
			}
		}
	})
	t.Run("a text is indexed once, whoever indexes, and what is too new waits", func(t *testing.T) {
		d := beginDesk(t, open)
		c := d.customer(ana)
		d.write(gateway.Writes{Received: []gateway.InboundRow{inbound(c, idOf(1), "bonjour"), inbound(c, idOf(2), "")}}, at(ana))
		done := make(chan error, 4)
		for range cap(done) {
			go func() {
				_, err := d.IndexTexts(t.Context(), time.Minute, 100)
				done <- err
			}()
		}
		for range cap(done) {
			d.must(<-done)
		}
		d.indexed()
		list, err := d.FindTexts(t.Context(), []conversation.BrandID{lumen}, "bonj", "", 10)
		d.must(err)
		if len(list) != 1 || list[0].Item.Message == nil || list[0].Item.Message.Text != "bonjour" {
			t.Errorf("found %+v", list)
		}
		if n := d.indexed(); n != 0 {
			t.Errorf("%d texts were indexed again", n)
		}
		if list, err := d.FindTexts(t.Context(), []conversation.BrandID{lumen}, "  ?! ", "", 10); err != nil || len(list) != 0 {
			t.Errorf("no word found %+v %v", list, err)
		}
	})
}

// plainWords is a text's words as this test understands them.
func plainWords(text string) string {
	text = strings.ToLower(text)
	for from, to := range map[string]string{"é": "e", "ù": "u", "à": "a", "'": " ", "-": " ", "\"": " ", "&": " ", "|": " ", "!": " ", "(": " ", ")": " ", ":": " ", "*": " "} {
		text = strings.ReplaceAll(text, from, to)
	}
	return text
}
