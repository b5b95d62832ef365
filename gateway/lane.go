package gateway

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/causette/causette/conversation"
)

// lane is the way out of one channel on this node: its pace in segments a
// second, its slots for attempts in flight, and the pump that posts what could
// not be posted in its own turn's transaction.
type lane struct {
	g       *Gateway
	brand   conversation.BrandID
	channel Channel
	id      conversation.ChannelID
	account string // the carrier's, "" when it has none
	pace    rate.Limit
	limiter *rate.Limiter
	slots   chan struct{}
	kicked  chan struct{}
	closed  countries

	mu     sync.Mutex
	halted string // why nothing is sent, "" while it is
	slowed time.Time
}

// laneSlots bounds the attempts in flight of one channel on one node: at the
// fastest pace Twilio gives (100 segments a second for a short code) and the
// slowest answer (the 8 s deadline) it would hold 800.
const laneSlots = 1024

func newLane(g *Gateway, r Route) *lane {
	l := &lane{
		g: g, brand: r.Brand, channel: r.Channel, id: r.Channel.ID(), account: r.Account,
		pace: rate.Limit(r.PerSecond), slots: make(chan struct{}, laneSlots), kicked: make(chan struct{}, 1),
	}
	if r.PerSecond <= 0 {
		l.pace = rate.Inf
	}
	l.limiter = rate.NewLimiter(l.pace, max(1, int(r.PerSecond)))
	return l
}

// hold is room on a lane for one attempt: a slot and the pace's tokens.
type hold struct {
	lane *lane
	used bool
	once sync.Once
}

func (h *hold) release() {
	h.once.Do(func() { <-h.lane.slots })
}

// reserve takes room at once, or returns nil: halted, no slot, or out of pace.
func (l *lane) reserve(segments int) *hold {
	if l.why() != "" {
		return nil
	}
	select {
	case l.slots <- struct{}{}:
	default:
		return nil
	}
	if !l.limiter.AllowN(time.Now(), l.tokens(segments)) {
		<-l.slots
		return nil
	}
	return &hold{lane: l}
}

// wait takes room when there is some.
func (l *lane) wait(ctx context.Context) (*hold, error) {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := l.limiter.WaitN(ctx, 1); err != nil {
		<-l.slots
		return nil, err
	}
	return &hold{lane: l}, nil
}

// tokens bounds what one message takes to what the lane can ever give.
func (l *lane) tokens(segments int) int {
	return min(max(segments, 1), l.limiter.Burst())
}

// kick tells the pump that a message waits.
func (l *lane) kick() {
	select {
	case l.kicked <- struct{}{}:
	default:
	}
}

// The pump looks by itself too: a message may become due, or another node may
// have left it.
const (
	pumpEvery = time.Second
	pumpBatch = 64
)

// pump posts queued messages as the pace allows, until ctx ends.
func (l *lane) pump(ctx context.Context) {
	tick := time.NewTicker(pumpEvery)
	defer tick.Stop()
	for {
		for l.why() == "" && l.pumpOnce(ctx) {
		}
		select {
		case <-ctx.Done():
			return
		case <-l.kicked:
		case <-tick.C:
			l.quicken()
		}
	}
}

// pumpOnce claims one batch of ready messages and says whether there may be more.
func (l *lane) pumpOnce(ctx context.Context) bool {
	refs, err := l.g.opt.Store.Ready(ctx, l.brand, l.id, pumpBatch)
	if err != nil {
		if ctx.Err() == nil {
			l.g.log.Warn("cannot list ready messages", "channel", l.id, "error", err)
		}
		return false
	}
	var claims []*work
	for _, ref := range refs {
		h, err := l.wait(ctx)
		if err != nil {
			break
		}
		w := newWork(l.brand, Who{Customer: ref.Customer})
		w.claim = &claim{ref: ref, hold: h}
		if err := l.g.queue.push(ctx, w); err != nil {
			h.release()
			break
		}
		claims = append(claims, w)
	}
	refused := false
	for _, w := range claims { // all of them: each holds a slot
		if v := <-w.done; v.err != nil {
			w.claim.hold.release()
			refused = true
		}
	}
	return len(refs) == pumpBatch && !refused && ctx.Err() == nil
}

// why says why the lane is halted, "" when it is not.
func (l *lane) why() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.halted
}

// halt stops the lane until the process is started again with the cause mended.
func (l *lane) halt(code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.halted == "" {
		l.halted = code
		l.g.log.Error("channel halted: nothing more is sent on it until the cause is mended and the gateway restarted",
			"channel", l.id, "code", code, slog.Bool("alert", true))
		l.g.metrics.halted.WithLabelValues(string(l.id)).Set(1)
	}
}

// slow halves the pace for a minute: the carrier said that it is too much.
func (l *lane) slow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slowed = time.Now().Add(time.Minute)
	if limit := l.limiter.Limit(); limit != rate.Inf && limit > 0.1 {
		l.limiter.SetLimit(limit / 2)
	}
}

func (l *lane) quicken() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.slowed.IsZero() && time.Now().After(l.slowed) {
		l.slowed = time.Time{}
		l.limiter.SetLimit(l.pace)
	}
}
