// Package twiliotest is a played Twilio: the part of the REST API that sends and
// lists messages, signed webhooks and status callbacks, and every way in which a
// carrier fails. It keeps a ledger of what it accepted, by a clock of its own, so
// that a test can say what customers got and when.
//
// It shares no code with package twilio: it signs, parses and answers by itself,
// so that a mistake in one does not hide in the other.
//
// It runs inside a test (New, Start) or as a process of its own (Serve), which is
// then asked over HTTP (control.go).
package twiliotest

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options say how the played Twilio behaves. The zero value is a friendly one.
type Options struct {
	AccountSID string // "": AC00000000000000000000000000000001
	AuthToken  string // "": "token"; it authenticates requests and signs webhooks
	Webhook    string // where texts go: the public URL, as Twilio's console has it
	// Gateways are where the gateway's nodes really listen (http://127.0.0.1:4711);
	// webhooks and callbacks go to one of them at random, signed for their
	// public URL. Empty: they go to the public URL itself.
	Gateways []string

	Seed      uint64         // of everything that is left to chance
	Hostility Hostility      // how often what goes wrong
	Numbers   map[string]int // numbers that are refused, with Twilio's code: 21211 invalid, 21610 opted out, 21614 landline

	// Contents are the approved templates by their SIDs, with {{1}} for the first
	// variable; nil: every template is approved, and says its variables.
	Contents map[string]string

	ListLag       time.Duration // until an accepted message is listed; 0: 5 s, negative: none
	Statuses      []string      // called back in this order; nil: sent, delivered; empty: no callbacks
	CallbackDelay time.Duration // between them; 0: 10 ms
	Stall         time.Duration // how long a request that is never answered is held; 0: 30 s
	Forget        bool          // count accepted messages instead of keeping them, for benchmarks
	OnAccept      func(Message) // called for each accepted message, before it is answered
}

// Server is a played Twilio. It is an http.Handler.
type Server struct {
	options  Options
	auth     string // the Authorization header that is right
	path     string // of the account's messages, without ".json"
	start    time.Time
	client   *http.Client
	stop     context.Context
	cancel   context.CancelFunc
	calls    sync.WaitGroup // callbacks under way
	serving  sync.WaitGroup
	listener *http.Server

	mu     sync.Mutex
	ledger ledger
	draws  map[string]uint64 // requests so far, by customer
	next   []Fault           // forced, first first
	chance uint64            // draws that belong to no customer
	closed bool
}

// New returns a played Twilio that nobody can reach yet.
func New(o Options) *Server {
	if o.AccountSID == "" {
		o.AccountSID = "AC00000000000000000000000000000001"
	}
	if o.AuthToken == "" {
		o.AuthToken = "token"
	}
	if o.ListLag == 0 {
		o.ListLag = 5 * time.Second
	}
	if o.Statuses == nil {
		o.Statuses = []string{"sent", "delivered"}
	}
	if o.CallbackDelay == 0 {
		o.CallbackDelay = 10 * time.Millisecond
	}
	if o.Stall == 0 {
		o.Stall = 30 * time.Second
	}
	s := &Server{
		options: o,
		auth:    "Basic " + base64.StdEncoding.EncodeToString([]byte(o.AccountSID+":"+o.AuthToken)),
		path:    "/2010-04-01/Accounts/" + o.AccountSID + "/Messages",
		start:   time.Now(),
		client: &http.Client{
			// Twilio gives a webhook 15 s and follows no redirect of a POST.
			Timeout:       15 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			// As many callbacks as a gateway has sends in flight may be under way
			// at once; opening a connection costs more than a callback.
			Transport: &http.Transport{MaxIdleConnsPerHost: 1024, IdleConnTimeout: time.Minute},
		},
		ledger: newLedger(),
		draws:  map[string]uint64{},
	}
	s.stop, s.cancel = context.WithCancel(context.Background())
	return s
}

// Start serves on a free port of the loopback interface and returns the base URL.
func (s *Server) Start() (baseURL string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s.listener = &http.Server{Handler: s}
	s.serving.Go(func() { s.listener.Serve(l) })
	return "http://" + l.Addr().String(), nil
}

// Close stops the server and what it was about to call back.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	if s.listener != nil {
		s.listener.Close()
	}
	s.serving.Wait()
	s.calls.Wait()
	s.client.CloseIdleConnections()
}

// Drain returns when every callback that is due or planned has been made. No
// message may be accepted meanwhile.
func (s *Server) Drain() { s.calls.Wait() }

// Serve serves until the context ends; a process of its own calls it.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	defer s.Close()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// SetGateways moves the gateway: a test learns its address after it has started.
func (s *Server) SetGateways(webhook string, gateways ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Webhook, s.options.Gateways = webhook, gateways
}

// Now reads the carrier's monotonic clock: the time since the server was made.
func (s *Server) Now() time.Duration { return time.Since(s.start) }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, s.path)
	switch {
	case strings.HasPrefix(r.URL.Path, controlPath):
		s.control(w, r)
	case !ok:
		refuse(w, http.StatusNotFound, 20404, "The requested resource was not found")
	case r.Header.Get("Authorization") != s.auth:
		refuse(w, http.StatusUnauthorized, 20003, "Authenticate")
	case path == ".json" && r.Method == http.MethodPost:
		s.create(w, r)
	case path == ".json" && r.Method == http.MethodGet:
		s.list(w, r)
	case strings.HasSuffix(path, "/Media.json") && r.Method == http.MethodGet:
		s.listMedia(w, strings.Trim(strings.TrimSuffix(path, "/Media.json"), "/"))
	default:
		refuse(w, http.StatusMethodNotAllowed, 20004, "Method not allowed")
	}
}
