// Package bulk sends one prompt to everybody of a segment: it counts the
// segment before use, and works through the customers in the order of their ids,
// knocking at the door for each as any automation does.
//
// Whoever orders jobs declares what it needs of Bulk; in full that is
//
//	Count(ctx context.Context, brand conversation.BrandID, o gateway.BulkOrder) (gateway.BulkCount, error)
//	Start(ctx context.Context, brand conversation.BrandID, by string, o gateway.BulkOrder) (gateway.Bulk, error)
//	Job(ctx context.Context, brand conversation.BrandID, id string) (gateway.Bulk, error)
//	Jobs(ctx context.Context, brand conversation.BrandID, before string, limit int) ([]gateway.Bulk, error)
//	Command(ctx context.Context, brand conversation.BrandID, id string, c gateway.BulkCommand) (gateway.Bulk, error)
//
// An order that cannot be wraps gateway.ErrBulkOrder, and a *segment.Error where
// the segment's text is why; a command at the wrong time wraps
// gateway.ErrBulkState; an unknown job is gateway.ErrNotFound. Count shows what
// a segment means and how many that are; Start wants that number in
// BulkOrder.Confirm. Jobs lists the newest first, before the job of
// that id, without their tallies.
//
// A job is worked on by one node, which holds a lease on it:
//
//	counting → running → done
//	             ↓  ↑ continue
//	           sliced
//
// Pause and resume, and cancel, are possible wherever it has not ended. Each
// prompt has the id "bulk:<job>:<customer>", and so has its event: whoever works
// on from where another stopped asks for some of them again, and the door knows
// them. So nobody is left out and nobody gets two.
package bulk

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Store is what bulk jobs need of a store.
type Store interface {
	// PageCustomers reads customers with their conversations in the order of
	// their ids, after the one of that id.
	PageCustomers(ctx context.Context, brand conversation.BrandID, after conversation.CustomerID, limit int) ([]conversation.Conversation, error)

	// AddBulk keeps a new job; one of that id that is there stays as it is.
	AddBulk(ctx context.Context, b gateway.Bulk) error
	// Bulk reads a job; gateway.ErrNotFound for none.
	Bulk(ctx context.Context, brand conversation.BrandID, id string) (gateway.Bulk, error)
	// Bulks reads jobs, the newest first, before the one of that id.
	Bulks(ctx context.Context, brand conversation.BrandID, before string, limit int) ([]gateway.Bulk, error)
	// MoveBulk puts a job that stands at from to another status;
	// gateway.ErrNotFound when it does not stand there.
	MoveBulk(ctx context.Context, brand conversation.BrandID, id string, from, to gateway.BulkStatus) (gateway.Bulk, error)
	// TakeBulk gives the node a job that has work to do and that nobody works
	// on, for as long as lease; gateway.ErrNotFound when there is none.
	TakeBulk(ctx context.Context, node gateway.NodeID, lease time.Duration) (gateway.Bulk, error)
	// KeepBulk keeps how far the node came with a job that stood at from when it
	// looked last, makes the status and the phase its own if it still does, and
	// returns the job as it is. gateway.ErrNotFound: the node's lease is over.
	// A lease of 0 gives the job back.
	KeepBulk(ctx context.Context, node gateway.NodeID, b gateway.Bulk, from gateway.BulkStatus, lease time.Duration) (gateway.Bulk, error)
	// TallyBulk counts how the prompts of a job stand.
	TallyBulk(ctx context.Context, brand conversation.BrandID, id string) (gateway.BulkTally, error)
	// UnsentPrompts lists the prompts of a job that have not left, in the order
	// of their ids, after the one of that id: the id and the customer of each.
	UnsentPrompts(ctx context.Context, brand conversation.BrandID, job, after string, limit int) ([]gateway.PromptRow, error)
}

// Door is where prompts are asked for: gateway.Gateway.
type Door interface {
	Accept(ctx context.Context, brand conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error)
}

// Options is what bulk jobs are made of.
type Options struct {
	Store Store
	Door  Door
	// Preview is what the gate would say of a prompt now; nil: counts say
	// nothing of verdicts.
	Preview func(ctx context.Context, brand conversation.BrandID, who gateway.Who, p conversation.Prompt) (conversation.Preview, error)
	// Live is how the desk looks now; nil: no desk.
	Live func(conversation.BrandID) *conversation.Live
	// Patience is how long people may wait at the desk before jobs halve their
	// pace; at twice that they stop. 0: 10 minutes.
	Patience time.Duration
	// Lease is how long a node that is not heard of keeps a job. 0: 30 seconds.
	Lease time.Duration
	Log   *slog.Logger // nil: silent
}

// Bulk orders jobs and, in Run, works through them. It is safe for concurrent use.
type Bulk struct {
	opt     Options
	node    gateway.NodeID
	flights chan struct{} // a place for each prompt that is asked for, of all jobs
	poke    chan struct{} // there is work
	tallies tallies
}

// New makes it; Run makes it work.
func New(o Options) (*Bulk, error) {
	switch {
	case o.Store == nil:
		return nil, errors.New("bulk jobs need a store")
	case o.Door == nil:
		return nil, errors.New("bulk jobs need a door")
	}
	if o.Live == nil {
		o.Live = func(conversation.BrandID) *conversation.Live { return nil }
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Minute
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Bulk{opt: o, node: gateway.NodeID(newID()), flights: make(chan struct{}, maxFlights), poke: make(chan struct{}, 1)}, nil
}

// newID mints an id that increases with time: jobs are listed by it.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// wake says that there is work.
func (b *Bulk) wake() {
	select {
	case b.poke <- struct{}{}:
	default:
	}
}
