package understanding

import (
	"fmt"
	"slices"
	"strings"
)

// takeSpelling reads how words are written on phones: "bjr: bonjour".
func (lex *lexiconData) takeSpelling(entries []entry) error {
	for _, e := range entries {
		if len(e.items) != 1 {
			return fmt.Errorf("line %d: one spelling for %q, please", e.line, e.name)
		}
		for _, word := range strings.Fields(e.name) {
			lex.spellings[Normalise(word)] = fold(e.items[0]).words()
		}
	}
	return nil
}

// mostTypos bounds the words that are looked up for a typo, in one text.
const mostTypos = 12

// spell writes abbreviations out and mends typos of words that the model
// knows: of five letters or more, the first one right.
func (lex *lexiconData) spell(tokens []token) []token {
	spelt := lex.spellAsTyped(tokens)
	typos := 0
	for i, t := range spelt {
		if len(t.word) >= typoLetters && typos < mostTypos && !lex.known(t.word) {
			typos++
			spelt[i].word = lex.model.words.nearest(t.word)
		}
	}
	return spelt
}

// spellAsTyped writes abbreviations out only.
func (lex *lexiconData) spellAsTyped(tokens []token) []token {
	spelt := make([]token, 0, len(tokens)+8)
	for _, t := range tokens {
		if words, ok := lex.spellings[t.word]; ok {
			for i, word := range words {
				if i > 0 {
					t.gap = space
				}
				spelt = append(spelt, token{word, t.gap})
			}
			continue
		}
		if n := leadingDigits(t.word); n > 0 && len(t.word)-n > 1 {
			spelt = append(spelt, token{t.word[:n], t.gap})
			t = token{t.word[n:], space}
		}
		spelt = append(spelt, t)
	}
	return spelt
}

// leadingDigits: "12ans" is two words.
func leadingDigits(word string) int {
	for i := range len(word) {
		if word[i] < '0' || word[i] > '9' {
			return i
		}
	}
	return 0
}

func (lex *lexiconData) known(word string) bool {
	return lex.model.words.has(word) || lex.concepts.begins(word) || lex.patterns.knows(word)
}

// vocabulary holds words by their first letter and length, to find the one
// that a typo meant.
type vocabulary struct {
	by map[[2]byte][]string
}

func (v *vocabulary) learn(m *model, c *concepts) {
	v.by = map[[2]byte][]string{}
	add := func(word string) {
		if len(word) < typoLetters || len(word) > 24 || strings.ContainsAny(word, " <>*!^$=") {
			return
		}
		key := keyOf(word, 0)
		v.by[key] = append(v.by[key], word)
	}
	for name := range m.rows.names() {
		add(name)
	}
	for phrase := range c.phrases {
		for word := range strings.FieldsSeq(phrase) {
			add(word)
		}
	}
	for key, words := range v.by {
		slices.Sort(words) // maps are walked in any order; readings are not
		v.by[key] = slices.Clip(slices.Compact(words))
	}
}

// keyOf is under what a word is known that is longer by so many letters.
func keyOf(word string, longer int) [2]byte { return [2]byte{word[0], byte(len(word) + longer)} }

func (v *vocabulary) has(word string) bool {
	_, known := slices.BinarySearch(v.by[keyOf(word, 0)], word)
	return known
}

// nearest returns the known word that is one typo away, or the word itself.
func (v *vocabulary) nearest(word string) string {
	if len(word) > 24 {
		return word
	}
	for _, n := range [...]int{0, 1, -1} {
		for _, known := range v.by[keyOf(word, n)] {
			if distance(word, known) == 1 {
				return known
			}
		}
	}
	return word
}
