package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	qrcode "github.com/skip2/go-qrcode"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/media"
	"github.com/causette/causette/gateway/shop"
	"github.com/causette/causette/gateway/whatsapp"
)

// whatsAppNetwork is where a test plays WhatsApp; nil in the program.
var whatsAppNetwork *http.Client

// linked makes the channel of a device that is linked to a phone.
func (a *app) linked(ctx context.Context, c *configs.Channel) (*whatsapp.Channel, error) {
	if a.sessions == nil {
		var err error
		if a.sessions, err = whatsapp.OpenSessions(ctx, a.store.Pool(), a.store.File(), a.log); err != nil {
			return nil, err
		}
		if a.store.Pool() == nil { // else it is the store's
			a.closers = append(a.closers, a.sessions.Close)
		}
	}
	ch, err := whatsapp.New(whatsapp.Config{
		ID: c.ID, Brand: c.Brand, Address: plain(c.Address), Node: gateway.NodeID(uuid.NewString()),
		Store: a.store, Sessions: a.sessions, Open: outgoing{a.config.Media, shop.NewClient(false)}.open,
		Proactive: c.Proactive, PerMinute: c.PerMinute, PerDay: c.PerDay, Linger: linger,
		Lease: a.config.Sending.Lease, Network: whatsAppNetwork, Changed: a.gauges.Set, Elsewhere: a.gauges.Forget, Log: a.log,
	})
	if err != nil {
		return nil, err
	}
	a.devices = append(a.devices, ch)
	return ch, nil
}

// Pair implements console.Linker.
func (a *app) Pair(ctx context.Context, _ conversation.BrandID, channel conversation.ChannelID) (<-chan gateway.PairStep, error) {
	for _, d := range a.devices {
		if d.ID() == channel {
			return d.Pair(ctx)
		}
	}
	return nil, fmt.Errorf("channel %s has no device: %w", channel, gateway.ErrNotFound)
}

// linger is how long at most a customer sees that the brand types.
const linger = 1500 * time.Millisecond

// outgoing opens what is attached to messages to customers, for a channel whose
// carrier does not fetch it itself.
type outgoing struct {
	folder string
	client *http.Client // to public addresses only
}

func (o outgoing) open(ctx context.Context, _ conversation.BrandID, url string) (gateway.File, error) {
	if strings.HasPrefix(url, media.Scheme) {
		return media.Open(o.folder, url)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return gateway.File{}, fmt.Errorf("fetch an attachment: %w: %w", err, gateway.ErrNotFound)
	}
	res, err := o.client.Do(req)
	if err != nil {
		return gateway.File{}, fmt.Errorf("fetch an attachment: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		err := fmt.Errorf("fetch an attachment: http %d", res.StatusCode)
		if res.StatusCode >= 400 && res.StatusCode < 500 {
			err = fmt.Errorf("%w: %w", err, gateway.ErrNotFound)
		}
		return gateway.File{}, err
	}
	return gateway.File{Content: res.Body, Type: res.Header.Get("Content-Type"), Size: res.ContentLength}, nil
}

type pairCmd struct {
	configFlag
	Channel string `required:"" placeholder:"ID" help:"The channel, of kind whatsapp."`
}

// Run shows the codes one after the other, until a phone has scanned one.
func (c *pairCmd) Run(ctx context.Context, s streams) error {
	log := logger(slog.LevelWarn)
	cfg, err := c.load(log)
	if err != nil {
		return err
	}
	var channel *configs.Channel
	var known []string
	for i := range cfg.Channels {
		if ch := &cfg.Channels[i]; ch.Kind == configs.WhatsApp {
			known = append(known, string(ch.ID))
			if string(ch.ID) == c.Channel {
				channel = ch
			}
		}
	}
	if channel == nil {
		return usageError{fmt.Errorf("--channel %s: there is no such channel of kind whatsapp%s", c.Channel, gateway.Suggest(c.Channel, known))}
	}
	st, err := openStore(ctx, cfg, false, log)
	if err != nil {
		return err
	}
	a := &app{config: cfg, log: log, store: st}
	err = a.show(ctx, channel, s.out)
	return errors.Join(err, a.close(), st.Close())
}

func (a *app) show(ctx context.Context, channel *configs.Channel, out io.Writer) error {
	ch, err := a.linked(ctx, channel)
	if err != nil {
		return err
	}
	steps, err := ch.Pair(ctx)
	if err != nil {
		return fmt.Errorf("pair %s: %w", channel.ID, err)
	}
	fmt.Fprintf(out, "A device linked to a phone is no official way into WhatsApp: the number can be lost.\nOn the phone of %s: WhatsApp, Settings, Linked devices, Link a device, and scan:\n", channel.Address)
	for step := range steps {
		switch {
		case step.Err != nil:
			return fmt.Errorf("pair %s: %w", channel.ID, step.Err)
		case step.Done:
			fmt.Fprintf(out, "\n%s is linked. A gateway that serves connects within seconds.\n", channel.ID)
			return nil
		}
		code, err := qrcode.New(step.Code, qrcode.Low)
		if err != nil {
			return fmt.Errorf("pair %s: draw the code: %w", channel.ID, err)
		}
		fmt.Fprintf(out, "\n%s%s until the next code\n", code.ToSmallString(false), time.Until(step.Expires).Round(time.Second))
	}
	return fmt.Errorf("pair %s: it ended without a word", channel.ID)
}
