package console

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
)

// advance gives out what a brand's log says up to seq and beyond.
func (h *hub) advance(ctx context.Context, brand conversation.BrandID, seq int64) {
	for {
		h.settle(ctx)
		h.mu.Lock()
		after, known := h.heads[brand]
		switch {
		case !known:
			after = seq // the desk does not serve it
		case h.live == 0: // nobody to give it to: who comes reads it
			after = max(after, seq)
			h.heads[brand] = after
		case seq-after > maxBehind:
			h.skip(brand, seq)
			after = seq
		}
		h.mu.Unlock()
		if after >= seq {
			return
		}
		b, err := h.readLog(ctx, brand, after, seq, giveRows)
		if err != nil {
			h.log.Warn("the console cannot read a log; it will try again", "brand", brand, "error", err)
			return
		}
		h.mu.Lock()
		h.heads[brand] = b.upTo
		for c := range h.clients {
			c.give(b)
		}
		h.mu.Unlock()
	}
}

// settling is how long what is new waits for pages that are not done with what
// they were given.
const settling = 250 * time.Millisecond

// settle waits until nearly all pages have been written what they were given.
// What changes meanwhile is told together: many pages, or a burst, are no slow
// reader's fault, and cost fewer frames. A page that stands still is not waited
// for.
func (h *hub) settle(ctx context.Context) {
	for began := time.Now(); h.busy() && time.Since(began) < settling; {
		select {
		case <-time.After(h.times.gap):
		case <-ctx.Done():
			return
		}
	}
}

// busy says whether more than one page in ten is being written to.
func (h *hub) busy() bool {
	now, busy := time.Now(), 0
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		c.mu.Lock()
		if c.live && !c.behind.IsZero() && now.Sub(c.behind) < settling {
			busy++
		}
		c.mu.Unlock()
	}
	return busy*10 > h.live
}

// skip leaves out a part of a log that is too long to be given out: the pages
// load their snapshots anew. The hub's lock is held.
func (h *hub) skip(brand conversation.BrandID, seq int64) {
	h.heads[brand] = seq
	again := envelope{T: "resync", D: resync{tooFar}}.render(h.now())
	for c := range h.clients {
		c.mu.Lock()
		if c.live && c.sees(brand) {
			c.at[brand] = max(c.at[brand], seq)
			c.push(again)
			c.push(envelope{T: "ready", D: ready{h.epoch, c.at}}.render(h.now()))
		}
		c.mu.Unlock()
	}
}

// batch is a piece of a brand's log, as pages get it.
type batch struct {
	brand  conversation.BrandID
	frames []*frame
	seqs   []int64                // of each frame's change
	to     []conversation.AgentID // who alone gets it; "" for everybody
	upTo   int64
}

// forAgent is what the agent gets of it.
func (b *batch) forAgent(id conversation.AgentID) []*frame {
	frames := make([]*frame, 0, len(b.frames))
	for i, f := range b.frames {
		if b.to[i] == "" || b.to[i] == id {
			frames = append(frames, f)
		}
	}
	return frames
}

// readLog reads the next piece of a log that is known to reach head. A change
// tells what several rows say of a conversation, so the piece counts as told
// when all of it is: only its last frame carries a seq, and a page that loses
// the connection before is given the piece again.
func (h *hub) readLog(ctx context.Context, brand conversation.BrandID, after, head int64, rows int) (batch, error) {
	changes, err := h.desk.Since(ctx, everybody, brand, after, rows)
	if err != nil {
		return batch{}, err
	}
	if len(changes) == 0 {
		return batch{brand: brand, upTo: max(after, head)}, nil // the rows were pruned
	}
	b := batch{brand: brand, upTo: changes[len(changes)-1].Seq}
	var parts []envelope
	for _, c := range changes {
		for _, m := range c.Mentions {
			parts = append(parts, envelope{T: "mention", Brand: brand, D: m})
			b.to, b.seqs = append(b.to, m.To), append(b.seqs, c.Seq)
		}
		for _, e := range c.Entries {
			parts = append(parts, envelope{T: "entry", Brand: brand, D: entered{brand, c.Customer, entryOf(brand, c.Customer, e)}})
		}
		if c.Conversation != nil {
			parts = append(parts, envelope{T: "conversation", Brand: brand, D: c.Conversation})
		} else {
			parts = append(parts, envelope{T: "gone", Brand: brand, D: whose{brand, c.Customer}})
		}
		for len(b.seqs) < len(parts) {
			b.to, b.seqs = append(b.to, ""), append(b.seqs, c.Seq)
		}
	}
	parts[len(parts)-1].Seq = b.upTo
	now := h.now()
	for _, p := range parts {
		b.frames = append(b.frames, p.render(now))
	}
	return b, nil
}

type entered struct {
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Entry    entry                   `json:"entry"`
}

type whose struct {
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
}

type marked struct {
	Brand conversation.BrandID `json:"brand"`
	Seq   int64                `json:"seq"`
}

// mark tells every page how far it has read, in the order of what it was given:
// holes below are what its agent may not see.
func (h *hub) mark() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	for brand, head := range h.heads {
		f := envelope{T: "mark", D: marked{brand, head}}.render(h.now())
		for c := range h.clients {
			c.tell(f, func() bool { return c.at[brand] <= head && c.sees(brand) })
		}
	}
}

// goLive makes the page one that is given what is new, if it has read all that
// was given out; first says what it is told before anything else.
func (h *hub) goLive(c *client, first func() []*frame) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	for brand := range c.brands {
		if c.at[brand] < h.heads[brand] {
			return false
		}
	}
	c.live = true
	h.live++
	for _, f := range first() {
		c.push(f)
	}
	h.catchUp(c)
	return true
}
