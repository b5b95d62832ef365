package store_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causette/causette/store"
)

// What is told on one node is heard on every one; SQLite has one.
func TestWhatIsToldIsHeardOnEveryNode(t *testing.T) {
	alone := openFile(t, "file:"+filepath.Join(t.TempDir(), "causette.db"))
	for name, n := range map[string][]*store.Store{"sqlite": {alone, alone}, "postgres": nodes(t)} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			type hearing struct {
				node int
				text string
			}
			heard := make(chan hearing, 1<<10)
			ended := make(chan error, len(n))
			for i, s := range n {
				go func() { ended <- s.Hear(ctx, func(text string) { heard <- hearing{i, text} }) }()
			}
			long := strings.Repeat("é", store.MaxTold/2)
			// Nobody knows when they listen: it is told until all have heard.
			for got := map[hearing]bool{}; len(got) < 4; {
				for _, text := range []string{"who", long} {
					if err := n[0].Tell(ctx, text); err != nil {
						t.Fatal(err)
					}
				}
				for waiting := true; waiting; {
					select {
					case h := <-heard:
						got[h] = true
					default:
						waiting = false
					}
				}
			}
			if err := n[0].Tell(ctx, long+"é"); err == nil {
				t.Error("a text is told that PostgreSQL would refuse")
			}
			stop()
			for range n {
				if err := <-ended; err != context.Canceled {
					t.Errorf("listening ended with %v", err)
				}
			}
		})
	}
}
