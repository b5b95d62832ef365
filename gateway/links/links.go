// Package links is where the short links of texts lead on.
//
//	GET  /l/{code}   to where the link leads; the first time it becomes a LinkClicked event
//	HEAD /l/{code}   the same answer, and nothing becomes of it
//
// A code is one customer's: whoever follows it is taken for them. Phones look at
// links before people do, so fetchers are sent on and not counted. Where a link
// leads stands in its row alone; nothing of the request becomes a part of it.
package links

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/visitor"
)

// Path is where the links are mounted, on every domain.
const Path = "/l/"

// Store is what the links are read from.
type Store interface {
	// Link finds a link by its code; gateway.ErrNotFound for none.
	Link(ctx context.Context, code string) (conversation.BrandID, gateway.CodeRow, error)
}

// Options is what the links are made of.
type Options struct {
	Door    gateway.Door
	Store   Store
	Brands  []conversation.BrandInfo
	Proxies []netip.Prefix   // before us, whose X-Forwarded-For is believed
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: silent
}

// Who asks for links that are none may do so often enough to mistype; nobody
// guesses one of 2^80.
const (
	missBurst = 50
	missEvery = 5 * time.Second
	missRoom  = 10_000 // networks that are remembered
)

// patience is how long a visitor waits for their click to be counted. The turn
// goes on without them.
const patience = 250 * time.Millisecond

// Links answers under Path.
type Links struct {
	Options
	brands  map[conversation.BrandID]*conversation.BrandInfo
	domains map[string][]conversation.BrandID // of the brands' own
	misses  *visitor.Throttle
	mux     *http.ServeMux
}

// New makes the links.
func New(o Options) *Links {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	l := &Links{Options: o, brands: make(map[conversation.BrandID]*conversation.BrandInfo), domains: make(map[string][]conversation.BrandID),
		misses: visitor.NewThrottle(missEvery, missBurst, missRoom), mux: http.NewServeMux()}
	for i := range o.Brands {
		b := &l.Brands[i]
		l.brands[b.ID] = b
		if u, err := url.Parse(b.LinkURL); err == nil && u.Host != "" {
			host := strings.ToLower(u.Hostname())
			l.domains[host] = append(l.domains[host], b.ID)
		}
	}
	l.mux.HandleFunc("GET "+Path+"{code}", l.follow)
	return l
}

func (l *Links) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.mux.ServeHTTP(w, r) }

// readable is a code as it may be written: a phone may have begun it with a capital.
var readable = regexp.MustCompile(`^[A-Za-z0-9]{12,64}$`)

func (l *Links) follow(w http.ResponseWriter, r *http.Request) {
	from := visitor.Network(visitor.Address(r, l.Proxies))
	if l.misses.Spent(from, l.Now()) {
		l.tooMany(w, r)
		return
	}
	brand, row, err := l.find(r)
	switch {
	case errors.Is(err, gateway.ErrNotFound):
		if !l.misses.Allow(from, l.Now()) {
			l.tooMany(w, r)
			return
		}
		l.show(w, r, l.host(r), http.StatusNotFound, gone)
		return
	case err != nil:
		l.Log.Warn("cannot look a link up", "error", err)
		w.Header().Set("Retry-After", "2")
		l.show(w, r, l.host(r), http.StatusServiceUnavailable, later)
		return
	case l.Now().After(row.Expires):
		l.show(w, r, brand, http.StatusGone, gone)
		return
	}
	if r.Method == http.MethodGet && row.Clicked.IsZero() && !fetcher(r) {
		l.count(r.Context(), brand.ID, row)
	}
	h := w.Header()
	h.Set("Location", row.URL)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the code is one customer's
	h.Set("X-Robots-Tag", "noindex, nofollow")
	w.WriteHeader(http.StatusFound)
}

// find looks the link up that a request asks for. One of another domain, and one
// that leads where its brand's links may no longer lead, is none.
func (l *Links) find(r *http.Request) (*conversation.BrandInfo, gateway.CodeRow, error) {
	code := r.PathValue("code")
	if !readable.MatchString(code) {
		return nil, gateway.CodeRow{}, gateway.ErrNotFound
	}
	id, row, err := l.Store.Link(r.Context(), strings.ToLower(code))
	if err != nil {
		return nil, row, err
	}
	brand := l.brands[id]
	if of, own := l.domains[hostOf(r)]; brand == nil || own && !slices.Contains(of, id) {
		return nil, row, gateway.ErrNotFound
	}
	to, err := url.Parse(row.URL)
	if err != nil || to.Scheme != "https" && to.Scheme != "http" || to.User != nil || !brand.LeadsTo(to.Hostname()) {
		l.Log.Warn("a link leads where the brand's links may not lead: it is not followed", "brand", id, "prompt", row.Prompt)
		return nil, row, gateway.ErrNotFound
	}
	return brand, row, nil
}

// count makes the click an event. One that cannot be counted now is not counted:
// its visitor is sent on all the same.
func (l *Links) count(ctx context.Context, brand conversation.BrandID, row gateway.CodeRow) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	now := l.Now().UTC()
	_, err := l.Door.Accept(ctx, brand, gateway.Who{Customer: row.Customer}, conversation.Event{
		ID: conversation.EventID("click:" + row.Code.Code), Type: conversation.LinkClicked, Time: now,
		Click: &conversation.Click{Code: row.Code.Code, Prompt: row.Prompt, URL: row.URL},
	})
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		l.Log.Warn("a click was not counted", "brand", brand, "customer", row.Customer, "error", err)
	}
}

// host is the brand whose own domain was asked, nil for a shared one.
func (l *Links) host(r *http.Request) *conversation.BrandInfo {
	if of := l.domains[hostOf(r)]; len(of) == 1 {
		return l.brands[of[0]]
	}
	return nil
}

func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}
