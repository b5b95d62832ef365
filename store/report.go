package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

var (
	readHandoffs = both(`select began, reason, owner, answered, closed, breached, rating from handoffs /* indexed by handoffs_began */
		where brand = $1 and began >= $2 and began < $3`)

	// What is open is little: it is read once for the queue, and once for who
	// has it and what is late.
	floorQueue = both(`select reason, offered, count(*), min(queued) from tickets /* indexed by tickets_open */
		where brand = $1 and status <> 'resolved' and status = 'queued' group by reason, offered`)
	floorWork = both(`select case when status = 'assigned' then owner else '' end, count(*),
			count(case when due <= $2 then 1 end), count(case when due > $2 and due - $2 < (due - waits) / 5 then 1 end)
		from tickets /* indexed by tickets_open */
		where brand = $1 and status <> 'resolved' and status in ('queued', 'assigned') and waits > 0 group by 1`)
	lastActs = both(`select id, coalesce((select n.at from notes n /* indexed by notes_agent */
		where n.agent = a.id and n.agent <> '' order by n.id desc limit 1), 0) from agents a where not disabled`)
)

// Handoffs implements agents.HandoffStore.
func (s *Store) Handoffs(ctx context.Context, brand conversation.BrandID, from, to time.Time, each func(agents.Handoff) error) error {
	err := s.read.query(ctx, readHandoffs, func(scan scanner) error {
		var h agents.Handoff
		var began, answered, closed int64
		if err := scan(&began, &h.Reason, &h.Owner, &answered, &closed, &h.Breached, &h.Rating); err != nil {
			return err
		}
		h.Began, h.Answered, h.Closed = moment(began), moment(answered), moment(closed)
		return each(h)
	}, string(brand), micros(from), micros(to))
	if err != nil {
		return fmt.Errorf("read handoffs of %s: %w", brand, err)
	}
	return nil
}

// Floor implements agents.FloorStore.
func (s *Store) Floor(ctx context.Context, brand conversation.BrandID, now time.Time) (agents.Floor, error) {
	f := agents.Floor{Reasons: make(map[string]int), Offered: make(map[conversation.AgentID]int), Waiting: make(map[conversation.AgentID]int)}
	err := s.read.query(ctx, floorQueue, func(scan scanner) error {
		var reason string
		var to conversation.AgentID
		var n int
		var oldest int64
		err := scan(&reason, &to, &n, &oldest)
		f.Reasons[reason] += n
		if to != "" {
			f.Offered[to] += n
		}
		if at := moment(oldest); f.Oldest.IsZero() || at.Before(f.Oldest) {
			f.Oldest = at
		}
		return err
	}, string(brand))
	if err == nil {
		err = s.read.query(ctx, floorWork, func(scan scanner) error {
			var owner conversation.AgentID
			var n, late, soon int
			err := scan(&owner, &n, &late, &soon)
			f.Breached, f.Soon = f.Breached+late, f.Soon+soon
			if owner != "" {
				f.Waiting[owner] = n
			}
			return err
		}, string(brand), micros(now))
	}
	if err != nil {
		return f, fmt.Errorf("count the desk of %s: %w", brand, err)
	}
	return f, nil
}

// Active implements agents.FloorStore.
func (s *Store) Active(ctx context.Context) (map[conversation.AgentID]time.Time, error) {
	active := make(map[conversation.AgentID]time.Time)
	err := s.read.query(ctx, lastActs, func(scan scanner) error {
		var id conversation.AgentID
		var at int64
		err := scan(&id, &at)
		active[id] = moment(at)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read when agents did something: %w", err)
	}
	return active, nil
}
