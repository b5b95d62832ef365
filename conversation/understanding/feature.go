package understanding

import (
	"slices"
	"strconv"
)

// What a feature weighs beside a word or a concept (1).
const (
	pairWeight  = 0.7 // two concepts together, two words in a row
	headWeight  = 0.5 // a word's beginning, which stands for its forms
	signWeight  = 0.7 // a question mark, an emoji, a length
	digitWeight = 0.5
)

const (
	mostConcepts = 12 // whose pairs count; a longer text tells several things
	headLetters  = 5
	longFeature  = 14 // words, from which a text tells a story
)

// features gives what the model sees of a text: its concepts and their pairs,
// its words, their beginnings and neighbours, and a few signs. The name is
// only valid during the call.
func (lex *lexiconData) features(tokens []token, s signs, give func(name []byte, value float64)) {
	buf := make([]byte, 0, 96)
	add := func(value float64, parts ...string) {
		buf = buf[:0]
		for _, part := range parts {
			buf = append(buf, part...)
		}
		give(buf, value)
	}
	found := lex.concepts.in(tokens)
	found = found[:min(len(found), mostConcepts)]
	slices.Sort(found)
	for i, a := range found {
		add(1, "<", lex.concepts.names[a], ">")
		for _, b := range found[i+1:] {
			add(pairWeight, "<", lex.concepts.names[a], "> <", lex.concepts.names[b], ">")
		}
	}
	last := "^"
	for _, t := range tokens {
		if t.gap == fullStop {
			last = "^"
		}
		word := t.word
		if word[0] <= '9' {
			word = "digits " + strconv.Itoa(min(len(word), 5))
			add(digitWeight, word)
			last = "0"
			continue
		}
		add(1, word)
		if len(word) > headLetters {
			add(headWeight, word[:headLetters], "*")
		}
		add(pairWeight, last, " ", word)
		last = word
	}
	if len(tokens) > 0 {
		add(pairWeight, last, " $")
	}
	if len(tokens) > 1 && len(tokens) <= 3 {
		add(1, "= ", join(tokens))
	}
	for _, sign := range [...]struct {
		name string
		is   bool
	}{
		{"asks", s.question}, {"emoji yes", s.yes}, {"emoji no", s.no},
		{"emoji angry", s.angry}, {"emoji thanks", s.thanks}, {"shouts", s.exclamations > 1},
		{"no word", len(tokens) == 0}, {"one word", len(tokens) == 1}, {"long", len(tokens) >= longFeature},
	} {
		if sign.is {
			add(signWeight, "! ", sign.name)
		}
	}
}
