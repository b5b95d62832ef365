package whatsapp

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace holds a number to so many messages a minute and a day: WhatsApp bans those
// that write like machines. The day's share comes back evenly, so that a restart
// gives no second day.
type pace struct {
	mu          sync.Mutex
	minute, day *rate.Limiter
}

func newPace(perMinute, perDay int) *pace {
	return &pace{
		minute: rate.NewLimiter(rate.Limit(float64(perMinute)/60), max(1, perMinute/2)),
		day:    rate.NewLimiter(rate.Limit(float64(perDay)/(24*60*60)), max(1, perDay/4)),
	}
}

// take takes room for one message, or says how long there will be none.
func (p *pace) take(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	minute, day := p.minute.ReserveN(now, 1), p.day.ReserveN(now, 1)
	wait := max(minute.DelayFrom(now), day.DelayFrom(now))
	if wait > 0 {
		minute.CancelAt(now)
		day.CancelAt(now)
	}
	return wait
}
