package gateway

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
)

// resolve finds out what became of an attempt whose answer is unknown. The
// message stays in flight meanwhile, so nothing overtakes it:
//
//	the carrier drops a repeated id   send again, with the same id
//	the list has it                   bind it
//	a complete list does not          say a reply or a transactional message
//	                                  once more, drop marketing
//	the list cannot be read           ask again until the message expires,
//	                                  then unknown: shown, never sent again
//
// A list is complete only when it was read later than the attempt's deadline
// plus the carrier's lag (Options.ListLag).
func (l *lane) resolve(a launch) {
	if _, ok := l.channel.(SameIDRetrier); ok {
		l.finish(a, Settlement{Status: Queued, Code: "ambiguous"}, nil)
		return
	}
	carrier, ok := l.channel.(Lookuper)
	if !ok {
		l.finish(a, Settlement{Status: Unknown, Code: "ambiguous"}, nil)
		return
	}
	absentAfter := a.deadline.Add(l.g.opt.ListLag)
	renewAt := a.deadline
	for pause := l.g.opt.ListLag / 20; ; pause = min(2*pause, time.Minute) {
		if !l.rest(&a, pause, &renewAt) {
			return
		}
		l.g.at(PointResolving)
		asked := time.Now()
		found, complete, err := l.lookup(carrier, a.posting)
		switch {
		case err == nil && len(found) > 0:
			l.finish(a, Settlement{Status: found[0].Status, Carrier: found[0].Carrier}, nil)
			return
		case err == nil && complete && asked.After(absentAfter):
			s := Settlement{Status: Queued, Code: "lost"}
			if a.posting.Purpose == conversation.Marketing || a.posting.Attempt >= maxAttempts {
				s.Status = Failed
			}
			l.finish(a, s, nil)
			return
		case !a.posting.Expires.IsZero() && asked.After(a.posting.Expires):
			l.finish(a, Settlement{Status: Unknown, Code: "ambiguous"}, nil)
			return
		case err != nil:
			l.g.log.Warn("cannot read the carrier's list", "channel", l.id, "message", a.posting.Message, "error", err)
		case asked.Before(absentAfter):
			pause = min(pause, max(time.Until(absentAfter), time.Millisecond))
		}
	}
}

// rest waits before the carrier is asked again, and keeps the lease meanwhile: a
// pause may be longer. It returns false when the message is no longer this
// attempt's to resolve: settled by a report, another node's, or the gateway
// drains and whoever is there when the lease runs out asks again.
func (l *lane) rest(a *launch, pause time.Duration, renewAt *time.Time) bool {
	for until := time.Now().Add(pause); ; {
		if l.g.ended(min(time.Until(until), l.g.opt.Lease/8)) {
			return false
		}
		if time.Now().After(*renewAt) {
			if !l.renew(a) {
				return false
			}
			*renewAt = time.Now().Add(l.g.opt.Lease / 3)
		}
		if !time.Now().Before(until) {
			return true
		}
	}
}

// lookup asks the carrier, leaving out what belongs to other messages.
func (l *lane) lookup(carrier Lookuper, p Posting) ([]Receipt, bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), l.g.opt.Deadline)
	defer cancel()
	found, complete, err := carrier.Lookup(ctx, p)
	if err != nil || len(found) == 0 {
		return nil, complete, err
	}
	ids := make([]conversation.CarrierID, len(found))
	for i, r := range found {
		ids[i] = r.Carrier
	}
	bound, err := l.g.opt.Store.Bound(ctx, l.brand, l.id, ids)
	if err != nil {
		return nil, false, err
	}
	ours := found[:0]
	for _, r := range found {
		if m, ok := bound[r.Carrier]; !ok || m == p.Message {
			ours = append(ours, r)
		}
	}
	return ours, complete, nil
}

// renew keeps the lease of the message; false says that it is no longer ours.
func (l *lane) renew(a *launch) bool {
	w := newWork(l.brand, Who{Customer: a.posting.Customer, Brief: true})
	w.renew = &Ref{Brand: l.brand, Customer: a.posting.Customer, Message: a.posting.Message, Channel: l.id}
	if err := l.g.queue.push(context.Background(), w); err != nil {
		return false
	}
	v := l.g.heard(w)
	if v.err != nil {
		return true // the database is away; ask again later
	}
	return !v.stale && v.flight != nil && v.flight.Attempt == a.posting.Attempt
}

// takeOver leases the messages whose node died, and asks their carriers. It
// runs until ctx ends.
func (g *Gateway) takeOver(ctx context.Context) {
	g.every(ctx, g.opt.Lease/10, func() {
		refs, err := g.opt.Store.Lapsed(ctx, 100)
		if err != nil {
			g.log.Warn("cannot list lapsed messages", "error", err)
			return
		}
		for _, ref := range refs {
			l := g.lanes[ref.Channel]
			if l == nil {
				continue // the channel is configured elsewhere, or no longer
			}
			select {
			case l.slots <- struct{}{}:
			default:
				continue
			}
			h := &hold{lane: l}
			a, ok := g.inherit(ctx, l, ref)
			if !ok {
				h.release()
				continue
			}
			a.hold = h
			g.busy.Add(1)
			go func() {
				defer g.busy.Add(-1)
				defer a.hold.release()
				l.resolve(a)
			}()
		}
		g.expire(ctx)
	})
}

// inherit takes the lease of a lapsed message and reads it.
func (g *Gateway) inherit(ctx context.Context, l *lane, ref Ref) (launch, bool) {
	w := newWork(ref.Brand, Who{Customer: ref.Customer, Brief: true})
	w.renew = &ref
	if err := g.queue.push(ctx, w); err != nil {
		return launch{}, false
	}
	v := <-w.done
	if v.err != nil || v.stale || v.flight == nil {
		return launch{}, false
	}
	m, err := g.opt.Store.Outbound(ctx, ref.Brand, ref.Message)
	if err != nil {
		g.log.Warn("cannot read a lapsed message", "message", ref.Message, "error", err)
		return launch{}, false
	}
	g.log.Info("took over a message whose lease ran out", "message", ref.Message, "attempt", v.flight.Attempt)
	m.Attempts = v.flight.Attempt
	return launch{posting: posting(ref.Brand, m, m.FirstPosted), flight: *v.flight, deadline: time.Now()}, true
}

// expire settles queued messages that were too late to post.
func (g *Gateway) expire(ctx context.Context) {
	refs, err := g.opt.Store.Overdue(ctx, 100)
	if err != nil {
		g.log.Warn("cannot list overdue messages", "error", err)
		return
	}
	for _, ref := range refs {
		s := Settlement{Message: ref.Message, Customer: ref.Customer, Status: Expired, At: time.Now().UTC()}
		if err := g.own(settling{Brand: ref.Brand, Settlement: s}); err != nil {
			return
		}
	}
}
