package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/causette/causette/store"
)

// figures are what was measured on one engine.
type figures struct {
	engine string
	plain  *round
	called *round // with delivery callbacks; nil when left out
	groups float64
	single float64
}

// round is the whole loop and the HTTP of it alone.
type round struct {
	whole *trial
	http  *trial
}

// measure takes the figures of one engine.
func (b *bench) measure(ctx context.Context, engine string, callbacks bool) (f *figures, err error) {
	db, err := openDatabase(ctx, engine, b.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	b.say("%s: making %d customers", engine, customers)
	if err := db.seed(ctx); err != nil {
		return nil, fmt.Errorf("%s: seed: %w", engine, err)
	}
	f = &figures{engine: engine}
	var answer string
	if f.plain, answer, err = b.round(ctx, db, false); err != nil {
		return nil, err
	}
	if callbacks {
		if f.called, _, err = b.round(ctx, db, true); err != nil {
			return nil, err
		}
	}
	b.say("%s: bare commits", engine)
	err = db.use(ctx, store.Options{Connections: singles + 1}, func(st *store.Store) error {
		bare, err := newBare(ctx, st, answer)
		if err != nil {
			return err
		}
		if f.groups, err = bare.rate(ctx, 128, 1, b.closed/2); err != nil {
			return err
		}
		f.single, err = bare.rate(ctx, 1, singles, b.closed/2)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", engine, err)
	}
	return f, nil
}

// singles is how many workers commit one turn a transaction: more gain nothing,
// since a brand's commits follow each other at the row of its log.
const singles = 8

// round measures the whole loop, and then the HTTP of the same answers alone.
func (b *bench) round(ctx context.Context, db *database, callbacks bool) (*round, string, error) {
	name := db.engine
	if callbacks {
		name += ", callbacks"
	}
	fail := func(err error) (*round, string, error) { return nil, "", fmt.Errorf("%s: %w", name, err) }
	r := &round{}
	b.say("%s: whole loop", name)
	s, err := b.serve(ctx, db.url, callbacks)
	if err != nil {
		return fail(err)
	}
	profile := ""
	if b.profiles != "" {
		profile = db.engine
		if callbacks {
			profile += "-callbacks"
		}
	}
	if r.whole, err = b.saturate(ctx, s, profile); err == nil && b.duration > 0 {
		half := r.whole.closed.rate / 2
		b.say("%s: %.0f a second; open loop at %.0f for %s", name, r.whole.closed.rate, half, b.duration)
		r.whole.open, err = s.open(ctx, half, b.duration)
	}
	if err = errors.Join(err, s.stop()); err != nil {
		return fail(err)
	}
	answer := *s.carrier.reply.Load()

	b.say("%s: HTTP alone", name)
	if s, err = b.echo(ctx, answer, callbacks); err != nil {
		return fail(err)
	}
	r.http, err = b.saturate(ctx, s, "")
	if err = errors.Join(err, s.stop()); err != nil {
		return fail(err)
	}
	return r, answer, nil
}
