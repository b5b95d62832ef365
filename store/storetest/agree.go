package storetest

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Agree drives two stores with the same random groups, each run a brand of its
// own, and compares everything that they answer and everything that can be
// read afterwards.
//
// `make test` plays the same groups each time; with CAUSETTE_PROOF=1, or a
// -rapid.seed, they are others.
func Agree(t *testing.T, a, b gateway.Store) {
	if seed := flag.Lookup("rapid.seed"); seed != nil && seed.Value.String() == "0" && os.Getenv("CAUSETTE_PROOF") != "1" {
		if err := seed.Value.Set("1"); err != nil {
			t.Fatal(err)
		}
	}
	var runs atomic.Int64
	rapid.Check(t, func(r *rapid.T) {
		brand := conversation.BrandID(fmt.Sprintf("brand%d", runs.Add(1)))
		plan := rapid.SliceOfN(rapid.Custom(drawGroup), 4, 12).Draw(r, "groups")
		first, second := perform(t, a, brand, plan), perform(t, b, brand, plan)
		for i := range first {
			if first[i] != second[i] {
				r.Fatalf("they differ at %d:\n%s\n%s", i, first[i], second[i])
			}
		}
	})
}

// step is one call within a group. Customers are meant by their place in
// people, messages and timers by name.
type step struct {
	Do    string
	Keys  []conversation.EventID
	Who   []gateway.Who // with Customer "#2": the customer of people[2]
	On    []int         // customers
	Names []string
	Hours []int // from a fixed time: below 0 due, above 0 not
	Words []string
	Scope conversation.Cancel
	Count int
}

type plannedGroup struct {
	Steps []step
	Fails bool
}

var (
	people   = []conversation.Address{"+33600000001", "+33600000002", "whatsapp:lid.3"}
	names    = []string{"m1", "m2", "m3", "m4"}
	statuses = []string{"queued", "accepted", "sent", "delivered", "read", "undelivered", "failed", "expired", "unknown"}
	words    = []string{"", "oui", "l'été 👍", "a%b_c\\d'e\"f", "<b>&\u2028", "stop"}
	// Long past for every clock, and far ahead of it.
	past, ahead = time.Date(2020, 1, 1, 0, 0, 0, 1000, time.UTC), time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)
)

func drawGroup(r *rapid.T) plannedGroup {
	who := rapid.Custom(func(r *rapid.T) gateway.Who {
		w := gateway.Who{}
		switch rapid.IntRange(0, 4).Draw(r, "by") {
		case 0:
			w.Customer = conversation.CustomerID(fmt.Sprintf("#%d", rapid.IntRange(0, len(people)).Draw(r, "customer")))
		case 1:
			w.Account = rapid.SampledFrom([]string{"c-1", "c-2"}).Draw(r, "account")
		case 2:
			w.Account = rapid.SampledFrom([]string{"c-1", "c-2"}).Draw(r, "account")
			fallthrough
		default:
			w.Address = rapid.SampledFrom(people).Draw(r, "address")
			if rapid.IntRange(0, 4).Draw(r, "linked") == 0 {
				w.Alias = rapid.SampledFrom(people).Draw(r, "alias")
			}
		}
		return w
	})
	one := rapid.Custom(func(r *rapid.T) step {
		return step{
			Do: rapid.SampledFrom([]string{"timers", "settle", "settle", "settle", "cancel", "rows", "handoff", "handoff", "received", "message", "message", "message", "posting", "posting",
				"set", "unset", "consent", "job", "done", "poison", "queued", "heads", "heads", "post", "post", "append"}).Draw(r, "do"),
			On:    rapid.SliceOfN(rapid.IntRange(0, len(people)-1), 1, 3).Draw(r, "on"),
			Names: rapid.SliceOfN(rapid.SampledFrom(names), 3, 3).Draw(r, "names"),
			Hours: rapid.SliceOfN(rapid.IntRange(-2, 2), 3, 3).Draw(r, "hours"),
			Words: rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(words), rapid.SampledFrom(statuses)), 3, 3).Draw(r, "words"),
			Scope: rapid.SampledFrom([]conversation.Cancel{"", "marketing", "assistant", "all"}).Draw(r, "scope"),
			Count: rapid.IntRange(0, 3).Draw(r, "count"),
		}
	})
	g := plannedGroup{Fails: rapid.IntRange(0, 9).Draw(r, "fails") == 0}
	g.Steps = append(g.Steps,
		step{Do: "fresh", Keys: rapid.SliceOfN(rapid.SampledFrom([]conversation.EventID{"in:1", "in:2", "in:3", "in:4", "in:5"}), 0, 4).Draw(r, "keys")},
		step{Do: "lock", Who: rapid.SliceOfN(who, 2, 5).Draw(r, "who")})
	g.Steps = append(g.Steps, rapid.SliceOfN(one, 3, 8).Draw(r, "steps")...)
	return g
}

