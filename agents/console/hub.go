package console

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

// times is how long things take; tests shorten them.
type times struct {
	poll   time.Duration // between looks at the log that nobody woke us for
	mark   time.Duration // between marks
	agents time.Duration // between looks at the agents
	check  time.Duration // between looks at a socket's session, ± a fifth
	ping   time.Duration // ± a fifth, so that pages do not answer together
	gap    time.Duration // between two pieces given out: a burst is not a slow reader's fault
	hello  time.Duration // within which a page says what it had
	bye    time.Duration // within which a page answers that it was told to go
}

func defaultTimes() times {
	return times{poll: 2 * time.Second, mark: 10 * time.Second, agents: 2 * time.Second, check: time.Minute, gap: 20 * time.Millisecond,
		ping: 25 * time.Second, hello: 10 * time.Second, bye: 2 * time.Second}
}

// Rows of a log that are read at once. What is given out at once must leave
// room in every page's queue; a page that reads for itself has none.
const (
	giveRows = 32
	readRows = 256
)

// everybody reads what the hub hands out; each page then gets what its own
// agent may see.
var everybody = agents.Agent{Role: agents.RoleSupervisor}

// hub reads each change of the log once, renders it once and gives it to every
// page whose agent may see it.
//
// A page is first a reader of the log at its own pace (client.catchUp); it goes
// live in the moment, under the hub's lock, in which it has read as far as the
// hub has given out. So between its own reading and what the hub gives it
// nothing is missing and nothing is double, and a page that reads slowly holds
// no memory here.
type hub struct {
	desk  Desk
	guard guard
	log   *slog.Logger
	now   func() time.Time
	times times

	poked   chan struct{}
	started chan struct{} // closed once heads are known
	work    sync.WaitGroup

	wakeMu sync.Mutex
	woken  map[conversation.BrandID]int64

	mu       sync.Mutex
	draining bool
	live     int // clients that are given what is new
	clients  map[*client]struct{}
	heads    map[conversation.BrandID]int64 // given out up to here
	epoch    string
	looks    map[string]look
	people   map[conversation.AgentID]person // as the pages know them
}

func newHub(o Options, g guard) *hub {
	return &hub{
		desk: o.Desk, guard: g, log: o.Log, now: o.Now, times: defaultTimes(),
		poked: make(chan struct{}, 1), started: make(chan struct{}),
		woken:   make(map[conversation.BrandID]int64),
		clients: make(map[*client]struct{}), heads: make(map[conversation.BrandID]int64),
		looks: make(map[string]look),
	}
}

// wake hears that a brand's log has grown. It does not block.
func (h *hub) wake(brand conversation.BrandID, seq int64) {
	h.wakeMu.Lock()
	h.woken[brand] = max(h.woken[brand], seq)
	h.wakeMu.Unlock()
	select {
	case h.poked <- struct{}{}:
	default:
	}
}

func (h *hub) takeWoken() map[conversation.BrandID]int64 {
	h.wakeMu.Lock()
	defer h.wakeMu.Unlock()
	woken := h.woken
	h.woken = make(map[conversation.BrandID]int64)
	return woken
}

// run gives out what is new until ctx ends.
func (h *hub) run(ctx context.Context) {
	if !h.begin(ctx) {
		h.drain()
		return
	}
	poll, mark, people := time.NewTicker(h.times.poll), time.NewTicker(h.times.mark), time.NewTicker(h.times.agents)
	defer poll.Stop()
	defer mark.Stop()
	defer people.Stop()
	for {
		select {
		case <-ctx.Done():
			h.drain()
			return
		case <-h.poked:
			for brand, seq := range h.takeWoken() {
				h.advance(ctx, brand, seq)
			}
		case <-poll.C:
			h.lookAgain(ctx)
		case <-mark.C:
			h.mark()
		case <-people.C:
			h.lookAtAgents(ctx)
		}
	}
}

// begin finds where the logs end now; false when ctx ended before.
func (h *hub) begin(ctx context.Context) bool {
	for {
		heads, epoch, err := h.ends(ctx)
		if err == nil {
			h.mu.Lock()
			h.heads, h.epoch = heads, epoch
			h.mu.Unlock()
			close(h.started)
			return true
		}
		h.log.Warn("the console cannot read the logs yet", "error", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(h.times.poll):
		}
	}
}

