package understanding

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write lexicon/model.txt from the training set")

// The training of the intent model: softmax regression by AdaGrad with an L1
// penalty, in the fixed order of the files, so that the same lines give the
// same weights.
const (
	passes      = 6
	rate        = 0.3
	penalty     = 3e-2 // L1, at every step
	labelWeight = 1.0  // of a line of the labelled set, beside one of ours
	mostOfOne   = 6    // texts made from one of our lines
	commonWords = 2    // longest text that a measure shares with our lines
)

// A sample is one text to learn from.
type sample struct {
	labelled
	weight float64
}

// trainingSet reads what may be learned from: the labelled set's training
// half, and the phrases of intents/, written for this model.
func trainingSet(t testing.TB) []sample {
	t.Helper()
	var samples []sample
	seen := map[string]bool{}
	// What measures is never learned from, save the words that everybody uses
	// ("order status").
	for _, language := range Languages {
		for _, l := range readLabelled(t, "testdata/labelled/test."+language+".tsv", language, "label", "text") {
			if len(fold(l.text).tokens) > commonWords {
				seen[Normalise(l.text)] = true
			}
		}
	}
	for _, language := range Languages {
		for _, l := range readLabelled(t, "testdata/labelled/train."+language+".tsv", language, "label", "text") {
			samples = append(samples, sample{l, labelWeight})
			seen[Normalise(l.text)] = true
		}
	}
	paths, err := filepath.Glob("intents/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range Languages {
		path := "testdata/own/train." + language + ".tsv"
		if _, err := os.Stat(path); err != nil {
			continue
		}
		for _, l := range readLabelled(t, path, language, "label", "text") {
			if key := Normalise(l.text); !seen[key] || key == "" {
				seen[key] = true
				samples = append(samples, sample{l, 1})
			}
		}
	}
	for _, l := range readLabelled(t, "testdata/own/stops.tsv", "", "label", "lang", "text") {
		if key := Normalise(l.text); l.labels[0] == string(Stop) && !seen[key] {
			seen[key] = true
			samples = append(samples, sample{l, 1})
		}
	}
	for _, path := range paths {
		intent := strings.TrimSuffix(filepath.Base(path), ".txt")
		for _, l := range readPhrases(t, path, intent) {
			texts := expand(l.text, mostOfOne)
			for _, text := range texts {
				if key := Normalise(text); !seen[key] || key == "" {
					seen[key] = true
					samples = append(samples, sample{labelled{l.language, text, l.labels}, 1})
				}
			}
		}
	}
	return samples
}

// A cell is a weight in training, and the squares of its gradients so far.
type cell struct{ value, squares float64 }

// step moves the weight against the gradient (AdaGrad), then towards nothing
// (L1).
func (c *cell) step(gradient, penalty float64) {
	c.squares += gradient * gradient
	if c.squares == 0 {
		return
	}
	speed := rate / math.Sqrt(c.squares)
	c.value -= speed * gradient
	c.value = math.Copysign(max(math.Abs(c.value)-speed*penalty, 0), c.value)
}

// A trainedModel is what training gives, before it is written.
type trainedModel struct {
	rows map[string][]weight
	bias [len(Intents)]int // in units
}

// trainModel fits the weights.
func trainModel(lex *lexiconData, samples []sample) *trainedModel {
	type input struct {
		row   int
		value float64
	}
	var rows [][len(Intents)]cell
	ids := map[string]int{}
	texts := make([][]input, len(samples))
	for i, l := range samples {
		squares := 0.0
		f := fold(l.text)
		lex.features(lex.spellAsTyped(f.tokens), f.signs, func(name []byte, value float64) {
			id, ok := ids[string(name)]
			if !ok {
				id = len(rows)
				ids[string(name)] = id
				rows = append(rows, [len(Intents)]cell{})
			}
			texts[i] = append(texts[i], input{id, value})
			squares += value * value
		})
		for j := range texts[i] {
			texts[i][j].value *= scaleOf(squares)
		}
	}
	var bias [len(Intents)]cell
	for range passes {
		// A stride that shares no factor with the count visits every line, the
		// languages and labels mixed.
		for n, at := 0, 0; n < len(samples); n, at = n+1, (at+stride(len(samples)))%len(samples) {
			var p, want [len(Intents)]float64
			for i := range p {
				p[i] = bias[i].value
			}
			for _, x := range texts[at] {
				for i := range p {
					p[i] += rows[x.row][i].value * x.value
				}
			}
			softmax(&p)
			for _, label := range samples[at].labels {
				want[slices.Index(Intents[:], Intent(label))] = 1 / float64(len(samples[at].labels))
			}
			for i := range p {
				p[i] = (p[i] - want[i]) * samples[at].weight
				bias[i].step(p[i], penalty)
			}
			for _, x := range texts[at] {
				row := &rows[x.row]
				for i := range p {
					row[i].step(p[i]*x.value, penalty)
				}
			}
		}
	}
	m := &trainedModel{rows: map[string][]weight{}}
	for i := range bias {
		m.bias[i] = int(math.Round(bias[i].value / weightUnit))
	}
	for name, id := range ids {
		for i, c := range rows[id] {
			if units := math.Round(c.value / weightUnit); math.Abs(units) >= leastUnits {
				m.rows[name] = append(m.rows[name], weight{intent: uint8(i), units: int16(units)})
			}
		}
	}
	return m
}

