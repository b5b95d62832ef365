package main

import (
	"context"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// typed is that an agent writes to a customer, or no longer.
type typed struct {
	brand    conversation.BrandID
	customer conversation.CustomerID
	on       bool
}

// composing hears it from the console, and does not block: what is too much is
// left out.
func (a *app) composing(brand conversation.BrandID, customer conversation.CustomerID, on bool) {
	if len(a.devices) == 0 {
		return
	}
	select {
	case a.typed <- typed{brand, customer, on}:
	default:
	}
}

// showTyping shows customers who wrote on WhatsApp last that an agent writes to
// them, until ctx ends.
func (a *app) showTyping(ctx context.Context) {
	for {
		select {
		case t := <-a.typed:
			if err := a.showTyped(ctx, t); err != nil && ctx.Err() == nil {
				a.log.Debug("cannot show that an agent writes", "brand", t.brand, "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (a *app) showTyped(ctx context.Context, t typed) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c, err := a.store.Conversation(ctx, t.brand, gateway.Who{Customer: t.customer})
	if err != nil {
		return err
	}
	if len(c.Reach) == 0 {
		return nil
	}
	last := slices.MaxFunc(c.Reach, func(a, b conversation.Reach) int { return a.WroteAt.Compare(b.WroteAt) })
	for _, d := range a.devices {
		if d.ID() == last.Channel {
			return d.Typing(ctx, last.Address, t.on)
		}
	}
	return nil
}
