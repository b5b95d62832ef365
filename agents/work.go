package agents

import (
	"context"
	"errors"
	"time"

	"github.com/causette/causette/conversation"
)

// Assigner is what the desk does by itself: it offers those who wait to those
// who are there, takes back what idle agents leave, and reckons how long people
// wait. It runs on every node; what two of them do is done once.
type Assigner struct {
	desk   *Desk
	manual bool
	ticks  <-chan time.Time
	poked  chan struct{}

	given map[conversation.AgentID]time.Time // when this node offered each agent something
	next  string                             // where the next round goes on in the queue

	// when each was done last
	offered, returned, reckoned time.Time
}

// AssignerOptions is how a desk works by itself.
type AssignerOptions struct {
	Manual bool             // agents choose from the queue: nothing is offered
	Ticks  <-chan time.Time // each lets the Assigner look whether there is something to do; nil: five a second
}

const (
	tick       = 200 * time.Millisecond // bursts of commits are looked at once
	offerEvery = 2 * time.Second        // when nothing woke it: another node may have
	idleEvery  = 10 * time.Second
	reckonEach = 5 * time.Second
)

// NewAssigner makes the desk's Assigner; Run makes it work.
func NewAssigner(d *Desk, o AssignerOptions) *Assigner {
	return &Assigner{desk: d, manual: o.Manual, ticks: o.Ticks, poked: make(chan struct{}, 1),
		given: make(map[conversation.AgentID]time.Time)}
}

// Wake tells it that a brand's log has grown; gateway.Subscribe calls it. It
// does not block.
func (a *Assigner) Wake(conversation.BrandID, int64) {
	select {
	case a.poked <- struct{}{}:
	default:
	}
}

// Run works until ctx ends.
func (a *Assigner) Run(ctx context.Context) {
	ticks := a.ticks
	if ticks == nil {
		t := time.NewTicker(tick)
		defer t.Stop()
		ticks = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		woken := false
		select {
		case <-a.poked:
			woken = true
		default:
		}
		if err := a.round(ctx, woken); err != nil && ctx.Err() == nil {
			a.desk.log.Warn("the desk could not see to its queue; it will try again", "error", err)
		}
	}
}

// Round does at once all that there is to do.
func (a *Assigner) Round(ctx context.Context) error {
	a.offered, a.returned, a.reckoned = time.Time{}, time.Time{}, time.Time{}
	return a.round(ctx, true)
}

// round does what is due. What fails is tried again at its next time.
func (a *Assigner) round(ctx context.Context, woken bool) error {
	now := a.desk.now()
	due := func(last *time.Time, every time.Duration, sooner bool) bool {
		if !sooner && now.Sub(*last) < every && !now.Before(*last) {
			return false
		}
		*last = now
		return true
	}
	back := due(&a.returned, idleEvery, false)
	offer := !a.manual && due(&a.offered, offerEvery, woken)
	reckon := due(&a.reckoned, reckonEach, false)
	if offer { // most commits leave nobody waiting
		waiting, err := a.waiting(ctx)
		if err != nil {
			return err
		}
		offer = waiting > 0
	}
	if !back && !offer && !reckon {
		return nil
	}
	everybody, err := a.desk.store.Agents(ctx)
	if err != nil {
		return err
	}
	var errs []error
	if back {
		errs = append(errs, a.giveBack(ctx, everybody))
	}
	if offer {
		errs = append(errs, a.offer(ctx, everybody))
	}
	if reckon {
		errs = append(errs, a.desk.reckon(ctx, everybody))
	}
	return errors.Join(errs...)
}

// waiting counts those whom nobody has and nobody is offered.
func (a *Assigner) waiting(ctx context.Context) (all int, err error) {
	for _, b := range a.desk.brands {
		n, err := a.desk.store.Waiting(ctx, b.ID)
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}
