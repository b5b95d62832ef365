package store

import (
	"context"
	"fmt"
	"sync"

	"github.com/causette/causette/conversation"
)

// Notify wakes everyone who listens, on every node, this one too.
func (s *Store) Notify(ctx context.Context, heads map[conversation.BrandID]int64) error {
	if len(heads) == 0 {
		return nil
	}
	if s.engine == postgres {
		return s.notifyPostgres(ctx, heads)
	}
	s.fanout.notify(heads)
	return nil
}

// Listen calls wake for each notice until ctx ends, and once for each brand
// when it begins to listen, at first and after every lost connection: what was
// written before can then be read, what comes after will be told.
func (s *Store) Listen(ctx context.Context, wake func(brand conversation.BrandID, seq int64)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(s.closed, stop)()
	begin := func() error { return s.heads(ctx, wake) }
	if s.engine == postgres {
		return s.listenPostgres(ctx, channel, begin, func(notice string) { wakeFor(notice, wake) })
	}
	return s.fanout.listen(ctx, begin, wake)
}

// MaxTold is the most bytes of a text that Tell takes: PostgreSQL's NOTIFY takes
// less than 8,000.
const MaxTold = 7900

// Tell has everyone who hears, on every node, get a text that nobody keeps: who
// looks at what. Who does not hear now never does.
func (s *Store) Tell(ctx context.Context, text string) error {
	if len(text) > MaxTold {
		return fmt.Errorf("tell: %d bytes are more than %d", len(text), MaxTold)
	}
	if s.engine == postgres {
		if err := s.read.query(ctx, tell, func(scanner) error { return nil }, text); err != nil {
			return fmt.Errorf("tell: %w", err)
		}
		return nil
	}
	s.fanout.talk.tell(text)
	return nil
}

// Hear calls f with each text that is told, until ctx ends.
func (s *Store) Hear(ctx context.Context, f func(text string)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(s.closed, stop)()
	if s.engine == postgres {
		return s.listenPostgres(ctx, talkChannel, func() error { return nil }, f)
	}
	return s.fanout.talk.hear(ctx, f)
}

var allHeads = both(`select brand, seq from brands order by brand`)

// heads calls wake with every brand's newest seq.
func (s *Store) heads(ctx context.Context, wake func(conversation.BrandID, int64)) error {
	heads := map[conversation.BrandID]int64{}
	err := s.read.query(ctx, allHeads, func(scan scanner) error {
		var brand conversation.BrandID
		var seq int64
		err := scan(&brand, &seq)
		heads[brand] = seq
		return err
	})
	if err != nil {
		return fmt.Errorf("read the brands' heads: %w", err)
	}
	for brand, seq := range heads {
		wake(brand, seq)
	}
	return nil
}

// fanout is the notices of SQLite: within the process, which is all there is.
// A slow listener gets each brand's newest seq, never a queue.
type fanout struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}

	talk talk
}

type listener struct {
	mu    sync.Mutex
	heads map[conversation.BrandID]int64
	bell  chan struct{}
}

func (f *fanout) notify(heads map[conversation.BrandID]int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.listeners {
		l.add(heads)
	}
}

func (f *fanout) listen(ctx context.Context, begin func() error, wake func(conversation.BrandID, int64)) error {
	l := &listener{heads: map[conversation.BrandID]int64{}, bell: make(chan struct{}, 1)}
	f.mu.Lock()
	if f.listeners == nil {
		f.listeners = map[*listener]struct{}{}
	}
	f.listeners[l] = struct{}{}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.listeners, l)
		f.mu.Unlock()
	}()
	if err := begin(); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.bell:
			for brand, seq := range l.take() {
				wake(brand, seq)
			}
		}
	}
}

func (l *listener) add(heads map[conversation.BrandID]int64) {
	l.mu.Lock()
	for brand, seq := range heads {
		l.heads[brand] = max(seq, l.heads[brand])
	}
	l.mu.Unlock()
	select {
	case l.bell <- struct{}{}:
	default: // it rings already
	}
}

func (l *listener) take() map[conversation.BrandID]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	heads := l.heads
	l.heads = map[conversation.BrandID]int64{}
	return heads
}

// talk is Tell and Hear within the process. Who is too slow misses texts.
type talk struct {
	mu        sync.Mutex
	listeners map[chan string]struct{}
}

const talkWaiting = 256 // texts that wait for one listener

func (t *talk) tell(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for l := range t.listeners {
		select {
		case l <- text:
		default:
		}
	}
}

func (t *talk) hear(ctx context.Context, f func(string)) error {
	l := make(chan string, talkWaiting)
	t.mu.Lock()
	if t.listeners == nil {
		t.listeners = map[chan string]struct{}{}
	}
	t.listeners[l] = struct{}{}
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		delete(t.listeners, l)
		t.mu.Unlock()
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case text := <-l:
			f(text)
		}
	}
}
