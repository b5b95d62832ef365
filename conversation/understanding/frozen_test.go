package understanding

import (
	"os"
	"strings"
	"testing"
)

// labelled is one line of a test set.
type labelled struct {
	language, text string
	labels         []string
}

// readLabelled reads a tab-separated test set; columns names what each
// column holds.
func readLabelled(t testing.TB, path, language string, columns ...string) []labelled {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read test set: %v", err)
	}
	var lines []labelled
	for n, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		fields := strings.Split(line, "\t")
		if len(fields) != len(columns) {
			t.Fatalf("%s:%d: %d columns, want %d", path, n+1, len(fields), len(columns))
		}
		l := labelled{language: language}
		for i, column := range columns {
			switch column {
			case "label":
				l.labels = strings.Split(fields[i], "+")
			case "lang":
				l.language = fields[i]
			case "text":
				l.text = fields[i]
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// The frozen set was written by somebody who had not seen the rules, and
// nobody who writes rules reads it: only totals are printed.
func TestFrozenOptOutsAreHeardAndNearMissesAreNot(t *testing.T) {
	type tally struct{ sure, doubt, all int }
	count := func(path string) (total tally, by map[string]*tally) {
		by = map[string]*tally{}
		for _, l := range readLabelled(t, path, "", "label", "lang", "text") {
			if by[l.language] == nil {
				by[l.language] = &tally{}
			}
			for _, c := range []*tally{&total, by[l.language]} {
				c.all++
				switch Read(l.text, l.language).Stop {
				case Sure:
					c.sure++
				case Doubt:
					c.doubt++
				}
			}
		}
		return total, by
	}
	outs, outsBy := count("testdata/frozen/optouts.tsv")
	near, nearBy := count("testdata/frozen/nearmisses.tsv")
	for _, language := range Languages {
		o, n := outsBy[language], nearBy[language]
		t.Logf("%s: opt-outs %3d of %3d sure, %d doubt; near misses %d of %3d sure, %d doubt", language, o.sure, o.all, o.doubt, n.sure, n.all, n.doubt)
	}
	recall, stopped := float64(outs.sure)/float64(outs.all), float64(near.sure)/float64(near.all)
	t.Logf("opt-outs: recall %.4f (%d of %d sure, %d more in doubt)", recall, outs.sure, outs.all, outs.doubt)
	t.Logf("near misses: %.4f stopped (%d of %d sure), %d in doubt", stopped, near.sure, near.all, near.doubt)
	if recall < 0.99 {
		t.Errorf("opt-out recall %.4f, want at least 0.99", recall)
	}
	if stopped > 0.02 {
		t.Errorf("near misses stopped %.4f, want at most 0.02", stopped)
	}
}
