package understanding

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The training of the second opinion on opt-outs, like the intent model's.
const (
	optOutPasses  = 8
	optOutPenalty = 0.01
	optOutOwn     = 3.0 // weight of a line that was written for it
	optOutHeard   = 1.5 // weight of an opt-out beside another text: missing one is worse
	optOutLeast   = 3   // smaller weights are left out, in units
)

// An optOutLine is a text that ends the messages, or does not.
type optOutLine struct {
	labelled
	stops  bool
	weight float64
}

// devLines are the opt-outs and near misses of testdata/own/dev.*, each file
// written by somebody who had seen neither the rules nor the frozen set.
func devLines(t testing.TB) (lines []optOutLine) {
	t.Helper()
	paths, err := filepath.Glob("testdata/own/dev.*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		for _, l := range readLabelled(t, path, "", "label", "lang", "text") {
			lines = append(lines, optOutLine{l, l.labels[0] == "stop", optOutOwn})
		}
	}
	return lines
}

// optOutSet is what may be learned from. Nothing of the frozen set is, save the
// words that everybody uses.
func optOutSet(t testing.TB) (lines []optOutLine) {
	t.Helper()
	seen := map[string]bool{}
	for _, name := range []string{"optouts", "nearmisses"} {
		for _, l := range readLabelled(t, "testdata/frozen/"+name+".tsv", "", "label", "lang", "text") {
			if len(fold(l.text).tokens) > commonWords {
				seen[Normalise(l.text)] = true
			}
		}
	}
	take := func(all []optOutLine) {
		for _, l := range all {
			if key := Normalise(l.text); !seen[key] {
				seen[key] = true
				lines = append(lines, l)
			}
		}
	}
	take(devLines(t))
	var own []optOutLine
	for _, l := range readLabelled(t, "testdata/own/stops.tsv", "", "label", "lang", "text") {
		own = append(own, optOutLine{l, l.labels[0] == "stop", optOutOwn})
	}
	take(own)
	for _, language := range Languages {
		for _, path := range []string{"testdata/labelled/train." + language + ".tsv", "testdata/own/train." + language + ".tsv"} {
			if _, err := os.Stat(path); err != nil {
				continue
			}
			var all []optOutLine
			for _, l := range readLabelled(t, path, language, "label", "text") {
				all = append(all, optOutLine{l, slices.Contains(l.labels, string(Stop)), 1})
			}
			take(all)
		}
	}
	return lines
}

// A trainedOptOut is what training gives, in units, before it is written.
type trainedOptOut struct {
	weights map[string]int
	bias    int
}

// trainOptOut fits the weights by AdaGrad with an L1 penalty, in the fixed order
// of the lines, so that the same lines give the same weights.
func trainOptOut(lex *lexiconData, lines []optOutLine) *trainedOptOut {
	type input struct {
		cell  *cell
		value float64
	}
	cells, bias := map[string]*cell{}, &cell{}
	texts := make([][]input, len(lines))
	for i, l := range lines {
		f, squares := fold(l.text), 0.0
		lex.optOutFeatures(lex.spellAsTyped(f.tokens), f.signs, func(name []byte, value float64) {
			c := cells[string(name)]
			if c == nil {
				c = &cell{}
				cells[string(name)] = c
			}
			texts[i] = append(texts[i], input{c, value})
			squares += value * value
		})
		for j := range texts[i] {
			texts[i][j].value *= scaleOf(squares)
		}
	}
	for range optOutPasses {
		for n, at := 0, 0; n < len(lines); n, at = n+1, (at+stride(len(lines)))%len(lines) {
			sum, want, weight := bias.value, 0.0, lines[at].weight
			for _, x := range texts[at] {
				sum += x.cell.value * x.value
			}
			if lines[at].stops {
				want, weight = 1, weight*optOutHeard
			}
			g := (1/(1+math.Exp(-sum)) - want) * weight
			bias.step(g, optOutPenalty)
			for _, x := range texts[at] {
				x.cell.step(g*x.value, optOutPenalty)
			}
		}
	}
	m := &trainedOptOut{weights: map[string]int{}, bias: int(math.Round(bias.value / weightUnit))}
	for name, c := range cells {
		if units := math.Round(c.value / weightUnit); math.Abs(units) >= optOutLeast {
			m.weights[name] = int(units)
		}
	}
	return m
}

func (m *trainedOptOut) String() string {
	var b strings.Builder
	b.WriteString("# Weights of the second opinion on opt-outs, by feature (feature.go), in\n# twentieths. Written by `go generate` from testdata/own; do not edit.\n")
	line := func(name string, units int) { b.WriteString(name + ": " + strconv.Itoa(units) + "\n") }
	line(biasFeature, m.bias)
	for _, name := range slices.Sorted(maps.Keys(m.weights)) {
		line(name, m.weights[name])
	}
	return b.String()
}

// The weights may differ in the last digit between processors.
func TestOptOutWeightsAreWhatTheirTrainingSetGives(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	lex := lexicon()
	trained := trainOptOut(lex, optOutSet(t))
	if *update {
		if err := os.WriteFile(filepath.Join("lexicon", "optout.txt"), []byte(trained.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	const tolerance = 1 // unit
	far := 0
	for name, units := range trained.weights {
		kept, _ := lex.optOut.weights.find([]byte(name))
		if off := units - int(kept); max(off, -off) > optOutLeast+tolerance {
			far++
		}
	}
	if far > 0 || math.Abs(float64(len(trained.weights)-lex.optOut.weights.count())) > 20 {
		t.Errorf("%d of %d weights differ: run go generate", far, len(trained.weights))
	}
}
