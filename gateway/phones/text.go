package phones

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
)

// Text sends what somebody does on a phone to a brand. It returns at once; the
// message becomes delivered when the gateway has committed it, or failed.
func (c *Carrier) Text(n conversation.Address, t Text) (Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.find(n)
	if err != nil {
		return Message{}, err
	}
	if m := p.keys[t.Key]; t.Key != "" && m != nil {
		if m.Reaction != clean(t.Reaction) || m.Reaction == "" && m.Text != clean(t.Text) {
			return Message{}, refuse("key_reused", "the key %q came with another text before", t.Key)
		}
		return m.Message, nil
	}
	m, err := c.write(p, t)
	if err != nil {
		return Message{}, err
	}
	m.ID = c.mint()
	c.places++
	m.Place = c.places
	m.Pictures = slices.Clone(t.Media)
	if t.Picture != nil {
		m.Pictures = append(m.Pictures, c.album.add(*t.Picture, c.options.PublicURL))
	}
	c.keep(m)
	c.shown(m)
	c.leave(m)
	return m.Message, nil
}

// write makes a message of a text, or says why the phone cannot.
func (c *Carrier) write(p *phone, t Text) (*message, error) {
	ch := c.channel(t.Channel)
	if ch == nil {
		return nil, refuse("unknown_channel", "there is no line %q", t.Channel)
	}
	now := c.clock.Now()
	m := &message{phone: p, channel: ch, Message: Message{
		Channel: ch.line.Channel, Medium: ch.line.Medium, Phone: p.Number, From: FromPhone,
		Text: clean(t.Text), Reaction: clean(t.Reaction), ReplyTo: t.ReplyTo, Key: t.Key,
		State: Sending, At: now, Changed: now,
	}}
	if err := c.fits(m, t); err != nil {
		return nil, err
	}
	if m.Reaction != "" {
		m.Text = m.Reaction
		if m.Medium == conversation.SMS {
			m.Text = tapback(p.Language, m.Reaction, c.messages[m.ReplyTo].Text)
		}
	}
	if m.Medium == conversation.SMS {
		m.Encoding, m.Segments = sms.Count(m.Text)
	}
	return m, nil
}

// fits checks what somebody wants to send on a phone.
func (c *Carrier) fits(m *message, t Text) error {
	p := m.phone
	quoted := c.messages[m.ReplyTo]
	pictured := t.Picture != nil || len(t.Media) > 0
	switch {
	case c.network.over(p.Network).Off:
		return refuse("phone_off", "the phone is off")
	case m.Medium == conversation.SMS && userID.MatchString(string(p.Number)):
		return refuse("no_sms", "the phone has no number to send SMS from")
	case strings.TrimSpace(m.Text) == "" && !pictured && m.Reaction == "":
		return refuse("empty", "there is nothing to send: give a text, a picture or a reaction")
	case m.Reaction != "" && (m.Text != "" || pictured):
		return refuse("too_much", "a reaction has neither text nor picture")
	case m.Reaction != "" && m.ReplyTo == "":
		return refuse("no_message", "reply_to says which message the reaction is for")
	case utf8.RuneCountInString(m.Reaction) > 8:
		return refuse("too_long", "a reaction is one emoji")
	case utf8.RuneCountInString(m.Text) > MaxText(m.Medium):
		return refuse("too_long", "the text has more than %d characters", MaxText(m.Medium))
	case len(m.Key) > maxKey:
		return refuse("too_long", "the key has more than %d bytes", maxKey)
	case m.ReplyTo != "" && (quoted == nil || quoted.phone != p || quoted.channel != m.channel || quoted.Place == 0):
		return refuse("no_message", "reply_to names no message of this thread")
	case m.ReplyTo != "" && m.Reaction == "" && m.Medium == conversation.SMS:
		return refuse("no_quotes", "SMS cannot quote a message; WhatsApp can")
	case len(p.texts.waiting) >= maxPipe:
		return refuse("slow_down", "%d texts of this phone are still on their way", maxPipe)
	case c.closed:
		return refuse("closed", "the carrier is closed")
	}
	return nil
}

