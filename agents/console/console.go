// Package console is how the desk reaches a browser: REST and a socket over one
// service, and the page itself.
//
//	page ── GET /console/ ─────────────▶ page.go     the built page, or how to build it
//	     ── /v1/desk/… ────▶ guard.go ─▶ rest.go ───┐  (work.go, find.go, supervise.go, media.go, channels.go)
//	     ── /v1/desk/socket ▶ guard.go ─▶ socket.go ┤  one pair of goroutines a page
//	                                                ├─▶ Desk: the rights, the acts, the reads
//	     the log's commits ────────────▶ hub.go ────┘  reads each change once, for all pages
//
// PROTOCOL.md is what the page and this package agree on.
package console

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

// Options is what a console is made of.
type Options struct {
	Desk     Desk
	Sessions agents.Sessions
	Media    Media          // what customers sent; nil: nothing of it is shown
	Channels []Channel      // what is configured
	Linker   Linker         // nil: no device can be linked here
	Page     fs.FS          // the built page; without an index.html it is not built
	Origins  []string       // whose pages may use it: "https://desk.example", and the listen address
	Secure   bool           // the cookie is for HTTPS only
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed

	// Subscribe calls f after each commit that wrote to a brand's log, on any
	// node; gateway.Gateway has it. f does not block.
	Subscribe func(f func(brand conversation.BrandID, seq int64))

	// Composing is told, on every node, that an agent begins, goes on or ends to
	// write; nil: nobody is. It does not block.
	Composing func(brand conversation.BrandID, customer conversation.CustomerID, on bool)

	Neighbours Neighbours // how nodes tell one another who looks at what; nil: there is one node

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: silent
}

// Console answers under /v1/desk/ and /console/. Run must run beside it.
type Console struct {
	desk  Desk
	media Media
	guard guard
	hub   *hub
	now   func() time.Time
	log   *slog.Logger
	mux   *http.ServeMux

	fetching chan struct{} // one for each file that is fetched now

	channels []Channel
	linker   Linker
	pairings pairings
	serving  context.Context // ends with Run, and what goes on ends with it
	stop     func()
}

// New makes a console.
func New(o Options) *Console {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Console{desk: o.Desk, media: o.Media, guard: newGuard(o), now: o.Now, log: o.Log, mux: http.NewServeMux(),
		fetching: make(chan struct{}, mediaAtOnce), channels: o.Channels, linker: o.Linker}
	c.serving, c.stop = context.WithCancel(context.Background())
	c.hub = newHub(o, c.guard)
	if o.Subscribe != nil {
		o.Subscribe(c.hub.wake)
	}
	c.routes()
	pages := servePage(o.Page)
	c.mux.Handle("GET /console/", pages)
	c.mux.Handle("GET /console", http.RedirectHandler("/console/", http.StatusMovedPermanently))
	return c
}

// Run keeps the pages up to date until ctx ends; then it asks them to come
// again elsewhere, and returns when they have gone.
func (c *Console) Run(ctx context.Context) {
	defer context.AfterFunc(ctx, c.stop)()
	c.hub.run(ctx)
}

// Sockets is how many pages are connected.
func (c *Console) Sockets() int { return c.hub.size() }

func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store") // the page's own files say otherwise
	c.mux.ServeHTTP(w, r)
}

// contentPolicy lets the page have its own files and nothing else. Pictures
// that are about to be sent are blob:, icons data:.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self'; connect-src 'self'; font-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
