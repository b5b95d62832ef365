package whatsapp

import (
	"context"
	"errors"
	"time"

	"go.mau.fi/whatsmeow/types"

	"github.com/causette/causette/gateway"
)

// Run holds the device whenever no other node does, and keeps it connected, until
// ctx ends. Of what only a person can mend it makes one attempt at its start.
func (c *Channel) Run(ctx context.Context, door gateway.Door) {
	tried := false
	for ctx.Err() == nil {
		d, err := c.device(ctx)
		switch {
		case err != nil:
			c.log.Warn("cannot read how the device stands", "error", err)
		case d.Account == "" || d.State.Lost() && tried:
			c.tell(d)
		default:
			tried = c.hold(ctx, door)
		}
		select {
		case <-time.After(c.config.Lease / 8):
		case <-c.poked:
			tried = false
		case <-ctx.Done():
		}
	}
}

// device reads the channel's device.
func (c *Channel) device(ctx context.Context) (gateway.Device, error) {
	list, err := c.config.Store.Devices(ctx, c.config.Brand)
	for _, d := range list {
		if d.Channel == c.config.ID {
			return d, nil
		}
	}
	return gateway.Device{Brand: c.config.Brand, Channel: c.config.ID, State: gateway.Unpaired}, err
}

// hold takes the lease and keeps the device connected while it has it. It says
// whether it had it and came to an end that a person has to mend.
func (c *Channel) hold(ctx context.Context, door gateway.Door) (ended bool) {
	c.node.Lock()
	defer c.node.Unlock()
	select {
	case <-c.poked: // what was linked until now is what it holds: at its end it waits for a person
	default:
	}
	until := time.Now().Add(c.config.Lease)
	d, err := c.config.Store.HoldDevice(ctx, c.config.Brand, c.config.ID, c.config.Node, c.config.Lease)
	switch {
	case err != nil:
		c.log.Warn("cannot take the device's lease", "error", err)
		return false
	case d.Node != c.config.Node: // it waits for the other's lease
		if c.config.Elsewhere != nil {
			c.config.Elsewhere(c.config.ID)
		}
		return false
	}
	held, lost := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		defer lost()
		c.renew(held, until)
	}()
	defer func() { <-renewed }()
	defer lost()
	defer c.free()
	for held.Err() == nil {
		d = c.connected(held, door, d)
		if d.State.Lost() {
			return true
		}
		if d.State == gateway.Banned {
			c.log.Error("WhatsApp refuses the account for a while", "code", d.Code, "until", d.Until, "alert", true)
			c.rest(held, time.Until(d.Until))
		}
	}
	return false
}

// rest waits a while.
func (c *Channel) rest(ctx context.Context, pause time.Duration) {
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
}

// renew keeps the lease, and returns when it is lost: before another node may
// take it, so that two never hold one device.
func (c *Channel) renew(ctx context.Context, until time.Time) {
	beat := time.NewTicker(c.config.Lease / 5)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
		case <-ctx.Done():
			return
		}
		asked := time.Now()
		d, err := c.config.Store.HoldDevice(ctx, c.config.Brand, c.config.ID, c.config.Node, c.config.Lease)
		switch {
		case err == nil && d.Node == c.config.Node:
			until = asked.Add(c.config.Lease)
		case err == nil:
			c.log.Error("another node has taken the device", "node", d.Node)
			return
		case time.Until(until) < c.config.Lease*2/5:
			c.log.Error("the device's lease cannot be renewed: its connection ends", "error", err)
			return
		}
	}
}

func (c *Channel) free() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := c.config.Store.FreeDevice(ctx, c.config.Brand, c.config.ID, c.config.Node); err != nil {
		c.log.Warn("cannot give the device's lease back: it ends by itself", "error", err)
	}
}

// connected keeps the device connected until ctx ends or WhatsApp refuses it for
// good or for a time, and returns how it stands then.
func (c *Channel) connected(ctx context.Context, door gateway.Door, d gateway.Device) gateway.Device {
	d.Code, d.Until = "", time.Time{}
	jid, err := types.ParseJID(d.Account)
	if err != nil {
		return c.keep(d, gateway.LoggedOut, "account")
	}
	device, err := c.config.Sessions.GetDevice(ctx, jid)
	switch {
	case err != nil && ctx.Err() == nil:
		c.log.Warn("cannot read the device's session", "error", err)
		c.rest(ctx, time.Second)
		return d
	case err != nil:
		return d
	case device == nil: // it was logged out
		return c.keep(d, gateway.LoggedOut, "session")
	}
	s := newSession(c, door, device)
	d = c.keep(d, gateway.Connecting, "")
	end := s.run(ctx, d)
	if end.state == "" {
		if ctx.Err() != nil {
			return c.keep(d, gateway.Connecting, "")
		}
		c.rest(ctx, time.Second)
		return d
	}
	d.Until = end.until
	return c.keep(d, end.state, end.code)
}

// keep stores how the device stands, and tells it.
func (c *Channel) keep(d gateway.Device, state gateway.DeviceState, code string) gateway.Device {
	if state == gateway.LoggedOut {
		d.Account = ""
	}
	if state.Lost() && d.State != state {
		c.log.Error("WhatsApp is disconnected until somebody looks at it", "state", state, "code", code, "alert", true)
	}
	d.State, d.Code = state, code
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := c.config.Store.SetDevice(ctx, d); err != nil && !errors.Is(err, gateway.ErrNotFound) {
		c.log.Warn("cannot keep how the device stands", "state", state, "error", err)
	}
	c.tell(d)
	return d
}

func (c *Channel) tell(d gateway.Device) {
	if c.config.Changed != nil {
		c.config.Changed(d)
	}
}
