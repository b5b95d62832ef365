package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

const lumen conversation.BrandID = "lumen"

// nodes opens one PostgreSQL twice, as two processes do.
func nodes(t *testing.T) []*store.Store {
	t.Helper()
	url := pgtest.URL(t)
	return []*store.Store{openFile(t, url), openFile(t, url)}
}

// each runs do on both nodes at once, rounds times, with a random source of its own.
func each(t *testing.T, nodes []*store.Store, rounds int, do func(n, round int, s *store.Store, r *rand.Rand) error) {
	t.Helper()
	var wg sync.WaitGroup
	for n, s := range nodes {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 7))
			for round := range rounds {
				if err := do(n, round, s, r); err != nil {
					t.Errorf("node %d, round %d: %v", n, round, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// group runs a group, again while the database says that it refused for now.
func group(ctx context.Context, s gateway.Store, id string, do func(gateway.Tx) error) error {
	for {
		err := s.Group(ctx, gateway.GroupID(id), []conversation.BrandID{lumen}, do)
		if !errors.Is(err, gateway.ErrTransient) {
			return err
		}
	}
}

func TestOfTwoNodesOneHasEachKey(t *testing.T) {
	both := nodes(t)
	const rounds, keys = 30, 8
	var mu sync.Mutex
	won := map[conversation.EventID]int{}
	each(t, both, rounds, func(n, round int, s *store.Store, r *rand.Rand) error {
		list := make([]conversation.EventID, keys)
		for i, p := range r.Perm(keys) {
			list[i] = conversation.EventID(fmt.Sprintf("in:%d:%d", round, p))
		}
		var fresh []bool
		err := group(t.Context(), s, fmt.Sprintf("n%d-%d", n, round), func(tx gateway.Tx) (err error) {
			fresh, err = tx.Fresh(t.Context(), lumen, list)()
			return err
		})
		mu.Lock()
		defer mu.Unlock()
		for i, f := range fresh {
			if f {
				won[list[i]]++
			}
		}
		return err
	})
	if len(won) != rounds*keys {
		t.Errorf("%d keys were new, want %d", len(won), rounds*keys)
	}
	for k, n := range won {
		if n != 1 {
			t.Errorf("%s was new %d times", k, n)
		}
	}
}

func TestTwoNodesMakeOneCustomerOfAnAddress(t *testing.T) {
	both := nodes(t)
	const rounds, size = 30, 6
	ids := make([]map[conversation.Address]conversation.CustomerID, len(both))
	for i := range ids {
		ids[i] = map[conversation.Address]conversation.CustomerID{}
	}
	each(t, both, rounds, func(n, round int, s *store.Store, r *rand.Rand) error {
		who := make([]gateway.Who, size)
		for i, p := range r.Perm(size) {
			who[i].Address = conversation.Address(fmt.Sprintf("+336%04d%04d", round, p))
			if p%2 == 0 {
				who[i].Account = fmt.Sprintf("c-%d", p) // moves from round to round, and between nodes
			}
		}
		return group(t.Context(), s, fmt.Sprintf("n%d-%d", n, round), func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), lumen, who)
			for i, row := range rows {
				ids[n][who[i].Address] = row.Conversation.Customer.ID
			}
			return err
		})
	})
	if len(ids[0]) != rounds*size {
		t.Fatalf("%d addresses, want %d", len(ids[0]), rounds*size)
	}
	for a, id := range ids[0] {
		c, err := both[0].Conversation(t.Context(), lumen, gateway.Who{Address: a})
		if err != nil || ids[1][a] != id || c.Customer.ID != id {
			t.Errorf("%s is %s and %s, read as %s: %v", a, id, ids[1][a], c.Customer.ID, err)
		}
	}
}

