package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store/pgtest"
)

// What a seed of the crash and two-node proofs is made of.
const (
	customers = 12
	lives     = 4                       // of nodes, each ended by force; one more follows
	waves     = 4                       // of texts, one for each life
	life      = 1500 * time.Millisecond // at most
	patience  = 2 * time.Minute         // of a whole seed
)

// tally counts where nodes ended, over all seeds.
type tally struct {
	mu    sync.Mutex
	ended map[string]int
	turns int
	sends int
	worst time.Duration
}

func (c *tally) end(where string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.ended = map[string]int{}
	}
	c.ended[where]++
}

func (c *tally) seed(h *history, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turns += len(h.turns)
	c.sends += len(h.said)
	c.worst = max(c.worst, took)
}

func (c *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d turns, %d messages, the slowest seed %v; ended:", c.turns, c.sends, c.worst.Round(time.Millisecond))
	for _, p := range gateway.Points {
		fmt.Fprintf(&b, " %s %d,", p, c.ended[string(p)])
	}
	fmt.Fprintf(&b, " elsewhere %d, stopped and continued %d", c.ended["elsewhere"], c.ended["stopped"])
	return b.String()
}

// planned draws where the nth life of a node ends. Points go round, so that few
// seeds meet them all; every second end comes a little after its point.
func (s *trial) planned(n int, signal syscall.Signal) plan {
	p := plan{
		Point:  gateway.Points[(int(s.seed)*lives+n)%len(gateway.Points)],
		Nth:    1 + s.dice.Int64N(4),
		Signal: signal,
	}
	if s.dice.IntN(2) == 0 {
		p.Delay = time.Duration(s.dice.Int64N(int64(2 * time.Millisecond)))
	}
	return p
}

// serve starts a node and gives it its share of the traffic. It returns nil when
// the node's plan ended it before it served.
func (s *trial) serve(p *plan) (c *child, leave func()) {
	s.t.Helper()
	c = startChild(s.t, p, "serve", "--config", s.config)
	addr, ok := c.address(s.t)
	if !ok {
		if p == nil || !c.status.Signaled() {
			s.t.Fatalf("seed %d: the program ended by itself:\n%s", s.seed, c.tail())
		}
		s.begin()
		return c, func() {}
	}
	s.router.add(addr)
	s.begin()
	return c, func() { s.router.remove(addr) }
}

// live lets a node live through its plans, one after the other, and ends with
// one that nothing happens to.
func (s *trial) live(plans []plan, count *tally) *child {
	s.t.Helper()
	for i := range plans {
		// A stopped node is past its lease when it goes on: first while the other
		// asks what became of its messages, then after it has said them again.
		hold := sendLease + sendLease/8
		if i > 0 {
			hold = sendLease + 2*listLag
		}
		s.liveOnce(&plans[i], hold, count)
	}
	c, _ := s.serve(nil)
	return c
}

// liveOnce runs one life, and ends it by hand where the plan does not in time.
func (s *trial) liveOnce(p *plan, hold time.Duration, count *tally) {
	c, leave := s.serve(p)
	defer leave()
	end := time.NewTimer(life)
	defer end.Stop()
	where := string(p.Point)
	select {
	case <-c.exited:
	case <-c.stopped:
	case <-end.C:
		where = "elsewhere"
		c.signal(p.Signal)
	}
	if p.Signal == syscall.SIGSTOP {
		select {
		case <-c.exited:
		case <-time.After(hold):
		}
		c.signal(syscall.SIGCONT)
		count.end("stopped")
		// What it does now it does without knowing how late it is.
		select {
		case <-c.exited:
		case <-time.After(life / 2):
		}
		c.kill()
		return
	}
	<-c.exited
	if !c.status.Signaled() {
		s.t.Errorf("seed %d: the program ended by itself (%v):\n%s", s.seed, p, c.tail())
	}
	count.end(where)
}

// prove ends a seed: everything is delivered, the nodes drain, and what is left
// is judged.
func (s *trial) prove(run func() []*child, count *tally) {
	s.t.Helper()
	begun := time.Now()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	var delivered sync.WaitGroup
	delivered.Go(func() { s.deliver(ctx) })
	nodes := run()
	delivered.Wait()
	if ctx.Err() != nil {
		s.t.Fatalf("seed %d: not every text was acknowledged in time:\n%s", s.seed, tails(nodes))
	}
	s.settled(ctx)
	s.played.Close() // no callback comes after this
	for _, c := range nodes {
		if code := c.drain(s.t); code != exitDone {
			s.t.Errorf("seed %d: exit %d after SIGTERM:\n%s", s.seed, code, c.tail())
		}
	}
	h, err := readHistory(s.t.Context(), s.store)
	if err != nil {
		s.t.Fatal(err)
	}
	if wrong := h.judge(s.texts, s.router, s.played.Accepted()); len(wrong) > 0 {
		s.t.Errorf("seed %d (CAUSETTE_SEED=%d runs it alone):\n%s\nthe last node's log:\n%s", s.seed, s.seed, strings.Join(wrong, "\n"), tails(nodes))
	}
	count.seed(h, time.Since(begun))
}

func tails(nodes []*child) string {
	var b strings.Builder
	for _, c := range nodes {
		b.WriteString(c.tail() + "\n")
	}
	return b.String()
}

// A node is killed again and again, at every point of a message's way and
// between them, while customers write and the carrier has a bad day: one turn
// for each text, one send for each message, in order, and nothing forgotten that
// was acknowledged.
func TestProofCrash(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			var count tally
			t.Cleanup(func() { t.Log(&count) })
			for _, seed := range seeds(t, 200, 3) {
				t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
					t.Parallel()
					s := newTrial(t, seed, db.open(t), conditions{day: badDay(), slow: .1, most: sendDeadline / 2})
					s.write(customers, waves, life/4)
					var plans []plan
					for n := range lives {
						plans = append(plans, s.planned(n, syscall.SIGKILL))
					}
					s.prove(func() []*child { return []*child{s.live(plans, &count)} }, &count)
				})
			}
		})
	}
}

// Two nodes share one PostgreSQL. Texts and callbacks of one customer go to
// either; one node is killed, the other is stopped past its lease and continued
// while its messages are another's already.
func TestProofTwoNodes(t *testing.T) {
	var count tally
	t.Cleanup(func() { t.Log(&count) })
	for _, seed := range seeds(t, 200, 3) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			s := newTrial(t, seed, pgtest.URL(t), conditions{day: badDay(), slow: .1, most: sendDeadline / 2})
			s.write(customers, waves, life/4)
			killed := []plan{s.planned(0, syscall.SIGKILL), s.planned(1, syscall.SIGKILL)}
			stopped := []plan{s.planned(2, syscall.SIGSTOP), s.planned(3, syscall.SIGSTOP)}
			s.prove(func() []*child {
				other := make(chan *child, 1)
				go func() {
					defer close(other) // a failure ends this goroutine early
					other <- s.live(killed, &count)
				}()
				nodes := []*child{s.live(stopped, &count)}
				if c := <-other; c != nil {
					nodes = append(nodes, c)
				}
				return nodes
			}, &count)
		})
	}
}
