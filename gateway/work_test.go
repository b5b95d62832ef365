package gateway

import (
	"sync/atomic"
	"testing"
)

func TestAGroupTakesLittleBulkBesideWhatPeopleDid(t *testing.T) {
	var busy atomic.Int64
	q := newQueue(1000, 100, &busy)
	fill := func(urgent, bulk int) {
		for range urgent {
			if err := q.offer(&work{}, false); err != nil {
				t.Fatal(err)
			}
		}
		for range bulk {
			if err := q.offer(&work{}, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name             string
		urgent, bulk     int
		max, takes, left int
	}{
		{"nobody writes", 0, 500, 256, bulkAlone, 500 - bulkAlone},
		{"somebody writes", 3, 500, 256, 3 + bulkBeside, 500 - bulkBeside},
		{"many write", 300, 500, 256, 256, 500 + 44},
		{"a small group", 0, 500, 16, 16, 484},
	} {
		fill(c.urgent, c.bulk)
		if got := len(q.drain(c.max, nil)); got != c.takes || q.depth() != c.left {
			t.Errorf("%s: took %d and left %d, want %d and %d", c.name, got, q.depth(), c.takes, c.left)
		}
		for q.depth() > 0 {
			q.drain(1000, nil)
		}
	}
}
