package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// desk is a store as the desk reads it.
type desk struct {
	*world
	agents.Store
}

func beginDesk(t *testing.T, open Opener) desk {
	t.Helper()
	w := begin(t, open)
	s, ok := w.Store.(agents.Store)
	if !ok {
		t.Fatalf("%T is no store of a desk", w.Store)
	}
	return desk{w, s}
}

var (
	théo = agents.Agent{ID: "theo", Name: "Théo", Email: "theo@lumen.example", Role: agents.RoleAgent, Presence: agents.Online, Capacity: 3,
		Password: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", Created: time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC),
		Languages: []string{"fr", "en"}, Teams: []string{"retours"}}
	léa = agents.Agent{ID: "lea", Name: "Léa", Email: "lea@lumen.example", Role: agents.RoleSupervisor, Presence: agents.Away, Brands: []conversation.BrandID{lumen, other},
		Disabled: true, Revoked: time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC), Created: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC),
		Languages: []string{}, Teams: []string{}}
)

// put gives customers of a brand a desk each; nil takes it away.
func (d desk) put(brand conversation.BrandID, change func(i int, c *conversation.Conversation), who ...gateway.Who) []conversation.CustomerID {
	d.t.Helper()
	var ids []conversation.CustomerID
	d.groupOf([]conversation.BrandID{brand}, func(tx gateway.Tx) {
		rows, err := tx.Lock(d.t.Context(), brand, who)
		d.must(err)
		for i, r := range rows {
			change(i, &r.Conversation)
			r.DeskChanged, r.NamesChanged, r.CustomerChanged = true, true, true
			ids = append(ids, r.Conversation.Customer.ID)
		}
		d.must(tx.Write(d.t.Context(), brand, gateway.Writes{Rows: rows}))
	})
	return ids
}

func (d desk) list(q agents.Query) (ids []conversation.CustomerID, next string) {
	d.t.Helper()
	rows, next, err := d.List(d.t.Context(), q)
	d.must(err)
	for _, r := range rows {
		ids = append(ids, r.Conversation.Customer.ID)
	}
	return ids, next
}

// pages reads a list to its end, so many at a time.
func (d desk) pages(q agents.Query, limit int) (ids []conversation.CustomerID) {
	d.t.Helper()
	q.Limit = limit
	for range 100 {
		page, next := d.list(q)
		if ids = append(ids, page...); next == "" {
			return ids
		}
		q.Cursor = next
	}
	d.t.Fatal("the list has no end")
	return nil
}

func people10(n int) []gateway.Who {
	who := make([]gateway.Who, n)
	for i := range who {
		who[i] = at(conversation.Address(fmt.Sprintf("+3361234%04d", i)))
	}
	return who
}