// A statement that waited for the lock must not show the conversation as it
// was before the wait.
func TestTwoNodesNeverLoseATurn(t *testing.T) {
	both := nodes(t)
	const rounds = 60
	addresses := []conversation.Address{"+33600000001", "+33600000002", "+33600000003"}
	each(t, both, rounds, func(n, round int, s *store.Store, r *rand.Rand) error {
		var who []gateway.Who
		for _, p := range r.Perm(len(addresses)) {
			who = append(who, gateway.Who{Address: addresses[p]})
		}
		return group(t.Context(), s, fmt.Sprintf("n%d-%d", n, round), func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), lumen, who)
			if err != nil {
				return err
			}
			for _, row := range rows {
				row.Conversation.Version++
			}
			return tx.Write(t.Context(), lumen, gateway.Writes{Rows: rows})
		})
	})
	for _, a := range addresses {
		c, err := both[0].Conversation(t.Context(), lumen, gateway.Who{Address: a})
		if err != nil || c.Version != 2*rounds {
			t.Errorf("%s: version %d, want %d: %v", a, c.Version, 2*rounds, err)
		}
	}
}

func TestTwoNodesHaveOneMessageOfACustomerInFlight(t *testing.T) {
	both := nodes(t)
	const rounds = 40
	at := gateway.Who{Address: "+33600000001"}
	each(t, both, rounds, func(n, round int, s *store.Store, r *rand.Rand) error {
		return group(t.Context(), s, fmt.Sprintf("n%d-%d", n, round), func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), lumen, []gateway.Who{at})
			if err != nil {
				return err
			}
			c := rows[0].Conversation.Customer.ID
			if f := rows[0].Flight; f != nil {
				if f.Node != gateway.NodeID(fmt.Sprint("n", n)) {
					return nil // the other's
				}
				done, err := tx.Settle(t.Context(), lumen, []gateway.Settlement{{Message: f.Message, Customer: c, Attempt: f.Attempt, Status: gateway.Accepted}})
				if err == nil && (len(done) != 1 || !done[0].Posted) {
					err = fmt.Errorf("settled: %+v", done)
				}
				return err
			}
			f := gateway.Flight{
				Message: conversation.MessageID(fmt.Sprintf("m%03d-%d", round, n)), Customer: c, Node: gateway.NodeID(fmt.Sprint("n", n)),
				Attempt: 1, Deadline: tx.Now().Add(8 * time.Second), Lease: tx.Now().Add(20 * time.Second),
			}
			return tx.Write(t.Context(), lumen, gateway.Writes{Messages: []gateway.Outbound{{
				ID: f.Message, Customer: c, Author: "assistant", Created: tx.Now(), Status: gateway.PostingNow, Flight: &f,
			}}})
		})
	})
}

func TestTheLogOfTwoNodesHasNoGap(t *testing.T) {
	both := nodes(t)
	stop := errors.New("stop")
	each(t, both, 60, func(n, round int, s *store.Store, r *rand.Rand) error {
		fails, count := r.IntN(4) == 0, 1+r.IntN(5)
		err := group(t.Context(), s, fmt.Sprintf("n%d-%d", n, round), func(tx gateway.Tx) error {
			if _, err := tx.Append(t.Context(), lumen, make([]gateway.Entry, count)); err != nil {
				return err
			}
			if fails {
				return stop
			}
			return nil
		})
		if fails && errors.Is(err, stop) {
			return nil
		}
		return err
	})
	entries, err := both[0].Log(t.Context(), lumen, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		if e.Seq != int64(i+1) {
			t.Fatalf("row %d has number %d", i, e.Seq)
		}
	}
	if len(entries) == 0 {
		t.Error("the log is empty")
	}
}

