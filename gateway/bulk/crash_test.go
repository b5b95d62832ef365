package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/bulk"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

const channel = conversation.ChannelID("lumen-sms")

// herald is a script that says every prompt at once.
type herald struct{}

func (herald) Version() string { return "herald" }

func (herald) Step(c conversation.Conversation, e conversation.Event, _ time.Time) conversation.Turn {
	t := conversation.Turn{Next: c, Rule: "herald"}
	if e.Type != conversation.PromptRequested {
		return t
	}
	p := e.Prompt
	t.Messages = []conversation.Message{{Channel: channel, Medium: conversation.SMS, To: p.To, Text: p.Text, Purpose: p.Purpose, Prompt: p.ID, Rule: "herald"}}
	t.Prompts = []conversation.PromptChange{{ID: p.ID, Status: conversation.PromptQueued, Verdict: conversation.Verdict{Rule: "open"}, Prompt: p}}
	return t
}

func (herald) Again(conversation.Conversation, conversation.Message, time.Time) conversation.Verdict {
	return conversation.Verdict{Rule: "open"}
}

func (herald) Preview(conversation.Conversation, conversation.Prompt, time.Time) conversation.Preview {
	return conversation.Preview{}
}

// carrier takes everything and counts it by number.
type carrier struct {
	mu  sync.Mutex
	got map[conversation.Address]int
}

func (*carrier) ID() conversation.ChannelID  { return channel }
func (*carrier) Medium() conversation.Medium { return conversation.SMS }
func (c *carrier) Send(_ context.Context, p gateway.Posting) (gateway.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got[p.To]++
	return gateway.Receipt{Carrier: conversation.CarrierID("SM" + p.Message), Status: gateway.Accepted}, nil
}

func (c *carrier) sent() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.got)
}

// mortal is the door and the store of a node that dies after so many knocks: what
// it had knocked for is done, and it never hears of it.
type mortal struct {
	*store.Store
	door  bulk.Door
	knock atomic.Int64
}

var errDead = errors.New("the node is dead")

func (m *mortal) Accept(ctx context.Context, b conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	n := m.knock.Add(-1)
	if n < -8 { // the last ones were on their way
		return gateway.Outcome{}, errDead
	}
	out, err := m.door.Accept(ctx, b, who, e)
	if n < 0 {
		return gateway.Outcome{}, errDead
	}
	return out, err
}

func (m *mortal) KeepBulk(ctx context.Context, node gateway.NodeID, b gateway.Bulk, from gateway.BulkStatus, lease time.Duration) (gateway.Bulk, error) {
	if m.knock.Load() < 0 {
		return gateway.Bulk{}, gateway.ErrNotFound
	}
	return m.Store.KeepBulk(ctx, node, b, from, lease)
}

func (m *mortal) TakeBulk(ctx context.Context, node gateway.NodeID, lease time.Duration) (gateway.Bulk, error) {
	if m.knock.Load() < 0 {
		return gateway.Bulk{}, gateway.ErrNotFound
	}
	return m.Store.TakeBulk(ctx, node, lease)
}

// engines runs a test on both.
func engines(t *testing.T, do func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { do(t, "file:"+filepath.Join(t.TempDir(), "causette.db")) })
	t.Run("postgres", func(t *testing.T) { do(t, pgtest.URL(t)) })
}

// serve runs a gateway on a database until stop, at so many texts a second (0: any).
func serve(t testing.TB, url string, c *carrier, script gateway.Script, perSecond float64) (*store.Store, *gateway.Gateway, func()) {
	t.Helper()
	st, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Options{Store: st, Routes: []gateway.Route{{Brand: brand, Channel: c, PerSecond: perSecond}},
		SettleApart: strings.HasPrefix(url, "postgres"), // as serve does
		Scripts:     func(conversation.BrandID, []byte) (gateway.Script, error) { return script, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Use(t.Context(), brand, script, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	return st, g, func() {
		cancel()
		if err := errors.Join(<-ended, st.Close()); err != nil {
			t.Error(err)
		}
	}
}

// Whenever a node dies in the middle of a job, another goes on: nobody of the
// segment is left out, and nobody gets two.
func TestACrashLeavesNobodyOutAndGivesNobodyTwo(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		const customers, crashes = 1500, 6
		c := &carrier{got: map[conversation.Address]int{}}
		st, g, stop := serve(t, url, c, herald{}, 0)
		made(t, st, customers)
		first, err := bulk.New(bulk.Options{Store: st, Door: g})
		if err != nil {
			t.Fatal(err)
		}
		o := order(func(o *gateway.BulkOrder) { o.Segment, o.Confirm = "everyone", customers })
		job, err := first.Start(t.Context(), brand, "test", o)
		if err != nil {
			t.Fatal(err)
		}
		die := rand.New(rand.NewPCG(1, 2))
		for i := range crashes {
			m := &mortal{Store: st, door: g}
			m.knock.Store(int64(die.IntN(200)))
			b, err := bulk.New(bulk.Options{Store: m, Door: m, Lease: 300 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			var running sync.WaitGroup
			running.Go(func() { b.Run(ctx) })
			await(t, "the crash", func() bool { return m.knock.Load() < 0 })
			cancel()
			running.Wait()
			if i == crashes/2 { // the whole gateway starts anew
				stop()
				st, g, stop = serve(t, url, c, herald{}, 0)
			}
		}
		last, err := bulk.New(bulk.Options{Store: st, Door: g, Lease: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { last.Run(ctx) })
		var got gateway.Bulk
		await(t, "the job's end", func() bool {
			if got, err = last.Job(t.Context(), brand, job.ID); err != nil {
				t.Fatal(err)
			}
			return got.Status.Ended()
		})
		await(t, "every message", func() bool { return c.sent() == customers })
		cancel()
		running.Wait()
		stop()
		if got.Status != gateway.BulkDone || got.Progress.Considered != customers || got.Progress.Matched != customers {
			t.Errorf("got %+v", got)
		}
		for to, n := range c.got {
			if n != 1 {
				t.Errorf("%s got %d", to, n)
			}
		}
	})
}

// made makes customers.
func made(t *testing.T, st *store.Store, n int) {
	t.Helper()
	who := make([]gateway.Who, n)
	for i := range who {
		who[i].Address = conversation.Address(fmt.Sprintf("+336%08d", i))
	}
	err := st.Group(t.Context(), "made", []conversation.BrandID{brand}, func(tx gateway.Tx) error {
		_, err := tx.Lock(t.Context(), brand, who)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// await waits until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%s does not come", what)
		}
	}
}

func TestTenThousandAreCountedQuickly(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		st, g, stop := serve(t, url, &carrier{got: map[conversation.Address]int{}}, herald{}, 0)
		defer stop()
		made(t, st, 10_000)
		b, err := bulk.New(bulk.Options{Store: st, Door: g})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		got, err := b.Count(t.Context(), brand, gateway.BulkOrder{Segment: `everyone and not vip and not bought "LAMPE-*"`})
		took := time.Since(began)
		if err != nil || got.Considered != 10_000 || got.Matched != 10_000 {
			t.Errorf("got %+v, %v", got, err)
		}
		t.Logf("in %s", took)
		if took > 10*time.Second { // 60 ms on an idle machine
			t.Errorf("10,000 customers took %s", took)
		}
	})
}