func accounts(t *testing.T, open Opener) {
	t.Run("an agent is found by id and by e-mail, whole, and all by name", func(t *testing.T) {
		d := beginDesk(t, open)
		_, err := d.Agent(t.Context(), "theo")
		d.refused(err, gateway.ErrNotFound)
		d.must(d.PutAgent(t.Context(), théo))
		d.must(d.PutAgent(t.Context(), léa))
		for _, want := range []agents.Agent{théo, léa} {
			byID, err := d.Agent(t.Context(), want.ID)
			d.must(err)
			byEmail, err := d.AgentByEmail(t.Context(), want.Email)
			d.must(err)
			if !reflect.DeepEqual(byID, want) || !reflect.DeepEqual(byEmail, want) {
				t.Errorf("got %+v and %+v, want %+v", byID, byEmail, want)
			}
		}
		if all, err := d.Agents(t.Context()); err != nil || !reflect.DeepEqual(all, []agents.Agent{léa, théo}) {
			t.Errorf("all: %+v %v", all, err)
		}
	})
	t.Run("an e-mail belongs to one agent, and presence is set alone", func(t *testing.T) {
		d := beginDesk(t, open)
		d.must(d.PutAgent(t.Context(), théo))
		twin := léa
		twin.Email = théo.Email
		d.refused(d.PutAgent(t.Context(), twin), agents.ErrTaken)
		d.must(d.SetPresence(t.Context(), théo.ID, agents.Away))
		d.refused(d.SetPresence(t.Context(), "nobody", agents.Away), gateway.ErrNotFound)
		got, err := d.Agent(t.Context(), théo.ID)
		d.must(err)
		if want := théo; got.Presence != agents.Away || got.Name != want.Name {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("when agents were seen last is kept, and never goes back", func(t *testing.T) {
		d := beginDesk(t, open)
		d.must(d.PutAgent(t.Context(), théo))
		d.must(d.PutAgent(t.Context(), léa))
		noon := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
		d.must(d.SetSeen(t.Context(), []conversation.AgentID{théo.ID, "nobody"}, noon))
		d.must(d.SetSeen(t.Context(), []conversation.AgentID{théo.ID}, noon.Add(-time.Hour)))
		d.must(d.PutAgent(t.Context(), théo)) // a change of the account says nothing of it
		for id, want := range map[conversation.AgentID]time.Time{théo.ID: noon, léa.ID: {}} {
			got, err := d.Agent(t.Context(), id)
			d.must(err)
			if !got.Seen.Equal(want) {
				t.Errorf("%s was seen at %v, want %v", id, got.Seen, want)
			}
		}
	})
	t.Run("a session is kept until it is over, replaced or ended", func(t *testing.T) {
		d := beginDesk(t, open)
		expect := func(token, want string) {
			t.Helper()
			data, found, err := d.FindSession(t.Context(), token)
			if err != nil || found != (want != "") || string(data) != want {
				t.Errorf("%s: %q %v %v, want %q", token, data, found, err, want)
			}
		}
		expect("t1", "")
		d.must(d.CommitSession(t.Context(), "t1", []byte("one"), d.later()))
		d.must(d.CommitSession(t.Context(), "t1", []byte("two"), d.later()))
		d.must(d.CommitSession(t.Context(), "t2", []byte("old"), d.dbNow().Add(-time.Second)))
		expect("t1", "two")
		expect("t2", "")
		d.must(d.DeleteSession(t.Context(), "t1"))
		d.must(d.DeleteSession(t.Context(), "t1"))
		expect("t1", "")
	})
	t.Run("a draft is its agent's and its customer's, until it is empty", func(t *testing.T) {
		d := beginDesk(t, open)
		for _, text := range []string{"Bonj", "Bonjour Ana"} {
			d.must(d.PutDraft(t.Context(), "theo", lumen, "c1", text, d.dbNow()))
		}
		expect := func(agent conversation.AgentID, want string) {
			t.Helper()
			if got, err := d.Draft(t.Context(), agent, lumen, "c1"); err != nil || got != want {
				t.Errorf("%s: %q %v, want %q", agent, got, err, want)
			}
		}
		expect("theo", "Bonjour Ana")
		expect("lea", "")
		d.must(d.PutDraft(t.Context(), "theo", lumen, "c1", "", d.dbNow()))
		expect("theo", "")
	})
}

func lists(t *testing.T, open Opener) {
	brands := []conversation.BrandID{lumen, other}
	t.Run("the queue comes by priority, VIP, when an answer is due, and age, page by page, over brands", func(t *testing.T) {
		d := beginDesk(t, open)
		start := d.dbNow().Truncate(time.Second)
		queued := func(priority conversation.Priority, minutes int, vip bool) func(int, *conversation.Conversation) {
			return func(_ int, c *conversation.Conversation) {
				c.State, c.Customer.VIP = conversation.AwaitingAgent, vip
				c.Desk = &conversation.Desk{Status: conversation.DeskQueued, Priority: priority, Queued: start.Add(time.Duration(minutes) * time.Minute)}
			}
		}
		who := people10(7)
		normal := d.put(lumen, queued(conversation.Normal, 1, false), who[0])[0]
		vip := d.put(lumen, queued(conversation.Normal, 5, true), who[1])[0]
		late := d.put(lumen, queued(conversation.High, 4, false), who[2])[0]
		urgent := d.put(other, queued(conversation.Urgent, 9, false), who[3])[0]
		early := d.put(other, queued(conversation.High, 3, false), who[4])[0]
		due := d.put(lumen, func(_ int, c *conversation.Conversation) {
			queued(conversation.High, 8, false)(0, c)
			c.Desk.Due = start.Add(time.Hour)
		}, who[5])[0]
		want := []conversation.CustomerID{urgent, due, early, late, vip, normal}
		for limit := 1; limit <= 6; limit++ {
			if got := d.pages(agents.Query{Brands: brands, View: agents.ViewQueue}, limit); !slices.Equal(got, want) {
				t.Errorf("%d a page: got %v, want %v", limit, got, want)
			}
		}
		if got := d.pages(agents.Query{Brands: brands[1:], View: agents.ViewQueue}, 10); !slices.Equal(got, []conversation.CustomerID{urgent, early}) {
			t.Errorf("one brand's: %v", got)
		}
		// One is taken, one goes back to the assistant, one was never there.
		d.put(other, func(_ int, c *conversation.Conversation) {
			c.Desk.Status, c.Desk.Owner = conversation.DeskAssigned, "theo"
		}, who[3])
		d.put(lumen, func(_ int, c *conversation.Conversation) { c.Desk = nil }, who[0])
		d.put(lumen, func(_ int, c *conversation.Conversation) { c.Desk = nil }, who[6])
		q := agents.Query{Brands: brands, Agent: "theo", View: agents.ViewMine}
		if got := d.pages(q, 10); !slices.Equal(got, []conversation.CustomerID{urgent}) {
			t.Errorf("mine: %v", got)
		}
		counts, err := d.Counts(t.Context(), q)
		d.must(err)
		if want := (agents.Counts{Mine: 1, Queue: 4, Bot: 2, All: 7}); counts != want {
			t.Errorf("counts: got %+v, want %+v", counts, want)
		}
		d.must(d.PutAgent(t.Context(), théo))
		// What is held for an agent counts in their load, what they snoozed does not.
		d.put(lumen, func(_ int, c *conversation.Conversation) { c.Desk.Offered, c.Desk.Hold = "theo", d.later() }, who[2])
		d.put(lumen, func(_ int, c *conversation.Conversation) {
			c.Desk.Status, c.Desk.Owner = conversation.DeskSnoozed, "theo"
		}, who[1])
		if a, err := d.Agent(t.Context(), "theo"); err != nil || a.Load != 2 {
			t.Errorf("load: %+v %v", a, err)
		}
		d.group(func(tx gateway.Tx) {
			if got, err := tx.Loads(t.Context(), []conversation.AgentID{"theo"}); err != nil || got["theo"].Has != 2 {
				t.Errorf("loads: %+v %v", got, err)
			}
		})
	})
	t.Run("all and the assistant's come newest message first, each conversation once", func(t *testing.T) {
		d := beginDesk(t, open)
		who := people10(8)
		var all, bot []conversation.CustomerID
		ids := d.put(lumen, func(i int, c *conversation.Conversation) {
			if i%3 == 0 {
				c.Desk = &conversation.Desk{Status: conversation.DeskAssigned, Owner: "theo"}
			}
		}, who...)
		// Everybody writes again and again; the newest of each makes the order.
		var received []gateway.InboundRow
		for n := range 2000 {
			i := n % len(ids)
			if n >= 1000 {
				i = 0 // one writes without end
			}
			received = append(received, inbound(ids[i], conversation.MessageID(fmt.Sprintf("m%05d", n)), "oui"))
		}
		d.write(gateway.Writes{Received: received}, who...)
		all = append(all, ids[0])
		for n := len(ids) - 1; n > 0; n-- {
			all = append(all, ids[n])
		}
		for _, id := range all {
			if i := slices.Index(ids, id); i%3 != 0 {
				bot = append(bot, id)
			}
		}
		for limit := 1; limit <= 9; limit += 2 {
			if got := d.pages(agents.Query{Brands: brands, View: agents.ViewAll}, limit); !slices.Equal(got, all) {
				t.Errorf("%d a page: got %v, want %v", limit, got, all)
			}
			if got := d.pages(agents.Query{Brands: brands, View: agents.ViewBot}, limit); !slices.Equal(got, bot) {
				t.Errorf("the assistant's, %d a page: got %v, want %v", limit, got, bot)
			}
		}
		one, err := d.Detail(t.Context(), lumen, ids[0])
		d.must(err)
		if one.Last == nil || one.Last.ID != "m01999" || one.Changed.IsZero() || one.Conversation.Desk.Owner != "theo" {
			t.Errorf("one: %+v", one)
		}
		_, err = d.Detail(t.Context(), other, ids[0])
		d.refused(err, gateway.ErrNotFound)
	})
	t.Run("customers are found by the beginning of names, e-mail, order and number", func(t *testing.T) {
		d := beginDesk(t, open)
		names := []conversation.Customer{
			{First: "Zoé", Last: "L'Hôte-Martin", Email: "zoe@exemple.fr", Orders: []conversation.Order{{Number: "#LU-1042"}}},
			{First: "Martin", Last: "Durand"}, {First: "Zoe", Last: "Durand"},
		}
		who := people10(3)
		ids := d.put(lumen, func(i int, c *conversation.Conversation) {
			c.Customer.First, c.Customer.Last, c.Customer.Email, c.Customer.Orders = names[i].First, names[i].Last, names[i].Email, names[i].Orders
			if i == 2 {
				c.Desk = &conversation.Desk{Status: conversation.DeskQueued}
			}
		}, who...)
		for i, id := range ids {
			d.write(gateway.Writes{Received: []gateway.InboundRow{inbound(id, conversation.MessageID(fmt.Sprintf("m%d", i)), "oui")}}, who...)
		}
		for search, want := range map[string][]int{
			"zoé": {2, 0}, "ZO dur": {2}, "durand": {2, 1}, "zoe@ex": {0}, "#lu-10": {0}, "lu-1042": {0}, "inconnue": nil, "z%": nil,
			"06 12 34 00": {2, 1, 0}, "+33612340001": {1}, "0033 6 12 34 00 02": {2}, "33612340000": {0}, "0499": nil,
		} {
			var expected []conversation.CustomerID
			for _, i := range want {
				expected = append(expected, ids[i])
			}
			got, _ := d.list(agents.Query{Brands: brands, View: agents.ViewAll, Search: search, Limit: 10})
			if !slices.Equal(got, expected) {
				t.Errorf("%q: got %v, want %v of %v", search, got, want, ids)
			}
		}
		if got, _ := d.list(agents.Query{Brands: brands, View: agents.ViewBot, Search: "durand", Limit: 10}); !slices.Equal(got, ids[1:2]) {
			t.Errorf("the assistant's: %v", got)
		}
		d.put(lumen, func(_ int, c *conversation.Conversation) { c.Customer.Last = "Petit" }, who[1])
		if got, _ := d.list(agents.Query{Brands: brands, View: agents.ViewAll, Search: "durand", Limit: 10}); !slices.Equal(got, ids[2:]) {
			t.Errorf("after a new name: %v", got)
		}
	})
	t.Run("a thread has messages and notes in one order, page by page", func(t *testing.T) {
		d := beginDesk(t, open)
		c := d.customer(ana)
		note := gateway.NoteRow{ID: "m3", Customer: c, Event: "act:1", Kind: "note", Agent: "theo", Type: "agent.noted", Text: "Rappeler demain",
			Steps: []conversation.Edge{{From: conversation.Idle, On: "x", To: conversation.WithAgent, Rule: "desk.claimed"}},
			Data:  map[string]string{"to": "lea"}, Rule: "desk.noted", Version: 7, At: d.dbNow().UTC()}
		bare := gateway.NoteRow{ID: "m1", Customer: c, Event: "in:1", Kind: "event", Type: "escalation.requested", At: note.At}
		d.write(gateway.Writes{Notes: []gateway.NoteRow{note, bare}, Received: []gateway.InboundRow{inbound(c, "m2", "où ?"), inbound(c, "m4", "merci")}}, at(ana))
		var ids []string
		for before := ""; ; {
			items, err := d.Items(t.Context(), lumen, c, before, 3)
			d.must(err)
			for _, i := range items {
				if before = ""; i.Note != nil {
					before = string(i.Note.ID)
				} else {
					before = string(i.Message.ID)
				}
				ids = append(ids, before)
				for _, want := range []gateway.NoteRow{note, bare} {
					if i.Note != nil && i.Note.ID == want.ID && !reflect.DeepEqual(*i.Note, want) {
						t.Errorf("got %+v, want %+v", *i.Note, want)
					}
				}
			}
			if len(items) < 3 {
				break
			}
		}
		if got := strings.Join(ids, " "); got != "m4 m3 m2 m1" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a handoff is one row as it stands, and remembers who had it", func(t *testing.T) {
		d := beginDesk(t, open)
		c := d.customer(ana)
		began := d.dbNow().UTC().Truncate(time.Microsecond)
		first := gateway.HandoffRow{Customer: c, Began: began, Reason: "asked", Priority: conversation.High, Owner: "theo", Answered: began.Add(time.Minute)}
		done := first
		done.Owner, done.Closed, done.Breached, done.Rating = "", began.Add(time.Hour), 2, 5
		next := gateway.HandoffRow{Customer: c, Began: began.Add(2 * time.Hour), Reason: "angry"}
		d.write(gateway.Writes{Handoffs: []gateway.HandoffRow{first}}, at(ana))
		d.write(gateway.Writes{Handoffs: []gateway.HandoffRow{done, next}}, at(ana))
		var got []agents.Handoff
		d.must(d.Handoffs(t.Context(), lumen, began, began.Add(3*time.Hour), func(h agents.Handoff) error {
			got = append(got, h)
			return nil
		}))
		slices.SortFunc(got, func(a, b agents.Handoff) int { return a.Began.Compare(b.Began) })
		want := []agents.Handoff{
			{Began: began, Reason: "asked", Owner: "theo", Answered: first.Answered, Closed: done.Closed, Breached: 2, Rating: 5},
			{Began: next.Began, Reason: "angry"},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
	t.Run("a duplicate act is asked for by its id", func(t *testing.T) {
		d := beginDesk(t, open)
		d.write(gateway.Writes{Notes: []gateway.NoteRow{{ID: "m1", Customer: d.customer(ana), Event: "act:1", Kind: "event", Version: 7}}}, at(ana))
		if v, err := d.Acted(t.Context(), lumen, d.customer(ana), "act:1"); err != nil || v != 7 {
			t.Errorf("got %d %v", v, err)
		}
		_, err := d.Acted(t.Context(), lumen, d.customer(ana), "act:2")
		d.refused(err, gateway.ErrNotFound)
	})
	t.Run("the log has a name, and a brand without a log has 0", func(t *testing.T) {
		d := beginDesk(t, open)
		seq, epoch, err := d.Head(t.Context(), lumen)
		d.must(err)
		if seq != 0 || epoch == "" {
			t.Errorf("got %d %q", seq, epoch)
		}
		d.group(func(tx gateway.Tx) {
			_, err := tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "a"}, {Type: "b"}})
			d.must(err)
		})
		if seq, again, err := d.Head(t.Context(), lumen); err != nil || seq != 2 || again != epoch {
			t.Errorf("got %d %q %v", seq, again, err)
		}
		if begin(t, open).Store != d.world.Store {
			if _, another, err := beginDesk(t, open).Head(t.Context(), lumen); err != nil || another == epoch {
				t.Errorf("another database's: %q %v", another, err)
			}
		}
	})
}

func loads(t *testing.T, open Opener) {
	t.Run("fifty claims and offers at once never give an agent more than they take", func(t *testing.T) {
		d := beginDesk(t, open)
		d.must(d.PutAgent(t.Context(), théo))
		brands := []conversation.BrandID{lumen, other}
		var claims sync.WaitGroup
		errs := make(chan error, 50)
		full := make(chan bool, 50)
		for i, who := range people10(50) {
			claims.Go(func() {
				b := brands[i%2]
				for {
					err := d.Group(t.Context(), newGroupID(), []conversation.BrandID{b}, func(tx gateway.Tx) error {
						return claim(t.Context(), tx, b, who, i%3 == 0, full)
					})
					if !errors.Is(err, gateway.ErrTransient) {
						errs <- err
						return
					}
				}
			})
		}
		claims.Wait()
		close(errs)
		for err := range errs {
			d.must(err)
		}
		a, err := d.Agent(t.Context(), théo.ID)
		d.must(err)
		if a.Load != théo.Capacity || len(full) != 50-théo.Capacity {
			t.Errorf("has %d, %d claims refused; takes %d", a.Load, len(full), théo.Capacity)
		}
	})
	t.Run("an unknown agent has no load, and one without bounds has capacity 0", func(t *testing.T) {
		d := beginDesk(t, open)
		d.must(d.PutAgent(t.Context(), léa))
		d.group(func(tx gateway.Tx) {
			got, err := tx.Loads(t.Context(), []conversation.AgentID{"lea", "nobody"})
			d.must(err)
			if want := map[conversation.AgentID]gateway.Load{"lea": {}}; !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	})
}

// claim gives a customer to Théo, or offers it to him, unless he has as many as he takes.
func claim(ctx context.Context, tx gateway.Tx, b conversation.BrandID, who gateway.Who, offer bool, full chan<- bool) error {
	rows, err := tx.Lock(ctx, b, []gateway.Who{who})
	if err != nil {
		return err
	}
	loads, err := tx.Loads(ctx, []conversation.AgentID{théo.ID})
	if err != nil {
		return err
	}
	if l := loads[théo.ID]; l.Has >= l.Capacity {
		full <- true
		return nil
	}
	rows[0].Conversation.Desk = &conversation.Desk{Status: conversation.DeskAssigned, Owner: théo.ID}
	if offer {
		rows[0].Conversation.Desk = &conversation.Desk{Status: conversation.DeskQueued, Offered: théo.ID, Hold: tx.Now().Add(time.Minute)}
	}
	rows[0].DeskChanged = true
	return tx.Write(ctx, b, gateway.Writes{Rows: rows})
}
