package gateway

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
)

// catchUpBack is how far before the watermark a catch-up lists: a carrier's
// list may lag, and clocks differ. What was processed is deduplicated.
const catchUpBack = time.Hour

// catchUpSoon asks for a catch-up: something was refused, and a carrier does
// not always try again.
func (g *Gateway) catchUpSoon() { g.missed.now() }

// catchUp lists what customers wrote, at the start, after a refusal and every
// Options.CatchUp, and passes it through the same deduplication, until ctx ends.
func (g *Gateway) catchUp(ctx context.Context) {
	tick := time.NewTicker(g.opt.CatchUp)
	defer tick.Stop()
	for {
		for _, l := range g.lanes {
			if c, ok := l.channel.(CatchUpper); ok {
				if err := g.catchUpChannel(ctx, l, c); err != nil && ctx.Err() == nil {
					g.log.Warn("cannot list inbound messages", "channel", l.id, "error", err)
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-g.missed:
			if g.ended(time.Second) { // let what refused recover
				return
			}
		}
	}
}

func (g *Gateway) catchUpChannel(ctx context.Context, l *lane, c CatchUpper) error {
	started := time.Now().UTC()
	since, err := g.opt.Store.Watermark(ctx, l.brand, l.id)
	if err != nil {
		return err
	}
	if since.IsZero() {
		since = started
	}
	err = c.Inbound(ctx, since.Add(-catchUpBack), func(in conversation.Inbound) error {
		out, err := g.Accept(ctx, l.brand, Who{Address: in.From}, InboundEvent(in))
		if err == nil && !out.Duplicate {
			g.log.Info("caught up a missed message", "channel", l.id)
			g.metrics.caughtUp.Inc()
		}
		return err
	})
	if err != nil {
		return err
	}
	return g.opt.Store.SetWatermark(ctx, l.brand, l.id, started)
}

// InboundEvent is the event of a text. Its id is the channel's and the
// carrier's, so a webhook and a catch-up of one text are one event.
func InboundEvent(in conversation.Inbound) conversation.Event {
	return conversation.Event{
		ID:      conversation.EventID("in:" + string(in.Channel) + ":" + string(in.Carrier)),
		Type:    conversation.MessageReceived,
		Time:    in.At,
		Message: &in,
	}
}

// prune deletes what retention no longer keeps, in batches, until ctx ends.
func (g *Gateway) prune(ctx context.Context) {
	const batch = 1000
	g.every(ctx, time.Minute, func() {
		for {
			n, err := g.opt.Store.Prune(ctx, g.opt.Keep, batch)
			if err != nil && ctx.Err() == nil {
				g.log.Warn("cannot prune", "error", err)
			}
			if err != nil || n < batch || ctx.Err() != nil {
				return
			}
		}
	})
}
