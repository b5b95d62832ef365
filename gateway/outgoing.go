package gateway

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
)

// Listener is who hears, outside, what happens to a brand's customers.
type Listener interface {
	// Tell posts one event; every try of it has the same id. A nil error means
	// that it was taken; every other is an *Untold.
	Tell(ctx context.Context, id string, body []byte) error
}

// Untold is an event that was not taken.
type Untold struct {
	Gone  bool          // nobody will ever listen there again
	Never bool          // this one cannot be taken: it is too large
	After time.Duration // not before, as the listener asks; 0: as usual
	Err   error
}

func (u *Untold) Error() string { return fmt.Sprintf("tell an event: %v", u.Err) }
func (u *Untold) Unwrap() error { return u.Err }

// tellAgain is how long after each try that failed the next one is made: the
// times that Standard Webhooks 1.0 recommends.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
var tellAgain = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Bounds of telling one brand's shop. Each brand has a loop of its own, so that
// one who does not listen holds up nobody else.
const (
	eventEvery = 5 * time.Second // another node may have left some
	eventBatch = 16
	eventsOpen = 4                // posts to one shop at once
	eventLease = 90 * time.Second // a batch takes four times the longest answer
	longestAsk = 24 * time.Hour   // of a Retry-After
)

// tellShop tells one brand's listener until ctx ends. One that says that it is
// gone is told nothing more until the gateway is started again with a new address.
func (g *Gateway) tellShop(ctx context.Context, brand conversation.BrandID, to Listener) {
	tick := time.NewTicker(eventEvery)
	defer tick.Stop()
	gone := false
	for {
		full := true
		for full && ctx.Err() == nil {
			full = g.tellBatch(ctx, brand, to, &gone)
		}
		select {
		case <-ctx.Done():
			return
		case <-g.events[brand]:
		case <-tick.C:
		}
	}
}

// tellBatch tells one batch and says whether there may be more.
func (g *Gateway) tellBatch(ctx context.Context, brand conversation.BrandID, to Listener, gone *bool) bool {
	jobs, err := g.opt.Store.TakeEvents(ctx, brand, eventBatch, eventLease)
	if err != nil {
		if ctx.Err() == nil {
			g.log.Warn("cannot list events to tell", "brand", brand, "error", err)
		}
		return false
	}
	var telling sync.WaitGroup
	var mu sync.Mutex
	room := make(chan struct{}, eventsOpen)
	for _, j := range jobs {
		room <- struct{}{}
		telling.Go(func() {
			defer func() { <-room }()
			mu.Lock()
			silent := *gone
			mu.Unlock()
			var err error = &Untold{Gone: true, Err: errors.New("the listener is gone")}
			if !silent {
				err = to.Tell(ctx, j.ID, j.Payload)
			}
			var untold *Untold
			if errors.As(err, &untold) && untold.Gone && !silent {
				mu.Lock()
				*gone = true
				mu.Unlock()
				g.log.Error("the shop says that its events_url is gone (410): it is told nothing more until the gateway is started with another",
					"brand", brand, "alert", true)
			}
			g.told(ctx, j, err)
		})
	}
	telling.Wait()
	return len(jobs) == eventBatch
}

// told ends an event's job, or says when it is told again.
func (g *Gateway) told(ctx context.Context, j JobRow, err error) {
	outcome, due := "taken", time.Time{}
	if err != nil {
		if ctx.Err() != nil {
			return // the gateway stops: its lease runs out
		}
		outcome, due = "later", again(j.Attempts, err)
		if due.IsZero() {
			outcome = "dropped"
			g.log.Warn("an event is not told", "brand", j.Brand, "event", j.ID, "attempt", j.Attempts, "error", err)
		}
	}
	g.metrics.told.WithLabelValues(string(j.Brand), outcome).Inc()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	if err := g.opt.Store.MoveJob(ctx, j.Brand, j.ID, due); err != nil {
		g.log.Warn("cannot note what became of an event; it is told again", "brand", j.Brand, "event", j.ID, "error", err)
	}
}

// again is when an event that was not taken is told next, zero for never. The
// times are spread by a fifth, so that what failed together does not come back
// together.
func again(attempt int, err error) time.Time {
	var untold *Untold
	if !errors.As(err, &untold) {
		untold = &Untold{Err: err}
	}
	if untold.Gone || untold.Never || attempt < 1 || attempt > len(tellAgain) {
		return time.Time{}
	}
	wait := tellAgain[attempt-1]
	wait += rand.N(wait/5 + 1)
	return time.Now().Add(max(wait, min(untold.After, longestAsk)))
}
