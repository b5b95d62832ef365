package phones

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// air is when a brand's message has crossed the network: it reaches the phone,
// is lost, or waits for a phone that is off.
func (c *Carrier) air(m *message) {
	n := c.network.over(m.phone.Network)
	switch {
	case c.befalls(n.Loss):
		c.lose(m, codeLost)
	case n.Off:
		m.waits = true
		c.move(m, Sent, "")
		c.report(m, n, gateway.Sent)
		if end := m.posting.Expires; !end.IsZero() {
			c.after(max(end.Sub(c.clock.Now()), time.Nanosecond), func() {
				if m.waits {
					c.lose(m, codeExpired)
				}
			})
		}
	default:
		c.arrive(m)
	}
}

// arrive puts a message on its phone's screen.
func (c *Carrier) arrive(m *message) {
	m.waits = false
	c.places++
	m.Place = c.places
	c.move(m, Delivered, "")
	c.published(m.phone)
	c.note(ActDelivered, m, "")
	n := c.network.over(m.phone.Network)
	switch {
	case n.Shuffled:
		c.report(m, n, gateway.Delivered)
		c.report(m, n, gateway.Sent)
		c.report(m, n, gateway.Delivered)
	default:
		c.report(m, n, gateway.Sent)
		c.report(m, n, gateway.Delivered)
	}
}

// lose gives a message up.
func (c *Carrier) lose(m *message, code string) {
	m.waits = false
	c.move(m, Undelivered, code)
	c.note(ActLost, m, code)
	c.report(m, c.network.over(m.phone.Network), gateway.Undelivered)
}

// reconsider delivers what waited for the phone, if it is on now.
func (c *Carrier) reconsider(p *phone) {
	if c.network.over(p.Network).Off {
		return
	}
	for _, m := range p.thread {
		if m.waits {
			c.arrive(m)
		}
	}
}

// See says that the holder looks at a thread: nothing of it is unread any more,
// and WhatsApp tells the sender.
func (c *Carrier) See(n conversation.Address, channel conversation.ChannelID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.find(n)
	if err != nil {
		return err
	}
	ch := c.channel(channel)
	if ch == nil {
		return refuse("unknown_channel", "there is no line %s", channel)
	}
	news := false
	for _, m := range p.thread {
		if m.channel != ch || m.From != FromBrand || m.Place == 0 || m.seen {
			continue
		}
		m.seen, news = true, true
		if m.Medium == conversation.WhatsApp {
			c.move(m, Read, "")
			c.report(m, c.network.over(p.Network), gateway.Read)
		}
	}
	if news {
		c.published(p)
	}
	return nil
}

// Reports and texts are offered to the gateway again after these waits.
const (
	firstWait  = 250 * time.Millisecond
	longestOne = 8 * time.Second
	// maxTries is how often a text is offered: 24 s in all, about as long as a
	// phone tries before it says that it failed.
	maxTries = 8
	// maxReportTries is less: carriers give reports up soon.
	maxReportTries = 4
	// maxPipe bounds what waits in one phone's pipe.
	maxPipe = 64
	// doorTime is how long the gateway may take to answer, as at Twilio.
	doorTime = 15 * time.Second
)

// report tells the gateway what became of a message, behind what it is still to
// be told of this phone. Where too much waits already, it is never told.
func (c *Carrier) report(m *message, n Network, s gateway.Status) {
	if n.Unreported {
		return
	}
	r := gateway.Report{
		Brand: m.posting.Brand, Customer: m.posting.Customer, Message: m.posting.Message, Attempt: m.posting.Attempt,
		Carrier: m.ID, Status: s, Code: m.Code, At: c.clock.Now(),
	}
	queued := c.push(&m.phone.reports, func(ctx context.Context) { c.tell(ctx, m, r) })
	if !queued {
		c.note(ActGaveUp, m, string(s))
	}
}

// tell offers one report until it is heard or given up.
func (c *Carrier) tell(ctx context.Context, m *message, r gateway.Report) {
	err := c.offer(ctx, maxReportTries, func(ctx context.Context, d gateway.Door) error { return d.Report(ctx, r) })
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.note(ActGaveUp, m, string(r.Status))
		c.log.WarnContext(ctx, "a delivery report was given up", "message", r.Message, "status", r.Status, "error", err)
		return
	}
	c.note(ActReported, m, string(r.Status))
}