// Both nodes bind one carrier's id to messages of different customers: one
// gets it, and neither group is lost.
func TestTwoNodesBindACarriersIDOnce(t *testing.T) {
	both := nodes(t)
	const rounds = 20
	each(t, both, rounds, func(n, round int, s *store.Store, r *rand.Rand) error {
		at := gateway.Who{Address: conversation.Address(fmt.Sprintf("+3360000000%d", n))}
		return group(t.Context(), s, fmt.Sprintf("n%d-%d", n, round), func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), lumen, []gateway.Who{at})
			if err != nil {
				return err
			}
			c, id := rows[0].Conversation.Customer.ID, conversation.MessageID(fmt.Sprintf("m%03d-%d", round, n))
			f := gateway.Flight{Message: id, Customer: c, Attempt: 1, Lease: tx.Now().Add(time.Minute)}
			err = tx.Write(t.Context(), lumen, gateway.Writes{Messages: []gateway.Outbound{{
				Message: conversation.Message{Channel: "lumen-sms"}, ID: id, Customer: c, Created: tx.Now(), Status: gateway.PostingNow, Flight: &f,
			}}})
			if err != nil {
				return err
			}
			done, err := tx.Settle(t.Context(), lumen, []gateway.Settlement{{
				Message: id, Customer: c, Attempt: 1, Status: gateway.Accepted, Carrier: conversation.CarrierID(fmt.Sprintf("SM%d", round))}})
			if err == nil && len(done) != 1 {
				err = fmt.Errorf("settled: %+v", done)
			}
			return err
		})
	})
	for round := range rounds {
		bound, err := both[0].Bound(t.Context(), lumen, "lumen-sms", []conversation.CarrierID{conversation.CarrierID(fmt.Sprintf("SM%d", round))})
		if err != nil || len(bound) != 1 {
			t.Errorf("round %d: bound %v: %v", round, bound, err)
		}
	}
}

func TestOneOfTwoNodesTakesAJob(t *testing.T) {
	both := nodes(t)
	const jobs = 60
	err := group(t.Context(), both[0], "g", func(tx gateway.Tx) error {
		var list []gateway.JobRow
		for i := range jobs {
			list = append(list, gateway.JobRow{Customer: "c", Job: conversation.Job{ID: fmt.Sprint("j", i), Kind: "reorder"}, Due: tx.Now()})
		}
		return tx.Write(t.Context(), lumen, gateway.Writes{Jobs: list})
	})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var taken []string
	each(t, both, jobs/3, func(n, round int, s *store.Store, r *rand.Rand) error {
		list, err := s.TakeJobs(t.Context(), 3, time.Hour)
		mu.Lock()
		defer mu.Unlock()
		for _, j := range list {
			taken = append(taken, j.ID)
		}
		return err
	})
	slices.Sort(taken)
	if n := len(taken); n != jobs || len(slices.Compact(taken)) != n {
		t.Errorf("%d of %d jobs were taken, or some twice", n, jobs)
	}
}

func TestTwoProcessesMigrateAtOnce(t *testing.T) {
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(t.TempDir(), "causette.db") },
		"postgres": func() string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			u := url()
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					s, err := store.Open(t.Context(), u, store.Options{})
					if err != nil {
						t.Error(err)
						return
					}
					defer s.Close()
					if err := s.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
					if have, want, err := s.Schema(t.Context()); err != nil || have != want || want == 0 {
						t.Errorf("schema %d, want %d: %v", have, want, err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestANewDatabaseHasNoSchema(t *testing.T) {
	for name, url := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "causette.db"), "postgres": pgtest.URL(t)} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), url, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if have, want, err := s.Schema(t.Context()); err != nil || have != 0 || want == 0 {
				t.Errorf("schema %d, want %d: %v", have, want, err)
			}
		})
	}
}

func TestTwoNodesThatWriteConsentsKeepOneChain(t *testing.T) {
	both := nodes(t)
	const rounds = 40
	each(t, both, rounds, func(n, round int, s *store.Store, r *rand.Rand) error {
		written := 0
		return group(t.Context(), s, fmt.Sprintf("c%d-%d", n, round), func(tx gateway.Tx) error {
			var w gateway.Writes
			for i := range 1 + r.IntN(3) {
				written++
				w.Consents = append(w.Consents, gateway.ConsentRow{Customer: "c", Event: conversation.EventID(fmt.Sprintf("%d-%d-%d-%d", n, round, written, i)),
					Consent: conversation.Consent{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, At: tx.Now()}})
			}
			if err := tx.Write(t.Context(), lumen, w); err != nil {
				return err
			}
			_, err := tx.Append(t.Context(), lumen, []gateway.Entry{{Type: "consent.recorded", At: tx.Now()}})
			return err
		})
	})
	secret, err := both[0].Secret(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	proof, err := secret.Verify(t.Context(), both[1], lumen)
	if err != nil || proof.Broken != nil || proof.Rows < 2*rounds || proof.Head.Seq != proof.Rows {
		t.Errorf("%+v %+v %v", proof, proof.Broken, err)
	}
}
