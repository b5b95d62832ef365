package main

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/bulk"
)

// closed is the door of a process that only orders jobs.
type closed struct{}

func (closed) Accept(context.Context, conversation.BrandID, gateway.Who, conversation.Event) (gateway.Outcome, error) {
	return gateway.Outcome{}, errors.New("nobody works on jobs here")
}

// However often the program is killed while it works through a bulk job, everybody
// of the segment gets the prompt, and nobody gets two.
func TestProofBulkCrash(t *testing.T) {
	for _, database := range databases {
		t.Run(database.name, func(t *testing.T) {
			for _, seed := range seeds(t, 12, 1) {
				proveBulk(t, newTrial(t, seed, database.open(t), conditions{}))
			}
		})
	}
}

func proveBulk(t *testing.T, s *trial) {
	const customers, deaths = 300, 3
	who := make([]gateway.Who, customers)
	for i := range who {
		who[i].Address = conversation.Address(phone(i))
	}
	err := s.store.Group(t.Context(), "customers", []conversation.BrandID{brandID}, func(tx gateway.Tx) error {
		_, err := tx.Lock(t.Context(), brandID, who)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	orders, err := bulk.New(bulk.Options{Store: s.store, Door: closed{}})
	if err != nil {
		t.Fatal(err)
	}
	job, err := orders.Start(t.Context(), brandID, "proof", gateway.BulkOrder{Segment: "not vip", Confirm: customers, PerMinute: 30_000,
		Prompt: gateway.BulkPrompt{Purpose: conversation.Transactional, Text: "Lumen : notre boutique change d'adresse lundi."}})
	if err != nil {
		t.Fatal(err)
	}
	for range deaths {
		p := plan{Point: gateway.Points[s.dice.IntN(len(gateway.Points)-1)], Nth: 2 + s.dice.Int64N(8), Signal: syscall.SIGKILL}
		c, leave := s.serve(&p)
		late := time.NewTimer(life)
		select {
		case <-c.exited:
		case <-late.C:
			c.kill()
		}
		late.Stop()
		leave()
	}
	c, leave := s.serve(nil)
	defer leave()
	until(t, c, "the job's end", func() bool {
		job, err = s.store.Bulk(t.Context(), brandID, job.ID)
		return err != nil || job.Status.Ended()
	})
	until(t, c, "every message", func() bool { return len(byPhone(s.played.Accepted())) == customers })
	if code := c.drain(t); code != exitDone {
		t.Errorf("seed %d: exit %d:\n%s", s.seed, code, c.tail())
	}
	if err != nil || job.Status != gateway.BulkDone || job.Progress.Matched != customers {
		t.Errorf("seed %d: %+v, %v", s.seed, job, err)
	}
	for to, list := range byPhone(s.played.Accepted()) {
		if len(list) != 1 {
			t.Errorf("seed %d: %s got %d messages", s.seed, to, len(list))
		}
	}
}

// until waits for what a child brings about.
func until(t *testing.T, c *child, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(2 * time.Minute)
	defer late.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-c.exited:
			t.Fatalf("the program ended by itself before %s:\n%s", what, c.tail())
		case <-late.C:
			t.Fatalf("%s does not come:\n%s", what, c.tail())
		}
	}
}
