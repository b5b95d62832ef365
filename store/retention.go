package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// What is kept of customers goes when its time is over. Messages are found by
// their ids, which begin with the time; no turn pays for an index that would find
// the rest, so a window of it is looked through at each call, from where the last
// one stopped.
const retentionWindow = 2000

var (
	oldMessages = both(`select id, body, media from messages where brand = $1 and id < $2 and stage in ('done', 'received') order by id limit $3`)

	// The last of a window, "" behind the end.
	windowOfNotes   = both(`select customer, id, at from notes where brand = $1 and (customer, id) > ($2, $3) order by customer, id limit $4`)
	bodiesOf        = both(`select id, body, '' from notes where brand = $1 and customer = $2 and id = any($3)`)
	dropMentions    = both(`delete from mentions where brand = $1 and note = any($2)`)
	windowOfPrompts = both(`select id, changed from prompts where brand = $1 and id > $2 order by id limit $3`)
	dropPrompts     = both(`delete from prompts where brand = $1 and id = any($2) and changed < $3`)
	windowOfPeople  = both(`select c.customer, c.changed, coalesce(t.status, '') from conversations c left join tickets t on t.brand = c.brand and t.customer = c.customer
		where c.brand = $1 and c.customer > $2 order by c.customer limit $3`)
	logBegins = both(`select at from events where brand = $1 order by seq limit 1`)
	waitingOf = both(`select id from messages /* indexed by messages_thread */ where brand = $1 and customer = $2 and stage in ('queued', 'posting') limit 1`)
)

// cursors is where each kind's walk through a brand stands.
type cursors struct{ at sync.Map }

func (c *cursors) of(brand conversation.BrandID, kind string) [2]string {
	if at, there := c.at.Load(string(brand) + " " + kind); there {
		return at.([2]string)
	}
	return [2]string{}
}

func (c *cursors) move(brand conversation.BrandID, kind string, to ...string) {
	var at [2]string
	copy(at[:], to)
	c.at.Store(string(brand)+" "+kind, at)
}

// retain removes what a brand keeps too long of its customers, and says how many
// rows went.
func (s *Store) retain(ctx context.Context, brand conversation.BrandID, keep gateway.Keep, limit int) (int, error) {
	var now int64
	if err := s.read.one(ctx, databaseNow, []any{&now}); err != nil {
		return 0, err
	}
	total := 0
	for _, kind := range []struct {
		what string
		keep time.Duration
		do   func(context.Context, conversation.BrandID, time.Time, int) (int, error)
	}{
		{"messages", keep.Messages, s.retainMessages},
		{"notes", keep.Notes, s.retainNotes},
		{"prompts", keep.Prompts, s.retainPrompts},
		{"conversations", keep.Conversations, s.retainCustomers},
	} {
		if kind.keep == 0 {
			continue
		}
		n, err := kind.do(ctx, brand, moment(now).Add(-kind.keep), limit)
		total += n
		if err != nil {
			return total, fmt.Errorf("%s: %w", kind.what, err)
		}
	}
	return total, nil
}

func (s *Store) retainMessages(ctx context.Context, brand conversation.BrandID, before time.Time, limit int) (int, error) {
	total := 0
	for total < limit {
		list, err := s.said(ctx, oldMessages, string(brand), idAt(before), eraseBatch)
		if err == nil {
			err = s.dropSaid(ctx, brand, list, dropMessages)
		}
		if total += len(list); err != nil || len(list) < eraseBatch {
			return total, err
		}
	}
	return total, nil
}

func (s *Store) retainNotes(ctx context.Context, brand conversation.BrandID, before time.Time, _ int) (total int, err error) {
	from := s.walked.of(brand, "notes")
	old := map[string][]string{} // by customer
	var last [2]string
	n := 0
	err = s.read.query(ctx, windowOfNotes, func(scan scanner) error {
		var at int64
		err := scan(&last[0], &last[1], &at)
		if n++; moment(at).Before(before) {
			old[last[0]] = append(old[last[0]], last[1])
		}
		return err
	}, string(brand), from[0], from[1], retentionWindow)
	for customer, ids := range old {
		if err != nil {
			break
		}
		for batch := range slices.Chunk(ids, eraseBatch) {
			var list []saidRow
			if list, err = s.said(ctx, bodiesOf, string(brand), customer, batch); err == nil {
				err = s.write(ctx, func(x *session) error { return x.put(ctx, dropMentions, string(brand), batch) })
			}
			if err == nil {
				err = s.dropSaid(ctx, brand, list, dropNotes, customer)
			}
			if err != nil {
				break
			}
			total += len(list)
		}
	}
	if err == nil {
		if n < retentionWindow {
			last = [2]string{}
		}
		s.walked.move(brand, "notes", last[:]...)
	}
	return total, err
}

func (s *Store) retainPrompts(ctx context.Context, brand conversation.BrandID, before time.Time, _ int) (int, error) {
	var old []string
	last, n := "", 0
	err := s.read.query(ctx, windowOfPrompts, func(scan scanner) error {
		var changed int64
		err := scan(&last, &changed)
		if n++; moment(changed).Before(before) {
			old = append(old, last)
		}
		return err
	}, string(brand), s.walked.of(brand, "prompts")[0], retentionWindow)
	if err == nil && len(old) > 0 {
		err = s.write(ctx, func(x *session) error { return x.put(ctx, dropPrompts, string(brand), old, micros(before)) })
	}
	if err != nil {
		return 0, err
	}
	if n < retentionWindow {
		last = ""
	}
	s.walked.move(brand, "prompts", last)
	return len(old), nil
}

// retainCustomers erases whoever nothing happened to for so long, unless somebody
// has to do with them or something waits for them.
func (s *Store) retainCustomers(ctx context.Context, brand conversation.BrandID, before time.Time, limit int) (int, error) {
	var old []conversation.CustomerID
	last, n := "", 0
	limit = min(limit, erasedAtOnce)
	err := s.read.query(ctx, windowOfPeople, func(scan scanner) error {
		var id string
		var changed int64
		var desk conversation.DeskStatus
		err := scan(&id, &changed, &desk)
		n++
		if len(old) == limit {
			return err // from here on at the next call
		}
		if last = id; moment(changed).Before(before) && (desk == "" || desk == conversation.DeskResolved) {
			old = append(old, conversation.CustomerID(id))
		}
		return err
	}, string(brand), s.walked.of(brand, "customers")[0], retentionWindow)
	logged := false
	if err == nil && len(old) > 0 {
		logged, err = s.logReaches(ctx, brand, before)
	}
	total := 0
	for _, id := range old {
		if err != nil {
			break
		}
		var waiting []string
		waiting, err = s.read.list(ctx, waitingOf, string(brand), string(id))
		if err != nil || len(waiting) > 0 {
			continue
		}
		var flying *gateway.InFlightError
		if err = s.erase(ctx, brand, id, retention, logged); errors.As(err, &flying) {
			err = nil // it was written to meanwhile
			continue
		}
		total++
	}
	if err != nil {
		return total, err
	}
	if n < retentionWindow && len(old) < limit {
		last = ""
	}
	s.walked.move(brand, "customers", last)
	return total, nil
}

// erasedAtOnce bounds the customers that one call erases.
const erasedAtOnce = 100

// logReaches says whether the brand's log begins before a time.
func (s *Store) logReaches(ctx context.Context, brand conversation.BrandID, before time.Time) (bool, error) {
	var at int64
	err := s.read.one(ctx, logBegins, []any{&at}, string(brand))
	if errors.Is(err, gateway.ErrNotFound) {
		return false, nil
	}
	return moment(at).Before(before), err
}
