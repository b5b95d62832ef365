package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway/api"
	"github.com/causette/causette/gateway/join"
	"github.com/causette/causette/gateway/links"
	"github.com/causette/causette/gateway/media"
	"github.com/causette/causette/gateway/twilio"
)

// routes is everything that the outside may ask.
func (a *app) routes(hooks []*twilio.Channel) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(twilio.HooksPath, twilio.NewHooks(a.gateway, a.log, hooks...))
	o := api.Options{Door: a.gateway, Store: a.store, Prompts: a.gateway, Bulk: a.bulk, Reports: reports{a.people}, Price: segmentPrice(a.config),
		PerSecond: a.config.API.PerSecond, Burst: a.config.API.Burst, Log: a.log}
	for _, b := range a.config.Brands {
		o.Brands = append(o.Brands, api.Brand{ID: b.ID, Country: b.Country, Currency: b.Currency})
	}
	automations := api.New(o)
	mux.Handle("/v1/", automations)
	mux.Handle("/v1/desk/", a.console)
	mux.Handle("/console/", a.console)
	mux.Handle("/console", a.console)
	mux.Handle("/openapi.json", automations)
	names := make(map[conversation.BrandID]string)
	for _, b := range a.config.Brands {
		names[b.ID] = b.Name
	}
	mux.Handle(media.Path, media.New(media.Options{Door: a.gateway, Store: a.store, Folder: a.config.Media, Brands: names, Log: a.log}))
	short := links.Options{Door: a.gateway, Store: a.store, Proxies: a.config.TrustedProxies(), Log: a.log}
	for i := range a.config.Brands {
		short.Brands = append(short.Brands, brandInfo(a.config, &a.config.Brands[i]))
	}
	mux.Handle(links.Path, links.New(short))
	mux.Handle(join.Path, join.New(join.Options{Door: a.gateway, Brands: a.joinable(), Proxies: a.config.TrustedProxies(), Log: a.log}))
	if a.carrier != nil {
		mux.Handle("/phones/", a.carrier.Handler())
	}
	return mux
}

// joinable are the brands that people can ask for texts of: those with a number
// that hears their answer.
func (a *app) joinable() []join.Brand {
	var brands []join.Brand
	for i := range a.config.Brands {
		b := &a.config.Brands[i]
		j := join.Brand{ID: b.ID, Name: b.Name, Country: b.Country, Languages: b.Languages}
		if b.Join != nil {
			j.Promise = &conversation.Promise{Messages: b.Join.Messages, Per: b.Join.Per}
			j.Privacy = b.Join.Privacy
		}
		for k := range a.config.Channels {
			if c := &a.config.Channels[k]; c.Brand == b.ID && c.Medium() == conversation.SMS {
				j.Channel, j.Number = c.ID, plain(c.Address)
				brands = append(brands, j)
				break
			}
		}
	}
	return brands
}

// adminRoutes is what only the operator may ask.
func (a *app) adminRoutes() http.Handler {
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	return mux
}

// readyz says whether events can be accepted: the database answers. Halted
// channels are named, and do not make the gateway unready.
func (a *app) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.store.Ping(ctx); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
	for id, why := range a.gateway.Halted() {
		fmt.Fprintf(w, "halted: %s: %s\n", id, why)
	}
}

// server is one listener and what it serves.
type server struct {
	http.Server
	listener net.Listener
	ended    chan struct{}
}

// listen opens the address; a bad or taken one is an error that says so.
func listen(addr string, h http.Handler) (*server, string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, "", fmt.Errorf("cannot listen on %s: %w; choose another address", addr, err)
	}
	s := &server{listener: l, ended: make(chan struct{}), Server: http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}}
	return s, l.Addr().String(), nil
}

// serve answers until ctx ends, then finishes the requests that are open.
func (s *server) serve(ctx context.Context) error {
	go func() {
		defer close(s.ended)
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
		defer cancel()
		if s.Shutdown(grace) != nil {
			s.Close()
		}
	}()
	if err := s.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", s.listener.Addr(), err)
	}
	return nil
}

// wait returns when no request is open any more.
func (s *server) wait() { <-s.ended }

// plain is an address without the prefix that Twilio gives WhatsApp numbers.
func plain(address string) conversation.Address {
	return conversation.Address(strings.TrimPrefix(address, "whatsapp:"))
}
