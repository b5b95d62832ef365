package agents

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
)

// seenEvery is how often it is written down that an agent is there: often
// enough for the grace, and seldom enough that pages cost the database nothing.
const seenEvery = grace / 3

// seen remembers when each agent was written down last.
type seen struct {
	mu sync.Mutex
	at map[conversation.AgentID]time.Time
}

// due are those of the agents who are to be written down now.
func (s *seen) due(ids []conversation.AgentID, now time.Time) []conversation.AgentID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []conversation.AgentID
	for _, id := range slices.Sorted(slices.Values(ids)) { // as acts lock them
		if last, known := s.at[id]; !known || now.Sub(last) >= seenEvery || now.Before(last) {
			due = append(due, id)
		}
	}
	return due
}

func (s *seen) written(ids []conversation.AgentID, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = make(map[conversation.AgentID]time.Time)
	}
	for _, id := range ids {
		s.at[id] = now
	}
	for id, at := range s.at { // who has gone
		if now.Sub(at) > grace {
			delete(s.at, id)
		}
	}
}

// PresenceSeen says that these agents have a page connected to this node. The
// console calls it every few seconds; who is not named on any node for the
// grace counts as not there.
func (d *Desk) PresenceSeen(ctx context.Context, ids []conversation.AgentID) error {
	now := d.moment()
	due := d.seen.due(ids, now)
	if len(due) == 0 {
		return nil
	}
	if err := d.store.SetSeen(ctx, due, now); err != nil {
		return fmt.Errorf("note who is there: %w", err)
	}
	d.seen.written(due, now)
	return nil
}
