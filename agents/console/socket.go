package console

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

const (
	maxBehind = 2000 // changes; a page further back loads anew, which costs less
	maxTabs   = 16   // pages of one session
	perSecond = 20   // frames of one page; more wait their turn
	burst     = 60
	patience  = 20 * time.Second // for what one frame asks
)

var (
	errDraining    = refuse(http.StatusServiceUnavailable, "draining", "This node stops", "come again in a moment")
	errTooManyTabs = refuse(http.StatusTooManyRequests, "too_many_tabs", "Too many pages are open", "close one")
	errNotASocket  = refuse(http.StatusUpgradeRequired, "not_a_socket", "This is a socket", "open it as a WebSocket")
)

// client is one page: what waits for it, and how far it was told the logs.
//
// Two goroutines serve it. The reader does what the page says, in its order;
// the writer writes everything, the close code too. The page's end closes gone;
// ours is a code that the writer finds. No channel that others send on is ever
// closed.
type client struct {
	hub   *hub
	conn  conn
	token string
	limit *rate.Limiter

	hello chan hello    // the page's first frame
	woken chan struct{} // there is something for the writer
	gone  chan struct{} // closed when the reader has ended

	mu      sync.Mutex // after the hub's
	agent   agents.Agent
	brands  map[conversation.BrandID]bool // what the agent may see
	queue   queue
	at      map[conversation.BrandID]int64 // told, or waiting in the queue, up to here
	live    bool
	behind  time.Time // since when the writer is at what waits; zero: nothing waits
	recheck bool      // the session is to be looked at now
	code    int       // of the end; 0 while it goes on
	why     string
	looks   map[lookKey]bool
	looking *rate.Limiter // of what it says that it looks at
}

// socket upgrades a page's connection and hands it to two goroutines: the
// request ends, and with it what net/http keeps of it.
func (c *Console) socket(w http.ResponseWriter, r *http.Request) {
	cl, err := c.open(w, r)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	if cl != nil {
		go cl.read()
		go cl.write()
	}
}

func (c *Console) open(w http.ResponseWriter, r *http.Request) (*client, error) {
	if !c.guard.ours(r) {
		return nil, errBadOrigin
	}
	s, err := c.guard.who(r)
	if err != nil {
		return nil, err
	}
	if !websocket.IsWebSocketUpgrade(r) {
		return nil, errNotASocket
	}
	cl := newClient(c.hub, s)
	if cl.conn, err = upgrade(w, r); err != nil {
		return nil, nil // the upgrader has answered
	}
	if err := c.hub.admit(cl); err != nil {
		// Upgraded, so that the page reads why as a code and not as a failed handshake.
		code := closeDraining
		if errors.Is(err, errTooManyTabs) {
			code = closeBadFrame
		}
		_ = cl.conn.Bye(code, err.Error()) // closed either way
		cl.conn.Close()
		return nil, nil
	}
	return cl, nil
}

func newClient(h *hub, s *session) *client {
	return &client{
		hub: h, token: s.token, agent: s.agent, brands: h.brandsOf(s.agent),
		limit: rate.NewLimiter(perSecond, burst), looking: newLooking(),
		hello: make(chan hello, 1), woken: make(chan struct{}, 1), gone: make(chan struct{}),
		at: make(map[conversation.BrandID]int64), looks: make(map[lookKey]bool),
	}
}

func (h *hub) brandsOf(a agents.Agent) map[conversation.BrandID]bool {
	brands := make(map[conversation.BrandID]bool)
	for _, b := range h.desk.BrandsOf(a) {
		brands[b.ID] = true
	}
	return brands
}

// sees says whether the brand is the agent's business. The client's lock is held.
func (c *client) sees(brand conversation.BrandID) bool { return c.brands[brand] }

// push adds a frame to what waits; a page for which too much waits is ended.
// The client's lock is held.
func (c *client) push(f *frame) {
	if c.code != 0 {
		return
	}
	if f.passing && len(c.queue.frames) >= maxFrames/2 {
		return
	}
	if !c.queue.push(f) {
		c.stop(closeSlow, "too slow: come again")
		return
	}
	if c.behind.IsZero() {
		c.behind = time.Now()
	}
	c.signal()
}

