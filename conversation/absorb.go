package conversation

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Two customers may turn out to be one person: who wrote as a hidden number is
// known by it later. The one whose number it is takes over what is known of the
// other, and keeps their own where both have something. What either of them
// stopped stays stopped.

// Overturned says when the customer last gave, from the phone itself, consent to
// a purpose on a medium; zero for never.
type Overturned func(Medium, Purpose) time.Time

// Absorb takes over another conversation of the same person. It says whether the
// other's dialogue goes on instead of this one's: where an agent or the queue has
// the other, or something was asked there, and here nothing is under way.
func (c *Conversation) Absorb(o *Conversation, overturned Overturned) (theirs bool) {
	c.Customer.absorb(&o.Customer)
	c.Restrict(&o.Customer, overturned)
	c.Version, c.Epoch = max(c.Version, o.Version)+1, max(c.Epoch, o.Epoch)
	if o.Said > 0 {
		c.Said = c.Version // whoever looks at either of the two has not seen the other's
	}
	if c.Address == "" || o.Address != "" && o.WroteAt.After(c.WroteAt) {
		c.Channel, c.Address, c.Medium = o.Channel, o.Address, o.Medium
	}
	c.WroteAt = latest(c.WroteAt, o.WroteAt)
	c.Reach = slices.Clone(c.Reach)
	for _, r := range o.Reach {
		switch i := slices.IndexFunc(c.Reach, func(x Reach) bool { return x.Medium == r.Medium }); {
		case i < 0:
			c.Reach = append(c.Reach, r)
		case r.WroteAt.After(c.Reach[i].WroteAt):
			c.Reach[i] = r
		}
	}
	c.Disclosed = c.Disclosed || o.Disclosed
	c.Prompted = cmp.Or(c.Prompted, o.Prompted)
	if c.Budget.Since.Before(o.Budget.Since) {
		c.Budget = o.Budget
	}
	if c.Join == nil {
		c.Join = o.Join
	}
	for _, id := range o.Incidents {
		if !slices.Contains(c.Incidents, id) {
			c.Incidents = append(slices.Clip(c.Incidents), id)
		}
	}
	c.Incidents = c.Incidents[max(len(c.Incidents)-maxKnown, 0):]
	for _, w := range o.Prompts { // more than MaxPending give way when the next one comes
		if !slices.ContainsFunc(c.Prompts, func(x Pending) bool { return x.Prompt.ID == w.Prompt.ID }) {
			c.Prompts = append(slices.Clip(c.Prompts), w)
		}
	}
	if theirs = o.underWay() > c.underWay(); theirs {
		c.State, c.Script, c.Questions, c.Slots, c.Burst, c.Misses = o.State, o.Script, o.Questions, o.Slots, o.Burst, o.Misses
	}
	switch {
	case c.Desk == nil || theirs && o.Desk != nil:
		c.Desk = o.Desk
	case c.Desk.Open() && o.Desk.Open() && o.Desk.Priority.before(c.Desk.Priority):
		d := *c.Desk
		d.Priority = o.Desk.Priority
		c.Desk = &d
	}
	return theirs
}

// underWay orders what may be under way in a conversation.
func (c *Conversation) underWay() int {
	switch {
	case c.Desk.Open():
		return 2
	case c.State != Idle || len(c.Questions)+len(c.Burst) > 0:
		return 1
	}
	return 0
}

// Lasting reports a timer that is no dialogue's: it stays whichever of two
// dialogues goes on.
func Lasting(timer string) bool {
	return timer == timerStop || timer == timerPrompts || strings.HasPrefix(timer, DeliveryTimer)
}

