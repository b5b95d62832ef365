package understanding

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

//go:embed lexicon/model.txt
var modelText string

// model is a softmax over the intents of a text's features (feature.go). Its
// weights are in lexicon/model.txt, one feature a line, written by
// `go generate` from testdata/labelled/train.* and intents/ (train_test.go).
type model struct {
	rows    featureTable // a feature's first weight
	weights []weight
	bias    [len(Intents)]float64
	words   vocabulary // those that the model knows
}

// weight is what a feature says for (or against) one intent.
type weight struct {
	intent uint8
	last   bool // of its feature
	units  int16
}

func (w weight) value() float64 { return float64(float32(w.units) * weightUnit) }

const (
	biasFeature = "bias"
	weightUnit  = 0.05 // of the whole numbers in lexicon/model.txt
)

func (lex *lexiconData) takeModel(text string) error {
	m := &model{rows: newFeatureTable(text)}
	for at, line := range modelLines(text) {
		name, list, _ := strings.Cut(line, ":")
		first := len(m.weights)
		for item := range strings.SplitSeq(list, ",") {
			intent, digits, _ := strings.Cut(strings.TrimSpace(item), " ")
			i := slices.Index(Intents[:], Intent(intent))
			units, err := strconv.ParseInt(digits, 10, 16)
			if i < 0 || err != nil {
				return fmt.Errorf("%s: %q is no intent and weight", name, item)
			}
			m.weights = append(m.weights, weight{intent: uint8(i), units: int16(units)})
		}
		if name == biasFeature {
			for _, w := range m.weights[first:] {
				m.bias[w.intent] = w.value()
			}
			m.weights = m.weights[:first]
			continue
		}
		m.weights[len(m.weights)-1].last = true
		m.rows.put(at, name, int32(first))
	}
	m.weights = slices.Clip(m.weights)
	m.words.learn(m, &lex.concepts)
	lex.model = m
	return nil
}

// of returns what a feature says.
func (m *model) of(name []byte) []weight {
	first, ok := m.rows.find(name)
	if !ok {
		return nil
	}
	end := int(first)
	for !m.weights[end].last {
		end++
	}
	return m.weights[first : end+1]
}

// rank gives each intent its probability.
func (lex *lexiconData) rank(tokens []token, s signs) (p [len(Intents)]float64) {
	squares := 0.0
	lex.features(tokens, s, func(name []byte, value float64) {
		row := lex.model.of(name)
		if len(row) == 0 {
			return
		}
		squares += value * value
		for _, w := range row {
			p[w.intent] += w.value() * value
		}
	})
	scale := scaleOf(squares)
	for i := range p {
		p[i] = p[i]*scale + lex.model.bias[i]
	}
	softmax(&p)
	return p
}

// scaleOf makes long and short texts weigh alike, by the features that the
// model knows.
func scaleOf(squares float64) float64 { return textWeight / math.Sqrt(squares+textDamping) }

const (
	textWeight  = 3.0
	textDamping = 1.0 // a single known word is not yet a sentence
)

func softmax(p *[len(Intents)]float64) {
	top := slices.Max(p[:])
	sum := 0.0
	for i := range p {
		p[i] = math.Exp(p[i] - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}
