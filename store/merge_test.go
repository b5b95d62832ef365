package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

// People knock by their number, by their LID, by both, by an account or by an id
// that somebody kept of them. In the end each of them is one customer, whom every
// id leads to, and no row names a customer who is gone but where the record does.
func TestEachPersonEndsAsOneCustomer(t *testing.T) {
	for engine, open := range map[string]func(t *testing.T) (driver, url string){
		"sqlite":   func(t *testing.T) (string, string) { return "sqlite", filepath.Join(t.TempDir(), "causette.db") },
		"postgres": func(t *testing.T) (string, string) { return "pgx", pgtest.URL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			driver, url := open(t)
			s, err := store.Open(t.Context(), url, store.Options{Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			raw, err := sql.Open(driver, url)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := errors.Join(raw.Close(), s.Close()); err != nil {
					t.Error(err)
				}
			})
			k := knocks{T: t, Store: s, seen: map[conversation.CustomerID]int{}, rand: rand.New(rand.NewPCG(5, 11))}
			for round := range 40 {
				k.round(round)
			}
			all := make([]gateway.Who, knockers)
			for p := range all {
				all[p] = gateway.Who{Address: number(p), Alias: hidden(p)}
			}
			for _, end := range []string{"unless both were in flight", "and then none was"} {
				k.group(end, func(tx gateway.Tx, now time.Time) ([]*gateway.Row, error) { return tx.Lock(t.Context(), lumen, all) }, true)
			}
			k.end(raw)
		})
	}
}

const knockers = 5

func number(p int) conversation.Address { return conversation.Address(fmt.Sprintf("+3361234560%d", p)) }
func hidden(p int) conversation.Address {
	return conversation.Address(fmt.Sprintf("lid:10000000%d", p))
}
func account(p int) string { return fmt.Sprintf("c-%d", p) }

type knocks struct {
	*testing.T
	*store.Store
	rand   *rand.Rand
	seen   map[conversation.CustomerID]int // whose an id was
	flying []gateway.Settlement
	n      int
}

func (k *knocks) group(id string, lock func(tx gateway.Tx, now time.Time) ([]*gateway.Row, error), settle bool) {
	k.Helper()
	err := k.Group(k.Context(), gateway.GroupID(id), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
		rows, err := lock(tx, tx.Now())
		if err != nil || !settle {
			return err
		}
		for i, f := range k.flying {
			for _, r := range rows {
				if r != nil && r.Flight != nil && r.Flight.Message == f.Message {
					k.flying[i].Customer = r.Conversation.Customer.ID
				}
			}
		}
		_, err = tx.Settle(k.Context(), lumen, k.flying)
		return err
	})
	if err != nil {
		k.Fatalf("%s: %v", id, err)
	}
}

// round is one group: a few people knock, and leave rows behind.
func (k *knocks) round(n int) {
	var who []gateway.Who
	var of []int
	for range 1 + k.rand.IntN(3) {
		p := k.rand.IntN(knockers)
		w := gateway.Who{Address: number(p)}
		switch k.rand.IntN(6) {
		case 0:
			w = gateway.Who{Address: hidden(p)}
		case 1:
			w.Alias = hidden(p)
		case 2:
			w = gateway.Who{Address: hidden(p), Alias: number(p)}
		case 3:
			w.Account = account(p)
		case 4:
			w = gateway.Who{Address: hidden(p), Account: account(p)}
		case 5:
			for id, whose := range k.seen {
				if whose == p {
					w = gateway.Who{Customer: id}
				}
			}
		}
		who, of = append(who, w), append(of, p)
	}
	k.group(fmt.Sprint("round ", n), func(tx gateway.Tx, now time.Time) ([]*gateway.Row, error) {
		rows, err := tx.Lock(k.Context(), lumen, who)
		if err != nil {
			return nil, err
		}
		var writes gateway.Writes
		for i, r := range rows {
			if r == nil {
				k.Fatalf("%+v is nobody", who[i])
			}
			id := r.Conversation.Customer.ID
			if whose, there := k.seen[id]; there && whose != of[i] {
				k.Fatalf("%+v is %d, was %d", who[i], of[i], whose)
			}
			k.seen[id] = of[i]
			k.n++
			m := gateway.Outbound{Message: conversation.Message{Channel: "lumen-sms", Medium: conversation.SMS, To: number(of[i]), Text: "Bonjour", Purpose: conversation.Answer},
				ID: conversation.MessageID(fmt.Sprintf("m%03d", k.n)), Customer: id, Author: "assistant", Version: 1, Created: now, Status: gateway.Queued}
			if r.Flight == nil && k.rand.IntN(3) == 0 {
				f := gateway.Flight{Message: m.ID, Customer: id, Node: "n", Attempt: 1, Deadline: now.Add(time.Minute), Lease: now.Add(time.Hour)}
				m.Status, m.Flight, r.Flight = gateway.PostingNow, &f, &f
				k.flying = append(k.flying, gateway.Settlement{Message: m.ID, Customer: id, Attempt: 1, Status: gateway.Accepted, At: now})
			}
			writes.Messages = append(writes.Messages, m)
			writes.Set = append(writes.Set, gateway.TimerRef{Brand: lumen, Customer: id, Timer: conversation.Timer{Name: []string{"question", "stop", "delivery:1"}[k.rand.IntN(3)], Due: now.Add(time.Hour)}})
			writes.Handoffs = append(writes.Handoffs, gateway.HandoffRow{Customer: id, Began: now.Add(time.Duration(k.n) * time.Second), Reason: "asked"})
			writes.Consents = append(writes.Consents, gateway.ConsentRow{Customer: id, Event: conversation.EventID(fmt.Sprint("in:", k.n)), Consent: conversation.Consent{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "keyword", At: now}})
			writes.Poison = append(writes.Poison, gateway.Poison{Customer: id, Event: conversation.EventID(fmt.Sprint("bad:", k.n)), At: now})
			r.Conversation.Customer.First, r.Conversation.Customer.Email = "Ana", fmt.Sprintf("ana%d@exemple.test", of[i])
			r.Conversation.Desk = &conversation.Desk{Status: conversation.DeskQueued, Priority: conversation.Normal, Queued: now}
			r.CustomerChanged, r.DeskChanged, r.NamesChanged = true, true, true
			if !slices.Contains(writes.Rows, r) {
				writes.Rows = append(writes.Rows, r)
			}
		}
		if err := tx.Write(k.Context(), lumen, writes); err != nil {
			return nil, err
		}
		_, err = tx.Append(k.Context(), lumen, []gateway.Entry{{Type: "message.received", Customer: rows[0].Conversation.Customer.ID, Payload: []byte("{}"), At: now}})
		return rows, err
	}, k.rand.IntN(3) == 0)
}

