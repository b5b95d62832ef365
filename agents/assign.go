package agents

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const (
	holdFor  = 45 * time.Second // an offer: time to look at it and to say yes
	again    = time.Minute      // until who let an offer go is asked once more, where all did
	sticky   = 72 * time.Hour   // who had a conversation gets it first for so long
	pages    = 5                // of the queue that one round looks at
	sameTick = 10 * time.Second // in which the same offer is the same event
)

// candidate is somebody who is there, as one round sees them.
type candidate struct {
	Agent
	given time.Time // when this node last offered them something
}

// room reports whether somebody may be offered one more. They look at one offer
// at a time: the others who wait are better held for somebody else.
func (c *candidate) room() bool {
	return c.Offered == 0 && (c.Capacity == 0 || c.Load < c.Capacity)
}

// choose says who is offered a conversation of the queue, nil for nobody now.
//
// Of those who are there, serve the brand and are of the team that it waits
// for: who speaks the customer's language, where anybody does; who has not let
// it go before, unless all have, who are then asked again after a while. Of
// those with room: who had it last, then who has the least for what they take,
// then who has had nothing new for longest.
func choose(people []*candidate, r Row, now time.Time) *candidate {
	c := &r.Conversation
	k := c.Desk
	may := only(people, func(p *candidate) bool {
		return p.There(now) && p.serves(c.Brand) && (k.Team == "" || slices.Contains(p.Teams, k.Team))
	})
	if speak := only(may, func(p *candidate) bool { return p.speaks(c.Customer.Language) }); len(speak) > 0 {
		may = speak
	}
	fresh := only(may, func(p *candidate) bool { return !slices.Contains(k.Passed, p.ID) })
	if len(fresh) == 0 && now.Sub(r.Changed) < again {
		return nil
	}
	if len(fresh) == 0 {
		fresh = may
	}
	free := only(fresh, (*candidate).room)
	if len(free) == 0 {
		return nil
	}
	had := func(p *candidate) bool { return p.ID == k.Last && now.Sub(k.Queued) <= sticky }
	if i := slices.IndexFunc(free, had); i >= 0 {
		return free[i]
	}
	return slices.MinFunc(free, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(a.Load*b.takes(), b.Load*a.takes()), a.given.Compare(b.given), cmp.Compare(a.ID, b.ID))
	})
}

// takes is how many conversations the agent's load is measured by.
func (a *Agent) takes() int { return cmp.Or(a.Capacity, DefaultCapacity) }

func only(people []*candidate, which func(*candidate) bool) []*candidate {
	var list []*candidate
	for _, p := range people {
		if which(p) {
			list = append(list, p)
		}
	}
	return list
}

// offer holds those who wait for those who have room, the first of the queue
// first, over all brands. Each offer is a turn, and the turn has the last word:
// it refuses what another node has offered, and who is full by now.
func (a *Assigner) offer(ctx context.Context, everybody []Agent) error {
	d := a.desk
	now := d.moment()
	var people []*candidate
	for _, p := range everybody {
		if p.There(now) {
			people = append(people, &candidate{p, a.given[p.ID]})
		}
	}
	q := Query{Brands: idsOf(d.brands), View: ViewQueue, Limit: maxPage, Cursor: a.next}
	for range pages {
		if !slices.ContainsFunc(people, (*candidate).room) {
			break
		}
		rows, next, err := d.store.List(ctx, q)
		if err != nil {
			return fmt.Errorf("read who waits: %w", err)
		}
		for _, r := range rows {
			if k := r.Conversation.Desk; k == nil || k.Status != conversation.DeskQueued || k.Offered != "" {
				continue
			}
			if p := choose(people, r, now); p != nil {
				if err := a.hold(ctx, p, &r.Conversation, now); err != nil {
					return err
				}
			}
		}
		if q.Cursor = next; next == "" {
			break
		}
	}
	// Who wait so far behind that this round did not look at them are looked at
	// by the next one.
	a.next = q.Cursor
	return nil
}

// hold offers a conversation to somebody. Two nodes that choose the same at the
// same time mean the same event.
func (a *Assigner) hold(ctx context.Context, p *candidate, c *conversation.Conversation, now time.Time) error {
	id := fmt.Sprintf("offer:%s:%d:%s:%d", c.Customer.ID, c.Version, p.ID, now.Unix()/int64(sameTick/time.Second))
	out, err := a.desk.door.Accept(ctx, c.Brand, gateway.Who{Customer: c.Customer.ID}, conversation.Event{
		ID: conversation.EventID(id), Type: conversation.AgentOffered, Time: now,
		Act: &conversation.Act{To: p.ID, Until: now.Add(holdFor)},
	})
	if err != nil {
		return fmt.Errorf("offer a conversation: %w", err)
	}
	full := out.Turn != nil && out.Turn.Refused != nil && out.Turn.Refused.Code == conversation.RefusedFull
	if out.Duplicate || full { // they have more than was read: the next round knows
		p.Offered++
	}
	if out.Turn != nil && out.Turn.Refused == nil {
		p.Offered, p.Load, p.given = p.Offered+1, p.Load+1, now
		a.given[p.ID] = now
	}
	return nil
}
