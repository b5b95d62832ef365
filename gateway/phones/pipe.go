package phones

import (
	"context"
	"time"

	"github.com/causette/causette/gateway"
)

// pipe carries what one phone, or its network, has to say to the gateway: one
// thing at a time, in order. Its goroutine lives while something waits.
type pipe struct {
	waiting []func(context.Context)
	running bool
}

// push puts something in the pipe, false where too much waits already. The
// carrier's lock is held.
func (c *Carrier) push(p *pipe, say func(context.Context)) bool {
	if c.closed || len(p.waiting) >= maxPipe {
		return false
	}
	p.waiting = append(p.waiting, say)
	if !p.running {
		p.running = true
		c.work.Go(func() { c.drain(p) })
	}
	return true
}

func (c *Carrier) drain(p *pipe) {
	for {
		c.mu.Lock()
		if len(p.waiting) == 0 || c.closed {
			p.running = false
			c.mu.Unlock()
			return
		}
		say := p.waiting[0]
		p.waiting = p.waiting[1:]
		c.mu.Unlock()
		say(c.ctx)
	}
}

// offer knocks at the gateway's door until it is answered without an error, with
// growing waits between. Doing so is safe, since what is said has an id.
func (c *Carrier) offer(ctx context.Context, tries int, knock func(context.Context, gateway.Door) error) error {
	wait := firstWait
	for try := 1; ; try++ {
		err := c.knock(ctx, knock)
		if err == nil || try == tries || ctx.Err() != nil {
			return err
		}
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, longestOne)
	}
}

func (c *Carrier) knock(ctx context.Context, knock func(context.Context, gateway.Door) error) error {
	c.mu.Lock()
	door := c.door
	c.mu.Unlock()
	if door == nil {
		return gateway.ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, doorTime)
	defer cancel()
	return knock(ctx, door)
}

// sleep waits by the carrier's clock.
func (c *Carrier) sleep(ctx context.Context, d time.Duration) error {
	woken := make(chan struct{})
	stop := c.clock.AfterFunc(d, func() { close(woken) })
	defer stop()
	select {
	case <-woken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