func (c *client) signal() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// stop makes the writer say goodbye. The client's lock is held.
func (c *client) stop(code int, why string) {
	if c.code == 0 {
		c.code, c.why, c.queue = code, why, queue{}
		c.signal()
	}
}

func (c *client) end(code int, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop(code, why)
}

// tell gives a live page a frame that no log holds, if it should have it.
func (c *client) tell(f *frame, should func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live && should() {
		c.push(f)
	}
}

// give gives a live page a piece of a log, without what it has read already.
func (c *client) give(b batch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.live || !c.sees(b.brand) {
		return
	}
	for i, f := range b.frames {
		if b.seqs[i] > c.at[b.brand] && (b.to[i] == "" || b.to[i] == c.agent.ID) {
			c.push(f)
		}
	}
	c.at[b.brand] = max(c.at[b.brand], b.upTo)
}

// answer gives the page a frame that it asked for.
func (c *client) answer(e envelope) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push(e.render(c.hub.now()))
}

// write is the one writer.
func (c *client) write() {
	defer c.hub.work.Done()
	defer c.conn.Close()
	defer c.hub.leaves(c)
	if !c.welcome() {
		return
	}
	ping, check := time.NewTimer(jitter(c.hub.times.ping)), time.NewTimer(jitter(c.hub.times.check))
	defer ping.Stop()
	defer check.Stop()
	for {
		if !c.flush() {
			return
		}
		select {
		case <-c.gone:
			return
		case <-c.woken:
		case <-ping.C:
			ping.Reset(jitter(c.hub.times.ping))
			if c.conn.Ping() != nil {
				return
			}
		case <-check.C:
			check.Reset(jitter(c.hub.times.check))
			c.lookAtSession()
		}
	}
}

// flush writes what waits; false when that was the end.
func (c *client) flush() bool {
	for {
		c.mu.Lock()
		frames, code, why, recheck := c.queue.take(), c.code, c.why, c.recheck
		c.recheck = false
		c.behind = time.Time{}
		if len(frames) > 0 {
			c.behind = time.Now()
		}
		c.mu.Unlock()
		if code != 0 {
			c.bye(code, why)
			return false
		}
		if recheck {
			c.lookAtSession()
		}
		if len(frames) == 0 && !recheck {
			return true
		}
		for len(frames) > 0 {
			n := atOnce(frames)
			if c.conn.Write(frames[:n]...) != nil {
				return false
			}
			frames = frames[n:]
		}
	}
}

// bye says goodbye and waits a moment for the answer: to close while the page
// still talks would take the code away from it.
func (c *client) bye(code int, why string) {
	if c.conn.Bye(code, why) != nil {
		return
	}
	select {
	case <-c.gone:
	case <-time.After(c.hub.times.bye):
	}
}

// ended says whether the page is to go.
func (c *client) ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code != 0
}

// lookAtSession ends the page when its session is over or its agent may not be
// here any more.
func (c *client) lookAtSession() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, _ = c.session(ctx) // it ends the page itself
}

// session reads the page's session anew; where that is over, the page ends.
func (c *client) session(ctx context.Context) (*session, error) {
	s, err := c.hub.guard.check(ctx, c.token)
	c.mu.Lock()
	defer c.mu.Unlock()
	var forbidden *agents.Forbidden
	switch {
	case errors.Is(err, errNoSession):
		c.stop(closeOver, "the session is over")
	case errors.As(err, &forbidden):
		c.stop(closeRevoked, "the account is closed")
	case err != nil:
		c.hub.log.Warn("cannot look at a session; it will be looked at again", "error", err)
	default:
		brands := c.hub.brandsOf(s.agent)
		if len(brands) != len(c.brands) {
			c.stop(closeResync, "the brands are others")
		}
		for b := range brands {
			if !c.brands[b] {
				c.stop(closeResync, "the brands are others")
			}
		}
		c.agent = s.agent
	}
	return s, err
}

func jitter(d time.Duration) time.Duration {
	return d*4/5 + rand.N(d*2/5+1)
}