// Retry sends a failed text again: the same text, so that the gateway does not
// process it twice if it had heard it after all.
func (c *Carrier) Retry(n conversation.Address, id conversation.CarrierID) (Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.find(n)
	if err != nil {
		return Message{}, err
	}
	m := c.messages[id]
	switch {
	case m == nil || m.phone != p || m.From != FromPhone:
		return Message{}, refuse("no_message", "the phone sent no message %q", id)
	case m.State != Failed:
		return m.Message, nil
	case c.network.over(p.Network).Off:
		return Message{}, refuse("phone_off", "the phone is off")
	}
	m.Tries = 0
	c.move(m, Sending, "")
	c.leave(m)
	return m.Message, nil
}

// leave sends a text on its way to the gateway.
func (c *Carrier) leave(m *message) {
	c.after(c.network.over(m.phone.Network).delay(), func() {
		if m.reached.IsZero() {
			m.reached = c.clock.Now()
			c.note(ActTexted, m, "")
		}
		if !c.push(&m.phone.texts, func(ctx context.Context) { c.handOver(ctx, m) }) {
			c.move(m, Failed, codeFull)
			c.note(ActGaveUp, m, codeFull)
		}
	})
}

// handOver offers a text to the gateway until it has committed it.
func (c *Carrier) handOver(ctx context.Context, m *message) {
	c.mu.Lock()
	in := c.inbound(m)
	twice := c.network.over(m.phone.Network).Repeated
	c.mu.Unlock()
	err := c.offer(ctx, maxTries, func(ctx context.Context, d gateway.Door) error {
		if !c.tries(m) {
			return nil // the gateway asked for it itself, meanwhile
		}
		return accept(ctx, d, m.channel.line.Brand, in)
	})
	if err == nil {
		c.acknowledge(m)
		if twice {
			err = c.knock(ctx, func(ctx context.Context, d gateway.Door) error {
				return accept(ctx, d, m.channel.line.Brand, in)
			})
			if err != nil {
				c.log.InfoContext(ctx, "a repeated text was refused", "channel", m.Channel, "error", err)
			}
		}
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || m.State != Sending {
		return
	}
	c.move(m, Failed, "gateway_busy")
	c.note(ActGaveUp, m, "gateway_busy")
	c.log.WarnContext(ctx, "a text was given up", "channel", m.Channel, "error", err)
}

// tries counts an attempt to hand a text over; false where it is no longer needed.
func (c *Carrier) tries(m *message) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.State != Sending {
		return false
	}
	m.Tries++
	if m.Tries > 1 {
		c.shown(m)
	}
	return true
}

// acknowledge marks a text that the gateway has committed.
func (c *Carrier) acknowledge(m *message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.State == Delivered {
		return
	}
	c.move(m, Delivered, "")
	c.note(ActAcknowledged, m, "")
}

func accept(ctx context.Context, d gateway.Door, brand conversation.BrandID, in conversation.Inbound) error {
	_, err := d.Accept(ctx, brand, gateway.Who{Address: in.From}, gateway.InboundEvent(in))
	return err
}

// inbound is a text as the gateway gets it. An SMS carries neither what it
// replies to nor that it is a reaction.
func (c *Carrier) inbound(m *message) conversation.Inbound {
	in := conversation.Inbound{
		Carrier: m.ID, Channel: m.Channel, Medium: m.Medium, From: m.Phone, To: m.channel.line.Address,
		Text: m.Text, Media: m.Pictures, At: m.reached,
	}
	if m.Medium == conversation.WhatsApp {
		in.Replied, in.Reaction, in.Name = m.ReplyTo, m.Reaction != "", m.phone.Name
	}
	return in
}

// tapbacks are the words that an iPhone sends by SMS for its reactions.
var tapbacks = map[string]map[string]string{
	"fr": {"👍": "A aimé", "❤️": "A adoré", "😂": "A ri de", "👎": "N’a pas aimé", "": "A réagi avec %s à", "quotes": "« %s »"},
	"en": {"👍": "Liked", "❤️": "Loved", "😂": "Laughed at", "👎": "Disliked", "": "Reacted %s to", "quotes": "“%s”"},
}

// tapback is a reaction as SMS carries it: a text that quotes the message.
func tapback(language, emoji, quoted string) string {
	words := tapbacks[language]
	verb := words[emoji]
	if verb == "" {
		verb = strings.Replace(words[""], "%s", emoji, 1)
	}
	text := []rune(verb + " " + strings.Replace(words["quotes"], "%s", quoted, 1))
	return string(text[:min(len(text), MaxSMS)])
}
