package understanding

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
)

//go:embed lexicon/optout.txt
var optOutText string

// optOut is a second opinion on opt-outs: a logistic regression over a text's
// features (feature.go), for the ways to say it that no rule foresaw. Its
// weights are in lexicon/optout.txt, written by `go generate` from lines that
// were written for it (optout_train_test.go).
type optOut struct {
	weights featureTable // of a feature, in units
	bias    float64
}

func (lex *lexiconData) takeOptOut(text string) error {
	m := &optOut{weights: newFeatureTable(text)}
	for at, line := range modelLines(text) {
		name, digits, _ := strings.Cut(line, ": ")
		units, err := strconv.ParseInt(digits, 10, 16)
		if err != nil {
			return fmt.Errorf("%s: %q is no weight", name, digits)
		}
		if name == biasFeature {
			m.bias = float64(units) * weightUnit
			continue
		}
		m.weights.put(at, name, int32(units))
	}
	lex.optOut = m
	return nil
}

// optOutFeatures are a text's features and the pieces of its words, which hold
// what a typo or an ending leaves of them.
func (lex *lexiconData) optOutFeatures(tokens []token, s signs, give func(name []byte, value float64)) {
	lex.features(tokens, s, give)
	var buf [pieceLetters + 1]byte
	buf[0] = pieceMark
	for _, t := range tokens {
		for i := -1; i+pieceLetters <= len(t.word)+1; i++ {
			for j := range pieceLetters {
				buf[j+1] = '_'
				if k := i + j; k >= 0 && k < len(t.word) {
					buf[j+1] = t.word[k]
				}
			}
			give(buf[:], pieceWeight)
		}
	}
}

const (
	pieceLetters = 4
	pieceWeight  = 0.3
	pieceMark    = '~'
)

// optOutOdds is how likely the text ends the messages, from 0 to 1, and whether
// its words are known well enough to tell without a rule.
func (lex *lexiconData) optOutOdds(tokens []token, s signs) (odds float64, familiar bool) {
	sum, squares := 0.0, 0.0
	known := 0.0 // of words, not of their pieces
	lex.optOutFeatures(tokens, s, func(name []byte, value float64) {
		if units, ok := lex.optOut.weights.find(name); ok {
			sum += float64(float32(units)*weightUnit) * value
			squares += value * value
			if name[0] != pieceMark {
				known += value * value
			}
		}
	})
	return 1 / (1 + math.Exp(-sum*scaleOf(squares)-lex.optOut.bias)), known >= optOutKnown
}

// How the second opinion counts beside the rules, tried by cross-validation on
// testdata/own/dev.*. It is asked less of what a rule doubts already, and it
// alone makes no rule's certainty less than a question to the customer.
const (
	optOutAgreed  = 0.15 // the intents find it likely too
	optOutKnown   = 1.50 // of a text's words, squared weights: a known word and a neighbour
	optOutAlone   = 0.70 // no rule speaks: opt out
	optOutAgainst = 0.90 // a rule says what else it may be about: opt out
	optOutLeans   = 0.50 // a rule doubts: opt out
	optOutAsks    = 0.45 // no rule speaks: ask
	optOutDenies  = 0.20 // a rule is sure, and this improbable: ask
	optOutDoubts  = 0.10 // a rule says likely, and this improbable: ask
	optOutShort   = 2    // words: no rule speaks, so ask
)

// weigh joins what the rules found with the second opinion.
func weigh(rules Certainty, odds float64) Certainty {
	switch {
	case rules == Sure && odds < optOutDenies, rules == likely && odds < optOutDoubts:
		return Doubt
	case rules == likely:
		return Sure
	case rules == Doubt && odds > optOutLeans, rules == None && odds > optOutAlone:
		return Sure
	case rules == None && odds > optOutAsks:
		return Doubt
	}
	return rules
}

// secondOpinion is the rule that a text's reading names where the rules were
// silent or overruled.
const secondOpinion = "second opinion"

// stops is what the rules find, weighed: a keyword needs no second opinion. The
// tokens are f's, spelled out.
func (lex *lexiconData) stops(f folded, tokens []token, m marks) (Certainty, string) {
	found, rule := lex.stop(f, m)
	if len(f.tokens) == 0 || lex.keywords[rule] == Stop {
		return found, rule
	}
	odds, familiar := lex.optOutOdds(tokens, f.signs)
	if found == None && !familiar {
		return found, rule
	}
	joint := weigh(found, odds)
	switch {
	case found != None || joint == None:
	case !lex.asksToStop(tokens, f.signs):
		joint = None
	case m[markVeto] != nil && odds < optOutAgainst:
		joint = Doubt // a rule says what else it may be about
	case len(tokens) <= optOutShort:
		joint = Doubt // "et maintenant ?" is little to go by
	}
	if joint != found {
		return joint, secondOpinion
	}
	return found, rule
}

// asksToStop reports whether the intents, which know what else there is to ask,
// find an opt-out likely too.
func (lex *lexiconData) asksToStop(tokens []token, s signs) bool {
	p := lex.rank(tokens, s)
	return chance(&p, Stop) > optOutAgreed
}
