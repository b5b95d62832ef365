package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/gateway"
)

// router stands before the nodes as a load balancer does: it gives each webhook
// and each callback to one of the living nodes at random, whoever's it is. Some
// acknowledgements it loses on the way back, so that the carrier repeats what is
// already durable. It notes what the nodes acknowledged.
type router struct {
	server *httptest.Server
	client *http.Client
	lose   float64 // acknowledgements that are lost, between 0 and 1

	mu      sync.Mutex
	dice    *rand.Rand
	nodes   []string
	texts   map[string]int              // acknowledgements of a webhook, by MessageSid
	reports map[string][]gateway.Status // acknowledged callbacks, by our message
}

func newRouter(t testing.TB, seed uint64, lose float64) *router {
	r := &router{
		client: &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		lose:   lose, dice: rand.New(rand.NewPCG(seed, 1)),
		texts: map[string]int{}, reports: map[string][]gateway.Status{},
	}
	r.server = httptest.NewServer(r)
	t.Cleanup(func() { r.server.Close(); r.client.CloseIdleConnections() })
	return r
}

// add lets a node have its share; remove takes it away.
func (r *router) add(node string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nodes = append(r.nodes, node)
}

func (r *router) remove(node string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nodes = slices.DeleteFunc(r.nodes, func(n string) bool { return n == node })
}

// draw picks a node ("" when none lives), and whether its answer is lost.
func (r *router) draw() (node string, lost bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lost = r.dice.Float64() < r.lose
	if len(r.nodes) > 0 {
		node = r.nodes[r.dice.IntN(len(r.nodes))]
	}
	return node, lost
}

func (r *router) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return
	}
	node, lost := r.draw()
	if node == "" {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	out, err := http.NewRequestWithContext(in.Context(), in.Method, node+in.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	out.Header = in.Header.Clone()
	res, err := r.client.Do(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	if res.StatusCode == http.StatusOK {
		r.note(in.URL, body)
	}
	if lost {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	w.Header().Set("Content-Type", res.Header.Get("Content-Type"))
	w.WriteHeader(res.StatusCode)
	w.Write(answer)
}

// note remembers what was acknowledged: from now on it must be durable.
func (r *router) note(u *url.URL, body []byte) {
	f, err := url.ParseQuery(string(body))
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !strings.HasSuffix(u.Path, "/status") {
		r.texts[f.Get("MessageSid")]++
		return
	}
	m := u.Query().Get("m")
	r.reports[m] = append(r.reports[m], gateway.Status(f.Get("MessageStatus")))
}

// acknowledged is how often the webhook of a text was acknowledged by a node.
func (r *router) acknowledged(sid string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.texts[sid]
}

// reported is the highest status of a message that a node acknowledged.
func (r *router) reported(message string) gateway.Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	var best gateway.Status
	for _, s := range r.reports[message] {
		if best == "" || s.After(best) {
			best = s
		}
	}
	return best
}
