package gateway

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
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
	stocked atomic.Bool // the pump has prompts in hand, or knows that there are more

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

// kept is the share of a lane, one in so many, that prompts leave to answers: a
// customer who writes amid a hundred thousand of them is answered at once.
const kept = 4

// reserve takes room at once, or returns nil: halted, no slot, or out of pace.
// A prompt takes only what answers are not kept.
func (l *lane) reserve(segments int, bulk bool) *hold {
	if !l.open() || bulk && l.short(segments) > 0 {
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

// short is how long until a prompt may take room, 0 for now: at least what the
// pace needs to fill up above the share of answers.
func (l *lane) short(segments int) time.Duration {
	const look = 10 * time.Millisecond
	limit := l.limiter.Limit()
	if limit != rate.Inf {
		lacks := float64(l.limiter.Burst()/kept+l.tokens(segments)) - l.limiter.Tokens()
		lacks = min(lacks, float64(l.limiter.Burst())-l.limiter.Tokens()) // a text as long as the whole pace waits until it is full
		if lacks > 0 {
			return min(max(time.Duration(lacks/float64(limit)*float64(time.Second)), look), time.Second)
		}
	}
	if len(l.slots) >= cap(l.slots)-cap(l.slots)/kept {
		return look
	}
	return 0
}

// wait takes room for an answer when there is some.
func (l *lane) wait(ctx context.Context, segments int) (*hold, error) {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := l.limiter.WaitN(ctx, l.tokens(segments)); err != nil {
		<-l.slots
		return nil, err
	}
	return &hold{lane: l}, nil
}

// tokens bounds what one message takes to what the lane can ever give.
func (l *lane) tokens(segments int) int {
	return min(max(segments, 1), l.limiter.Burst())
}

// kick tells the pump that a message waits. Where it has not come to the end of
// the prompts, one more of them is no news.
func (l *lane) kick(bulk bool) {
	if bulk && l.stocked.Load() {
		return
	}
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

// pump posts queued messages as the pace allows, until ctx ends. What it read and
// had no room for is tried again after the pause, unless there is news.
func (l *lane) pump(ctx context.Context) {
	tick := time.NewTicker(pumpEvery)
	defer tick.Stop()
	var read []Ref
	for {
		more, pause := true, time.Duration(0)
		for more && pause == 0 && l.open() {
			if len(read) == 0 {
				l.stocked.Store(false) // what comes from now on may not be read
				read = l.ready(ctx)
				more = len(read) == pumpBatch
				l.stocked.Store(more)
			}
			var refused bool
			read, pause, refused = l.claim(ctx, read)
			more = more && !refused && ctx.Err() == nil
		}
		var again <-chan time.Time
		if pause > 0 {
			again = time.After(pause)
		}
		l.stocked.Store(pause > 0)
		select {
		case <-ctx.Done():
			return
		case <-l.kicked:
			read = nil
		case <-again:
		case <-tick.C:
			read = nil
			l.quicken()
		}
	}
}

// ready reads one batch of what waits to be posted, answers first.
func (l *lane) ready(ctx context.Context) []Ref {
	refs, err := l.g.opt.Store.Ready(ctx, l.brand, l.id, pumpBatch)
	if err != nil {
		if ctx.Err() == nil {
			l.g.log.Warn("cannot list ready messages", "channel", l.id, "error", err)
		}
		return nil
	}
	return refs
}

// claim claims what there is room for. It says what is left, how long prompts have
// to wait for room, and whether a claim failed.
func (l *lane) claim(ctx context.Context, refs []Ref) (left []Ref, pause time.Duration, refused bool) {
	var claims []*work
	for i, ref := range refs {
		h, wait := l.room(ctx, ref)
		if h == nil {
			left, pause = refs[i:], wait
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
	for _, w := range claims { // all of them: each holds a slot
		if v := <-w.done; v.err != nil {
			w.claim.hold.release()
			refused = true
		}
	}
	return left, pause, refused
}

// room takes room for a message: an answer waits for it, a prompt is told how
// long until there may be some.
func (l *lane) room(ctx context.Context, ref Ref) (*hold, time.Duration) {
	if !ref.Bulk {
		h, err := l.wait(ctx, ref.Segments)
		if err != nil {
			return nil, 0
		}
		return h, 0
	}
	if h := l.reserve(ref.Segments, true); h != nil {
		return h, 0
	}
	return nil, max(l.short(ref.Segments), time.Millisecond)
}

// open says whether anything can be sent now.
func (l *lane) open() bool {
	p, pauses := l.channel.(Pausing)
	return l.why() == "" && !(pauses && p.Pausing())
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
