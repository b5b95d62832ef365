package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/causette/causette/gateway"
)

// inFlight lets one request at a time pass for each name, so that a repeated
// Idempotency-Key is carried out once in this process. On other nodes the same
// events are recognised by their ids, and the first answer stored is the one.
type inFlight struct {
	mu    sync.Mutex
	names map[string]chan struct{}
}

// enter waits until nobody else is in, or until the request is cancelled.
func (f *inFlight) enter(name string, r *http.Request) (leave func(), err error) {
	for {
		f.mu.Lock()
		busy := f.names[name]
		if busy == nil {
			if f.names == nil {
				f.names = map[string]chan struct{}{}
			}
			gone := make(chan struct{})
			f.names[name] = gone
			f.mu.Unlock()
			return func() {
				f.mu.Lock()
				delete(f.names, name)
				f.mu.Unlock()
				close(gone)
			}, nil
		}
		f.mu.Unlock()
		select {
		case <-busy:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

// answerName names the answer to an Idempotency-Key: keys of one brand do not see
// each other's.
func answerName(c *call, key string) string { return c.key.Hash[:16] + ":" + key }

// answerOnce answers a request with an Idempotency-Key: with the first answer
// where there is one, else by carrying it out and keeping what was answered.
func (a *API) answerOnce(w http.ResponseWriter, c *call, key string, do func(http.ResponseWriter)) {
	if len(key) > 255 || !printable(key) {
		a.fail(w, c.Request, problem("invalid_idempotency_key", "send 1 to 255 printable ASCII characters, a UUID for instance"))
		return
	}
	name := answerName(c, key)
	leave, err := a.once.enter(string(c.brand.ID)+":"+name, c.Request)
	if err != nil {
		a.fail(w, c.Request, err)
		return
	}
	defer leave()

	request := fingerprint(c)
	kept, err := a.store.Answer(c.Context(), c.brand.ID, name)
	switch {
	case err == nil:
		a.replay(w, c, kept, request)
		return
	case !errors.Is(err, gateway.ErrNotFound):
		a.fail(w, c.Request, fmt.Errorf("find answer: %w", err))
		return
	}
	first := recorder{header: w.Header(), status: http.StatusOK}
	do(&first)
	if first.status >= 500 || first.status == http.StatusConflict { // nothing was decided: the next try is a first one
		w.WriteHeader(first.status)
		_, _ = w.Write(first.body.Bytes())
		return
	}
	kept, err = a.store.PutAnswer(c.Context(), c.brand.ID, name, gateway.Answer{Request: request, Status: first.status,
		Type: first.header.Get("Content-Type"), Body: first.body.Bytes(), At: c.now})
	if err != nil {
		a.fail(w, c.Request, fmt.Errorf("keep answer: %w", err))
		return
	}
	if kept.Request == request && bytes.Equal(kept.Body, first.body.Bytes()) {
		w.WriteHeader(first.status)
		_, _ = w.Write(first.body.Bytes())
		return
	}
	a.replay(w, c, kept, request) // another node was first
}

var errReused = problem("idempotency_key_reused", "mint a new key for a new request")

func (a *API) replay(w http.ResponseWriter, c *call, kept gateway.Answer, request string) {
	if kept.Request != request {
		a.fail(w, c.Request, errReused)
		return
	}
	w.Header().Set("Content-Type", kept.Type)
	w.Header().Set("Idempotency-Replayed", "true")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(kept.Status)
	_, _ = w.Write(kept.Body)
}

// fingerprint is what makes two requests the same: method, address, kind, body.
func fingerprint(c *call) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%s\n", c.Method, c.URL.RequestURI(), mediaType(c.Request))
	sum.Write(c.body)
	return hex.EncodeToString(sum.Sum(nil))
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// recorder keeps an answer before it leaves. Its headers are the real ones.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
