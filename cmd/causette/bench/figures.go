package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/causette/causette/store"
)

// figures are what was measured on one engine.
type figures struct {
	engine string
	plain  *pair
	called *pair  // with delivery callbacks; nil when left out
	rows   *pair  // HTTP and group commits of the same rows: a gateway whose logic costs nothing
	groups series // turns a second
	single series
}

// pair is the whole loop and the HTTP of it alone, measured in turns.
type pair struct {
	whole  trial
	http   trial
	answer string // what both reply
	gogc   string // how both collect garbage
}

// measure takes the figures of one engine.
func (b *bench) measure(ctx context.Context, engine string, callbacks bool) (f *figures, err error) {
	db, err := openDatabase(ctx, engine, b.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	b.say("%s: making %d customers", engine, customers)
	if err := db.seed(ctx, nil); err != nil {
		return nil, fmt.Errorf("%s: seed: %w", engine, err)
	}
	f = &figures{engine: engine}
	if f.plain, err = b.pair(ctx, db, false); err != nil {
		return nil, err
	}
	if callbacks {
		if f.called, err = b.pair(ctx, db, true); err != nil {
			return nil, err
		}
	}
	if f.rows, err = b.rows(ctx, db, f.plain); err != nil {
		return nil, fmt.Errorf("%s: rows without logic: %w", engine, err)
	}
	b.say("%s: bare commits", engine)
	err = db.use(ctx, store.Options{Connections: singles + 1}, func(st *store.Store) error {
		bare, err := newBare(ctx, st, f.plain.answer)
		if err != nil {
			return err
		}
		for range rounds {
			groups, err := bare.rate(ctx, together, 1, b.closed/2/rounds)
			if err != nil {
				return err
			}
			single, err := bare.rate(ctx, 1, singles, b.closed/2/rounds)
			if err != nil {
				return err
			}
			f.groups, f.single = append(f.groups, groups), append(f.single, single)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", engine, err)
	}
	return f, nil
}

// rows measures a gateway without logic as p measured the gateway, at the same rate:
// what this machine has left for logic.
func (b *bench) rows(ctx context.Context, db *database, p *pair) (r *pair, err error) {
	b.say("%s: rows without logic", db.engine)
	whole, err := b.echo(ctx, p, false, db)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, whole.stop()) }()
	if _, err := whole.closed(ctx, 0, b.warmup); err != nil {
		return nil, err
	}
	http, err := b.echo(ctx, p, false, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, http.stop()) }()
	r = &pair{}
	if err := b.alternate(ctx, r, whole, http); err != nil || b.duration == 0 {
		return r, err
	}
	r.whole.open = &measured{}
	return r, whole.open(ctx, median(p.whole.rates)/2, b.duration, r.whole.open)
}

// together is how many turns share a bare group commit.
const together = 128

// singles is how many workers commit one turn a transaction: more gain nothing,
// since a brand's commits follow each other at the row of its log.
const singles = 8

// pair measures the whole loop and the HTTP of the same answers alone, both
// started and each idle while the other is measured.
func (b *bench) pair(ctx context.Context, db *database, callbacks bool) (p *pair, err error) {
	name := db.engine
	if callbacks {
		name += ", callbacks"
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
	}()
	b.say("%s: whole loop and HTTP alone, %d rounds", name, rounds)
	whole, err := b.serve(ctx, db.url, callbacks, unpaced)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, whole.stop()) }()
	if _, err := whole.closed(ctx, 0, b.warmup); err != nil {
		return nil, err
	}
	p = &pair{answer: *whole.carrier.reply.Load()}
	if p.gogc, err = whole.server.metric("go_gc_gogc_percent"); err != nil {
		return nil, err
	}
	http, err := b.echo(ctx, p, callbacks, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, http.stop()) }()
	if err := b.alternate(ctx, p, whole, http); err != nil {
		return nil, err
	}
	if b.profiles != "" {
		profile := db.engine
		if callbacks {
			profile += "-callbacks"
		}
		if err := b.profile(ctx, whole, profile); err != nil {
			return nil, err
		}
	}
	if b.duration > 0 {
		rate := median(p.whole.rates)
		b.say("%s: %.0f a second; open loop at %.0f for %s", name, rate, rate/2, b.duration)
		if err := b.delays(ctx, p, whole, http, rate/2); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// alternate measures the throughput of the rounds of a pair.
func (b *bench) alternate(ctx context.Context, p *pair, whole, http *stage) error {
	if _, err := http.closed(ctx, 0, b.warmup); err != nil {
		return err
	}
	for range rounds {
		if err := b.saturate(ctx, whole, &p.whole); err != nil {
			return err
		}
		if err := b.saturate(ctx, http, &p.http); err != nil {
			return err
		}
	}
	return nil
}

// delays measures latency at a rate: of the whole loop, and before and after it
// of the HTTP alone, which is what the machine itself adds at that time.
func (b *bench) delays(ctx context.Context, p *pair, whole, http *stage, rate float64) error {
	p.whole.open, p.http.open = &measured{}, &measured{}
	for _, part := range []struct {
		of *stage
		to *measured
		d  time.Duration
	}{{http, p.http.open, b.duration / 4}, {whole, p.whole.open, b.duration}, {http, p.http.open, b.duration / 4}} {
		if err := part.of.open(ctx, rate, part.d, part.to); err != nil {
			return err
		}
	}
	return nil
}
