package store

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store/pgtest"
)

// engines are the two databases, each empty and migrated.
var engines = map[string]func(t *testing.T) string{
	"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "causette.db") },
	"postgres": func(t *testing.T) string { return pgtest.URL(t) },
}

func openMigrated(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

var supervisor = agents.Agent{ID: "nadia", Role: agents.RoleSupervisor}

// handoffs writes handoffs of the brand.
func (s *Store) handoffs(t *testing.T, brand conversation.BrandID, list []agents.Handoff) {
	t.Helper()
	var rows []gateway.HandoffRow
	for i, h := range list {
		rows = append(rows, gateway.HandoffRow{Customer: conversation.CustomerID(fmt.Sprintf("c%d", i)), Began: h.Began, Reason: h.Reason, Owner: h.Owner,
			Answered: h.Answered, Closed: h.Closed, Breached: h.Breached, Rating: h.Rating})
	}
	err := s.Group(t.Context(), gateway.GroupID("g-"+brand), []conversation.BrandID{brand}, func(tx gateway.Tx) error {
		return tx.Write(t.Context(), brand, gateway.Writes{Handoffs: rows})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// someHandoffs began around the night in which Paris sets its clocks back.
func someHandoffs(n int) []agents.Handoff {
	random := rand.New(rand.NewPCG(3, 25))
	start := time.Date(2026, 10, 23, 12, 0, 0, 0, time.UTC)
	list := make([]agents.Handoff, n)
	for i := range list {
		h := agents.Handoff{Began: start.Add(time.Duration(random.Int64N(int64(96 * time.Hour)))).Truncate(time.Microsecond),
			Reason: []string{"asked", "angry", "legal", "cart"}[random.IntN(4)], Owner: []conversation.AgentID{"", "lea", "theo", "ines"}[random.IntN(4)],
			Breached: max(random.IntN(5)-2, 0), Rating: max(random.IntN(9)-3, 0)}
		if random.IntN(4) > 0 {
			h.Answered = h.Began.Add(time.Duration(random.Int64N(int64(time.Hour)))).Truncate(time.Microsecond)
			if random.IntN(3) > 0 {
				h.Closed = h.Answered.Add(time.Duration(random.Int64N(int64(30 * time.Hour)))).Truncate(time.Microsecond)
			}
		}
		list[i] = h
	}
	return list
}

// brute computes a report as slowly and plainly as can be: a row is what has
// the same label, and a percentile is the smallest value that enough do not exceed.
func brute(list []agents.Handoff, label func(agents.Handoff) string, name agents.ReportName) map[string][]any {
	rows := make(map[string][]any)
	for _, h := range list {
		rows[label(h)] = nil
	}
	for l := range rows {
		var mine []agents.Handoff
		for _, h := range list {
			if label(h) == l {
				mine = append(mine, h)
			}
		}
		count := func(is func(agents.Handoff) bool) (n int) {
			for _, h := range mine {
				if is(h) {
					n++
				}
			}
			return n
		}
		percentile := func(end func(agents.Handoff) time.Time, p int) any {
			var best any
			ended := count(func(h agents.Handoff) bool { return !end(h).IsZero() })
			for _, h := range mine {
				v := int64(math.Floor(end(h).Sub(h.Began).Seconds()))
				upTo := count(func(o agents.Handoff) bool {
					return !end(o).IsZero() && int64(math.Floor(end(o).Sub(o.Began).Seconds())) <= v
				})
				if !end(h).IsZero() && upTo*100 >= p*ended && (best == nil || v < best.(int64)) {
					best = v
				}
			}
			return best
		}
		percent := func(part, of int) any {
			if of == 0 {
				return nil
			}
			return math.Round(float64(part)*1000/float64(of)) / 10
		}
		answered := func(h agents.Handoff) time.Time { return h.Answered }
		closed := func(h agents.Handoff) time.Time { return h.Closed }
		n := len(mine)
		nAnswered, nClosed := count(func(h agents.Handoff) bool { return !h.Answered.IsZero() }), count(func(h agents.Handoff) bool { return !h.Closed.IsZero() })
		late := percent(count(func(h agents.Handoff) bool { return h.Breached > 0 }), n)
		rated, sum := count(func(h agents.Handoff) bool { return h.Rating > 0 }), 0
		for _, h := range mine {
			sum += h.Rating
		}
		var average any
		if rated > 0 {
			average = math.Round(float64(sum)*100/float64(rated)) / 100
		}
		times := []any{percentile(answered, 50), percentile(answered, 90), percentile(closed, 50), percentile(closed, 90)}
		switch name {
		case agents.VolumeReport:
			rows[l] = []any{n, nAnswered, nClosed, late}
		case agents.AnswersReport:
			rows[l] = []any{nAnswered, times[0], times[1], nClosed, times[2], times[3], late}
		case agents.AgentsReport:
			rows[l] = []any{n, nClosed, times[0], times[1], times[2], times[3], late, rated, average}
		case agents.ReasonsReport:
			rows[l] = []any{n, percent(n, len(list)), times[0], times[1], times[2], times[3], late, rated, average}
		case agents.RatingsReport:
			rows[l] = []any{rated, average, percent(count(func(h agents.Handoff) bool { return h.Rating == 1 || h.Rating == 2 }), rated)}
		}
	}
	return rows
}

func TestAReportIsWhatCountingEachHandoffGives(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	all := someHandoffs(300)
	from, to := time.Date(2026, 10, 24, 0, 0, 0, 0, paris), time.Date(2026, 10, 27, 0, 0, 0, 0, paris)
	var within []agents.Handoff
	for _, h := range all {
		if !h.Began.Before(from) && h.Began.Before(to) {
			within = append(within, h)
		}
	}
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			s := openMigrated(t, url(t))
			s.handoffs(t, "lumen", all)
			s.handoffs(t, "umbra", all[:10])
			for _, a := range []agents.Agent{{ID: "lea", Name: "Léa"}, {ID: "theo", Name: "Théo"}} {
				a.Email, a.Role, a.Presence = string(a.ID)+"@lumen.example", agents.RoleAgent, agents.Online
				if err := s.PutAgent(t.Context(), a); err != nil {
					t.Fatal(err)
				}
			}
			desk := agents.New(agents.Options{Store: s, Brands: []agents.Brand{{ID: "lumen", Zone: paris}, {ID: "umbra", Zone: paris}}})
			day := func(h agents.Handoff) string { return h.Began.In(paris).Format("2006-01-02") }
			hour := func(h agents.Handoff) string { return h.Began.In(paris).Format("2006-01-02 15 -0700") }
			names := map[conversation.AgentID]string{"": "", "lea": "Léa", "theo": "Théo", "ines": "ines"}
			for _, c := range []struct {
				name  agents.ReportName
				by    agents.Step
				rows  int
				label func(agents.Handoff) string
				first func(any) string
			}{
				{agents.VolumeReport, agents.ByDay, 3, day, func(v any) string { return v.(time.Time).In(paris).Format("2006-01-02") }},
				{agents.VolumeReport, agents.ByHour, 73, hour, func(v any) string { return v.(time.Time).In(paris).Format("2006-01-02 15 -0700") }},
				{agents.AnswersReport, agents.ByDay, 3, day, func(v any) string { return v.(time.Time).In(paris).Format("2006-01-02") }},
				{agents.AnswersReport, agents.ByHour, 73, hour, func(v any) string { return v.(time.Time).In(paris).Format("2006-01-02 15 -0700") }},
				{agents.RatingsReport, "", 3, day, func(v any) string { return v.(time.Time).In(paris).Format("2006-01-02") }},
				{agents.AgentsReport, "", 4, func(h agents.Handoff) string { return names[h.Owner] }, func(v any) string { return v.(string) }},
				{agents.ReasonsReport, "", 4, func(h agents.Handoff) string { return h.Reason }, func(v any) string { return v.(string) }},
			} {
				r, err := desk.Report(t.Context(), supervisor, agents.ReportQuery{Name: c.name, Brand: "lumen", From: from, To: to, By: c.by})
				if err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				want := brute(within, c.label, c.name)
				if len(r.Rows) != c.rows {
					t.Errorf("%s by %s: %d rows, want %d", c.name, c.by, len(r.Rows), c.rows)
				}
				for i, row := range r.Rows {
					if len(row) != len(r.Columns) {
						t.Fatalf("%s: row %v has not %d columns", c.name, row, len(r.Columns))
					}
					label := c.first(row[0])
					if expected, there := want[label]; !there { // nothing began then
						for _, v := range row[1:] {
							if v != nil && v != 0 {
								t.Errorf("%s: %s has %v", c.name, label, row)
							}
						}
					} else if !reflect.DeepEqual(row[1:], expected) {
						t.Errorf("%s by %s: row %d, %s: %v, want %v", c.name, c.by, i, label, row[1:], expected)
					}
					delete(want, label)
				}
				if len(want) > 0 {
					t.Errorf("%s by %s: rows are missing: %v", c.name, c.by, slices.Sorted(maps.Keys(want)))
				}
			}
			both, err := desk.Report(t.Context(), supervisor, agents.ReportQuery{Name: agents.ReasonsReport, From: all[0].Began.Add(-96 * time.Hour), To: to.Add(96 * time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, row := range both.Rows {
				n += row[1].(int)
			}
			if n != len(all)+10 {
				t.Errorf("both brands had %d handoffs, want %d", n, len(all)+10)
			}
		})
	}
}

func TestAReportIsBounded(t *testing.T) {
	s := openMigrated(t, engines["sqlite"](t))
	desk := agents.New(agents.Options{Store: s, Brands: []agents.Brand{{ID: "lumen"}}})
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for what, c := range map[string]struct {
		q     agents.ReportQuery
		field string // "" is fine
	}{
		"a year by day":             {agents.ReportQuery{Name: "volume", From: from, To: from.AddDate(1, 0, 0)}, ""},
		"sixteen days by hour":      {agents.ReportQuery{Name: "volume", From: from, To: from.AddDate(0, 0, 16), By: agents.ByHour}, ""},
		"seventeen days by hour":    {agents.ReportQuery{Name: "volume", From: from, To: from.AddDate(0, 0, 17), By: agents.ByHour}, "by"},
		"more than a year":          {agents.ReportQuery{Name: "volume", From: from, To: from.AddDate(1, 0, 2)}, "to"},
		"an end before its start":   {agents.ReportQuery{Name: "volume", From: from, To: from}, "from"},
		"no time":                   {agents.ReportQuery{Name: "volume"}, "from"},
		"by the week":               {agents.ReportQuery{Name: "volume", From: from, To: from.AddDate(0, 0, 7), By: "week"}, "by"},
		"a report that nobody made": {agents.ReportQuery{Name: "mood", From: from, To: from.AddDate(0, 0, 7)}, "name"},
	} {
		_, err := desk.Report(t.Context(), supervisor, c.q)
		var fault *agents.Fault
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", what, err)
		case c.field != "" && (!errors.As(err, &fault) || fault.Field != c.field || !strings.Contains(fault.Detail, " ")):
			t.Errorf("%s: %v, want a fault of %s", what, err, c.field)
		}
	}
}
