package bulk

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/gateway"
)

// count counts the segment, and ends the job where it means many more customers
// than who ordered it had seen.
func (r *runner) count(ctx context.Context) error {
	s, err := parse(r.job.Order.Segment)
	if err != nil {
		return r.fail(ctx, err.Error())
	}
	for {
		page, err := r.page(ctx)
		if err != nil {
			return err
		}
		now := time.Now()
		for i := range page {
			if s.Match(&page[i], now) {
				r.job.Progress.Total++
			}
			r.job.Cursor.After = string(page[i].Customer.ID)
		}
		if len(page) < pageSize {
			break
		}
		if now.Sub(r.kept) < keepLeast {
			continue
		}
		if mine, err := r.keep(ctx); err != nil || !mine {
			return err
		}
	}
	o := &r.job.Order
	if n := r.job.Progress.Total; n > o.Confirm+max(o.Confirm/10, 10) {
		return r.fail(ctx, fmt.Sprintf("the segment has %d customers and %d were confirmed: count it again", n, o.Confirm))
	}
	phase := gateway.BulkPhaseRest
	if o.Slice > 0 {
		phase = gateway.BulkPhaseSlice
	}
	return r.end(ctx, gateway.BulkRunning, phase, "")
}

func (r *runner) fail(ctx context.Context, why string) error {
	r.opt.Log.Error("bulk job failed", "brand", r.job.Brand, "job", r.job.ID, "why", why)
	return r.end(ctx, gateway.BulkFailed, gateway.BulkPhaseOver, why)
}

// walk asks for the prompts of one pass through the customers: of the first
// slice, or of everybody else.
func (r *runner) walk(ctx context.Context) error {
	s, err := parse(r.job.Order.Segment)
	if err != nil {
		return r.fail(ctx, err.Error())
	}
	p := &pass{runner: r, segment: s, pace: pace(r.job.Order.PerMinute)}
	for {
		page, err := r.page(ctx)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for len(page) > 0 {
			if mine, err := r.patient(ctx); err != nil || !mine {
				return err
			}
			n, err := p.chunk(ctx, page)
			if err != nil {
				return err
			}
			page = page[n:]
			if p.hopeless != "" {
				return r.fail(ctx, p.hopeless)
			}
			if mine, err := p.rest(ctx); err != nil || !mine {
				return err
			}
		}
	}
	if r.job.Cursor.Phase == gateway.BulkPhaseSlice {
		return r.end(ctx, gateway.BulkSliced, gateway.BulkPhaseRest, "")
	}
	return r.end(ctx, gateway.BulkDone, gateway.BulkPhaseOver, "")
}
