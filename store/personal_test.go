package store

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What an export reads and an erasure deletes is found by the customer, on SQLite
// too, which keeps no statistics: but for tables that hold little, and the log.
func TestACustomersRowsAreFoundWithoutReadingTheBrand(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "causette.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	little := []string{"jobs", "poison", "events", "audit"}
	for i := range personal {
		h := &personal[i]
		for _, st := range []*statement{h.rows(), drops[h.table], mergers[h.table].move, mergers[h.table].drop} {
			if st == nil || slices.Contains(little, h.table) || h.stays && st == drops[h.table] && h.table == "consents" {
				continue
			}
			args := make([]any, len(st.order))
			rows, err := s.db.QueryContext(t.Context(), "explain query plan "+st.sqlite, args...)
			if err != nil {
				t.Fatalf("%s: %v", st.sqlite, err)
			}
			for rows.Next() {
				var id, parent, unused int
				var line string
				if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
					t.Fatal(err)
				}
				if strings.HasPrefix(line, "SCAN") || strings.HasSuffix(line, "(brand=?)") {
					t.Errorf("%s: %s: %s", h.table, st.sqlite, line)
				}
			}
			if err := rows.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
