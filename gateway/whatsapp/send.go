package whatsapp

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Send implements gateway.Channel. A message has one id at every attempt, so that
// a second one adds nothing where the first arrived.
func (c *Channel) Send(ctx context.Context, p gateway.Posting) (gateway.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return gateway.Receipt{}, unsent("deadline", time.Second, err)
	}
	s := c.live.Load()
	if s == nil {
		return gateway.Receipt{}, unsent("not_connected", 2*time.Second, errors.New("this node is not connected to WhatsApp"))
	}
	if p.Purpose != conversation.Answer && !c.config.Proactive {
		return gateway.Receipt{}, &gateway.SendError{Code: "answers_only", Consequence: gateway.FallBack,
			Err: errors.New("this channel only answers; proactive: true lets prompts out")}
	}
	to, err := jidOf(p.To)
	if err != nil {
		return gateway.Receipt{}, &gateway.SendError{Code: "address", Consequence: gateway.Invalid, Err: err}
	}
	if p.Attempt <= 1 { // another attempt of what may have arrived is no further message
		if wait := c.pace.take(time.Now()); wait > 0 {
			return gateway.Receipt{}, unsent("pace", wait, errors.New("as many messages as this number may send have left"))
		}
	}
	if err := s.knows(ctx, to); err != nil {
		return gateway.Receipt{}, err
	}
	s.compose(ctx, to, p.Text)
	return s.post(ctx, to, p)
}

// knows makes sure that somebody can be written to: a chat exists, or WhatsApp
// knows the number and lets us begin one.
func (s *session) knows(ctx context.Context, to types.JID) error {
	chat, err := s.chats(ctx, to)
	if err != nil {
		return unsent("session", time.Second, err)
	}
	if _, refused := s.shut.Load(to.User); chat && !refused {
		return nil
	}
	if until := time.Unix(s.locked.Load(), 0); time.Now().Before(until) {
		return &gateway.SendError{Code: "463", Consequence: gateway.FallBack, Err: errors.New("WhatsApp lets this account begin no new chat until " + until.UTC().Format(time.RFC3339))}
	}
	if to.Server != types.DefaultUserServer {
		return nil
	}
	found, err := s.client.IsOnWhatsApp(ctx, []string{"+" + to.User})
	switch {
	case err != nil:
		return unsent("lookup", 2*time.Second, err)
	case len(found) == 0 || !found[0].IsIn:
		return &gateway.SendError{Code: "not_on_whatsapp", Consequence: gateway.FallBack, Err: errors.New("WhatsApp does not know the number")}
	}
	return nil
}

// chats says whether keys have been exchanged with somebody.
func (s *session) chats(ctx context.Context, to types.JID) (bool, error) {
	if has, err := s.client.Store.ContainsSession(ctx, to.SignalAddress()); err != nil || has {
		return has, err
	}
	var other types.JID
	var err error
	if to.Server == types.DefaultUserServer {
		other, err = s.client.Store.LIDs.GetLIDForPN(ctx, to)
	} else {
		other, err = s.client.Store.LIDs.GetPNForLID(ctx, to)
	}
	if err != nil || other.IsEmpty() {
		return false, err
	}
	return s.client.Store.ContainsSession(ctx, other.SignalAddress())
}

// Typing implements gateway.Typer. Where the device is with another node, that one
// shows it.
func (c *Channel) Typing(ctx context.Context, to conversation.Address, on bool) error {
	s := c.live.Load()
	if s == nil {
		return nil
	}
	jid, err := jidOf(to)
	if err != nil {
		return err
	}
	state := types.ChatPresencePaused
	if on {
		state = types.ChatPresenceComposing
	}
	return s.client.SendChatPresence(ctx, jid, state, types.ChatPresenceMediaText)
}

// compose shows that somebody types, for about as long as a quick writer would.
func (s *session) compose(ctx context.Context, to types.JID, text string) {
	most := s.channel.config.Linger
	if most <= 0 {
		return
	}
	if end, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(end)/3)
	}
	_ = s.client.SendChatPresence(ctx, to, types.ChatPresenceComposing, types.ChatPresenceMediaText)
	pause := min(time.Duration(len(text))*10*time.Millisecond, most)
	pause = pause/2 + rand.N(pause/2+1)
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
}

// post sends the message's parts: its first file with the text, the others after it.
func (s *session) post(ctx context.Context, to types.JID, p gateway.Posting) (gateway.Receipt, error) {
	c := s.channel
	parts := []*waE2E.Message{{Conversation: &p.Text}}
	if len(p.Media) > 0 {
		parts = parts[:0]
		for i, at := range p.Media {
			caption := ""
			if i == 0 {
				caption = p.Text
			}
			m, err := s.upload(ctx, at, caption)
			switch {
			case errors.Is(err, errTooLarge), errors.Is(err, gateway.ErrNotFound):
				return gateway.Receipt{}, &gateway.SendError{Code: "file", Consequence: gateway.GiveUp, Err: err}
			case err != nil:
				return gateway.Receipt{}, unsent("file", 2*time.Second, err)
			}
			parts = append(parts, m)
		}
	}
	id := conversation.CarrierID(messageID(c.config.Brand, p.Message, 0))
	c.sent.put(id, p)
	for i, m := range parts {
		if err := s.hand(ctx, to, m, messageID(c.config.Brand, p.Message, i)); err != nil {
			return gateway.Receipt{}, s.judge(err, to, i > 0)
		}
	}
	return gateway.Receipt{Carrier: id, Status: gateway.Sent, Segments: 1}, nil
}

// hand gives WhatsApp one message. whatsmeow sends one at a time and waits for its
// turn without looking at the deadline, so the line is ours.
func (s *session) hand(ctx context.Context, to types.JID, m *waE2E.Message, id types.MessageID) error {
	select {
	case s.line <- struct{}{}:
	case <-ctx.Done():
		return errLine
	}
	defer func() { <-s.line }()
	if ctx.Err() != nil {
		return errLine
	}
	_, err := s.client.SendMessage(ctx, to, m, whatsmeow.SendRequestExtra{ID: id, Timeout: -1})
	return err
}

var errLine = errors.New("the deadline came before the message's turn")
