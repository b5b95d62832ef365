package understanding

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// model is a softmax over the intents of a text's features (feature.go). Its
// weights are in lexicon/model.txt, one feature a line, written by
// `go generate` from testdata/labelled/train.* and intents/ (train_test.go).
type model struct {
	rows  map[string][]weight
	bias  [len(Intents)]float64
	words vocabulary // those that the model knows
}

// weight is what a feature says for (or against) one intent.
type weight struct {
	intent uint8
	value  float32
}

const (
	biasFeature = "bias"
	weightUnit  = 0.05 // of the whole numbers in lexicon/model.txt
)

func (lex *lexiconData) takeModel(entries []entry) error {
	m := &model{rows: make(map[string][]weight, len(entries))}
	for _, e := range entries {
		row := make([]weight, 0, len(e.items))
		for _, item := range e.items {
			name, digits, _ := strings.Cut(item, " ")
			at := slices.Index(Intents[:], Intent(name))
			value, err := strconv.Atoi(digits)
			if at < 0 || err != nil {
				return fmt.Errorf("line %d: %q is no intent and weight", e.line, item)
			}
			row = append(row, weight{uint8(at), float32(value) * weightUnit})
		}
		if e.name != biasFeature {
			m.rows[e.name] = row
			continue
		}
		for _, w := range row {
			m.bias[w.intent] = float64(w.value)
		}
	}
	m.words.learn(m, &lex.concepts)
	lex.model = m
	return nil
}

// rank gives each intent its probability.
func (lex *lexiconData) rank(tokens []token, s signs) (p [len(Intents)]float64) {
	squares := 0.0
	lex.features(tokens, s, func(name []byte, value float64) {
		row := lex.model.rows[string(name)]
		if len(row) == 0 {
			return
		}
		squares += value * value
		for _, w := range row {
			p[w.intent] += float64(w.value) * value
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
