package bulk

import (
	"context"
	"fmt"
	"time"
)

// busy is how long who asks for a person now waits for them; 0: not known.
func (r *runner) busy() time.Duration {
	if live := r.opt.Live(r.job.Brand); live != nil {
		return live.Wait
	}
	return 0
}

// patient waits while people wait for much too long at the desk: what a job sends
// brings more of them. It says false where a command has come meanwhile, and ends
// a job whose prompts are too late by now.
func (r *runner) patient(ctx context.Context) (bool, error) {
	for {
		if e := r.job.Order.Prompt.Expires; !e.IsZero() && !time.Now().Before(e) {
			return false, r.fail(ctx, "its prompts expired before everybody was asked for")
		}
		wait := r.busy()
		if wait <= 2*r.opt.Patience {
			r.job.Why = ""
			return true, nil
		}
		r.job.Why = fmt.Sprintf("waits for the desk, where people wait for %s", wait.Round(time.Minute))
		if mine, err := r.keep(ctx); err != nil || !mine {
			return false, err
		}
		if !sleep(ctx, r.rhythm()) {
			return false, ctx.Err()
		}
	}
}
