package whatsapp

import (
	"context"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const (
	commitWait = 20 * time.Second // how long WhatsApp's other events wait for a commit
	mostPanics = 3                // then a message is told of, and no longer tried
)

// receive makes a text a durable turn before WhatsApp hears that we have it.
func (s *session) receive(e *events.Message) bool {
	if !ours(e.Info) {
		return true
	}
	s.garbled.Delete(e.Info.ID)
	what := read(e.Message)
	if what.nothing {
		return true
	}
	ctx, cancel := context.WithTimeout(s.ctx, commitWait)
	defer cancel()
	var err error
	if e.Info.IsFromMe {
		err = s.typed(ctx, e.Info, what)
	} else {
		err = s.heard(ctx, e.Info, what)
	}
	if err != nil {
		s.log.Warn("a text of WhatsApp could not be committed; it is delivered again", "id", e.Info.ID, "error", err)
		s.failed()
		return false
	}
	s.resets.Store(0)
	return true
}

// ours says whether a message is between one person and the brand.
func ours(i types.MessageInfo) bool {
	return !i.IsGroup && i.Category != "peer" && addressOf(i.Chat) != "" && addressOf(i.Sender) != "" && len(i.ID) > 0 && len(i.ID) <= maxPart
}

// heard is what a customer said.
func (s *session) heard(ctx context.Context, i types.MessageInfo, what said) error {
	who, e := s.event(ctx, i, what, "")
	if what.revoked != "" {
		return s.note(ctx, who, e.ID, fmt.Sprintf("↩︎ WhatsApp: message %s", cut(what.revoked, maxPart)), e.Time)
	}
	_, err := s.door.Accept(ctx, s.channel.config.Brand, who, e)
	if err == nil {
		s.later(10*time.Second, func(ctx context.Context) {
			if err := s.client.MarkRead(ctx, []types.MessageID{i.ID}, time.Now(), i.Chat, i.Sender); err != nil {
				s.log.Debug("cannot tell that a text was read", "id", i.ID, "error", err)
			}
		})
	}
	return err
}

// event is what a customer said, and who it is; part tells it from what else goes
// by the message's id.
func (s *session) event(ctx context.Context, i types.MessageInfo, what said, part string) (gateway.Who, conversation.Event) {
	c := s.channel.config
	from, alias := s.names(ctx, i.Sender, i.SenderAlt)
	return gateway.Who{Address: from, Alias: alias}, gateway.InboundEvent(conversation.Inbound{
		Carrier: conversation.CarrierID(i.ID + part), Channel: c.ID, Medium: conversation.WhatsApp, From: from, To: c.Address,
		Text: what.text, Media: what.media, Replied: what.replied, Reaction: what.reaction, Name: cut(i.PushName, maxName),
		At: moment(i.Timestamp, time.Now().UTC()),
	})
}

// unreadable is a message that we have without its content. whatsmeow asks its
// sender's phone for it; where it does not come, its sender is told, and an agent
// sees that there was something. What is to be seen once never comes.
func (s *session) unreadable(e *events.UndecryptableMessage) {
	if !ours(e.Info) || e.Info.IsFromMe || e.DecryptFailMode == events.DecryptFailHide {
		return
	}
	wait := s.channel.config.Unread
	if e.UnavailableType == events.UnavailableTypeViewOnce {
		wait = 0
	}
	s.log.Warn("a message cannot be read; its sender's phone is asked for it again", "id", e.Info.ID, "type", e.UnavailableType)
	if _, twice := s.garbled.LoadOrStore(e.Info.ID, true); twice {
		return
	}
	s.later(wait+commitWait, func(ctx context.Context) {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		if _, missing := s.garbled.LoadAndDelete(e.Info.ID); !missing {
			return
		}
		who, event := s.event(ctx, e.Info, said{media: []conversation.Media{{Type: conversation.Unreadable}}}, "/unreadable") // it may come after all
		if _, err := s.door.Accept(ctx, s.channel.config.Brand, who, event); err != nil {
			s.log.Error("nobody is told of a message that cannot be read", "id", e.Info.ID, "error", err)
		}
	})
}

// moment is when something was said. WhatsApp tells seconds: what comes at once
// comes now, or an SMS of the same second would be the newer one.
func moment(told, now time.Time) time.Time {
	if told.IsZero() || told.After(now) || now.Sub(told) < 2*time.Second {
		return now
	}
	return told.UTC()
}

// typed is what somebody of the brand wrote on the phone itself: a person has the
// conversation, and the assistant keeps quiet.
func (s *session) typed(ctx context.Context, i types.MessageInfo, what said) error {
	if what.reaction || what.revoked != "" {
		return nil
	}
	to, alias := s.names(ctx, i.Chat, i.RecipientAlt)
	who := gateway.Who{Address: to, Alias: alias}
	id, at := conversation.EventID("own:"+string(s.channel.config.ID)+":"+i.ID), moment(i.Timestamp, time.Now().UTC())
	_, err := s.door.Accept(ctx, s.channel.config.Brand, who, conversation.Event{
		ID: id, Type: conversation.AgentClaimed, Time: at, Act: &conversation.Act{Agent: conversation.OnPhone},
	})
	if err != nil {
		return err
	}
	text := what.text
	for _, m := range what.media {
		text += "\n📎 " + m.Type
	}
	return s.note(ctx, who, id+"/said", text, at)
}

// note is something that agents read and the assistant does not answer.
func (s *session) note(ctx context.Context, who gateway.Who, id conversation.EventID, text string, at time.Time) error {
	_, err := s.door.Accept(ctx, s.channel.config.Brand, who, conversation.Event{
		ID: id, Type: conversation.AgentNoted, Time: at, Act: &conversation.Act{Agent: conversation.OnPhone, Text: text},
	})
	return err
}

// panicked says whether an event whose handling panicked is given up: a text is
// tried again, and then told of.
func (s *session) panicked(e any) (took bool) {
	m, ok := e.(*events.Message)
	if !ok {
		return true
	}
	if s.panics.add(m.Info.ID) < mostPanics {
		s.failed()
		return false
	}
	defer func() {
		if recover() != nil {
			took = true
			s.log.Error("poison: a text of WhatsApp cannot even be told of", "id", m.Info.ID, "alert", true)
		}
	}()
	ctx, cancel := context.WithTimeout(s.ctx, commitWait)
	defer cancel()
	who := gateway.Who{}
	who.Address, who.Alias = s.names(ctx, m.Info.Sender, m.Info.SenderAlt)
	if err := s.note(ctx, who, gateway.InboundEvent(conversation.Inbound{Channel: s.channel.config.ID, Carrier: conversation.CarrierID(m.Info.ID)}).ID, "⚠ WhatsApp: "+m.Info.ID, m.Info.Timestamp.UTC()); err != nil {
		s.failed()
		return false
	}
	return true
}
