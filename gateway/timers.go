package gateway

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
)

// A timer is looked for when one was set, when the next is due, and every
// timerEvery, since another node may have set it.
const (
	timerEvery = time.Second
	timerBatch = 100
)

// wakeTimers steps the timers that are due, until ctx ends. A turn deletes its
// timer, so two nodes that claim one step it once.
func (g *Gateway) wakeTimers(ctx context.Context) {
	for ctx.Err() == nil {
		full, wait := g.dueTimers(ctx)
		if full {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-g.timer:
		case <-t.C:
		}
		t.Stop()
	}
}

// dueTimers steps one batch, and says whether there may be more and how long
// until the next.
func (g *Gateway) dueTimers(ctx context.Context) (full bool, wait time.Duration) {
	due, next, err := g.opt.Store.Due(ctx, timerBatch)
	if err != nil {
		if ctx.Err() == nil {
			g.log.Warn("cannot list timers", "error", err)
		}
		return false, timerEvery
	}
	var works []*work
	for i := range due {
		w := newWork(due[i].Brand, Who{Customer: due[i].Customer})
		w.timer = &due[i]
		w.event = &conversation.Event{Type: conversation.TimerDue, Time: due[i].Due, Timer: &due[i].Timer, Live: g.live(due[i].Brand)}
		if g.queue.push(ctx, w) != nil {
			break
		}
		works = append(works, w)
	}
	for _, w := range works {
		if v := <-w.done; v.err != nil {
			return false, timerEvery
		}
	}
	wait = timerEvery
	if !next.IsZero() {
		wait = min(wait, max(time.Until(next), time.Millisecond))
	}
	return len(due) == timerBatch, wait
}