// actor performs a plan on one store and writes down what it answers.
type actor struct {
	t     *testing.T
	s     gateway.Store
	brand conversation.BrandID
	rows  map[conversation.CustomerID]*gateway.Row
	notes []string
	known []string // pairs for a strings.Replacer: the store's own ids, and how both call them
}

func perform(t *testing.T, s gateway.Store, brand conversation.BrandID, plan []plannedGroup) []string {
	a := &actor{t: t, s: s, brand: brand}
	stop := errors.New("stop")
	for n, g := range plan {
		err := s.Group(t.Context(), newGroupID(), []conversation.BrandID{brand}, func(tx gateway.Tx) error {
			a.rows = map[conversation.CustomerID]*gateway.Row{}
			for i, st := range g.Steps {
				out, err := a.step(tx, st, fmt.Sprintf("%d.%d", n, i))
				if err == nil { // what was put off is heard of with the next answer
					_, err = tx.Asked(t.Context(), brand, "none", []conversation.CarrierID{"none"})
				}
				a.note(st.Do, out, err)
				if err != nil {
					return err
				}
			}
			if g.Fails {
				return stop
			}
			return nil
		})
		a.note("group", nil, err)
		a.read()
	}
	return a.notes
}

// customer is the id of people[i], "nobody" for one past the end or not yet made.
func (a *actor) customer(i int) conversation.CustomerID {
	if i < len(people) {
		if c, err := a.s.Conversation(a.t.Context(), a.brand, at(people[i])); err == nil {
			a.meet(c.Customer.ID, i)
			return c.Customer.ID
		}
	}
	return nowhere
}

// meet calls an id by the person; one who is somebody else by now by a name of its own.
func (a *actor) meet(id conversation.CustomerID, i int) {
	if slices.Contains(a.known, string(id)) {
		return
	}
	name := fmt.Sprintf("#%d", i)
	for slices.Contains(a.known, name) {
		name += "'"
	}
	a.known = append(a.known, string(id), name)
}

// called is what meet called an id, "" for one that it never met.
func (a *actor) called(id conversation.CustomerID) string {
	if i := slices.Index(a.known, string(id)); i >= 0 {
		return a.known[i+1]
	}
	return ""
}

// locked is the id of people[i] if the group locked it; only then may it be written.
func (a *actor) locked(on []int) []*gateway.Row {
	var rows []*gateway.Row
	for _, i := range on {
		var theirs []*gateway.Row
		for _, r := range a.rows {
			if !slices.Contains(rows, r) && strings.TrimRight(a.called(r.Conversation.Customer.ID), "'") == fmt.Sprintf("#%d", i) {
				theirs = append(theirs, r)
			}
		}
		slices.SortFunc(theirs, func(x, y *gateway.Row) int {
			return strings.Compare(a.called(x.Conversation.Customer.ID), a.called(y.Conversation.Customer.ID))
		})
		rows = append(rows, theirs...)
	}
	return rows
}

func hour(h int) time.Time {
	if h > 0 {
		return ahead.Add(time.Duration(h) * time.Hour)
	}
	return past.Add(time.Duration(h) * time.Hour)
}

