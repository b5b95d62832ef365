// Package media is where photos come in: a page behind a link that was texted
// to a customer whose phone sends no pictures, and the folder that keeps them.
//
//	GET  /photo/{brand}/{code}   the page, in the customer's language
//	POST /photo/{brand}/{code}   one photo; it becomes a message of the customer
//
// A code works once: the photo's event carries the code as its deduplication
// key, so that two uploads at once are one turn.
package media

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Path is where the page is mounted.
const Path = "/photo/"

// Store is what the page reads; gateway.Store satisfies it.
type Store interface {
	Code(ctx context.Context, brand conversation.BrandID, code string) (gateway.CodeRow, error)
	Conversation(ctx context.Context, brand conversation.BrandID, who gateway.Who) (conversation.Conversation, error)
}

// Options is what the page is made of.
type Options struct {
	Door   gateway.Door
	Store  Store
	Folder string                          // of the photos, made when missing
	Brands map[conversation.BrandID]string // the name of each brand
	Now    func() time.Time                // nil: time.Now
	Log    *slog.Logger                    // nil: silent
}

// Page answers under Path.
type Page struct {
	Options
	mux *http.ServeMux
}

// New makes the page.
func New(o Options) *Page {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Page{Options: o, mux: http.NewServeMux()}
	p.mux.HandleFunc("GET "+Path+"{brand}/{code}", p.ask)
	p.mux.HandleFunc("POST "+Path+"{brand}/{code}", p.take)
	return p
}

func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// visit is one request with a code that stands for something.
type visit struct {
	brand    conversation.BrandID
	code     gateway.CodeRow
	customer conversation.Conversation
}

// find looks the code up. An unknown or expired one is ErrNotFound.
func (p *Page) find(r *http.Request) (visit, error) {
	v := visit{brand: conversation.BrandID(r.PathValue("brand"))}
	if _, ok := p.Brands[v.brand]; !ok {
		return v, gateway.ErrNotFound
	}
	var err error
	if v.code, err = p.Store.Code(r.Context(), v.brand, r.PathValue("code")); err != nil {
		return v, err
	}
	if v.code.Kind != "upload" || p.Now().After(v.code.Expires) {
		return v, gateway.ErrNotFound
	}
	v.customer, err = p.Store.Conversation(r.Context(), v.brand, gateway.Who{Customer: v.code.Customer})
	return v, err
}

func (p *Page) ask(w http.ResponseWriter, r *http.Request) {
	v, err := p.find(r)
	if err != nil {
		p.refuse(w, v, err)
		return
	}
	p.show(w, http.StatusOK, v, asking)
}

// take keeps the photo, then makes it a message of the customer.
func (p *Page) take(w http.ResponseWriter, r *http.Request) {
	v, err := p.find(r)
	if err != nil {
		p.refuse(w, v, err)
		return
	}
	photo, kind, err := read(w, r)
	if err != nil {
		p.Log.Info("photo refused", "brand", v.brand, "customer", v.code.Customer, "error", err)
		p.show(w, http.StatusUnsupportedMediaType, v, wrong)
		return
	}
	name, err := keep(p.Folder, v.brand, v.code.Code.Code, kind, photo)
	if err != nil {
		p.Log.Error("cannot keep a photo", "brand", v.brand, "error", err)
		p.show(w, http.StatusServiceUnavailable, v, later)
		return
	}
	out, err := p.Door.Accept(r.Context(), v.brand, gateway.Who{Customer: v.code.Customer}, p.event(v, name, kind))
	switch {
	case err != nil:
		p.Log.Warn("a photo was not taken", "brand", v.brand, "customer", v.code.Customer, "error", err)
		p.show(w, http.StatusServiceUnavailable, v, later)
	case out.Duplicate:
		p.show(w, http.StatusGone, v, gone)
	default:
		p.show(w, http.StatusOK, v, thanks)
	}
}

// event is the photo as a message on the channel where the customer wrote last.
func (p *Page) event(v visit, name, kind string) conversation.Event {
	return gateway.InboundEvent(conversation.Inbound{
		Carrier: conversation.CarrierID("upload:" + v.code.Code.Code),
		Channel: v.customer.Channel, Medium: v.customer.Medium, From: v.customer.Address,
		Media: []conversation.Media{{URL: Scheme + name, Type: kind}},
		At:    p.Now().UTC(),
	})
}
