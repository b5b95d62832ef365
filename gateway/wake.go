package gateway

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
)

// poke wakes one loop; pokes that come while it works are one.
type poke chan struct{}

func newPoke() poke { return make(poke, 1) }

func (p poke) now() {
	select {
	case p <- struct{}{}:
	default:
	}
}

// announce hands the log's new heads to the notifier, coalesced: after the
// commit, on a connection of its own, and never in the writer's way.
func (g *Gateway) announce(heads map[conversation.BrandID]int64) {
	if len(heads) == 0 {
		return
	}
	for brand, seq := range heads {
		g.wake(brand, seq)
	}
	for {
		select {
		case g.notices <- heads:
			return
		default:
		}
		select {
		case waiting := <-g.notices:
			for brand, seq := range waiting {
				heads[brand] = max(heads[brand], seq)
			}
		default:
		}
	}
}

// tell notifies the other nodes until the notices end.
func (g *Gateway) tell() {
	for heads := range g.notices {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		if err := g.opt.Store.Notify(ctx, heads); err != nil {
			g.log.Warn("cannot wake the other nodes; they look every few seconds", "error", err)
		}
		cancel()
	}
}

// listen wakes this node's listeners for what other nodes committed.
func (g *Gateway) listen(ctx context.Context) {
	if err := g.opt.Store.Listen(ctx, g.wake); err != nil && ctx.Err() == nil {
		g.log.Warn("cannot listen to the other nodes; looking every few seconds", "error", err)
	}
}

// Subscribe calls f after each commit that wrote to a brand's log, on this node
// or another. f must not block.
func (g *Gateway) Subscribe(f func(brand conversation.BrandID, seq int64)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.listeners = append(g.listeners, f)
}

// SubscribeMedia calls f after each commit of this node's with a text that came
// with something. f must not block.
func (g *Gateway) SubscribeMedia(f func(conversation.BrandID, conversation.Inbound)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keepers = append(g.keepers, f)
}

func (g *Gateway) came(brand conversation.BrandID, in conversation.Inbound) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.keepers {
		f(brand, in)
	}
}

func (g *Gateway) wake(brand conversation.BrandID, seq int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, f := range g.listeners {
		f(brand, seq)
	}
}
