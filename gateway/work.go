package gateway

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/causette/causette/conversation"
)

// work is one thing for the writer to make durable: a turn, the settling of a
// message, its move to posting, or the renewal of its lease. Exactly the
// pointer that its kind needs is set; a settlement may bring the event that it
// causes.
type work struct {
	brand conversation.BrandID
	who   Who

	event  *conversation.Event // step it
	timer  *TimerRef           // where event is this timer's: it must still stand
	job    string              // where event is a job's answer: the job is done
	settle *Settlement
	claim  *claim // move the message to posting
	renew  *Ref   // take over, or keep, the lease of a message in flight

	// what the current attempt of its group found
	row       *Row
	duplicate bool
	stale     bool // the timer was moved or cancelled, the lease is another's
	poisoned  bool
	turn      *conversation.Turn
	version   int64
	flight    *Flight // of the customer, before the turn; the renewed one

	done chan verdict
}

// claim asks that the customer's next message be posted, with what the pump
// reserved for it on the lane.
type claim struct {
	ref  Ref
	hold *hold
}

// verdict is what the writer says of a work after the commit.
type verdict struct {
	outcome Outcome
	flight  *Flight // in flight when the turn was committed: an opt-out waits for it
	stale   bool
	err     error
}

func newWork(brand conversation.BrandID, who Who) *work {
	return &work{brand: brand, who: who, done: make(chan verdict, 1)}
}

// forget drops what an attempt found, before the group is tried again.
func (w *work) forget() {
	w.row, w.duplicate, w.stale, w.poisoned, w.turn, w.version, w.flight = nil, false, false, false, nil, 0, nil
}

// queue is the bounded line before the writer. What a customer or an agent did
// goes before bulk; what the gateway owes itself (settlements, claims) goes
// before both, since it frees customers, and is bounded by the slots of the lanes.
type queue struct {
	own, urgent, bulk chan *work
	busy              *atomic.Int64 // counts works until they are answered

	mu      sync.RWMutex
	closed  bool
	closing chan struct{}
}

func newQueue(size, own int, busy *atomic.Int64) *queue {
	return &queue{
		busy:    busy,
		own:     make(chan *work, own),
		urgent:  make(chan *work, size),
		bulk:    make(chan *work, size),
		closing: make(chan struct{}),
	}
}

// owns is the line of the gateway's own work, events the others, each for a
// writer of its own. A channel that is nil gives nothing.
func (q *queue) owns() *queue   { return &queue{own: q.own, closing: q.closing} }
func (q *queue) events() *queue { return &queue{urgent: q.urgent, bulk: q.bulk, closing: q.closing} }

// offer puts an event in line, or says ErrBusy: the line is full or closed.
func (q *queue) offer(w *work, bulk bool) error {
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.closed {
		return ErrBusy
	}
	line := q.urgent
	if bulk {
		line = q.bulk
	}
	q.busy.Add(1)
	select {
	case line <- w:
		return nil
	default:
		q.busy.Add(-1)
		return ErrBusy
	}
}

// push puts the gateway's own work in line; it waits rather than refuses, and
// works until the writer has stopped.
func (q *queue) push(ctx context.Context, w *work) error {
	q.busy.Add(1)
	select {
	case q.own <- w:
		return nil
	case <-ctx.Done():
	case <-q.closing:
	}
	q.busy.Add(-1)
	return ErrBusy
}

// refuse closes the line to new events; what stands in it is still taken.
func (q *queue) refuse() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}

// stop ends take once the line is empty. Nothing may be put in line after it.
func (q *queue) stop() { close(q.closing) }

// take waits for work and returns whatever is in line, up to max: no timer, so
// an idle gateway answers at once and groups grow with the load. It returns nil
// when the queue has stopped and is empty.
func (q *queue) take(max int, group []*work) []*work {
	group = q.drain(max, group[:0])
	if len(group) > 0 {
		return group
	}
	select {
	case w := <-q.own:
		group = append(group, w)
	case w := <-q.urgent:
		group = append(group, w)
	case w := <-q.bulk:
		group = append(group, w)
	case <-q.closing:
		return q.drain(max, group)
	}
	return q.drain(max, group)
}

func (q *queue) drain(max int, group []*work) []*work {
	group = take(q.own, max, group)
	people := len(group)
	group = take(q.urgent, max, group)
	share := bulkAlone
	if len(group) > people {
		share = bulkBeside
	}
	return take(q.bulk, min(max, len(group)+share), group)
}

// How much bulk one group takes: whoever writes meanwhile waits for the whole of
// it, and whoever is in it for more than their own turn.
const (
	bulkAlone  = 64
	bulkBeside = 16
)

// take moves what is in a line to the group, up to max in all.
func take(line chan *work, max int, group []*work) []*work {
	for len(group) < max {
		select {
		case w := <-line:
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}

// depth is how many events wait.
func (q *queue) depth() int { return len(q.urgent) + len(q.bulk) }