func (k *knocks) end(raw *sql.DB) {
	owners := map[conversation.CustomerID]int{}
	for p := range knockers {
		var id conversation.CustomerID
		for _, who := range []gateway.Who{{Address: number(p)}, {Address: hidden(p)}} {
			c, err := k.Conversation(k.Context(), lumen, who)
			if err != nil {
				k.Fatal(err)
			}
			if id == "" {
				id = c.Customer.ID
			}
			if c.Customer.ID != id || c.Customer.Phone != number(p) {
				k.Errorf("%+v is %s, %s, want %s", who, c.Customer.ID, c.Customer.Phone, id)
			}
		}
		if other, there := owners[id]; there {
			k.Errorf("%d and %d are one", p, other)
		}
		owners[id] = p
	}
	for id, p := range k.seen {
		if c, err := k.Conversation(k.Context(), lumen, gateway.Who{Customer: id}); err != nil || owners[c.Customer.ID] != p {
			k.Errorf("%s of %d leads to %s, %v", id, p, c.Customer.ID, err)
		}
	}
	if len(k.seen) == len(owners) {
		k.Error("nobody was merged: this proves nothing")
	}
	for table := range store.Personal() {
		switch table {
		case "consents", "events", "audit", "customers":
			continue
		}
		var n int
		if err := raw.QueryRowContext(k.Context(), "select count(*) from "+table+" where customer <> '' and customer not in (select id from customers)").Scan(&n); err != nil {
			k.Fatal(err)
		}
		if n > 0 {
			k.Errorf("%d rows of %s name a customer who is gone", n, table)
		}
	}
	var orphans int
	if err := raw.QueryRowContext(k.Context(), "select count(*) from consents where customer not in (select id from customers) and customer not in (select former from merged)").Scan(&orphans); err != nil || orphans > 0 {
		k.Errorf("%d rows of the ledger are nobody's, %v", orphans, err)
	}
	secret, err := k.Secret(k.Context())
	if err != nil {
		k.Fatal(err)
	}
	if p, err := secret.Verify(k.Context(), k.Store, lumen); err != nil || p.Broken != nil {
		k.Errorf("the ledger: %+v, %v", p, err)
	}
}

// Two nodes hear of the same people at the same time, one by the number, the
// other by the LID: neither waits for the other for ever, and nobody is lost.
func TestTwoNodesMakeOneCustomerOfANumberAndItsLID(t *testing.T) {
	both := nodes(t)
	const rounds = 40
	each(t, both, rounds, func(n, round int, s *store.Store, r *rand.Rand) error {
		var who []gateway.Who
		for _, p := range r.Perm(knockers) {
			p += round / 4 * 10 % 100 // other people every few rounds
			number, hidden := conversation.Address(fmt.Sprintf("+336000000%02d", p)), conversation.Address(fmt.Sprintf("lid:1000000%02d", p))
			w := gateway.Who{Address: []conversation.Address{number, hidden}[(n+round)%2]}
			if r.IntN(3) == 0 || round%4 == 3 {
				w = gateway.Who{Address: number, Alias: hidden}
			}
			if r.IntN(2) == 0 {
				w.Account = fmt.Sprint("c-", p)
			}
			who = append(who, w)
		}
		return group(t.Context(), s, fmt.Sprintf("n%d-%d", n, round), func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), lumen, who)
			if err == nil {
				err = tx.Write(t.Context(), lumen, gateway.Writes{Rows: slices.Compact(rows)})
			}
			return err
		})
	})
	for p := range 100 {
		a, err := both[0].Conversation(t.Context(), lumen, gateway.Who{Address: conversation.Address(fmt.Sprintf("+336000000%02d", p))})
		if errors.Is(err, gateway.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := both[1].Conversation(t.Context(), lumen, gateway.Who{Address: conversation.Address(fmt.Sprintf("lid:1000000%02d", p))})
		if err != nil || a.Customer.ID != b.Customer.ID || a.Customer.Phone == "" {
			t.Errorf("%d is %s and %s, %v", p, a.Customer.ID, b.Customer.ID, err)
		}
	}
}