// Restrict takes over what somebody withdrew, stopped or left in doubt: only what
// the customer did later overturns it. It says whether anything changed.
func (c *Conversation) Restrict(o *Customer, overturned Overturned) bool {
	mine, standing := &c.Customer, slices.Clone(c.Customer.Consents)
	silenced := mine.Silenced && !mine.spoke(overturned) || o.Silenced && !o.spoke(overturned)
	for _, s := range o.Consents {
		i := slices.IndexFunc(standing, func(x Standing) bool { return x.Medium == s.Medium && x.Purpose == s.Purpose })
		switch {
		case i < 0 && s.State == Withdrawn:
			standing = append(standing, s)
		case i < 0 || s.State != Withdrawn:
			continue
		case standing[i].State != Withdrawn:
			standing[i].State, standing[i].At = Withdrawn, s.At
		default:
			standing[i].At = latest(standing[i].At, s.At)
		}
	}
	for i, s := range standing {
		if given := overturned(s.Medium, s.Purpose); s.State == Withdrawn && older(s.At, given) {
			standing[i].State, standing[i].At = Given, given
		}
	}
	changed := !slices.Equal(standing, mine.Consents) || silenced != mine.Silenced || o.Suspended && !mine.Suspended || o.Detached && !mine.Detached
	mine.Consents, mine.Silenced = standing, silenced
	mine.Suspended, mine.Detached = mine.Suspended || o.Suspended, mine.Detached || o.Detached
	return changed
}

// spoke reports a customer who stopped everything and took all of it back since.
func (c *Customer) spoke(overturned Overturned) bool {
	any := false
	for _, s := range c.Consents {
		if s.Purpose != Transactional || s.State != Withdrawn {
			continue
		}
		if !older(s.At, overturned(s.Medium, s.Purpose)) {
			return false
		}
		any = true
	}
	return any
}

// absorb takes over what is known of the same person. Restrict does the rest.
func (c *Customer) absorb(o *Customer) {
	for _, field := range [...]struct {
		to   *string
		from string
	}{{&c.First, o.First}, {&c.Last, o.Last}, {&c.Email, o.Email}, {&c.Language, o.Language}, {&c.Timezone, o.Timezone}} {
		*field.to = cmp.Or(*field.to, field.from)
	}
	if c.Country == "" {
		c.Country, c.Region = o.Country, cmp.Or(o.Region, c.Region)
	}
	if c.Place.Country == "" {
		c.Place = o.Place
	}
	c.Phone, c.Prefers, c.Value, c.VIP = cmp.Or(c.Phone, o.Phone), cmp.Or(c.Prefers, o.Prefers), cmp.Or(c.Value, o.Value), c.VIP || o.VIP
	c.Clicked, c.Updated = latest(c.Clicked, o.Clicked), latest(c.Updated, o.Updated)
	c.Accounts, c.Tags = both(c.Accounts, o.Accounts), both(c.Tags, o.Tags)
	slices.Sort(c.Accounts)
	if c.Points == nil || o.Points != nil && o.PointsAt.After(c.PointsAt) {
		c.Points, c.PointsAt = o.Points, o.PointsAt
	}
	if o.CartAt.After(c.CartAt) {
		c.Cart, c.CartAt = o.Cart, o.CartAt
	}
	if len(o.Preferences) > 0 {
		all := maps.Clone(o.Preferences)
		maps.Copy(all, c.Preferences)
		c.Preferences = all
	}
	c.Orders = joinedBy(c.Orders, o.Orders, func(x Order) string { return x.ID }, func(x Order) time.Time { return x.Placed })
	c.Returns = joinedBy(c.Returns, o.Returns, func(x Return) string { return x.ID }, func(x Return) time.Time { return x.Changed })
	c.Touches = append(slices.Clone(o.Touches), c.Touches...)
	slices.SortStableFunc(c.Touches, func(a, b Touch) int { return a.At.Compare(b.At) })
	c.Touches = c.Touches[max(len(c.Touches)-MaxTouches, 0):]
	if len(c.Touches) == 0 {
		c.Touches = nil
	}
	c.Consents = slices.Clone(c.Consents)
	for _, s := range o.Consents {
		if s.State == Given && c.Consent(s.Medium, s.Purpose) == "" {
			c.Consents = append(c.Consents, s)
		}
	}
}

// joinedBy is two lists as one, newest first, each id once: the first list's.
func joinedBy[T any](mine, others []T, id func(T) string, at func(T) time.Time) []T {
	list := slices.Clone(mine)
	for _, x := range others {
		if !slices.ContainsFunc(mine, func(y T) bool { return id(x) == id(y) }) {
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(a, b T) int { return at(b).Compare(at(a)) })
	return list[:min(len(list), MaxOrders)]
}

// both is two lists as one, each value once.
func both(mine, others []string) []string {
	list := slices.Clone(mine)
	for _, x := range others {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}
