package bulk_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/bulk"
)

const brand = conversation.BrandID("lumen")

// memory is a store and a door of tests whose clock is theirs: it keeps jobs and
// customers, and notes what is asked for and when.
type memory struct {
	mu        sync.Mutex
	customers []conversation.Conversation
	jobs      map[string]*gateway.Bulk
	node      gateway.NodeID
	lease     time.Time

	asked     map[string]time.Time // the prompts' ids, when
	again     int                  // prompts asked for twice
	cancelled map[string]bool
	status    func(conversation.Prompt) (conversation.PromptStatus, string) // and the code
	rows      map[string]gateway.PromptRow
	busy      int // so many knocks find nobody
	step      time.Duration
}

func newMemory(n int) *memory {
	m := &memory{jobs: map[string]*gateway.Bulk{}, asked: map[string]time.Time{}, cancelled: map[string]bool{}, rows: map[string]gateway.PromptRow{}}
	for i := range n {
		c := conversation.Begin(brand, conversation.CustomerID(fmt.Sprintf("c%06d", i)))
		c.Customer.Phone, c.Customer.VIP = conversation.Address(fmt.Sprintf("+336%08d", i)), i%2 == 0
		m.customers = append(m.customers, c)
	}
	m.status = func(conversation.Prompt) (conversation.PromptStatus, string) { return conversation.PromptHeld, "" }
	return m
}

func (m *memory) PageCustomers(_ context.Context, _ conversation.BrandID, after conversation.CustomerID, limit int) ([]conversation.Conversation, error) {
	i, found := slices.BinarySearchFunc(m.customers, after, func(c conversation.Conversation, id conversation.CustomerID) int {
		return cmp.Compare(c.Customer.ID, id)
	})
	if found {
		i++
	}
	return m.customers[i:min(i+limit, len(m.customers))], nil
}

func (m *memory) AddBulk(_ context.Context, b gateway.Bulk) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.jobs[b.ID] = &b
	return nil
}

func (m *memory) Bulk(_ context.Context, _ conversation.BrandID, id string) (gateway.Bulk, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.jobs[id] == nil {
		return gateway.Bulk{}, gateway.ErrNotFound
	}
	return *m.jobs[id], nil
}

func (m *memory) Bulks(context.Context, conversation.BrandID, string, int) ([]gateway.Bulk, error) {
	return nil, errors.New("not asked for here")
}

func (m *memory) MoveBulk(_ context.Context, _ conversation.BrandID, id string, from, to gateway.BulkStatus) (gateway.Bulk, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.jobs[id]
	if b.Status != from {
		return gateway.Bulk{}, gateway.ErrNotFound
	}
	b.Status, b.Why = to, ""
	return *b, nil
}

func (m *memory) TakeBulk(_ context.Context, node gateway.NodeID, lease time.Duration) (gateway.Bulk, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range m.jobs {
		works := b.Status == gateway.BulkCounting || b.Status == gateway.BulkRunning || b.Status == gateway.BulkCancelled
		if works && b.Cursor.Phase != gateway.BulkPhaseOver && !m.lease.After(time.Now()) {
			m.node, m.lease = node, time.Now().Add(lease)
			return *b, nil
		}
	}
	return gateway.Bulk{}, gateway.ErrNotFound
}

func (m *memory) KeepBulk(_ context.Context, node gateway.NodeID, b gateway.Bulk, from gateway.BulkStatus, lease time.Duration) (gateway.Bulk, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.jobs[b.ID]
	if m.node != node || !m.lease.After(time.Now()) {
		return gateway.Bulk{}, gateway.ErrNotFound
	}
	if was.Status == from || was.Cursor.Phase == b.Cursor.Phase {
		was.Progress, was.Cursor.After = b.Progress, b.Cursor.After
	}
	if was.Status == from {
		was.Status, was.Why, was.Cursor.Phase = b.Status, b.Why, b.Cursor.Phase
	}
	m.lease = time.Now().Add(lease)
	return *was, nil
}

func (m *memory) TallyBulk(_ context.Context, _ conversation.BrandID, id string) (gateway.BulkTally, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var t gateway.BulkTally
	for _, r := range m.rows {
		t.Add(r.Status, r.Verdict.Code, 1)
	}
	return t, nil
}

func (m *memory) UnsentPrompts(_ context.Context, _ conversation.BrandID, _, after string, limit int) (list []gateway.PromptRow, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if r.ID > after && r.Status == conversation.PromptHeld {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b gateway.PromptRow) int { return cmp.Compare(a.ID, b.ID) })
	return list[:min(len(list), limit)], nil
}

func (m *memory) Accept(ctx context.Context, _ conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	if m.step > 0 {
		time.Sleep(m.step)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy > 0 {
		m.busy--
		return gateway.Outcome{}, gateway.ErrBusy
	}
	id := e.Prompt.ID
	if e.Type == conversation.PromptCancelled {
		m.cancelled[id] = true
		r := m.rows[id]
		r.Status = conversation.PromptDropped
		m.rows[id] = r
		return gateway.Outcome{}, nil
	}
	if _, twice := m.asked[id]; twice {
		m.again++
		return gateway.Outcome{Duplicate: true}, nil
	}
	m.asked[id] = time.Now()
	status, code := m.status(*e.Prompt)
	v := conversation.Verdict{Code: code, Why: "because of " + code}
	m.rows[id] = gateway.PromptRow{ID: id, Customer: who.Customer, Status: status, Verdict: v}
	return gateway.Outcome{Turn: &conversation.Turn{Prompts: []conversation.PromptChange{{ID: id, Status: status, Verdict: v}}}}, nil
}

func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.asked)
}

// begin makes jobs over a memory; run runs them until the test ends.
func begin(t *testing.T, m *memory, change func(*bulk.Options)) *bulk.Bulk {
	t.Helper()
	o := bulk.Options{Store: m, Door: m}
	if change != nil {
		change(&o)
	}
	b, err := bulk.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func run(t *testing.T, b *bulk.Bulk) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	stop = func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	return stop
}

// order is to all VIPs, half of the customers.
func order(change func(*gateway.BulkOrder)) gateway.BulkOrder {
	o := gateway.BulkOrder{Segment: "vip", Confirm: 1_000_000, Prompt: gateway.BulkPrompt{Purpose: conversation.Marketing, Text: "Bonjour"}}
	if change != nil {
		change(&o)
	}
	return o
}

func start(t *testing.T, b *bulk.Bulk, o gateway.BulkOrder) gateway.Bulk {
	t.Helper()
	job, err := b.Start(t.Context(), brand, "test", o)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func tell(t *testing.T, b *bulk.Bulk, id string, c gateway.BulkCommand) gateway.Bulk {
	t.Helper()
	job, err := b.Command(t.Context(), brand, id, c)
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	return job
}

func read(t *testing.T, b *bulk.Bulk, id string) gateway.Bulk {
	t.Helper()
	job, err := b.Job(t.Context(), brand, id)
	if err != nil {
		t.Fatal(err)
	}
	return job
}
