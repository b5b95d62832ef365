package gateway

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
)

// group is one attempt at making a batch of work durable, in one transaction.
//
// It follows the recipe of the design, each step for all brands in their order
// before the next step, so that every node takes its locks in the same order:
//
//	fresh    claim the deduplication keys
//	lock     find, make and lock the customers
//	timers   delete the claimed timers
//	settle   apply what became of earlier sends
//	getters  lock the agents who would get a conversation, count what they have
//	step     fold the turns in memory, choose what is posted at once
//	write    cancellations, then inserts
//	post     move what was released or claimed to posting
//	append   take the brands' sequence numbers, write the log
type group struct {
	g     *Gateway
	batch []*work
	begun time.Time // on this node's monotonic clock, before the transaction began
	now   time.Time // the database's clock
	parts []*part
	loads map[conversation.AgentID]Load // of who gets a conversation, as the turns go

	holds    []*hold  // what was reserved on lanes: given back if the commit fails
	launches []launch // what is sent after the commit
}

// part is the share of one brand in a group.
type part struct {
	brand   conversation.BrandID
	works   []*work
	keyed   []*work                // those with a deduplication key,
	fresh   func() ([]bool, error) // and which of them are new; nil: there are none
	folds   map[conversation.CustomerID]*fold
	order   []*fold
	writes  Writes
	entries []Entry
	queued  map[conversation.MessageID]Outbound // those that somebody wants to take back, and that have not left
	head    *int64                              // the log's last number once the group is committed; nil: nothing was written to it

	delivered map[string]conversation.Delivery // of the prompts that events ask about
	stopped   Writes                           // what the second gate leaves to write
}

func newGroup(g *Gateway, batch []*work) *group {
	gr := &group{g: g, batch: batch, begun: time.Now()}
	for _, id := range sortedBrands(batch) {
		p := &part{brand: id, folds: make(map[conversation.CustomerID]*fold, len(batch))}
		for _, w := range batch {
			if w.brand == id {
				p.works = append(p.works, w)
			}
		}
		gr.parts = append(gr.parts, p)
	}
	return gr
}

func (gr *group) ids() []conversation.BrandID {
	ids := make([]conversation.BrandID, len(gr.parts))
	for i, p := range gr.parts {
		ids[i] = p.brand
	}
	return ids
}

func (gr *group) run(ctx context.Context, tx Tx) error {
	gr.g.at(PointGroupBegun)
	for _, step := range []struct {
		name string
		do   func(context.Context, Tx, *part) error
	}{
		{"claim keys", gr.fresh},
		{"lock customers", gr.lock},
		{"take timers", gr.timers},
		{"settle", gr.settle},
		{"lock agents", func(ctx context.Context, tx Tx, p *part) error {
			if p != gr.parts[0] {
				return nil // all brands' at once
			}
			return gr.getters(ctx, tx)
		}},
		{"step", gr.step},
		{"write", gr.write},
		{"post", gr.post},
		{"append to the log", gr.append},
	} {
		for _, p := range gr.parts {
			if err := step.do(ctx, tx, p); err != nil {
				return fmt.Errorf("%s of %s: %w", step.name, p.brand, err)
			}
		}
	}
	gr.g.at(PointCommitting)
	return nil
}

func (gr *group) fresh(ctx context.Context, tx Tx, p *part) error {
	var keys []conversation.EventID
	for _, w := range p.works {
		if w.event != nil && w.timer == nil {
			keys = append(keys, w.event.ID)
			p.keyed = append(p.keyed, w)
		}
	}
	if len(keys) > 0 {
		p.fresh = tx.Fresh(ctx, p.brand, keys)
	}
	return nil
}

func (gr *group) lock(ctx context.Context, tx Tx, p *part) error {
	who := make([]Who, len(p.works))
	for i, w := range p.works {
		who[i] = w.who
	}
	rows, err := tx.Lock(ctx, p.brand, who)
	if err != nil {
		return err
	}
	gr.now = tx.Now()
	if p.fresh != nil {
		fresh, err := p.fresh()
		if err != nil {
			return err
		}
		for i, w := range p.keyed {
			w.duplicate = !fresh[i]
		}
	}
	for i, w := range p.works {
		w.row = rows[i]
		if w.row == nil {
			continue
		}
		id := w.row.Conversation.Customer.ID
		if p.folds[id] == nil {
			f := &fold{row: w.row}
			p.folds[id] = f
			p.order = append(p.order, f)
			for _, former := range w.row.Merged {
				p.entries = append(p.entries, mergedEntry(former, id, gr.now))
			}
		}
	}
	return nil
}

// mergedEntry is the log of two customers who turned out to be one.
func mergedEntry(from, to conversation.CustomerID, now time.Time) Entry {
	return Entry{Type: CustomerMerged, Customer: from, At: now, Payload: mustJSON(Merged{from, to})}
}

// CustomerMerged is the log's word for a customer who turned out to be another:
// its payload is a Merged.
const CustomerMerged = "customer.merged"