// note writes down an answer, with the store's own ids replaced and what comes
// from its clock left out.
func (a *actor) note(what string, out any, err error) {
	b, e := json.Marshal(out)
	if e != nil {
		a.t.Fatal(e)
	}
	kind := "ok"
	for _, k := range []error{gateway.ErrData, gateway.ErrTransient, gateway.ErrCommitUnknown, gateway.ErrNotFound} {
		if errors.Is(err, k) {
			kind = k.Error()
		}
	}
	if err != nil && kind == "ok" {
		kind = "another error"
	}
	a.notes = append(a.notes, what+": "+kind+" "+strings.NewReplacer(a.known...).Replace(string(b)))
}

func (a *actor) step(tx gateway.Tx, st step, name string) (any, error) {
	ctx := a.t.Context()
	switch st.Do {
	case "fresh":
		return tx.Fresh(ctx, a.brand, st.Keys)()
	case "lock":
		return a.lock(tx, st.Who)
	case "heads":
		var ids []conversation.CustomerID
		for _, r := range a.locked(st.On) {
			ids = append(ids, r.Conversation.Customer.ID)
		}
		heads, err := tx.Heads(ctx, a.brand, ids)
		slices.SortFunc(heads, func(x, y gateway.Outbound) int { return strings.Compare(string(x.ID), string(y.ID)) })
		for i := range heads {
			heads[i].FirstPosted = time.Time{}
		}
		return heads, err
	case "append":
		entries := make([]gateway.Entry, st.Count)
		for i := range entries {
			entries[i] = gateway.Entry{Type: "x", Version: int64(i), Payload: fmt.Appendf(nil, `{"w":%q}`, st.Words[0]), At: past}
		}
		return tx.Append(ctx, a.brand, entries)
	}
	rows := a.locked(st.On)
	if len(rows) == 0 {
		return "nobody", nil
	}
	r := rows[0]
	id := r.Conversation.Customer.ID
	switch st.Do {
	case "timers":
		return tx.TakeTimers(ctx, a.brand, []gateway.TimerRef{a.timer(id, st, 0), a.timer(id, st, 1)})
	case "settle":
		var list []gateway.Settlement
		for i, m := range st.Names {
			status := gateway.Accepted
			if slices.Contains(statuses, st.Words[i]) {
				status = gateway.Status(st.Words[i])
			}
			s := gateway.Settlement{Message: a.message(m, id), Customer: id, Attempt: st.Count / 2, Status: status, After: hour(st.Hours[i]), At: past}
			if st.Hours[i] == 0 {
				s.Carrier, s.Code = conversation.CarrierID("SM"+m), "30008"
			}
			if st.Hours[i] == -1 {
				s.Carrier = "SMshared"
			}
			if f := r.Flight; f != nil && f.Message == s.Message && st.Count%2 == 0 {
				s.Flight = f
			}
			list = append(list, s)
		}
		return tx.Settle(ctx, a.brand, list)
	case "queued":
		var ids []conversation.MessageID
		for _, name := range st.Names {
			ids = append(ids, a.message(name, id))
		}
		list, err := tx.Queued(ctx, a.brand, ids)
		for i := range list {
			list[i].FirstPosted = time.Time{}
		}
		return list, err
	case "post":
		heads, err := tx.Heads(ctx, a.brand, []conversation.CustomerID{id})
		if err != nil || len(heads) == 0 {
			return "none", err
		}
		return nil, tx.Post(ctx, a.brand, []gateway.Flight{flight(id, heads[0].ID, heads[0].Attempts+1, hour(st.Hours[0]))})
	}
	return nil, tx.Write(ctx, a.brand, a.writes(rows, st, name))
}

func (a *actor) timer(id conversation.CustomerID, st step, i int) gateway.TimerRef {
	return gateway.TimerRef{Brand: a.brand, Customer: id, Timer: conversation.Timer{Name: st.Names[i], Due: hour(st.Hours[i]), Payload: st.Words[i]}}
}