// ends reads where each brand's log ends.
func (h *hub) ends(ctx context.Context) (heads map[conversation.BrandID]int64, epoch string, err error) {
	heads = make(map[conversation.BrandID]int64)
	for _, b := range h.desk.BrandsOf(everybody) {
		if heads[b.ID], epoch, err = h.desk.Head(ctx, everybody, b.ID); err != nil {
			return nil, "", err
		}
	}
	return heads, epoch, nil
}

// lookAgain is the safety net below the wake-ups, and notices another log.
func (h *hub) lookAgain(ctx context.Context) {
	if h.size() == 0 {
		return
	}
	heads, epoch, err := h.ends(ctx)
	if err != nil {
		h.log.Warn("the console cannot read the logs", "error", err)
		return
	}
	h.mu.Lock()
	cut := epoch != h.epoch
	for brand, head := range heads {
		cut = cut || head < h.heads[brand]
	}
	if cut {
		h.heads, h.epoch = heads, epoch
	}
	h.mu.Unlock()
	if cut {
		h.closeIf(func(*client) bool { return true }, closeResync, "the log is another one")
		return
	}
	for brand, head := range heads {
		h.advance(ctx, brand, head)
	}
}

// advance gives out what a brand's log says up to seq and beyond.
func (h *hub) advance(ctx context.Context, brand conversation.BrandID, seq int64) {
	for first := true; ; first = false {
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
		if !first {
			select {
			case <-time.After(h.times.gap):
			case <-ctx.Done():
				return
			}
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
	seqs   []int64 // of each frame's change
	upTo   int64
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
		for _, e := range c.Entries {
			parts = append(parts, envelope{T: "entry", Brand: brand, D: entered{brand, c.Customer, e}})
		}
		if c.Conversation != nil {
			parts = append(parts, envelope{T: "conversation", Brand: brand, D: c.Conversation})
		} else {
			parts = append(parts, envelope{T: "gone", Brand: brand, D: whose{brand, c.Customer}})
		}
		for len(b.seqs) < len(parts) {
			b.seqs = append(b.seqs, c.Seq)
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
	Entry    agents.Entry            `json:"entry"`
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
	for key, l := range h.looks {
		switch {
		case !l.until.After(h.now()):
			delete(h.looks, key)
		case c.brands[l.brand] && l.agent != c.agent.ID:
			c.push(l.frame)
		}
	}
	return true
}

// admit takes a new page in; its two goroutines are counted.
func (h *hub) admit(c *client) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return errDraining
	}
	tabs := 0
	for other := range h.clients {
		if other.token == c.token {
			tabs++
		}
	}
	if tabs >= maxTabs {
		return errTooManyTabs
	}
	h.clients[c] = struct{}{}
	h.work.Add(2)
	return nil
}

func (h *hub) leaves(c *client) {
	h.mu.Lock()
	delete(h.clients, c)
	c.mu.Lock()
	if c.live {
		c.live = false
		h.live--
	}
	c.mu.Unlock()
	h.mu.Unlock()
	h.unlook(c)
}

func (h *hub) size() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients)
}

// closeSession ends the pages of one session.
func (h *hub) closeSession(token string, code int, why string) {
	h.closeIf(func(c *client) bool { return c.token == token }, code, why)
}

func (h *hub) closeIf(which func(*client) bool, code int, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		if which(c) {
			c.end(code, why)
		}
	}
}

// drain sends the pages elsewhere and waits until they have gone.
func (h *hub) drain() {
	h.mu.Lock()
	h.draining = true
	h.mu.Unlock()
	h.closeIf(func(*client) bool { return true }, closeDraining, "this node stops")
	gone := make(chan struct{})
	go func() { h.work.Wait(); close(gone) }()
	select {
	case <-gone:
		return
	case <-time.After(2 * h.times.bye):
	}
	h.mu.Lock()
	left := make([]*client, 0, len(h.clients))
	for c := range h.clients {
		left = append(left, c)
	}
	h.mu.Unlock()
	for _, c := range left {
		c.conn.Close()
	}
	<-gone
}
