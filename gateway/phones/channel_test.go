package phones

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/channeltest"
)

func TestEveryChannelRuleHolds(t *testing.T) {
	for _, line := range []Line{
		{Channel: "lumen-sms", Brand: "lumen", Medium: conversation.SMS, Address: "36106"},
		{Channel: "lumen-wa", Brand: "lumen", Medium: conversation.WhatsApp, Address: "+33937000001"},
	} {
		t.Run(string(line.Medium), func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T, door gateway.Door) channeltest.Carrier {
				// Nobody waits 24 s for the network to give up.
				c := NewCarrier(Options{Clock: hurried{}, Seed: 1, Log: slog.New(slog.DiscardHandler)})
				t.Cleanup(c.Close)
				ch, err := c.Open(line)
				if err != nil {
					t.Fatal(err)
				}
				// The suite itself says what is reported, and when.
				if err := errors.Join(c.Add(Phone{Number: claire}), c.SetNetwork(Network{Unreported: true})); err != nil {
					t.Fatal(err)
				}
				c.Connect(door)
				return &played{c, ch}
			})
		})
	}
}

// hurried is a clock whose waits are a hundredth of what they were.
type hurried struct{ SystemClock }

func (h hurried) AfterFunc(d time.Duration, f func()) func() bool {
	return h.SystemClock.AfterFunc(d/100, f)
}

// played is the carrier as the suite drives it.
type played struct {
	*Carrier
	channel *Channel
}

func (p *played) Channel() gateway.Channel       { return p.channel }
func (p *played) Brand() conversation.BrandID    { return "lumen" }
func (p *played) Customer() conversation.Address { return claire }

func (p *played) Taken() []channeltest.Taken {
	list, _ := p.Messages(claire)
	var taken []channeltest.Taken
	for _, m := range list {
		if m.From != FromBrand {
			continue
		}
		var media []string
		for _, picture := range m.Pictures {
			media = append(media, picture.URL)
		}
		taken = append(taken, channeltest.Taken{Carrier: m.ID, To: m.Phone, Text: m.Text, Media: media})
	}
	return taken
}

func (p *played) Next(f channeltest.Fault) bool {
	n, ok := map[channeltest.Fault]Network{
		channeltest.Slow:          {Unanswered: 100},
		channeltest.AcceptThenDie: {Unanswered: 100, Reset: true},
		channeltest.Broken:        {Unheard: 100, Reset: true},
		channeltest.TooMany:       {Throttled: true},
		channeltest.NoSuchNumber:  {Invalid: true},
		channeltest.OptedOut:      {Blocked: true},
	}[f]
	return ok && p.Once(n) == nil
}

func (p *played) Write(ctx context.Context, in conversation.Inbound) error {
	m, err := p.Text(claire, Text{Channel: p.channel.ID(), Text: in.Text, Media: in.Media, ReplyTo: in.Replied})
	if err != nil {
		return err
	}
	for {
		p.mu.Lock()
		state, changed := p.messages[m.ID].State, p.feed.changed
		p.mu.Unlock()
		switch state {
		case Delivered:
			return nil
		case Failed:
			return gateway.ErrBusy
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *played) Report(ctx context.Context, id conversation.CarrierID, s gateway.Status) bool {
	if s == gateway.Read && p.channel.Medium() == conversation.SMS {
		return false
	}
	told := make(chan struct{})
	p.mu.Lock()
	m := p.messages[id]
	p.report(m, Network{}, s)
	p.push(&m.phone.reports, func(context.Context) { close(told) })
	p.mu.Unlock()
	select {
	case <-told:
		return true
	case <-ctx.Done():
		return false
	}
}
