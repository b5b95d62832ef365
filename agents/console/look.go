package console

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/causette/causette/conversation"
)

// What an agent looks at, or types in, is told to the others for as long as
// these leases; the page renews what it still does.
const (
	viewingLease   = 20 * time.Second
	composingLease = 8 * time.Second
)

// Bounds of looks, which every page's cost every other.
const (
	maxLooks    = 16     // conversations that one page looks at or types in
	maxAllLooks = 20_000 // of all agents, on all nodes
	maxCaughtUp = 100    // that a page which comes is told of; the others come with their renewals
	looksEvery  = 4      // a second, of one page; what is more is left out until it is renewed
	looksBurst  = 20
	tellings    = 20_000 // frames a second of looks, to all pages; above, only those who look at the same are told
	tellBurst   = 100_000
)

// lookKey names a look.
type lookKey struct {
	kind     string // "viewing" or "composing"
	brand    conversation.BrandID
	customer conversation.CustomerID
	agent    conversation.AgentID
}

func (k lookKey) lease() time.Duration {
	if k.kind == "viewing" {
		return viewingLease
	}
	return composingLease
}

// frameKey is what a newer frame of the same look replaces an older one by.
func (k lookKey) frameKey() string {
	return k.kind + "/" + string(k.brand) + "/" + string(k.customer) + "/" + string(k.agent)
}

// look is what an agent looks at or types in, until then.
type look struct {
	until time.Time
	frame *frame
}

// look is a page's word; the pages of other agents are told, on every node.
func (h *hub) look(c *client, kind string, l looking) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	agent := c.agent
	key := lookKey{kind, l.Brand, l.Customer, agent.ID}
	had := c.looks[key]
	allowed := c.live && c.sees(l.Brand)
	if l.On {
		allowed = allowed && (had || len(c.looks) < maxLooks) && c.looking.AllowN(time.Now(), 1)
	} else {
		allowed = allowed && had
	}
	switch {
	case allowed && l.On:
		c.looks[key] = true
	case !l.On:
		delete(c.looks, key)
	}
	c.mu.Unlock()
	if allowed {
		h.show(key, agent.Name, leaseOf(key, l.On))
		h.neighbours.looked(key, agent.Name, leaseOf(key, l.On))
	}
}

// leaseOf is for how long a look is told; nothing for one that ended.
func leaseOf(key lookKey, on bool) time.Duration {
	if on {
		return key.lease()
	}
	return 0
}

// unlook says that a page that has gone looks at nothing.
func (h *hub) unlook(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	looks, agent := c.looks, c.agent
	c.looks = nil
	c.mu.Unlock()
	for key := range looks {
		h.show(key, agent.Name, 0)
		h.neighbours.looked(key, agent.Name, 0)
	}
}

// show tells the pages of other agents. With more of both than the machine can
// serve, only those are told who look at the same conversation: it is they who
// would collide. The hub's lock is held.
func (h *hub) show(key lookKey, name string, lease time.Duration) {
	now := h.now()
	until := now.UTC().Add(lease)
	f := envelope{T: key.kind, Brand: key.brand, D: looked{key.brand, key.customer, key.agent, name, until}}.renderAs(key.frameKey(), now)
	f.passing = true
	_, known := h.looks[key]
	switch {
	case lease <= 0:
		delete(h.looks, key)
	case known || len(h.looks) < maxAllLooks:
		h.looks[key] = look{until, f}
	}
	if h.composing != nil && key.kind == "composing" {
		h.composing(key.brand, key.customer, lease > 0)
	}
	everybody := h.telling.AllowN(time.Now(), len(h.clients))
	for other := range h.clients {
		other.tell(f, func() bool {
			return other.sees(key.brand) && other.agent.ID != key.agent && (everybody || other.looksAt(key.brand, key.customer))
		})
	}
}

// looksAt says whether the page looks at the conversation. The client's lock is held.
func (c *client) looksAt(brand conversation.BrandID, customer conversation.CustomerID) bool {
	return c.looks[lookKey{"viewing", brand, customer, c.agent.ID}] || c.looks[lookKey{"composing", brand, customer, c.agent.ID}]
}

// catchUp tells a page that comes what others look at. The locks are held.
func (h *hub) catchUp(c *client) {
	now, told := h.now(), 0
	for key, l := range h.looks {
		if told < maxCaughtUp && l.until.After(now) && c.sees(key.brand) && key.agent != c.agent.ID {
			c.push(l.frame)
			told++
		}
	}
}

// forget drops what nobody renewed: pages do so by themselves. The hub's lock is held.
func (h *hub) forget() {
	now := h.now()
	for key, l := range h.looks {
		if !l.until.After(now) {
			delete(h.looks, key)
		}
	}
}

func newLooking() *rate.Limiter { return rate.NewLimiter(looksEvery, looksBurst) }
func newTelling() *rate.Limiter { return rate.NewLimiter(tellings, tellBurst) }
