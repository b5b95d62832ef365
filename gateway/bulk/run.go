package bulk

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const (
	// maxFlights bounds the prompts that a node asks for at once. They share
	// groups: enough that a group's costs are shared, and few enough that the
	// group which an answer to a customer has to wait for is short.
	maxFlights = 64
	maxRunning = 16 // jobs at once on a node: most of them wait for their pace

	leaseLeft = 4               // nothing is begun with less of a lease than this part
	lookEvery = 2 * time.Second // for jobs that another node left
	keepEvery = 5 * time.Second // the longest that work is not kept, nor the lease renewed
	keepLeast = 250 * time.Millisecond
)

// Run works through jobs until ctx ends; what it has begun is kept then, and
// another node goes on.
func (b *Bulk) Run(ctx context.Context) {
	var running sync.WaitGroup
	places := make(chan struct{}, maxRunning)
	tick := time.NewTicker(min(lookEvery, b.opt.Lease))
	defer tick.Stop()
	for {
		for b.take(ctx, &running, places) {
		}
		select {
		case <-ctx.Done():
			running.Wait()
			return
		case <-b.poke:
		case <-tick.C:
		}
	}
}

// take begins one job that waits, and says whether there was one.
func (b *Bulk) take(ctx context.Context, running *sync.WaitGroup, places chan struct{}) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case places <- struct{}{}:
	default:
		return false
	}
	job, err := b.opt.Store.TakeBulk(ctx, b.node, b.opt.Lease)
	if err != nil {
		<-places
		if !errors.Is(err, gateway.ErrNotFound) && ctx.Err() == nil {
			b.opt.Log.Warn("cannot look for bulk jobs", "error", err)
		}
		return false
	}
	running.Go(func() {
		defer func() { <-places; b.wake() }()
		b.work(ctx, &runner{Bulk: b, job: job, status: job.Status, until: time.Now().Add(b.opt.Lease)})
	})
	return true
}

// runner is one job at work on this node.
type runner struct {
	*Bulk
	job    gateway.Bulk
	status gateway.BulkStatus // as it stood when it was kept last
	until  time.Time          // by this node's clock: the lease may end after it
	kept   time.Time
}

// errLost says that the job is another's now, or that it was told something else.
var errLost = errors.New("the job is no longer this node's to work on")

// work carries a job on until it has nothing more to do here.
func (b *Bulk) work(ctx context.Context, r *runner) {
	log := b.opt.Log.With("brand", r.job.Brand, "job", r.job.ID)
	for {
		err := r.phase(ctx)
		switch {
		case errors.Is(err, errLost), errors.Is(err, gateway.ErrNotFound):
			return // whoever has it goes on from what was kept
		case err != nil && ctx.Err() == nil:
			log.Warn("a bulk job waits: it is tried again", "error", err)
			if !sleep(ctx, time.Second) {
				break
			}
			continue
		}
		if ctx.Err() != nil || !working(r.job.Status) || r.job.Cursor.Phase == gateway.BulkPhaseOver {
			if _, err := r.Bulk.opt.Store.KeepBulk(context.WithoutCancel(ctx), b.node, r.job, r.status, 0); err != nil && !errors.Is(err, gateway.ErrNotFound) {
				log.Warn("cannot give a bulk job back; its lease ends by itself", "error", err)
			}
			log.Info("bulk job left", "status", r.job.Status, "considered", r.job.Progress.Considered, "matched", r.job.Progress.Matched)
			return
		}
	}
}

// working says whether a job has work to do.
func working(s gateway.BulkStatus) bool {
	return s == gateway.BulkCounting || s == gateway.BulkRunning || s == gateway.BulkCancelled
}

// phase does what the job's status asks for, until that is done or a command
// has changed it: then r.job is what it is now.
func (r *runner) phase(ctx context.Context) error {
	switch r.job.Status {
	case gateway.BulkCounting:
		return r.count(ctx)
	case gateway.BulkRunning:
		return r.walk(ctx)
	case gateway.BulkCancelled:
		return r.drop(ctx)
	}
	return nil
}

// keep makes r.job durable, and says false where a command has come meanwhile:
// then r.job is as the command left it.
func (r *runner) keep(ctx context.Context) (bool, error) {
	began := time.Now()
	job, err := r.opt.Store.KeepBulk(context.WithoutCancel(ctx), r.node, r.job, r.status, r.opt.Lease)
	if err != nil {
		return false, err
	}
	r.until, r.kept = began.Add(r.opt.Lease), began
	mine := job.Status == r.job.Status
	r.job, r.status = job, job.Status
	return mine, nil
}

// end puts the job to another status and phase.
func (r *runner) end(ctx context.Context, status gateway.BulkStatus, phase gateway.BulkPhase, why string) error {
	r.job.Status, r.job.Cursor, r.job.Why = status, gateway.BulkCursor{Phase: phase}, why
	_, err := r.keep(ctx)
	return err
}

// held says whether the lease lasts long enough to begin something.
func (r *runner) held() bool { return time.Until(r.until) > r.opt.Lease/leaseLeft }

// rhythm is how often at least what was done is kept: well within the lease.
func (r *runner) rhythm() time.Duration { return min(keepEvery, r.opt.Lease/leaseLeft) }

// page reads customers from where the job stands.
func (r *runner) page(ctx context.Context) ([]conversation.Conversation, error) {
	return r.opt.Store.PageCustomers(ctx, r.job.Brand, conversation.CustomerID(r.job.Cursor.After), pageSize)
}

// sleep waits, and says false where ctx ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
