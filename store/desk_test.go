package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway/gatewaytest"
	"github.com/causette/causette/store/pgtest"
)

// analyze brings PostgreSQL's statistics up, as it does by itself within a
// minute: nobody's shop gets its conversations in one.
func analyze(t *testing.T, url string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "analyze"); err != nil {
		t.Fatal(err)
	}
}

// With CAUSETTE_PROOF=1 the desk holds 100,000 conversations and a thread of
// 10,000 messages, and every page must come in less than 100 ms; else it is
// small, and only the answers are looked at.
func TestProofALargeDeskAnswersAtOnce(t *testing.T) {
	size, long, bound := 1000, 500, time.Hour
	if os.Getenv("CAUSETTE_PROOF") == "1" {
		size, long, bound = 100_000, 10_000, 100*time.Millisecond
	}
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return t.TempDir() + "/causette.db" },
		"postgres": func() string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := url()
			s := openFile(t, at)
			writer := gatewaytest.Fill(t, s, size, long)
			if name == "postgres" {
				analyze(t, at)
			}
			q := func(v agents.View, search string) agents.Query {
				return agents.Query{Brands: []conversation.BrandID{"lumen"}, Agent: "agent7", View: v, Search: search, Limit: 100}
			}
			list := func(q agents.Query) func() int {
				return func() int {
					rows, _, err := s.List(t.Context(), q)
					if err != nil {
						t.Fatal(err)
					}
					return len(rows)
				}
			}
			for _, c := range []struct {
				what string
				want int
				do   func() int
			}{
				{"mine", 5, list(q(agents.ViewMine, ""))},
				{"the queue", 100, list(q(agents.ViewQueue, ""))},
				{"the assistant's", 100, list(q(agents.ViewBot, ""))},
				{"all", 100, list(q(agents.ViewAll, ""))},
				{"a search that finds many", 100, list(q(agents.ViewAll, "cli"))},
				{"a search that finds one", 1, list(q(agents.ViewAll, fmt.Sprintf("client nom%05d", size/2)))},
				{"a search by number", 1, list(q(agents.ViewAll, fmt.Sprintf("06 00 %06d", size/3)))},
				{"counts", size, func() int {
					c, err := s.Counts(t.Context(), q(agents.ViewAll, ""))
					if err != nil {
						t.Fatal(err)
					}
					return c.All
				}},
				{"a long thread", 100, func() int {
					items, err := s.Items(t.Context(), "lumen", writer, fmt.Sprintf("m%08d", size+long/2), 100)
					if err != nil {
						t.Fatal(err)
					}
					return len(items)
				}},
			} {
				var took []time.Duration
				for range 5 {
					begun := time.Now()
					if got := c.do(); got != c.want {
						t.Fatalf("%s: %d rows, want %d", c.what, got, c.want)
					}
					took = append(took, time.Since(begun))
				}
				slices.Sort(took)
				t.Logf("%-28s median %v, worst of 5 %v", c.what, took[2].Round(10*time.Microsecond), took[4].Round(10*time.Microsecond))
				if took[2] > bound {
					t.Errorf("%s took %v, want less than %v", c.what, took[2], bound)
				}
			}
		})
	}
}
