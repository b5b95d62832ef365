package console

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
)

// Neighbours is how nodes tell one another what no log holds; package store has
// it. Nothing of it is kept: a node that misses a text is told again, or knows
// within a lease.
type Neighbours interface {
	// Tell has every node that hears, this one too, get the text: less than
	// 7,900 bytes.
	Tell(ctx context.Context, text string) error
	// Hear calls f with each text until ctx ends.
	Hear(ctx context.Context, f func(text string)) error
}

// Bounds of what nodes tell one another.
const (
	maxTold     = 7500 // bytes of one text
	maxTellings = 8    // texts a round; what is more is left out
	tellPause   = 100 * time.Millisecond
	tellPatient = 2 * time.Second
)

// neighbours gathers what this node has to tell the others.
type neighbours struct {
	other Neighbours // nil: there are none
	id    string     // of this node
	log   *slog.Logger
	poked chan struct{}

	mu    sync.Mutex
	looks map[lookKey]toldLook
	over  []string
}

func newNeighbours(other Neighbours, log *slog.Logger) *neighbours {
	return &neighbours{other: other, id: rand.Text(), log: log, poked: make(chan struct{}, 1), looks: make(map[lookKey]toldLook)}
}

// told is what nodes tell one another.
type told struct {
	From  string     `json:"from"`
	Looks []toldLook `json:"looks,omitempty"`
	Over  []string   `json:"over,omitempty"` // sessions that have ended, by the hash of their token
}

type toldLook struct {
	Kind     string                  `json:"k"`
	Brand    conversation.BrandID    `json:"b"`
	Customer conversation.CustomerID `json:"c"`
	Agent    conversation.AgentID    `json:"a"`
	Name     string                  `json:"n"`
	For      int64                   `json:"ms"` // how long still: clocks differ; 0: it ended
}

// looked is to be told; the newest of a key.
func (n *neighbours) looked(key lookKey, name string, lease time.Duration) {
	if n.other == nil {
		return
	}
	n.mu.Lock()
	n.looks[key] = toldLook{key.kind, key.brand, key.customer, key.agent, name, lease.Milliseconds()}
	n.mu.Unlock()
	n.poke()
}

// ended is a session whose pages on other nodes are to be closed.
func (n *neighbours) ended(token string) {
	if n.other == nil {
		return
	}
	n.mu.Lock()
	n.over = append(n.over, hashed(token))
	n.mu.Unlock()
	n.poke()
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte("causette.over:" + token))
	return hex.EncodeToString(sum[:])
}

func (n *neighbours) poke() {
	select {
	case n.poked <- struct{}{}:
	default:
	}
}

// run tells what is to be told until ctx ends, and the last of it then.
func (n *neighbours) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-n.poked:
		case <-ctx.Done():
		}
		n.tell()
		select { // meanwhile more comes together
		case <-time.After(tellPause):
		case <-ctx.Done():
		}
	}
}

func (n *neighbours) tell() {
	ctx, cancel := context.WithTimeout(context.Background(), tellPatient)
	defer cancel()
	for i, text := range n.take() {
		if i == maxTellings {
			return
		}
		if err := n.other.Tell(ctx, text); err != nil {
			n.log.Warn("other nodes are not told who looks at what", "error", err)
			return
		}
	}
}

// take renders what waits, in texts that are short enough.
func (n *neighbours) take() (texts []string) {
	n.mu.Lock()
	looks, over := n.looks, n.over
	n.looks, n.over = make(map[lookKey]toldLook), nil
	n.mu.Unlock()
	t := told{From: n.id}
	size := 0
	flush := func() {
		text, err := json.Marshal(t)
		if err != nil { // it is ours: it marshals
			panic(err)
		}
		texts, t, size = append(texts, string(text)), told{From: n.id}, 0
	}
	for some := range slices.Chunk(over, 50) { // an end matters more than a look
		t.Over = some
		flush()
	}
	for _, l := range looks {
		// As long as JSON may make it, so that no text is too long.
		if bytes := 6*(len(l.Brand)+len(l.Customer)+len(l.Agent)+len(l.Name)) + 80; size+bytes > maxTold {
			if bytes > maxTold {
				continue
			}
			flush()
			size = bytes
		} else {
			size += bytes
		}
		t.Looks = append(t.Looks, l)
	}
	if len(t.Looks) > 0 {
		flush()
	}
	return texts
}

// hear takes what another node tells.
func (h *hub) hear(text string) {
	var t told
	if err := json.Unmarshal([]byte(text), &t); err != nil || t.From == h.neighbours.id {
		return // somebody else's, or our own
	}
	for _, l := range t.Looks {
		key := lookKey{l.Kind, l.Brand, l.Customer, l.Agent}
		if l.Kind != "viewing" && l.Kind != "composing" || max(len(l.Brand), len(l.Customer), len(l.Agent)) > maxName || len(l.Name) > maxAgentName {
			continue
		}
		lease := min(max(0, time.Duration(min(l.For, 60_000))*time.Millisecond), key.lease())
		h.mu.Lock()
		h.show(key, l.Name, lease)
		h.mu.Unlock()
	}
	if len(t.Over) > 0 {
		h.closeIf(func(c *client) bool { return slices.Contains(t.Over, hashed(c.token)) }, closeOver, "logged out elsewhere")
	}
}
