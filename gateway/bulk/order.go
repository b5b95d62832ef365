package bulk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Bounds of an order.
const (
	maxPerMinute = 1_000_000
	maxText      = 1600 // characters, as of any message
	maxVariables = 50
	maxName      = 100 // bytes of a template, a variable's name, a channel
	maxVariable  = 1000
	maxExpires   = 90 * 24 * time.Hour
	maxPage      = 100 // jobs listed at once
)

// Start makes a job of an order. What a name of its template lacks, the first
// prompts say: the job fails then.
func (b *Bulk) Start(ctx context.Context, brand conversation.BrandID, by string, o gateway.BulkOrder) (gateway.Bulk, error) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	if err := check(&o, now); err != nil {
		return gateway.Bulk{}, fmt.Errorf("%w: %w", gateway.ErrBulkOrder, err)
	}
	s, err := parse(o.Segment)
	if err != nil {
		return gateway.Bulk{}, err
	}
	o.Segment = s.String()
	job := gateway.Bulk{
		ID: cmp.Or(o.ID, newID()), Brand: brand, Order: o, By: by, Status: gateway.BulkCounting, Created: now, Changed: now,
		Cursor: gateway.BulkCursor{Phase: gateway.BulkPhaseCount},
	}
	if err := b.opt.Store.AddBulk(ctx, job); err != nil {
		return gateway.Bulk{}, fmt.Errorf("start a bulk job: %w", err)
	}
	if o.ID != "" { // it may have been started before
		if job, err = b.opt.Store.Bulk(ctx, brand, o.ID); err != nil {
			return gateway.Bulk{}, fmt.Errorf("start a bulk job: %w", err)
		}
	}
	b.opt.Log.Info("bulk job started", "brand", brand, "job", job.ID, "by", by)
	b.wake()
	return job, nil
}

// check says what is wrong with an order beside its segment.
func check(o *gateway.BulkOrder, now time.Time) error {
	p := &o.Prompt
	switch {
	case p.Purpose != conversation.Marketing && p.Purpose != conversation.Transactional:
		return fmt.Errorf("prompt.purpose is %q; write marketing or transactional", p.Purpose)
	case (p.Template == "") == (p.Text == ""):
		return errors.New("a prompt has either a template or a text")
	case utf8.RuneCountInString(p.Text) > maxText:
		return fmt.Errorf("prompt.text has more than %d characters", maxText)
	case len(p.Template) > maxName || len(p.Channel) > maxName:
		return fmt.Errorf("a template's or a channel's name has at most %d bytes", maxName)
	case len(p.Variables) > maxVariables:
		return fmt.Errorf("a prompt has at most %d variables", maxVariables)
	case p.Opens != "" && p.Opens != conversation.NoDialogue && p.Opens != conversation.CartDialogue && p.Opens != conversation.PreferenceDialogue:
		return fmt.Errorf("prompt.opens is %q; a bulk job opens cart, preference or none", p.Opens)
	case !p.Expires.IsZero() && (!p.Expires.After(now) || p.Expires.After(now.Add(maxExpires))):
		return errors.New("prompt.expires is in the future, and at most 90 days ahead")
	case o.PerMinute < 0 || o.PerMinute > maxPerMinute:
		return fmt.Errorf("per_minute is 0 (no limit) to %d", maxPerMinute)
	case o.Slice < 0 || o.Slice > 99:
		return errors.New("slice is the percent who get it first: 1 to 99, or 0 for everybody at once")
	case o.Confirm < 1:
		return errors.New("confirm is missing: count the segment and send the number it found")
	}
	for name, value := range p.Variables {
		if name == "" || len(name) > maxName || len(value) > maxVariable {
			return fmt.Errorf("variable %.40q: a name has at most %d bytes, a value %d", name, maxName, maxVariable)
		}
	}
	return nil
}

// Job reads a job and counts how its prompts stand.
func (b *Bulk) Job(ctx context.Context, brand conversation.BrandID, id string) (gateway.Bulk, error) {
	job, err := b.opt.Store.Bulk(ctx, brand, id)
	if err == nil {
		err = b.tally(ctx, &job)
	}
	return job, err
}

// Jobs lists jobs, the newest first, before the one of that id ("" from the
// newest). Their tallies are Job's to count.
func (b *Bulk) Jobs(ctx context.Context, brand conversation.BrandID, before string, limit int) ([]gateway.Bulk, error) {
	return b.opt.Store.Bulks(ctx, brand, before, min(max(limit, 1), maxPage))
}

// commands say where a job may stand for each.
var commands = map[gateway.BulkCommand][]gateway.BulkStatus{
	gateway.BulkPause:    {gateway.BulkCounting, gateway.BulkRunning},
	gateway.BulkResume:   {gateway.BulkPaused},
	gateway.BulkContinue: {gateway.BulkSliced},
	gateway.BulkCancel:   {gateway.BulkCounting, gateway.BulkRunning, gateway.BulkSliced, gateway.BulkPaused},
}

// Command says something to a job and returns it as it is then.
func (b *Bulk) Command(ctx context.Context, brand conversation.BrandID, id string, c gateway.BulkCommand) (gateway.Bulk, error) {
	from, known := commands[c]
	if !known {
		return gateway.Bulk{}, fmt.Errorf("%w: %q is no command; write pause, resume, continue or cancel", gateway.ErrBulkOrder, c)
	}
	for _, status := range from {
		job, err := b.opt.Store.Bulk(ctx, brand, id)
		if err != nil {
			return gateway.Bulk{}, err
		}
		if job.Status != status {
			continue
		}
		job, err = b.opt.Store.MoveBulk(ctx, brand, id, status, follows(c, job.Cursor.Phase))
		if errors.Is(err, gateway.ErrNotFound) {
			continue // it has just moved on: it may still stand where this can be done
		}
		if err == nil {
			b.opt.Log.Info("bulk job told", "brand", brand, "job", id, "command", c)
			b.wake()
			err = b.tally(ctx, &job)
		}
		return job, err
	}
	job, err := b.opt.Store.Bulk(ctx, brand, id)
	if err == nil {
		err = fmt.Errorf("%w: it is %s, and %s is for one that is %v", gateway.ErrBulkState, job.Status, c, from)
	}
	return job, err
}

// follows is the status that a command leads to.
func follows(c gateway.BulkCommand, phase gateway.BulkPhase) gateway.BulkStatus {
	switch {
	case c == gateway.BulkPause:
		return gateway.BulkPaused
	case c == gateway.BulkCancel:
		return gateway.BulkCancelled
	case phase == gateway.BulkPhaseCount:
		return gateway.BulkCounting
	}
	return gateway.BulkRunning
}
