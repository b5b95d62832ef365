package main

import (
	"context"
	"fmt"

	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
)

// groups makes the rows of turns and of their answers durable as the gateway does:
// whoever comes while one group is committed is in the next.
type groups struct {
	bare  *bare
	turns chan chan gateway.Settlement
	sent  chan gateway.Settlement
}

// groupMost is how many works a group of the gateway takes.
const groupMost = 256

func newGroups(ctx context.Context, st *store.Store, reply string, apart bool) (*groups, error) {
	b, err := newBare(ctx, st, reply)
	if err != nil {
		return nil, err
	}
	g := &groups{bare: b, turns: make(chan chan gateway.Settlement, groupMost), sent: make(chan gateway.Settlement, groupMost)}
	ctx = context.WithoutCancel(ctx)
	if apart { // as serve does where a database takes several writers
		go g.write(ctx, g.turns, nil)
		go g.write(ctx, nil, g.sent)
	} else {
		go g.write(ctx, g.turns, g.sent)
	}
	return g, nil
}

// turn commits the rows of one text and its answer, and returns what settles it.
func (g *groups) turn() gateway.Settlement {
	if g == nil {
		return gateway.Settlement{}
	}
	done := make(chan gateway.Settlement, 1)
	g.turns <- done
	return <-done
}

// settle commits that the answer was sent, some time.
func (g *groups) settle(s gateway.Settlement) {
	if g != nil {
		g.sent <- s
	}
}

// write commits what is in line until the process ends. A line that is nil gives
// nothing.
func (g *groups) write(ctx context.Context, turns <-chan chan gateway.Settlement, sent <-chan gateway.Settlement) {
	for {
		var said []chan gateway.Settlement
		var settled []gateway.Settlement
		select {
		case done := <-turns:
			said = append(said, done)
		case s := <-sent:
			settled = append(settled, s)
		}
		settled = rest(settled, sent, groupMost)
		said = rest(said, turns, groupMost-len(settled))
		flying, err := g.bare.group(ctx, len(said), settled)
		if err != nil {
			exit(fmt.Errorf("echo: %w", err))
		}
		for i, done := range said {
			done <- flying[i]
		}
	}
}

// rest adds whatever else is in line, up to most in all.
func rest[T any](got []T, line <-chan T, most int) []T {
	for len(got) < most {
		select {
		case one := <-line:
			got = append(got, one)
		default:
			return got
		}
	}
	return got
}