// message is a name that only this customer's messages have.
func (a *actor) message(name string, id conversation.CustomerID) conversation.MessageID {
	return conversation.MessageID(name + strings.NewReplacer(a.known...).Replace(string(id)))
}

func (a *actor) lock(tx gateway.Tx, who []gateway.Who) (any, error) {
	who = slices.Clone(who)
	for i, w := range who {
		var n int
		if _, err := fmt.Sscanf(string(w.Customer), "#%d", &n); err == nil {
			who[i].Customer = nowhere
			for j := 0; j+1 < len(a.known); j += 2 {
				if a.known[j+1] == string(w.Customer) {
					who[i].Customer = conversation.CustomerID(a.known[j])
				}
			}
		}
	}
	rows, err := tx.Lock(a.t.Context(), a.brand, who)
	var out []any
	for i, r := range rows {
		if r == nil {
			out = append(out, nil)
			continue
		}
		c := r.Conversation
		if k := slices.Index(people, who[i].Address); k >= 0 && who[i].Customer == "" {
			a.meet(c.Customer.ID, k)
		}
		a.rows[c.Customer.ID] = r
		out = append(out, []any{c.Customer.ID, c, c.Customer, c.State, c.Version, c.Epoch, c.Script, r.Waiting, r.Flight, r.New, r.CustomerChanged})
	}
	if err == nil { // what Lock changed is written, as the gateway does
		var changed []*gateway.Row
		for _, r := range a.rows {
			if r.CustomerChanged {
				changed = append(changed, r)
			}
		}
		err = tx.Write(a.t.Context(), a.brand, gateway.Writes{Rows: changed})
	}
	return out, err
}

func (a *actor) writes(rows []*gateway.Row, st step, name string) gateway.Writes {
	r := rows[0]
	id := r.Conversation.Customer.ID
	out := message(id, a.message(st.Names[0], id), version(int64(st.Count), st.Hours[1]+2), func(m *gateway.Outbound) {
		m.Text, m.Prompt, m.Asks = st.Words[0], st.Words[1], st.Words[2]
		if st.Hours[0] != 0 {
			m.After = hour(st.Hours[0])
		}
		if st.Hours[2] != 0 {
			m.Expires = hour(st.Hours[2])
		}
		m.Purpose = []conversation.Purpose{conversation.Answer, conversation.Transactional, conversation.Marketing, conversation.Marketing}[st.Count]
		m.Exempt = st.Scope == conversation.CancelAll
		if st.Scope == conversation.CancelAssistant {
			m.Author = "agent:theo"
		}
	})
	switch st.Do {
	case "cancel":
		return gateway.Writes{Cancels: []gateway.Withdrawal{{Customer: id, Scope: st.Scope, Rule: "stop.keyword"}}}
	case "rows":
		for _, r := range rows {
			c := &r.Conversation
			c.Version++
			c.Slots = map[string]string{"word": st.Words[0]}
			c.Customer.First, c.State, c.Script = st.Words[1], conversation.Rating, st.Names[0]
			r.CustomerChanged = r.CustomerChanged || st.Count > 1
		}
		return gateway.Writes{Rows: rows}
	case "handoff":
		h := gateway.HandoffRow{Customer: id, Began: hour(st.Hours[0]), Reason: st.Words[0], Priority: conversation.High, Team: st.Words[1],
			Answered: hour(st.Hours[1]), Breached: st.Count, Rating: st.Count}
		if st.Hours[2] != 0 {
			h.Owner, h.Closed = conversation.AgentID(st.Names[0]), hour(st.Hours[2])
		}
		return gateway.Writes{Handoffs: []gateway.HandoffRow{h}}
	case "received":
		in := inbound(id, conversation.MessageID("r"+name), st.Words[0])
		in.Inbound.Media = []conversation.Media{{URL: st.Words[1], Type: "image/png"}}
		return gateway.Writes{Received: []gateway.InboundRow{in}}
	case "message":
		return gateway.Writes{Messages: []gateway.Outbound{out}}
	case "posting":
		posting(hour(st.Hours[1]))(&out)
		return gateway.Writes{Messages: []gateway.Outbound{out}}
	case "set":
		return gateway.Writes{Set: []gateway.TimerRef{a.timer(id, st, 0), a.timer(id, st, 1)}, Unset: []gateway.TimerRef{a.timer(id, st, 2)}}
	case "unset":
		return gateway.Writes{Unset: []gateway.TimerRef{a.timer(id, st, 0)}}
	case "consent":
		return gateway.Writes{Consents: []gateway.ConsentRow{{Customer: id, Event: conversation.EventID("e" + name), Consent: conversation.Consent{
			Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Wording: st.Words[0], At: hour(st.Hours[0])}}}}
	case "job":
		return gateway.Writes{Jobs: []gateway.JobRow{{Customer: id, Job: conversation.Job{ID: st.Names[0], Kind: "reorder", Payload: []byte(st.Words[0])}, Due: ahead}}}
	case "done":
		return gateway.Writes{Done: st.Names[:2]}
	}
	return gateway.Writes{Poison: []gateway.Poison{{Customer: id, Event: conversation.EventID(st.Names[0]), Body: []byte(st.Words[0]), Error: "panic", At: past}}}
}

