package phones

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
)

// Channel is one brand's line at the carrier, as the gateway's sender sees it.
type Channel struct {
	carrier *Carrier
	line    Line
}

var (
	_ gateway.Channel    = (*Channel)(nil)
	_ gateway.Lookuper   = (*Channel)(nil)
	_ gateway.CatchUpper = (*Channel)(nil)
)

// Open gives a brand a line. Every phone shows a thread for each line.
func (c *Carrier) Open(l Line) (*Channel, error) {
	switch {
	case l.Channel == "" || l.Brand == "":
		return nil, refuse("bad_line", "a line needs a channel and a brand")
	case l.Medium != conversation.SMS && l.Medium != conversation.WhatsApp:
		return nil, refuse("bad_line", "medium %q is not sms or whatsapp", l.Medium)
	case !lineTo.MatchString(string(l.Address)):
		return nil, refuse("bad_line", "address %q is not a short code, an E.164 number or a sender name", l.Address)
	}
	if l.Name == "" {
		l.Name = string(l.Brand)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.channel(l.Channel) != nil {
		return nil, refuse("line_exists", "there is a line %s", l.Channel)
	}
	ch := &Channel{carrier: c, line: l}
	c.channels = append(c.channels, ch)
	return ch, nil
}

// channel finds a line; "" is the first.
func (c *Carrier) channel(id conversation.ChannelID) *Channel {
	i := slices.IndexFunc(c.channels, func(ch *Channel) bool { return id == "" || ch.line.Channel == id })
	if i < 0 {
		return nil
	}
	return c.channels[i]
}

// ID implements gateway.Channel.
func (ch *Channel) ID() conversation.ChannelID { return ch.line.Channel }

// Medium implements gateway.Channel.
func (ch *Channel) Medium() conversation.Medium { return ch.line.Medium }

// Line is the channel as phones see it.
func (ch *Channel) Line() Line { return ch.line }

// What the carrier says of messages that it does not take or cannot deliver.
const (
	codeLate      = "late"           // the send deadline had passed: nothing was sent
	codeClosed    = "closed"         // the carrier is not running
	codeThrottled = "throttled"      // refused for now
	codeNumber    = "invalid_number" // nobody has that number
	codeFull      = "network_full"   // no room for another phone
	codeMedium    = "not_on_sms"     // a WhatsApp user without a phone number
	codeContent   = "bad_content"    // empty or too long
	codeBlocked   = "blocked"        // the carrier holds an opt-out
	codeTimeout   = "timeout"        // no answer
	codeReset     = "reset"          // the connection broke before the answer
	codeLost      = "lost"           // lost on the air
	codeExpired   = "expired"        // the phone was off for too long
)

// Send implements gateway.Channel.
func (ch *Channel) Send(ctx context.Context, p gateway.Posting) (gateway.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return gateway.Receipt{}, &gateway.SendError{Code: codeLate, Consequence: gateway.Retry, Err: err}
	}
	receipt, answered, err := ch.carrier.take(ch, p)
	switch answered {
	case answer:
		return receipt, err
	case reset:
		return gateway.Receipt{}, &gateway.SendError{Code: codeReset, Consequence: gateway.Ambiguous, Err: errors.New("the carrier broke the connection")}
	}
	<-ctx.Done()
	return gateway.Receipt{}, &gateway.SendError{Code: codeTimeout, Consequence: gateway.Ambiguous, Err: ctx.Err()}
}

// ending is what the sender gets.
type ending int

const (
	answer  ending = iota
	silence        // nothing, until its deadline
	reset          // a broken connection
)

func (n Network) unanswered() ending {
	if n.Reset {
		return reset
	}
	return silence
}

// take is the carrier's side of a send.
func (c *Carrier) take(ch *Channel, p gateway.Posting) (receipt gateway.Receipt, end ending, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	m := &message{channel: ch, posting: p, Message: Message{
		Channel: ch.line.Channel, Medium: ch.line.Medium, Phone: p.To, From: FromBrand,
		Text: clean(p.Text), State: Accepted, At: now, Changed: now,
	}}
	if m.phone = c.phones[p.To]; m.phone == nil {
		// Whoever is texted has a phone, until the network is full.
		made := Phone{Number: p.To}
		if made.check() == nil {
			m.phone, _ = c.add(made)
		}
	}
	n := c.network.over(c.once)
	c.once = Network{}
	if m.phone != nil {
		n = n.over(m.phone.Network)
	}
	if c.befalls(n.Unheard) {
		c.note(ActUnheard, m, codeTimeout)
		return receipt, n.unanswered(), nil
	}
	if refused := c.refusal(m, n); refused != nil {
		c.note(ActRefused, m, refused.Code)
		return receipt, answer, refused
	}
	for _, url := range p.Media {
		m.Pictures = append(m.Pictures, conversation.Media{URL: url})
	}
	m.ID = c.mint()
	receipt = gateway.Receipt{Carrier: m.ID, Status: gateway.Accepted, Segments: 1}
	if m.Medium == conversation.SMS {
		m.Encoding, m.Segments = sms.Count(m.Text)
		receipt.Segments = m.Segments
	}
	c.keep(m)
	c.note(ActAccepted, m, "")
	c.shown(m)
	c.after(n.delay(), func() { c.air(m) })
	if c.befalls(n.Unanswered) {
		return receipt, n.unanswered(), nil
	}
	return receipt, answer, nil
}

