package whatsapp_test

import (
	"context"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/channeltest"
	"github.com/causette/causette/gateway/whatsapp/whatsapptest"
)

func TestChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T, door gateway.Door) channeltest.Carrier {
		r := newRig(t, door)
		r.start(t, true)
		return carrier{r}
	})
}

// carrier is the played server as the suite sees it.
type carrier struct{ *rig }

func (c carrier) Channel() gateway.Channel       { return c.channel }
func (c carrier) Brand() conversation.BrandID    { return lumen }
func (c carrier) Customer() conversation.Address { return "+33612345678" }

func (c carrier) Taken() []channeltest.Taken {
	var list []channeltest.Taken
	for _, h := range c.ana.Heard() {
		m, text := h.Message, h.Message.GetConversation()
		if i := m.GetImageMessage(); i != nil {
			c.mu.Lock()
			url := c.files[[32]byte(i.GetFileSHA256())]
			c.mu.Unlock()
			if text = i.GetCaption(); text == "" {
				list[len(list)-1].Media = append(list[len(list)-1].Media, url)
				continue
			}
			list = append(list, channeltest.Taken{Carrier: conversation.CarrierID(h.ID), To: c.Customer(), Text: text, Media: []string{url}})
			continue
		}
		list = append(list, channeltest.Taken{Carrier: conversation.CarrierID(h.ID), To: c.Customer(), Text: text})
	}
	return list
}

func (c carrier) Next(f channeltest.Fault) bool {
	fate := whatsapptest.Fate{}
	switch f {
	case channeltest.Slow, channeltest.AcceptThenDie:
		fate.Silent = true
	case channeltest.TooMany:
		fate.Code = "429"
	default:
		return false
	}
	once := false
	c.Decide(func(string) whatsapptest.Fate {
		if once {
			return whatsapptest.Fate{}
		}
		once = true
		return fate
	})
	return true
}

func (c carrier) Write(ctx context.Context, in conversation.Inbound) error {
	m := &waE2E.Message{Conversation: &in.Text}
	if len(in.Media) > 0 {
		at := in.Media[0]
		if m = (&waE2E.Message{ImageMessage: &waE2E.ImageMessage{URL: &at.URL, Mimetype: &at.Type, Caption: &in.Text}}); strings.HasPrefix(at.Type, "audio/") {
			m = &waE2E.Message{AudioMessage: &waE2E.AudioMessage{URL: &at.URL, Mimetype: &at.Type}}
		}
	}
	id := c.mint()
	if err := c.ana.Say(c.phone, id, m); err != nil {
		return err
	}
	event := conversation.EventID("in:lumen-wa:" + id)
	if err := c.door.await(ctx, func() bool { return len(c.door.knocks[event]) > 0 }); err != nil {
		return err
	}
	c.door.mu.Lock()
	defer c.door.mu.Unlock()
	return c.door.knocks[event][0]
}

func (c carrier) Report(ctx context.Context, id conversation.CarrierID, s gateway.Status) bool {
	kind, ok := map[gateway.Status]types.ReceiptType{gateway.Delivered: types.ReceiptTypeDelivered, gateway.Read: types.ReceiptTypeRead}[s]
	if !ok {
		return false
	}
	c.door.mu.Lock()
	before := c.door.reports
	c.door.mu.Unlock()
	if err := c.ana.Receipt(c.phone, string(id), kind); err != nil {
		return false
	}
	return c.door.await(ctx, func() bool { return c.door.reports > before }) == nil
}
