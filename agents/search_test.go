package agents_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causette/causette/agents"
)

// backlog is a store with more texts to index than there is time for.
type backlog struct {
	agents.Store
	busy   bool
	pieces []piece
}

type piece struct {
	at    time.Time
	limit int
}

func (b *backlog) Busy() bool { return b.busy }

func (b *backlog) IndexTexts(_ context.Context, _ time.Duration, limit int) (int, error) {
	b.pieces = append(b.pieces, piece{time.Now(), limit})
	time.Sleep(time.Duration(limit) * 10 * time.Microsecond)
	return limit, nil
}

// indexed are the pieces of so long.
func (b *backlog) indexed(span time.Duration) []piece {
	ctx, cancel := context.WithTimeout(context.Background(), span)
	defer cancel()
	agents.New(agents.Options{Store: b}).IndexTexts(ctx)
	return b.pieces
}

func TestTheIndexOfTextsLeavesABusyWriterToTheTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var before time.Time
		for _, p := range (&backlog{busy: true}).indexed(10 * time.Second) {
			if took := p.at.Sub(before); took < time.Second {
				t.Errorf("%s after the piece before", took)
			}
			if p.limit > 16 {
				t.Errorf("a piece of %d texts", p.limit)
			}
			before = p.at
		}
	})
	synctest.Test(t, func(t *testing.T) {
		texts := 0
		for _, p := range (&backlog{}).indexed(10 * time.Second) {
			texts += p.limit
		}
		if least := 80_000; texts < least { // a tenth of the time, at 10 µs a text
			t.Errorf("%d texts in 10 s of rest, want at least %d", texts, least)
		}
	})
}
