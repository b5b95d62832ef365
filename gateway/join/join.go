// Package join is the page on which people ask for a brand's texts.
//
//	GET  /join/{brand}         the page: one box a purpose, none of them ticked
//	POST /join/{brand}         a number and the boxes; it becomes a JoinRequested event
//	GET  /join/{brand}/window  a sheet to print for a shop window: a QR picture
//	GET  /join/{brand}/qr.png  the picture: it opens a text to the brand, to be sent
//
// A form proves nothing of whose number it is. So the page gives no consent: the
// turn texts the number, and only the yes of the phone itself counts, with the
// words of the page as its proof. What the page answers never tells whether a
// number was known.
package join

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/visitor"
)

// Path is where the pages are mounted.
const Path = "/join/"

// Brand is what the page needs to know of a brand.
type Brand struct {
	ID        conversation.BrandID
	Name      string
	Country   string   // ISO 3166-1: of numbers without a +
	Languages []string // the first for who speaks none of them
	Channel   conversation.ChannelID
	Number    conversation.Address  // of the channel: what one texts to join
	Promise   *conversation.Promise // how often one will hear from the brand; nil: the page says nothing of it
	Privacy   string                // a link to how the brand treats data; "": none is shown
}

// Options is what the pages are made of.
type Options struct {
	Door    gateway.Door
	Brands  []Brand
	Proxies []netip.Prefix // before us, whose X-Forwarded-For is believed
	Now     func() time.Time
	Log     *slog.Logger
}

// One network may ask for so many numbers at once, and then for one more each
// joinEvery: a shop's tablet passes, who tries out numbers does not. What one
// number is texted is the turn's to bound.
const (
	joinBurst = 10
	joinEvery = 2 * time.Minute
	joinRoom  = 10_000 // networks that are remembered
)

// Page answers under Path.
type Page struct {
	door     gateway.Door
	brands   map[conversation.BrandID]Brand
	proxies  []netip.Prefix
	throttle *visitor.Throttle
	now      func() time.Time
	log      *slog.Logger
	mux      *http.ServeMux
}

// New makes the pages.
func New(o Options) *Page {
	p := &Page{door: o.Door, brands: make(map[conversation.BrandID]Brand), proxies: o.Proxies,
		throttle: visitor.NewThrottle(joinEvery, joinBurst, joinRoom), now: o.Now, log: o.Log, mux: http.NewServeMux()}
	if p.now == nil {
		p.now = time.Now
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	for _, b := range o.Brands {
		p.brands[b.ID] = b
	}
	p.mux.HandleFunc("GET "+Path+"{brand}", p.with(p.ask))
	p.mux.HandleFunc("POST "+Path+"{brand}", p.with(p.take))
	p.mux.HandleFunc("GET "+Path+"{brand}/window", p.with(p.window))
	p.mux.HandleFunc("GET "+Path+"{brand}/qr.png", p.with(p.picture))
	return p
}

func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// visit is one request for a brand's page, in the visitor's language.
type visit struct {
	*http.Request
	brand    Brand
	language string
	words    words
}

func (p *Page) with(do func(http.ResponseWriter, *visit)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, ok := p.brands[conversation.BrandID(r.PathValue("brand"))]
		if !ok {
			http.NotFound(w, r)
			return
		}
		v := &visit{Request: r, brand: b, language: visitor.Language(r, b.Languages)}
		v.words = wordsIn(v.language, b)
		do(w, v)
	}
}

func (p *Page) ask(w http.ResponseWriter, v *visit) { p.show(w, v, http.StatusOK, asking, form{}) }

// take makes the form an event. Its answer is the same whoever's the number is.
func (p *Page) take(w http.ResponseWriter, v *visit) {
	from := visitor.Address(v.Request, p.proxies)
	if !p.throttle.Allow(visitor.Network(from), p.now()) {
		w.Header().Set("Retry-After", "120")
		p.show(w, v, http.StatusTooManyRequests, busy, form{})
		return
	}
	f, err := read(w, v)
	switch {
	case errors.Is(err, errNumber):
		p.show(w, v, http.StatusUnprocessableEntity, wrongNumber, f)
		return
	case errors.Is(err, errNothing):
		p.show(w, v, http.StatusUnprocessableEntity, nothingTicked, f)
		return
	case err != nil:
		p.show(w, v, http.StatusBadRequest, asking, form{})
		return
	}
	j := conversation.Join{
		Channel: v.brand.Channel, Medium: conversation.SMS, To: f.to, Purposes: f.purposes, Language: v.language, Promise: v.brand.Promise,
		Wording:  make(map[conversation.Purpose]string, len(f.purposes)),
		Evidence: map[string]string{"page": Path + string(v.brand.ID), "version": v.words.version(), "ip": from},
	}
	for _, purpose := range f.purposes {
		j.Wording[purpose] = v.words.Boxes[purpose]
	}
	_, err = p.door.Accept(v.Context(), v.brand.ID, gateway.Who{Address: f.to}, conversation.Event{
		ID: conversation.EventID("join:" + rand.Text()), Type: conversation.JoinRequested, Time: p.now().UTC(), Join: &j,
	})
	if err != nil {
		p.log.Warn("a form of the join page was not taken", "brand", v.brand.ID, "error", err)
		w.Header().Set("Retry-After", "5")
		p.show(w, v, http.StatusServiceUnavailable, later, f)
		return
	}
	p.show(w, v, http.StatusOK, thanks, form{})
}
