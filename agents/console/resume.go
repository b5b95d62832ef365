package console

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
)

// Why a page is told to load its snapshots again.
const (
	tooFar     = "too_far"     // more than maxBehind changes
	tooOld     = "too_old"     // what it had is of no use: another set of brands
	otherEpoch = "other_epoch" // the log is another one
	otherRight = "rights"      // it had a brand that its agent may not see any more
)

type resync struct {
	Why string `json:"why"`
}

type ready struct {
	Epoch string                         `json:"epoch"`
	Heads map[conversation.BrandID]int64 `json:"heads"`
}

// welcome waits for the page's hello and brings it up to date; false when the
// page has gone or was told to go.
func (c *client) welcome() bool {
	late := time.NewTimer(c.hub.times.hello)
	defer late.Stop()
	for {
		select {
		case h := <-c.hello:
			return c.resume(h)
		case <-c.gone:
			return false
		case <-late.C:
			c.end(closeBadFrame, "the first frame is hello")
		case <-c.woken:
		}
		if c.ended() {
			return c.flush()
		}
	}
}

// resume reads the log for the page, from what it had to what the hub has
// given out, and makes it live.
func (c *client) resume(said hello) bool {
	h := c.hub
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // what the page waits for ends with it
		select {
		case <-c.gone:
			cancel()
		case <-ctx.Done():
		}
	}()
	select {
	case <-h.started:
	case <-ctx.Done():
		return false
	}
	epoch, err := c.start(ctx, said)
	for err == nil && !c.ended() {
		var wrote bool
		if wrote, err = c.readOn(ctx); err != nil || wrote {
			continue
		}
		if h.goLive(c, func() []*frame {
			return []*frame{envelope{T: "ready", D: ready{epoch, c.at}}.render(h.now())}
		}) {
			return true
		}
	}
	if err != nil && ctx.Err() == nil {
		h.log.Warn("a page could not be brought up to date; it comes again", "error", err)
		c.end(closeDraining, "come again")
	}
	return c.flush()
}

// start sets where the page stands in each log: where it says, or at the end,
// which it is told.
func (c *client) start(ctx context.Context, said hello) (epoch string, err error) {
	heads, epoch, err := c.hub.ends(ctx)
	if err != nil {
		return "", err
	}
	why := ""
	behind := int64(0)
	c.mu.Lock()
	for brand := range c.brands {
		last, had := said.Last[brand]
		c.at[brand] = last
		switch {
		case !had:
			why = tooOld
		case last > heads[brand] || last < 0:
			why = otherEpoch
		default:
			behind += heads[brand] - last
		}
	}
	for brand := range said.Last {
		if !c.brands[brand] {
			why = otherRight
		}
	}
	switch {
	case said.Epoch != epoch && said.Epoch != "":
		why = otherEpoch
	case why == "" && behind > maxBehind:
		why = tooFar
	}
	if why != "" || len(said.Last) == 0 {
		for brand := range c.brands {
			c.at[brand] = heads[brand]
		}
	}
	c.mu.Unlock()
	if why != "" && len(said.Last) > 0 { // a new page has nothing to load again
		err = c.conn.Write(envelope{T: "resync", D: resync{why}}.render(c.hub.now()))
	}
	return epoch, err
}

// readOn writes the next piece of each log in which the page is behind what
// the hub has given out. Only the writer moves c.at while the page is not live.
func (c *client) readOn(ctx context.Context) (wrote bool, err error) {
	c.hub.mu.Lock()
	heads := make(map[conversation.BrandID]int64, len(c.brands))
	for brand := range c.brands {
		heads[brand] = c.hub.heads[brand]
	}
	c.hub.mu.Unlock()
	for brand, head := range heads {
		if c.at[brand] >= head {
			continue
		}
		b, err := c.hub.readLog(ctx, brand, c.at[brand], head, readRows)
		if err != nil {
			return false, err
		}
		for frames := b.forAgent(c.whose()); len(frames) > 0; {
			n := atOnce(frames)
			if err := c.conn.Write(frames[:n]...); err != nil {
				return false, err
			}
			frames = frames[n:]
		}
		c.mu.Lock()
		c.at[brand] = b.upTo
		c.mu.Unlock()
		wrote = true
	}
	return wrote, nil
}