// leastUnits: smaller weights are left out.
const leastUnits = 5

func stride(n int) int {
	for s := n*382/1000 + 1; ; s++ {
		a, b := s, n
		for b > 0 {
			a, b = b, a%b
		}
		if a == 1 {
			return s
		}
	}
}

func (m *trainedModel) String() string {
	var b strings.Builder
	b.WriteString("# Weights of the intent model, by feature (feature.go), in twentieths. Written by\n# `go generate` from testdata/labelled/train.* and intents/; do not edit.\n")
	line := func(name string, row []weight) {
		b.WriteString(name)
		b.WriteByte(':')
		for i, w := range row {
			fmt.Fprintf(&b, "%s %s %d", []string{"", ","}[min(i, 1)], Intents[w.intent], w.units)
		}
		b.WriteByte('\n')
	}
	var bias []weight
	for i, units := range m.bias {
		bias = append(bias, weight{intent: uint8(i), units: int16(units)})
	}
	line(biasFeature, bias)
	for _, name := range slices.Sorted(maps.Keys(m.rows)) {
		line(name, m.rows[name])
	}
	return b.String()
}

// The weights may differ in the last digit between processors.
func TestModelIsWhatTheTrainingSetGives(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	lex := lexicon()
	trained := trainModel(lex, trainingSet(t))
	if *update {
		if err := os.WriteFile(filepath.Join("lexicon", "model.txt"), []byte(trained.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	const tolerance = 1 // unit
	far, rows := 0, 0
	for name, row := range trained.rows {
		kept := map[uint8]int{}
		for _, w := range lex.model.of([]byte(name)) {
			kept[w.intent] = int(w.units)
		}
		for _, w := range row {
			rows++
			if off := kept[w.intent] - int(w.units); max(off, -off) > leastUnits+tolerance {
				far++
			}
		}
	}
	if far > 0 || math.Abs(float64(len(trained.rows)-lex.model.rows.count())) > 20 {
		t.Errorf("%d of %d weights differ: run go generate", far, rows)
	}
}

// readPhrases reads intents/<intent>.txt: "fr: où est mon (colis|paquet)".
func readPhrases(t testing.TB, path, intent string) []labelled {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []labelled
	for n, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		language, text, ok := strings.Cut(line, ": ")
		if !ok || !slices.Contains(Languages[:], language) {
			t.Fatalf("%s:%d: no language before the phrase", path, n+1)
		}
		for text := range strings.SplitSeq(text, " ; ") {
			lines = append(lines, labelled{language, text, strings.Split(intent, "+")})
		}
	}
	return lines
}

// expand writes out a phrase with alternatives, "(où est|suivi de) ma
// (commande|lampe|)": at most so many texts, spread over all there are.
func expand(phrase string, most int) []string {
	var parts [][]string
	all := 1
	for rest := phrase; rest != ""; {
		before, after, found := strings.Cut(rest, "(")
		parts = append(parts, []string{before})
		if !found {
			break
		}
		var choice string
		choice, rest, _ = strings.Cut(after, ")")
		alternatives := strings.Split(choice, "|")
		parts = append(parts, alternatives)
		all *= len(alternatives)
	}
	longest := 1
	for _, p := range parts {
		longest = max(longest, len(p))
	}
	// Every alternative appears at least once.
	n := min(all, max(most, longest))
	var texts []string
	for k := range n {
		at := k
		if n < all {
			at = k * stride(all) % all
		}
		var b strings.Builder
		for i, p := range parts {
			choice := at % len(p)
			if n < all {
				choice = (k + i*k/max(len(p), 1)) % len(p)
			}
			b.WriteString(p[choice])
			at /= len(p)
		}
		texts = append(texts, strings.Join(strings.Fields(b.String()), " "))
	}
	return texts
}
