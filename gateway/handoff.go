package gateway

import (
	"cmp"
	"time"

	"github.com/causette/causette/conversation"
)

// HandoffRow is what people had to do with a customer from one moment on, as it
// stands: reports are made of these.
type HandoffRow struct {
	Customer conversation.CustomerID
	Began    time.Time // with the customer, its name
	Reason   string
	Priority conversation.Priority
	Team     string
	Channel  conversation.ChannelID
	Language string
	Owner    conversation.AgentID // who has it; "" leaves who had it before
	Answered time.Time
	Closed   time.Time
	Breached int
	Rating   int
}

// handoffOf is the conversation's handoff, nil where people have nothing to do with it.
func handoffOf(c *conversation.Conversation) *HandoffRow {
	d := c.Desk
	if d == nil || d.Began.IsZero() {
		return nil
	}
	return &HandoffRow{
		Customer: c.Customer.ID, Began: d.Began, Reason: d.Reason, Priority: d.Priority, Team: d.Team, Channel: c.Channel, Language: c.Customer.Language,
		Owner: d.Owner, Answered: d.Answered, Closed: d.Closed, Breached: d.Breached, Rating: d.Rating,
	}
}

// handoff notes what a turn made of a handoff: one row each, as it stands last.
func (f *fold) handoff(before, after *conversation.Conversation) {
	was, is := handoffOf(before), handoffOf(after)
	if is == nil || was != nil && *was == *is {
		return
	}
	for i := range f.handoffs {
		if old := &f.handoffs[i]; old.Began.Equal(is.Began) {
			is.Owner = cmp.Or(is.Owner, old.Owner)
			*old = *is
			return
		}
	}
	f.handoffs = append(f.handoffs, *is)
}
