package visitor

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Throttle lets each key try so often. Its memory is bounded: when it is full,
// who has not tried for a while is forgotten, and when all tried just now the
// strangers share one limit.
type Throttle struct {
	every rate.Limit
	burst int
	room  int

	mu     sync.Mutex
	keys   map[string]*rate.Limiter
	shared *rate.Limiter
}

// NewThrottle lets a key try burst times at once and then one time in every, and
// remembers room keys.
func NewThrottle(every time.Duration, burst, room int) *Throttle {
	return &Throttle{every: rate.Every(every), burst: burst, room: room,
		keys: make(map[string]*rate.Limiter), shared: rate.NewLimiter(rate.Every(every), burst)}
}

// Allow counts one try.
func (t *Throttle) Allow(key string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.keys[key]
	if l == nil && len(t.keys) >= t.room {
		for k, other := range t.keys {
			if other.TokensAt(now) >= float64(t.burst) {
				delete(t.keys, k)
			}
		}
	}
	if l == nil && len(t.keys) < t.room {
		l = rate.NewLimiter(t.every, t.burst)
		t.keys[key] = l
	}
	if l == nil {
		l = t.shared
	}
	return l.AllowN(now, 1)
}

// Spent says whether a key has no try left, and counts none.
func (t *Throttle) Spent(key string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.keys[key]
	return l != nil && l.TokensAt(now) < 1
}
