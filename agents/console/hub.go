package console

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

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
	gap    time.Duration // between looks whether the pages are done with what they were given
	hello  time.Duration // within which a page says what it had
	bye    time.Duration // within which a page answers that it was told to go
}

func defaultTimes() times {
	return times{poll: 2 * time.Second, mark: 10 * time.Second, agents: 2 * time.Second, check: 50 * time.Second, gap: 2 * time.Millisecond,
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
	looks    map[lookKey]look
	telling  *rate.Limiter

	composing  func(brand conversation.BrandID, customer conversation.CustomerID, on bool)
	neighbours *neighbours
	people     map[conversation.AgentID]person // as the pages know them; lookAtAgents alone has it
}

func newHub(o Options, g guard) *hub {
	return &hub{
		desk: o.Desk, guard: g, log: o.Log, now: o.Now, times: defaultTimes(),
		poked: make(chan struct{}, 1), started: make(chan struct{}),
		woken:   make(map[conversation.BrandID]int64),
		clients: make(map[*client]struct{}), heads: make(map[conversation.BrandID]int64),
		looks: make(map[lookKey]look), telling: newTelling(), neighbours: newNeighbours(o.Neighbours, o.Log),
		composing: o.Composing,
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
	defer h.talk()()
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
			h.seen(ctx)
		}
	}
}

// talk tells the other nodes, and hears them, until it is ended: after the pages
// have gone, so that it is told that they look at nothing.
func (h *hub) talk() (end func()) {
	if h.neighbours.other == nil {
		return func() {}
	}
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { h.neighbours.run(ctx) })
	work.Go(func() {
		if err := h.neighbours.other.Hear(ctx, h.hear); err != nil && ctx.Err() == nil {
			h.log.Warn("who looks at what on other nodes is not known any more", "error", err)
		}
	})
	return func() { stop(); work.Wait() }
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

// closeSession ends the pages of a session that is over, on every node.
func (h *hub) closeSession(token, why string) {
	h.closeIf(func(c *client) bool { return c.token == token }, closeOver, why)
	h.neighbours.ended(token)
}

// closeAgent ends the pages of an agent whose sessions are over; other nodes see
// that with their next look at the agents.
func (h *hub) closeAgent(id conversation.AgentID, why string) {
	h.closeIf(func(c *client) bool { return c.whose() == id }, closeOver, why)
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
