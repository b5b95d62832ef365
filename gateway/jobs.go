package gateway

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
)

// A job is asked of the shop until it is answered, at growing distances: its
// lease doubles as the wait before the next try.
const (
	jobEvery    = time.Second
	jobBatch    = 16
	jobLease    = 30 * time.Second
	jobTimeout  = 20 * time.Second
	jobAttempts = 8
)

// askShops carries out the jobs that turns left, until ctx ends.
func (g *Gateway) askShops(ctx context.Context) {
	tick := time.NewTicker(jobEvery)
	defer tick.Stop()
	for {
		jobs, err := g.opt.Store.TakeJobs(ctx, jobBatch, jobLease)
		if err != nil && ctx.Err() == nil {
			g.log.Warn("cannot list jobs", "error", err)
		}
		for i := range jobs {
			g.askShop(ctx, jobs[i])
		}
		if len(jobs) == jobBatch {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-g.jobs:
		case <-tick.C:
		}
	}
}

// askShop asks one job of the brand's shop and makes the answer an event.
func (g *Gateway) askShop(ctx context.Context, j JobRow) {
	result, err := g.doJob(ctx, j)
	if err != nil {
		if j.Attempts < jobAttempts {
			g.log.Warn("the shop did not answer; asking again", "brand", j.Brand, "job", j.ID, "attempt", j.Attempts, "error", err)
			return
		}
		g.log.Error("the shop does not answer; giving up", "brand", j.Brand, "job", j.ID, "error", err)
		result = conversation.Result{Failed: err.Error()}
	}
	result.Job, result.Kind = j.ID, j.Kind
	w := newWork(j.Brand, Who{Customer: j.Customer})
	w.job = j.ID
	w.event = &conversation.Event{ID: conversation.EventID("job:" + j.ID), Type: conversation.JobDone, Time: time.Now().UTC(), Result: &result}
	if g.queue.push(ctx, w) == nil {
		<-w.done // after an error the lease runs out, and the shop gives the same answer to the same id
	}
}

func (g *Gateway) doJob(ctx context.Context, j JobRow) (conversation.Result, error) {
	shop := g.opt.Shops[j.Brand]
	if shop == nil {
		return conversation.Result{Failed: "no shop is configured for this brand"}, nil
	}
	c, err := g.opt.Store.Conversation(ctx, j.Brand, Who{Customer: j.Customer})
	if err != nil {
		return conversation.Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	return shop.Do(ctx, j.Brand, c.Customer, j.Job)
}
