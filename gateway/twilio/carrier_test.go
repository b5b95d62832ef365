package twilio_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/channeltest"
	"github.com/causette/causette/gateway/twilio"
	"github.com/causette/causette/gateway/twilio/twiliotest"
)

const (
	public  = "https://text.lumen.example"
	account = "AC00000000000000000000000000000001"
	token   = "0123456789abcdef0123456789abcdef"
)

// carrier is a played Twilio with the channel that talks to it and the hooks
// that it calls.
type carrier struct {
	channel *twilio.Channel
	played  *twiliotest.Server
	hooks   *httptest.Server
	address string // the brand's
	from    string // the customer's
}

// newCarrier starts both ends. The channel's address decides the medium.
func newCarrier(t testing.TB, door gateway.Door, address string, o twiliotest.Options) *carrier {
	t.Helper()
	o.AccountSID, o.AuthToken = account, token
	if o.ListLag == 0 {
		o.ListLag = -1
	}
	played := twiliotest.New(o)
	base, err := played.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(played.Close)
	channel, err := twilio.New(twilio.Config{
		ID: "lumen-sms", Brand: "lumen", Address: address,
		AccountSID: account, AuthToken: token, BaseURL: base, PublicURL: public,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(channel.Close)
	hooks := httptest.NewServer(twilio.NewHooks(door, slog.New(slog.DiscardHandler), channel))
	t.Cleanup(hooks.Close)
	played.SetGateways(public+"/hooks/twilio/lumen-sms", hooks.URL)
	c := &carrier{channel: channel, played: played, hooks: hooks, address: address, from: "+33612345678"}
	if strings.HasPrefix(address, "whatsapp:") {
		c.from = "whatsapp:" + c.from
	}
	return c
}

func (c *carrier) Channel() gateway.Channel       { return c.channel }
func (c *carrier) Brand() conversation.BrandID    { return "lumen" }
func (c *carrier) Customer() conversation.Address { return strip(c.from) }

func strip(twilio string) conversation.Address {
	if id, ok := strings.CutPrefix(twilio, "whatsapp:+"); ok {
		return conversation.Address("+" + id)
	}
	return conversation.Address(twilio)
}

func (c *carrier) Taken() []channeltest.Taken {
	var list []channeltest.Taken
	for _, m := range c.played.Accepted() {
		list = append(list, channeltest.Taken{Carrier: conversation.CarrierID(m.Sid), To: strip(m.To), Text: m.Body, Media: m.Media})
	}
	return list
}

func (c *carrier) Next(f channeltest.Fault) bool {
	fault, ok := map[channeltest.Fault]twiliotest.Fault{
		channeltest.Slow:          twiliotest.AcceptStall,
		channeltest.AcceptThenDie: twiliotest.AcceptReset,
		channeltest.TooMany:       twiliotest.TooMany,
		channeltest.Broken:        twiliotest.Broken,
		channeltest.NoSuchNumber:  twiliotest.NoNumber,
		channeltest.OptedOut:      twiliotest.OptedOut,
	}[f]
	c.played.Next(fault)
	return ok
}

func (c *carrier) Write(ctx context.Context, in conversation.Inbound) error {
	text := twiliotest.Text{From: c.from, To: c.address, Body: in.Text, Params: map[string]string{}}
	for _, m := range in.Media {
		text.Media, text.Types = append(text.Media, m.URL), append(text.Types, m.Type)
	}
	if in.Name != "" {
		text.Params["ProfileName"] = in.Name
	}
	if in.Replied != "" {
		text.Params["OriginalRepliedMessageSid"] = string(in.Replied)
	}
	d, err := c.played.Write(ctx, text)
	if err == nil && d.Status != http.StatusOK {
		err = fmt.Errorf("the webhook was answered %d %s", d.Status, d.Answer)
	}
	return err
}

func (c *carrier) Report(_ context.Context, id conversation.CarrierID, s gateway.Status) bool {
	status, err := c.played.CallBack(string(id), string(s), 0)
	return err == nil && status == http.StatusOK
}

func TestChannel(t *testing.T) {
	for name, address := range map[string]string{"sms": "36105", "whatsapp": "whatsapp:+33937000001"} {
		t.Run(name, func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T, door gateway.Door) channeltest.Carrier {
				return newCarrier(t, door, address, twiliotest.Options{Statuses: []string{}})
			})
		})
	}
}

func posting(text string) gateway.Posting {
	now := time.Now().UTC()
	return gateway.Posting{
		Brand: "lumen", Customer: "cu_1", Message: "ms_1", Attempt: 1, Channel: "lumen-sms", To: "+33612345678",
		Text: text, Purpose: conversation.Transactional, Created: now, Posted: now, Expires: now.Add(time.Hour),
	}
}
