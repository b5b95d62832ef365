package agents

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
)

// Figures is the desk as it is now, for who supervises it.
type Figures struct {
	AsOf     time.Time     `json:"as_of"`
	Wait     int           `json:"wait"`            // seconds that who asks now waits for a person; 0: not known
	Waiting  int           `json:"waiting"`         // in the queue
	Oldest   time.Time     `json:"oldest,omitzero"` // since when the first of them waits
	Breached int           `json:"breached"`        // answers that are late
	Soon     int           `json:"soon"`            // answers that have under a fifth of their time left
	Offered  int           `json:"offered"`         // of the queue: held for somebody
	Reasons  []ReasonN     `json:"reasons"`         // of the queue, the most frequent first
	Agents   []AgentFigure `json:"agents"`
}

// ReasonN counts the conversations of a reason.
type ReasonN struct {
	Reason string `json:"reason"`
	N      int    `json:"n"`
}

// AgentFigure is what a colleague has now.
type AgentFigure struct {
	Agent
	Offered int       `json:"offered"`            // held for them
	Waiting int       `json:"waiting"`            // of those they have: the customer waits for an answer
	Active  time.Time `json:"active_at,omitzero"` // when they last did something
}

// Floor is what is open at a brand's desk, counted.
type Floor struct {
	Oldest         time.Time // since when the first in the queue waits
	Breached, Soon int
	Reasons        map[string]int               // of the queue
	Offered        map[conversation.AgentID]int // of the queue: held for them
	Waiting        map[conversation.AgentID]int // of those they have: the customer waits for an answer
}

// FloorStore counts what is open.
type FloorStore interface {
	Floor(ctx context.Context, brand conversation.BrandID, now time.Time) (Floor, error)
	// Active says when each agent last did something in a conversation.
	Active(ctx context.Context) (map[conversation.AgentID]time.Time, error)
}

// Figures counts what is open at the desk now; brand "" is all that the agent
// serves.
func (d *Desk) Figures(ctx context.Context, by Agent, brand conversation.BrandID) (Figures, error) {
	if err := Allow(by, Supervise, brand); err != nil {
		return Figures{}, err
	}
	now := d.moment()
	f := Figures{AsOf: now, Reasons: []ReasonN{}, Agents: []AgentFigure{}}
	reasons, offered, waiting := make(map[string]int), make(map[conversation.AgentID]int), make(map[conversation.AgentID]int)
	brands := d.brandsAsked(by, brand)
	for _, b := range brands {
		floor, err := d.store.Floor(ctx, b.ID, now)
		if err != nil {
			return Figures{}, fmt.Errorf("count the desk: %w", err)
		}
		if f.Oldest.IsZero() || !floor.Oldest.IsZero() && floor.Oldest.Before(f.Oldest) {
			f.Oldest = floor.Oldest
		}
		f.Breached, f.Soon = f.Breached+floor.Breached, f.Soon+floor.Soon
		for reason, n := range floor.Reasons {
			reasons[reason] += n
			f.Waiting += n
		}
		for id, n := range floor.Offered {
			offered[id] += n
			f.Offered += n
		}
		for id, n := range floor.Waiting {
			waiting[id] += n
		}
		if live := d.Live(b.ID); live != nil {
			f.Wait = max(f.Wait, int(live.Wait/time.Second))
		}
	}
	for reason, n := range reasons {
		f.Reasons = append(f.Reasons, ReasonN{reason, n})
	}
	slices.SortFunc(f.Reasons, func(a, b ReasonN) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Reason, b.Reason)) })
	everybody, err := d.store.Agents(ctx)
	if err != nil {
		return Figures{}, fmt.Errorf("count the desk: %w", err)
	}
	active, err := d.store.Active(ctx)
	if err != nil {
		return Figures{}, fmt.Errorf("count the desk: %w", err)
	}
	for _, a := range everybody {
		if !a.Disabled && slices.ContainsFunc(brands, func(b Brand) bool { return a.serves(b.ID) }) {
			f.Agents = append(f.Agents, AgentFigure{Agent: a, Offered: offered[a.ID], Waiting: waiting[a.ID], Active: active[a.ID]})
		}
	}
	return f, nil
}

// brandsAsked is the brand, or all that the agent serves for "".
func (d *Desk) brandsAsked(by Agent, brand conversation.BrandID) []Brand {
	return slices.DeleteFunc(d.BrandsOf(by), func(b Brand) bool { return brand != "" && b.ID != brand })
}