// read writes down everything that can be read.
func (a *actor) read() {
	ctx := a.t.Context()
	ready, err := a.s.Ready(ctx, a.brand, sms, 100)
	a.note("ready", ready, err)
	ours := func(refs []gateway.Ref) []gateway.Ref {
		refs = slices.DeleteFunc(refs, func(r gateway.Ref) bool { return r.Brand != a.brand })
		slices.SortFunc(refs, func(x, y gateway.Ref) int { return strings.Compare(string(x.Message), string(y.Message)) })
		return refs
	}
	refs, err := a.s.Lapsed(ctx, 100_000)
	a.note("lapsed", ours(refs), err)
	refs, err = a.s.Overdue(ctx, 100_000)
	a.note("overdue", ours(refs), err)
	timers, _, err := a.s.Due(ctx, 100_000)
	timers = slices.DeleteFunc(timers, func(r gateway.TimerRef) bool { return r.Brand != a.brand })
	a.note("due", timers, err)
	log, err := a.s.Log(ctx, a.brand, 0, 100)
	a.note("log", log, err)
	if s, ok := a.s.(agents.Store); ok {
		var handoffs []string
		err = s.Handoffs(ctx, a.brand, past.AddDate(-1, 0, 0), ahead.AddDate(1, 0, 0), func(h agents.Handoff) error {
			handoffs = append(handoffs, fmt.Sprint(h))
			return nil
		})
		slices.Sort(handoffs)
		a.note("handoffs", handoffs, err)
	}
	var carriers []conversation.CarrierID
	for _, n := range names {
		carriers = append(carriers, conversation.CarrierID("SM"+n))
	}
	bound, err := a.s.Bound(ctx, a.brand, sms, append(carriers, "SMshared"))
	a.note("bound", bound, err)
	for i := range people {
		id := a.customer(i)
		c, err := a.s.Conversation(ctx, a.brand, at(people[i]))
		a.note("conversation", []any{c, c.Customer, c.State, c.Version, c.Epoch, c.Script}, err)
		thread, err := a.s.Thread(ctx, a.brand, id, "", 100)
		for i := range thread {
			thread[i].Changed = time.Time{}
		}
		a.note("thread", thread, err)
		ledger, err := a.s.Consents(ctx, a.brand, id)
		a.note("ledger", ledger, err)
		f, _, err := a.s.InFlight(ctx, a.brand, id)
		a.note("in flight", f, err)
		for _, n := range names {
			m, err := a.s.Outbound(ctx, a.brand, a.message(n, id))
			m.FirstPosted = time.Time{}
			a.note("outbound", m, err)
		}
	}
}
