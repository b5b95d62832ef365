package api

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits holds one bucket for each key that came since the start. Only keys of
// the store get one, so callers cannot fill the memory.
type limits struct {
	perSecond float64
	burst     int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// take takes one token of the key's bucket and says in RateLimit headers what is
// left (draft-ietf-httpapi-ratelimit-headers).
func (l *limits) take(w http.ResponseWriter, key string, now time.Time) error {
	l.mu.Lock()
	if l.buckets == nil {
		l.buckets = map[string]*rate.Limiter{}
	}
	bucket := l.buckets[key]
	if bucket == nil {
		bucket = rate.NewLimiter(rate.Limit(l.perSecond), l.burst)
		l.buckets[key] = bucket
	}
	l.mu.Unlock()

	allowed := bucket.AllowN(now, 1)
	left := bucket.TokensAt(now)
	full := time.Duration((float64(l.burst) - left) / l.perSecond * float64(time.Second))
	h := w.Header()
	h.Set("RateLimit-Policy", fmt.Sprintf(`"key";q=%d;w=%d`, l.burst, int(math.Ceil(float64(l.burst)/l.perSecond))))
	h.Set("RateLimit", fmt.Sprintf(`"key";r=%d;t=%d`, max(0, int(left)), int(math.Ceil(full.Seconds()))))
	if allowed {
		return nil
	}
	p := problem("too_many_requests", "wait as Retry-After says; up to 1,000 events go into one request")
	p.RetryAfter = time.Duration((1 - left) / l.perSecond * float64(time.Second))
	return p
}
