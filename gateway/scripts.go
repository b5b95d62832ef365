package gateway

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
)

// Script is a compiled script: the pure functions, and the sha256 of its source.
type Script interface {
	Step(c conversation.Conversation, e conversation.Event, now time.Time) conversation.Turn
	// Again judges a message that nobody asked for, just before it leaves.
	Again(c conversation.Conversation, m conversation.Message, now time.Time) conversation.Verdict
	// Preview is what would become of a prompt now.
	Preview(c conversation.Conversation, p conversation.Prompt, now time.Time) conversation.Preview
	Version() string
}

// Parse compiles a stored script's source.
type Parse func(brand conversation.BrandID, source []byte) (Script, error)

// scripts keeps the compiled versions: the current one of each brand, and those
// that running conversations still use.
type scripts struct {
	store Store
	parse Parse

	mu      sync.RWMutex
	current map[conversation.BrandID]Script
	known   map[scriptKey]Script
}

type scriptKey struct {
	brand conversation.BrandID
	sha   string
}

func newScripts(store Store, parse Parse) *scripts {
	return &scripts{store: store, parse: parse, current: make(map[conversation.BrandID]Script), known: make(map[scriptKey]Script)}
}

func (s *scripts) use(brand conversation.BrandID, script Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current[brand] = script
	s.known[scriptKey{brand, script.Version()}] = script
}

// of returns the script that the conversation runs on; an idle conversation
// adopts the current one.
func (s *scripts) of(c conversation.Conversation) (Script, error) {
	s.mu.RLock()
	current := s.current[c.Brand]
	known := s.known[scriptKey{c.Brand, c.Script}]
	s.mu.RUnlock()
	switch {
	case current == nil:
		return nil, fmt.Errorf("brand %s has no script", c.Brand)
	case c.Script == "" || c.State == conversation.Idle || c.Script == current.Version():
		return current, nil
	case known != nil:
		return known, nil
	}
	return s.load(c.Brand, c.Script)
}

// load compiles a version that another start of the gateway stored.
func (s *scripts) load(brand conversation.BrandID, sha string) (Script, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	source, err := s.store.Script(ctx, brand, sha)
	if err != nil {
		return nil, fmt.Errorf("load script %.12s of %s: %w", sha, brand, err)
	}
	script, err := s.parse(brand, source)
	if err != nil {
		return nil, fmt.Errorf("compile script %.12s of %s: %w", sha, brand, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[scriptKey{brand, sha}] = script
	return script, nil
}