// refusal says why the carrier does not take a message, nil if it does.
func (c *Carrier) refusal(m *message, n Network) *gateway.SendError {
	because := func(code string, then gateway.Consequence, why string) *gateway.SendError {
		return &gateway.SendError{Code: code, Consequence: then, Err: errors.New(why)}
	}
	characters := utf8.RuneCountInString(m.Text)
	switch {
	case c.closed:
		e := because(codeClosed, gateway.Retry, "the carrier is closed")
		e.After = time.Second
		return e
	case n.Throttled:
		e := because(codeThrottled, gateway.Retry, "too many requests")
		e.After, e.Halts = time.Second, gateway.SlowerPace
		return e
	case n.Invalid, m.phone == nil && !number.MatchString(string(m.Phone)) && !userID.MatchString(string(m.Phone)):
		return because(codeNumber, gateway.Invalid, "the number does not exist")
	case n.Blocked:
		return because(codeBlocked, gateway.OptedOut, "the customer told the carrier to stop")
	case m.phone == nil:
		return because(codeFull, gateway.GiveUp, "the network has no room for another phone")
	case m.Medium == conversation.SMS && userID.MatchString(string(m.Phone)):
		return because(codeMedium, gateway.Unreachable, "a WhatsApp user without a phone number gets no SMS")
	case m.Text == "" && len(m.posting.Media) == 0:
		return because(codeContent, gateway.GiveUp, "the message is empty")
	case characters > MaxText(m.Medium):
		return because(codeContent, gateway.GiveUp, "the message is too long")
	}
	return nil
}

// skew is how far the clocks of carrier and database may be apart.
const skew = time.Minute

// Lookup implements gateway.Lookuper. The carrier's list does not lag.
func (ch *Channel) Lookup(ctx context.Context, p gateway.Posting) ([]gateway.Receipt, bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	c := ch.carrier
	c.mu.Lock()
	defer c.mu.Unlock()
	since := p.Posted.Add(-skew)
	ph := c.phones[p.To]
	if ph == nil {
		return nil, true, nil
	}
	var found []gateway.Receipt
	for _, m := range ph.thread {
		if m.channel == ch && m.From == FromBrand && m.Text == clean(p.Text) && samePictures(m.Pictures, p.Media) && !m.At.Before(since) {
			found = append(found, gateway.Receipt{Carrier: m.ID, Status: m.status(), Segments: max(m.Segments, 1)})
		}
	}
	return found, ph.forgotten[ch.line.Channel].Before(since), nil
}

func samePictures(have []conversation.Media, want []string) bool {
	return slices.EqualFunc(have, want, func(m conversation.Media, url string) bool { return m.URL == url })
}

// status is a brand's message as the carrier reports it.
func (m *message) status() gateway.Status {
	switch m.State {
	case Sent:
		return gateway.Sent
	case Delivered:
		return gateway.Delivered
	case Read:
		return gateway.Read
	case Undelivered:
		return gateway.Undelivered
	}
	return gateway.Accepted
}

// Inbound implements gateway.CatchUpper: it lists what phones texted this line,
// whether or not the gateway took it at the time.
func (ch *Channel) Inbound(ctx context.Context, since time.Time, accept func(conversation.Inbound) error) error {
	c := ch.carrier
	c.mu.Lock()
	var list []*message
	for _, p := range c.order {
		for _, m := range p.thread {
			if m.channel == ch && m.From == FromPhone && !m.reached.IsZero() && !m.reached.Before(since) {
				list = append(list, m)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *message) int { return a.reached.Compare(b.reached) })
	texts := make([]conversation.Inbound, len(list))
	for i, m := range list {
		texts[i] = c.inbound(m)
	}
	c.mu.Unlock()
	for i, in := range texts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := accept(in); err != nil {
			return err
		}
		c.acknowledge(list[i])
	}
	return nil
}
