package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/causette/causette/gateway"
)

// pairing is how long a phone has to link the device: whatsmeow shows codes for
// 160 s.
const pairing = 4 * time.Minute

// Pair links the channel's device to a phone: the steps are codes to show, each
// until it expires, and the end. The device is this node's meanwhile.
func (c *Channel) Pair(ctx context.Context) (<-chan gateway.PairStep, error) {
	ctx, lost := context.WithCancelCause(ctx)
	ctx, cancel := context.WithTimeout(ctx, pairing)
	end := func() { cancel(); lost(nil) }
	if !c.node.TryLock() {
		end()
		return nil, gateway.ErrHeld
	}
	until := time.Now().Add(c.config.Lease)
	codes, p, err := c.offer(ctx)
	if err != nil {
		c.node.Unlock()
		end()
		return nil, err
	}
	steps := make(chan gateway.PairStep, 8)
	go func() {
		defer close(steps)
		renewed := make(chan struct{})
		go func() {
			defer close(renewed)
			c.renew(ctx, until)
			lost(gateway.ErrHeld)
		}()
		last := p.follow(ctx, codes, steps)
		end()
		<-renewed
		p.client.Disconnect()
		c.free()
		if last.Done {
			select {
			case c.poked <- struct{}{}:
			default:
			}
		}
		c.node.Unlock()
		steps <- last // one place is kept for it
	}()
	return steps, nil
}

// pair is a client that waits to be linked.
type pair struct {
	channel *Channel
	device  gateway.Device
	client  *whatsmeow.Client
	came    chan any
}

func (c *Channel) offer(ctx context.Context) (<-chan whatsmeow.QRChannelItem, *pair, error) {
	d, err := c.config.Store.HoldDevice(ctx, c.config.Brand, c.config.ID, c.config.Node, c.config.Lease)
	switch {
	case err != nil:
		return nil, nil, err
	case d.Node != c.config.Node:
		return nil, nil, gateway.ErrHeld
	case d.Account != "" && !d.State.Lost():
		c.free()
		return nil, nil, gateway.ErrPaired
	}
	p := &pair{channel: c, device: d, client: newClient(c, c.config.Sessions.NewDevice()), came: make(chan any, 16)}
	p.client.AddEventHandlerWithSuccessStatus(func(e any) bool {
		switch e.(type) {
		case *events.Message: // the session has it delivered again, and takes it
			return false
		case *events.PairSuccess, *events.PairError, *events.Connected, *events.ConnectFailure, *events.LoggedOut, *events.ClientOutdated:
			select {
			case p.came <- e:
			default:
			}
		}
		return true
	})
	codes, err := p.client.GetQRChannel(ctx)
	if err == nil {
		err = p.client.ConnectContext(ctx)
	}
	if err != nil {
		c.free()
		return nil, nil, fmt.Errorf("connect to WhatsApp: %w", err)
	}
	return codes, p, nil
}

// follow shows the codes until one is scanned, then waits for the first login.
func (p *pair) follow(ctx context.Context, codes <-chan whatsmeow.QRChannelItem, steps chan<- gateway.PairStep) gateway.PairStep {
	failed := func(format string, a ...any) gateway.PairStep { return gateway.PairStep{Err: fmt.Errorf(format, a...)} }
	wrong := ""
	for {
		select {
		case <-ctx.Done():
			return gateway.PairStep{Err: context.Cause(ctx)}
		case e := <-p.came:
			switch e := e.(type) {
			case *events.PairSuccess:
				if own, err := jidOf(p.channel.config.Address); err == nil && e.ID.User != own.User {
					wrong = e.ID.User
				}
			case *events.PairError:
				return failed("the phone refused: %w", e.Error)
			case *events.ClientOutdated:
				return failed("install a newer causette: %w", gateway.ErrOutdated)
			case *events.ConnectFailure, *events.LoggedOut:
				return failed("WhatsApp refused the connection (%+v): try again", e)
			case *events.Connected:
				if wrong != "" {
					p.unlink()
					return failed("%w: the phone is +%s, and the channel's address %s", gateway.ErrOtherPhone, wrong, p.channel.config.Address)
				}
				return p.linked()
			}
		case item, open := <-codes:
			switch {
			case !open:
				codes = nil
			case item.Event == whatsmeow.QRChannelEventCode:
				select {
				case steps <- gateway.PairStep{Code: item.Code, Expires: time.Now().Add(item.Timeout)}:
				default: // nobody looks
				}
			case item == whatsmeow.QRChannelSuccess:
			case item == whatsmeow.QRChannelTimeout:
				return gateway.PairStep{Err: gateway.ErrPairExpired}
			case item == whatsmeow.QRChannelClientOutdated:
				return failed("install a newer causette: %w", gateway.ErrOutdated)
			case item == whatsmeow.QRChannelScannedWithoutMultidevice:
				return gateway.PairStep{Err: gateway.ErrPhoneOutdated}
			case item.Event == whatsmeow.QRChannelEventPasskeyRequest, item.Event == whatsmeow.QRChannelEventPasskeyResponse:
				return failed("turn it off on the phone, then link with the code: %w", gateway.ErrPasskey)
			case item.Event == whatsmeow.QRChannelEventError:
				return failed("the phone refused: %w", item.Error)
			default:
				return failed("WhatsApp ended the pairing: %s", item.Event)
			}
		}
	}
}

// linked keeps whose the device is now.
func (p *pair) linked() gateway.PairStep {
	jid := p.client.Store.ID
	if jid == nil {
		return gateway.PairStep{Err: errors.New("WhatsApp gave the device no name")}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if old, err := types.ParseJID(p.device.Account); err == nil && !old.IsEmpty() && old != *jid {
		if d, err := p.channel.config.Sessions.GetDevice(ctx, old); err == nil && d != nil {
			_ = d.Delete(ctx)
		}
	}
	p.device.Account, p.device.State, p.device.Code, p.device.Until = jid.String(), gateway.Connecting, "", time.Time{}
	if err := p.channel.config.Store.SetDevice(ctx, p.device); err != nil {
		return gateway.PairStep{Err: err}
	}
	p.channel.tell(p.device)
	return gateway.PairStep{Done: true}
}

// unlink takes back a link to the wrong phone.
func (p *pair) unlink() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := p.client.Logout(ctx); err != nil {
		p.channel.log.Warn("cannot log the device out again: unlink it on the phone", "error", err)
	}
}
