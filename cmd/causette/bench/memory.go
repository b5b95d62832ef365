package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Memory is looked at after a steady load, and the start on what it left.
const (
	memoryRate = 1000 // turns a second
	memorySpan = 5 * time.Minute
	// Connections are memory too: Twilio needs no more for a thousand texts a
	// second that are acknowledged within tens of milliseconds.
	memoryLines = 64
)

// footprint is what serve holds after a steady load on SQLite, and how fast it
// starts on the database that this left.
type footprint struct {
	resident int64 // bytes
	start    time.Duration
	reply    time.Duration // p99
}

func (b *bench) footprint(ctx context.Context, span time.Duration) (f *footprint, err error) {
	db, err := openDatabase(ctx, "sqlite", b.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	b.say("memory: making %d customers", customers)
	if err := db.seed(ctx, nil); err != nil {
		return nil, fmt.Errorf("memory: seed: %w", err)
	}
	b.say("memory: %d turns a second for %s", memoryRate, span)
	s, err := b.serve(ctx, db.url, false, unpaced)
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	s.lines = memoryLines
	f = &footprint{}
	m := &measured{}
	if err = s.open(ctx, memoryRate, span, m); err == nil {
		f.reply = m.reply.quantile(0.99)
		f.resident, err = resident(s.server.cmd.Process.Pid)
	}
	if err := errors.Join(err, s.stop()); err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	if s, err = b.serve(ctx, db.url, false, unpaced); err != nil {
		return nil, fmt.Errorf("cold start: %w", err)
	}
	f.start = s.server.started
	return f, s.stop()
}
