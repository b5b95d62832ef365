package bulk

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// drop takes back what a cancelled job asked for and what has not left: what is
// held, and what is queued. Each is a turn of its customer, as when an automation
// takes its prompt back.
func (r *runner) drop(ctx context.Context) error {
	if r.job.Cursor.Phase != gateway.BulkPhaseDrop {
		r.job.Cursor = gateway.BulkCursor{Phase: gateway.BulkPhaseDrop}
		if _, err := r.keep(ctx); err != nil {
			return err
		}
	}
	for {
		list, err := r.opt.Store.UnsentPrompts(ctx, r.job.Brand, r.job.ID, r.job.Cursor.After, pageSize)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return r.end(ctx, gateway.BulkCancelled, gateway.BulkPhaseOver, "")
		}
		if err := r.takeBack(ctx, list); err != nil {
			return err
		}
		r.job.Cursor.After = list[len(list)-1].ID
		if _, err := r.keep(ctx); err != nil {
			return err
		}
	}
}

func (r *runner) takeBack(ctx context.Context, list []gateway.PromptRow) error {
	var flying sync.WaitGroup
	errs := make([]error, len(list))
	for i := range list {
		release, err := r.flight(ctx)
		if err != nil {
			errs[i] = err
			break
		}
		flying.Go(func() {
			defer release()
			p := conversation.Prompt{ID: list[i].ID}
			_, errs[i] = r.knock(ctx, list[i].Customer, conversation.Event{
				ID: conversation.EventID("cancel:" + p.ID), Type: conversation.PromptCancelled, Time: time.Now().UTC(), Prompt: &p,
			})
		})
	}
	flying.Wait()
	return errors.Join(errs...)
}
