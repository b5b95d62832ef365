package agents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
)

// workload is what a brand's desk has to do, and how fast it was lately.
type workload struct {
	waiting  int           // in the queue, held for nobody
	handled  int           // handoffs that ended lately
	handling time.Duration // how long the middle one was with a person
}

const (
	lately       = 4 * time.Hour    // what is handled now resembles what was handled since
	handledFirst = 10 * time.Minute // before anything was: what the first handoffs of most shops take
	fewHandled   = 5                // too few to be believed alone
	waitLeast    = time.Minute
	waitMost     = 8 * time.Hour
)

// expect reckons how long who asks for a person now waits for them.
//
// Everybody who is there works on several conversations at once: together they
// have places, and each place comes free once in the time that a conversation
// is with a person. So with w in the queue and f places free, who comes now
// waits until w+1-f places have come free, which happens places/handling times
// a minute:
//
//	wait = (w + 1 - f) · handling / places
//
// While a place is free it is only the minute until somebody has looked. An
// agent who serves several brands counts with all places in each: which brand
// they will serve is not known.
func expect(w workload, places, free int) time.Duration {
	if places <= 0 {
		return 0
	}
	handling := handledFirst
	if w.handled > 0 { // the fewer there were, the more the first guess still counts
		n, doubt := time.Duration(min(w.handled, 1000)), time.Duration(max(fewHandled-w.handled, 0))
		handling = (min(w.handling, waitMost)*n + handledFirst*doubt) / (n + doubt)
	}
	before := min(max(w.waiting+1-free, 0), 100_000)
	return min(max(time.Duration(before)*handling/time.Duration(places), waitLeast), waitMost)
}

// Live is how the brand's desk looked a few seconds ago, nil where there is
// nothing to say of it. It costs a turn one load.
func (d *Desk) Live(brand conversation.BrandID) *conversation.Live {
	if all := d.live.Load(); all != nil {
		return (*all)[brand]
	}
	return nil
}

// reckon renews what Live says.
func (d *Desk) reckon(ctx context.Context, everybody []Agent) error {
	now := d.now()
	var errs []error
	incidents, err := d.ActiveIncidents(ctx)
	if err != nil {
		errs = append(errs, err)
	}
	all := make(map[conversation.BrandID]*conversation.Live, len(d.brands))
	for _, b := range d.brands {
		places, free := 0, 0
		for _, p := range everybody {
			if p.There(now) && p.serves(b.ID) {
				places += p.takes()
				free += max(p.takes()-p.Load, 0)
			}
		}
		live := conversation.Live{Incidents: incidents[b.ID]}
		if places > 0 {
			w, err := d.workload(ctx, b.ID, now)
			if err != nil {
				errs = append(errs, err)
			} else {
				live.Wait = expect(w, places, free)
			}
		}
		if live.Wait > 0 || len(live.Incidents) > 0 {
			all[b.ID] = &live
		}
	}
	d.live.Store(&all)
	return errors.Join(errs...)
}

func (d *Desk) workload(ctx context.Context, brand conversation.BrandID, now time.Time) (w workload, err error) {
	if w.waiting, err = d.store.Waiting(ctx, brand); err == nil {
		w.handled, w.handling, err = d.store.Handled(ctx, brand, now.Add(-lately))
	}
	if err != nil {
		return w, fmt.Errorf("reckon the wait of %s: %w", brand, err)
	}
	return w, nil
}
