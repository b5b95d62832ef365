package bulk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/segment"
	"github.com/causette/causette/gateway"
)

// pass is one walk of a runner through the customers.
type pass struct {
	*runner
	segment *segment.Segment
	pace    *rate.Limiter // nil: as fast as the door takes it

	took     time.Duration // the chunk before
	early    time.Duration // how long until the pace allows the next prompt
	hopeless string        // why no prompt of the job will ever be said
}

// breath is how long a job with a pace rests between chunks at least, so that
// its prompts share groups. What a pause gives may be made up for twice over:
// timers are late.
const breath = 100 * time.Millisecond

// pace is a job's throttle.
func pace(perMinute int) *rate.Limiter {
	if perMinute == 0 {
		return nil
	}
	limit := perSecond(perMinute)
	return rate.NewLimiter(limit, max(1, int(float64(limit)*2*breath.Seconds())))
}

func perSecond(perMinute int) rate.Limit { return rate.Limit(float64(perMinute) / 60) }

// chunk asks for the prompts of the first customers of a page, at the job's
// pace, and returns when the door has answered for all of them, with how many
// customers those were. An error leaves the job where it was before.
func (p *pass) chunk(ctx context.Context, page []conversation.Conversation) (n int, err error) {
	began := time.Now()
	p.early = 0
	p.slower(began)
	progress := p.job.Progress
	var flying sync.WaitGroup
	var mu sync.Mutex // of failed and p.hopeless
	var failed error
	for n = range page {
		c := &page[n]
		if !p.mine(c.Customer.ID) {
			continue
		}
		now := time.Now()
		if p.segment.Match(c, now) {
			if p.early = p.wait(now); p.early > 0 || now.Sub(began) > p.rhythm() {
				n--
				break
			}
			var landed func()
			if landed, err = p.flight(ctx); err != nil {
				break
			}
			progress.Matched++
			flying.Go(func() {
				defer landed()
				verdict, err := p.ask(ctx, c, now)
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
				if verdict.Code == "unknown_template" {
					p.hopeless = verdict.Why
				}
			})
		}
		progress.Considered++
	}
	flying.Wait()
	p.took = time.Since(began)
	if err := errors.Join(err, failed); err != nil {
		return 0, err
	}
	if n++; n > 0 {
		p.job.Progress, p.job.Cursor.After = progress, string(page[n-1].Customer.ID)
	}
	return n, nil
}

// wait is how long until the pace allows a prompt; 0: it is taken.
func (p *pass) wait(now time.Time) time.Duration {
	if p.pace == nil {
		return 0
	}
	r := p.pace.ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d > 0 {
		r.CancelAt(now)
	}
	return d
}

// slower halves the pace while people wait for long at the desk.
func (p *pass) slower(now time.Time) {
	if p.pace == nil {
		return
	}
	limit := perSecond(p.job.Order.PerMinute)
	if p.busy() > p.opt.Patience {
		limit /= 2
	}
	if p.pace.Limit() != limit {
		p.pace.SetLimitAt(now, limit)
	}
}

// rest waits for the pace; a job without one waits as long as its chunk took
// where people wait for long at the desk. Meanwhile what was done is kept; it says
// false where a command has come.
func (p *pass) rest(ctx context.Context) (bool, error) {
	pause := time.Duration(0)
	switch {
	case p.early > 0:
		pause = max(p.early, breath)
	case p.pace == nil && p.busy() > p.opt.Patience:
		pause = p.took
	}
	for {
		if time.Since(p.kept) >= min(keepLeast, p.rhythm()) {
			if mine, err := p.keep(ctx); err != nil || !mine {
				return false, err
			}
		}
		if pause <= 0 {
			return true, nil
		}
		step := min(pause, p.rhythm())
		if !sleep(ctx, step) {
			return false, ctx.Err()
		}
		pause -= step
	}
}

// mine says whether the pass is for the customer: the first slice and everybody
// else are told apart by a hash of customer and job, so that no customer is
// always among the first.
func (p *pass) mine(id conversation.CustomerID) bool {
	slice := p.job.Order.Slice
	if slice == 0 {
		return true
	}
	first := share(p.job.ID, id) < slice*100
	return first == (p.job.Cursor.Phase == gateway.BulkPhaseSlice)
}

// share is a number from 0 to 9999, the same for the same customer and job:
// FNV-1a, with its upper half folded in, since ids differ in their ends only.
func share(job string, id conversation.CustomerID) int {
	h := uint64(14695981039346656037)
	for _, s := range [2]string{job, string(id)} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
	}
	h = (h ^ h>>32) * 0x9E3779B97F4A7C15
	return int(h >> 32 % 10_000)
}

// flight takes a place among the prompts that this node asks for at once.
func (r *runner) flight(ctx context.Context) (release func(), err error) {
	select {
	case r.flights <- struct{}{}:
		return func() { <-r.flights }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ask asks for one prompt, until the door has taken it, and returns what the
// gate said.
func (p *pass) ask(ctx context.Context, c *conversation.Conversation, now time.Time) (conversation.Verdict, error) {
	prompt := promptOf(&p.job, c, now.UTC())
	e := conversation.Event{ID: conversation.EventID("prompt:" + prompt.ID), Type: conversation.PromptRequested, Time: prompt.Requested, Prompt: &prompt}
	out, err := p.knock(ctx, c.Customer.ID, e)
	if err != nil {
		return conversation.Verdict{}, fmt.Errorf("ask for a prompt: %w", err)
	}
	if out.Turn != nil {
		for i := range out.Turn.Prompts {
			if out.Turn.Prompts[i].ID == prompt.ID {
				return out.Turn.Prompts[i].Verdict, nil
			}
		}
	}
	return conversation.Verdict{}, nil
}

// knock makes an event a turn, however often the door says that it is busy. A
// customer who was erased meanwhile is passed over.
func (r *runner) knock(ctx context.Context, customer conversation.CustomerID, e conversation.Event) (gateway.Outcome, error) {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		if !r.held() {
			return gateway.Outcome{}, errLost
		}
		out, err := r.opt.Door.Accept(ctx, r.job.Brand, gateway.Who{Customer: customer}, e)
		switch {
		case errors.Is(err, gateway.ErrUnknownCustomer):
			return out, nil
		case !errors.Is(err, gateway.ErrBusy):
			return out, err
		}
		if !sleep(ctx, pause) {
			return out, ctx.Err()
		}
	}
}

// prompt is the job's prompt to one customer.
func promptOf(job *gateway.Bulk, c *conversation.Conversation, now time.Time) conversation.Prompt {
	o := &job.Order.Prompt
	p := conversation.Prompt{
		ID: gateway.BulkPrefix(job.ID) + string(c.Customer.ID), Purpose: o.Purpose, Template: o.Template, Text: o.Text, Variables: o.Variables,
		Channel: o.Channel, To: addressOf(c), Opens: o.Opens, Incentive: o.Incentive, Expires: o.Expires, Requested: now, Campaign: job.ID,
	}
	if o.Opens == conversation.CartDialogue && c.Customer.Cart != nil {
		p.Cart = c.Customer.Cart.ID
	}
	return p
}
