package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/causette/causette/gateway/gatewaytest"
)

// load is everybody who texts one gateway.
type load struct {
	carrier *carrier
	client  *http.Client
	host    string // of the gateway
	lines   int    // connections, and at most so many texts under way
	next    atomic.Int64

	mu     sync.Mutex
	errs   []error
	failed int
}

// measured is what one load found.
type measured struct {
	rate  float64 // answers that arrived, a second
	ack   histogram
	reply histogram // the answer's arrival at the carrier
	host  float64   // share of the processors' time that the host gave to others meanwhile
}

func (l *load) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed++; l.failed <= 3 {
		l.errs = append(l.errs, err)
	}
}

// customer is whose turn it is to write: everybody in a fixed order, so that a
// customer writes again only after all the others.
func (l *load) customer() int {
	const stride = 61_803 // prime to customers: neighbours are far apart in the database
	return int(l.next.Add(1) * stride % customers)
}

// closed keeps every line busy, each with one text that is acknowledged and
// answered before the next, and counts answers for d after warmup.
func (l *load) closed(ctx context.Context, warmup, d time.Duration) (*measured, error) {
	m, stolen := &measured{}, gatewaytest.Stolen()
	span, cancel := context.WithTimeout(ctx, warmup+d)
	defer cancel()
	var lines sync.WaitGroup
	for range l.lines {
		lines.Go(func() { l.chat(span, m) })
	}
	wait(span, warmup)
	from, began := l.carrier.replies.Load(), time.Now()
	<-span.Done()
	m.rate = float64(l.carrier.replies.Load()-from) / time.Since(began).Seconds()
	m.host = stolen()
	lines.Wait()
	return m, errors.Join(ctx.Err(), l.settled())
}

// chat has customers text, one after the other.
func (l *load) chat(ctx context.Context, m *measured) {
	answered := make(chan struct{}, 1)
	late := time.NewTimer(time.Hour)
	for ctx.Err() == nil {
		i, t := l.customer(), &text{due: time.Now(), answered: answered, took: &m.reply}
		if !l.carrier.expect(i, t) {
			continue
		}
		// What was begun is ended: the answer is on its way.
		if err := l.text(context.WithoutCancel(ctx), i); err != nil {
			l.fail(err)
			return
		}
		m.ack.record(time.Since(t.due))
		late.Reset(patience)
		select {
		case <-answered:
		case <-late.C:
			l.fail(errors.New("a text was acknowledged and not answered"))
			return
		}
	}
}

// open adds to m texts at a constant rate for d, whatever becomes of them. What is
// late counts from when it was meant to be sent, so that a stall is seen by
// everybody who would have met it.
func (l *load) open(ctx context.Context, rate float64, d time.Duration, m *measured) error {
	span, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return l.openUntil(ctx, span, rate, m)
}

// openUntil is open until span ends.
func (l *load) openUntil(ctx, span context.Context, rate float64, m *measured) error {
	due := make(chan time.Time, int(rate*patience.Seconds())+1)
	var lines sync.WaitGroup
	for range l.lines {
		lines.Go(func() { l.say(ctx, due, m) })
	}
	from, began, stolen := l.carrier.replies.Load(), time.Now(), gatewaytest.Stolen()
	for n := 0; ; n++ {
		at := began.Add(time.Duration(float64(n) / rate * float64(time.Second)))
		if wait(span, time.Until(at)); span.Err() != nil {
			break
		}
		due <- at
	}
	took := time.Since(began)
	close(due)
	lines.Wait()
	err := errors.Join(ctx.Err(), l.settled())
	m.host = max(m.host, stolen())
	m.rate = float64(l.carrier.replies.Load()-from) / took.Seconds()
	return err
}

// say sends what is due, one text after the other.
func (l *load) say(ctx context.Context, due <-chan time.Time, m *measured) {
	for at := range due {
		i := l.customer()
		for !l.carrier.expect(i, &text{due: at, took: &m.reply}) {
			i = l.customer()
		}
		if err := l.text(ctx, i); err != nil {
			l.fail(err)
			return
		}
		m.ack.record(time.Since(at))
	}
}

// settled waits for the last answers and their callbacks, so that the next load
// starts from nothing, and says what was lost or said twice.
func (l *load) settled() error {
	missing := l.carrier.unanswered()
	for end := time.Now().Add(patience); missing > 0 && time.Now().Before(end); missing = l.carrier.unanswered() {
		time.Sleep(10 * time.Millisecond)
	}
	if missing > 0 {
		l.fail(fmt.Errorf("%d texts were not answered", missing))
	} else {
		// The last answer has arrived, but its request has not ended: the
		// carrier plans its callbacks, the gateway commits that it was sent.
		time.Sleep(50 * time.Millisecond)
		l.carrier.Drain()
	}
	if n := l.carrier.strays.Load(); n > 0 {
		l.fail(fmt.Errorf("%d answers that nobody waited for", n))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == 0 {
		return nil
	}
	return fmt.Errorf("%d failures, among them: %w", l.failed, errors.Join(l.errs...))
}

// wait sleeps for d or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
