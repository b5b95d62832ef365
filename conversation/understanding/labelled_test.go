package understanding

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// tally counts one intent's hits.
type tally struct{ right, given, due int }

func (s tally) precision() float64 { return float64(s.right) / float64(max(s.given, 1)) }
func (s tally) recall() float64    { return float64(s.right) / float64(max(s.due, 1)) }

func (s tally) f1() float64 {
	if s.given+s.due == 0 {
		return 1
	}
	return 2 * float64(s.right) / float64(s.given+s.due)
}

// measure counts what read gives against the labels, by intent and in all.
func measure(lines []labelled, read func(labelled) []Guess) (map[Intent]*tally, tally) {
	by, all := map[Intent]*tally{}, tally{}
	of := func(i Intent) *tally {
		if by[i] == nil {
			by[i] = &tally{}
		}
		return by[i]
	}
	for _, l := range lines {
		for _, g := range read(l) {
			of(g.Intent).given++
			all.given++
			if slices.Contains(l.labels, string(g.Intent)) {
				of(g.Intent).right++
				all.right++
			}
		}
		for _, label := range l.labels {
			of(Intent(label)).due++
			all.due++
		}
	}
	return by, all
}

func macro(by map[Intent]*tally) float64 {
	sum := 0.0
	for _, s := range by {
		sum += s.f1()
	}
	return sum / float64(len(by))
}

func table(by map[Intent]*tally) string {
	var b strings.Builder
	for _, i := range slices.SortedFunc(maps.Keys(by), func(a, b Intent) int { return cmp.Compare(a, b) }) {
		s := by[i]
		fmt.Fprintf(&b, "\n  %-16s precision %.3f recall %.3f F1 %.3f (%d)", i, s.precision(), s.recall(), s.f1(), s.due)
	}
	return b.String()
}

// What is asked of the intents, on texts that no rule and no weight was made
// from: in French and English of every intent, elsewhere of all together.
const (
	leastF1    = 0.95
	leastMicro = 0.85
)

func TestLabelled(t *testing.T) {
	for _, language := range Languages {
		t.Run(language, func(t *testing.T) {
			lines := readLabelled(t, "testdata/labelled/test."+language+".tsv", language, "label", "text")
			by, all := measure(lines, func(l labelled) []Guess { return Read(l.text, l.language).Intents })
			t.Logf("%s: %d lines, micro F1 %.3f, macro F1 %.3f%s", language, len(lines), all.f1(), macro(by), table(by))
			if all.f1() < leastMicro {
				t.Errorf("%s: micro F1 %.3f, want at least %.2f", language, all.f1(), leastMicro)
			}
			if language != "fr" && language != "en" {
				return
			}
			for _, i := range slices.Sorted(maps.Keys(by)) {
				if f1 := by[i].f1(); f1 < leastF1 {
					t.Errorf("%s: F1 of %s is %.3f, want at least %.2f", language, i, f1, leastF1)
				}
			}
		})
	}
}

func TestNothingIsLearnedFromTheTestSet(t *testing.T) {
	known := map[string]bool{}
	for _, s := range trainingSet(t) {
		known[Normalise(s.text)] = true
	}
	for _, language := range Languages {
		for _, l := range readLabelled(t, "testdata/labelled/test."+language+".tsv", language, "label", "text") {
			if len(fold(l.text).tokens) > commonWords && known[Normalise(l.text)] {
				t.Errorf("%s: %q is in the training set too", language, l.text)
			}
		}
	}
}