// Merged says who is no more, and who has all that was theirs.
type Merged struct {
	From conversation.CustomerID `json:"from"`
	To   conversation.CustomerID `json:"to"`
}

func (p *part) foldOf(w *work) *fold { return p.folds[w.row.Conversation.Customer.ID] }

func (gr *group) timers(ctx context.Context, tx Tx, p *part) error {
	var refs []TimerRef
	var timed []*work
	for _, w := range p.works {
		if w.timer != nil && w.row != nil {
			ref := *w.timer
			ref.Customer = w.row.Conversation.Customer.ID // who was merged since is somebody else
			refs = append(refs, ref)
			timed = append(timed, w)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	taken, err := tx.TakeTimers(ctx, p.brand, refs)
	if err != nil {
		return err
	}
	for i, w := range timed {
		w.stale = !taken[i]
	}
	return nil
}

func (gr *group) settle(ctx context.Context, tx Tx, p *part) error {
	var asked []Settlement
	for _, w := range p.works {
		if w.settle != nil && w.row != nil {
			s := *w.settle
			s.Customer = w.row.Conversation.Customer.ID
			if f := w.row.Flight; f != nil && f.Message == s.Message {
				s.Flight = f
			}
			asked = append(asked, s)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	return gr.apply(ctx, tx, p, asked)
}

// apply settles messages and notes in the log what changed. A customer whose
// message left posting is released: the next one may go.
func (gr *group) apply(ctx context.Context, tx Tx, p *part, asked []Settlement) error {
	settled, err := tx.Settle(ctx, p.brand, asked)
	if err != nil {
		return err
	}
	for _, s := range settled {
		f := p.folds[s.Customer]
		if f == nil {
			continue
		}
		if s.Posted {
			f.row.Flight, f.released = nil, true
		}
		if s.Status == Queued && s.Was != Queued {
			f.row.Waiting++
		}
		if s.Status == Expired && s.Was == Queued && s.Prompt != "" {
			p.stopped.Set = append(p.stopped.Set, deliveryTimer(p.brand, s.Customer, s.Prompt, gr.now))
		}
		gr.g.metrics.status(s.Channel, s.Status)
		p.entries = append(p.entries, statusEntry(s, gr.now))
	}
	return nil
}

func (gr *group) write(ctx context.Context, tx Tx, p *part) error {
	received, messages := 0, 0
	for _, f := range p.order {
		received += len(f.received)
		messages += len(f.messages)
	}
	// The largest rows of a turn: growing to 256 of them would copy them twice.
	p.writes.Rows = make([]*Row, 0, len(p.order))
	p.writes.Received = make([]InboundRow, 0, received)
	p.writes.Messages = make([]Outbound, 0, messages)
	for _, f := range p.order {
		f.collect(&p.writes)
	}
	if err := tx.Write(ctx, p.brand, p.writes); err != nil {
		return err
	}
	var recalls []Settlement
	for _, f := range p.order {
		recalls = append(recalls, f.recalls...)
		f.released = f.released || len(f.recalls) > 0
	}
	if len(recalls) == 0 {
		return nil
	}
	return gr.apply(ctx, tx, p, recalls)
}

// post moves to posting the head of every customer that was released, claimed
// or freed by a cancellation. A head that may no longer be said is cancelled
// here, under the customer's lock, and the next one is looked at.
func (gr *group) post(ctx context.Context, tx Tx, p *part) error {
	claims := gr.claims(p)
	var ask []conversation.CustomerID
	for _, f := range p.order {
		id := f.row.Conversation.Customer.ID
		if f.row.Flight == nil && f.row.Waiting > 0 && (f.released || f.answered() || claims[id] != nil) {
			ask = append(ask, id)
		}
	}
	for len(ask) > 0 {
		heads, err := tx.Heads(ctx, p.brand, ask)
		if err != nil {
			return err
		}
		var flights []Flight
		var refused []Settlement
		ask = ask[:0]
		for _, m := range heads {
			f := p.folds[m.Customer]
			refusal, verdict, stop := gr.refuse(f, m)
			if stop {
				refused = append(refused, refusal)
				p.stop(m, refusal, verdict, gr.now)
				ask = append(ask, m.Customer)
				continue
			}
			held := gr.hold(claims[m.Customer], &m)
			if held == nil {
				continue // the pump posts it when the lane has room
			}
			p.released(m, verdict, gr.now)
			flight := gr.flight(m)
			flights = append(flights, flight)
			m.Attempts = flight.Attempt
			f.row.Flight = &flight
			gr.launches = append(gr.launches, launch{hold: held, posting: posting(p.brand, m, gr.now), flight: flight})
		}
		if len(refused) > 0 {
			if err := gr.apply(ctx, tx, p, refused); err != nil {
				return err
			}
		}
		if len(flights) > 0 {
			if err := tx.Post(ctx, p.brand, flights); err != nil {
				return err
			}
		}
	}
	if len(p.stopped.Prompts)+len(p.stopped.Set) > 0 {
		if err := tx.Write(ctx, p.brand, p.stopped); err != nil {
			return err
		}
	}
	return gr.renew(ctx, tx, p)
}

// claims collects what pumps reserved; what is not used is given back after
// the commit.
func (gr *group) claims(p *part) map[conversation.CustomerID]*claim {
	var claims map[conversation.CustomerID]*claim
	for _, w := range p.works {
		if w.claim == nil || w.row == nil {
			continue
		}
		if claims == nil {
			claims = make(map[conversation.CustomerID]*claim)
		}
		claims[w.row.Conversation.Customer.ID] = w.claim
	}
	return claims
}

// hold returns room on the channel's lane: the pump's if it is for this
// channel, else what the lane can give now, nil for none.
func (gr *group) hold(c *claim, m *Outbound) *hold {
	if c != nil && c.ref.Channel == m.Channel && !c.hold.used {
		c.hold.used = true
		return c.hold
	}
	lane := gr.g.lanes[m.Channel]
	if lane == nil {
		return nil
	}
	h := lane.reserve(m.Segments, m.bulk())
	if h == nil {
		lane.kick(m.bulk())
		return nil
	}
	h.used = true
	gr.holds = append(gr.holds, h)
	return h
}

// flight is an attempt of this node that begins with this commit.
func (gr *group) flight(m Outbound) Flight {
	return Flight{
		Message: m.ID, Customer: m.Customer, Node: gr.g.node, Attempt: m.Attempts + 1, Exempt: m.Exempt,
		Deadline: gr.now.Add(gr.g.opt.Deadline), Lease: gr.now.Add(gr.g.opt.Lease),
	}
}

// renew takes over leases that ran out, and keeps those of this node. A message
// may be asked for twice: by whoever resolves it, and by whoever saw its lease run
// out meanwhile.
func (gr *group) renew(ctx context.Context, tx Tx, p *part) error {
	var flights []Flight
	for _, w := range p.works {
		if w.renew == nil {
			continue
		}
		if w.row == nil || w.row.Flight == nil || w.row.Flight.Message != w.renew.Message ||
			(w.row.Flight.Node != gr.g.node && gr.now.Before(w.row.Flight.Lease)) {
			w.stale = true
			continue
		}
		f := *w.row.Flight
		f.Node, f.Lease = gr.g.node, gr.now.Add(gr.g.opt.Lease)
		w.flight = &f
		if !slices.ContainsFunc(flights, func(one Flight) bool { return one.Message == f.Message }) {
			flights = append(flights, f)
		}
	}
	if len(flights) == 0 {
		return nil
	}
	return tx.Post(ctx, p.brand, flights)
}

func (gr *group) append(ctx context.Context, tx Tx, p *part) (err error) {
	if len(p.entries) == 0 {
		return nil
	}
	p.head, err = tx.Append(ctx, p.brand, p.entries)
	return err
}

// abandon gives back everything that was reserved: the commit failed.
func (gr *group) abandon() {
	for _, h := range gr.holds {
		h.release()
	}
	for _, w := range gr.batch {
		if w.claim != nil {
			w.claim.hold.used = false
		}
	}
}

// publish is what follows a commit: the callers are answered, the messages
// handed to the lanes, the other nodes woken.
func (gr *group) publish() {
	for _, l := range gr.launches {
		l.deadline = gr.begun.Add(gr.g.opt.Deadline)
		gr.g.lanes[l.posting.Channel].launch(l)
	}
	for _, w := range gr.batch {
		if w.claim != nil && !w.claim.hold.used {
			w.claim.hold.release()
		}
		gr.g.answer(w, w.verdict())
	}
	heads := make(map[conversation.BrandID]int64, len(gr.parts))
	for _, p := range gr.parts {
		if p.head != nil {
			heads[p.brand] = *p.head
		}
		if len(p.writes.Set)+len(p.stopped.Set) > 0 {
			gr.g.timer.now()
		}
		if len(p.writes.Jobs) > 0 {
			gr.g.jobs.now()
			if told := gr.g.events[p.brand]; told != nil {
				told.now()
			}
		}
		for i := range p.writes.Received {
			if in := &p.writes.Received[i].Inbound; len(in.Media) > 0 {
				gr.g.came(p.brand, *in)
			}
		}
		for i := range p.writes.Messages {
			if p.writes.Messages[i].Status == Queued {
				if lane := gr.g.lanes[p.writes.Messages[i].Channel]; lane != nil {
					lane.kick(p.writes.Messages[i].bulk())
				}
			}
		}
	}
	gr.g.announce(heads)
}

func (w *work) verdict() verdict {
	v := verdict{stale: w.stale, flight: w.flight}
	v.outcome = Outcome{Duplicate: w.duplicate, Poisoned: w.poisoned, Version: w.version, Turn: w.turn}
	if w.row == nil {
		v.err = ErrUnknownCustomer
		return v
	}
	v.outcome.Customer = w.row.Conversation.Customer.ID
	return v
}
