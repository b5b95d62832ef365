package understanding

import (
	"slices"
	"strings"
)

// concepts find what words and phrases mean for a shop, whatever their
// language: lexicon/concepts.txt.
type concepts struct {
	names   []string
	phrases map[string][]uint16 // "customer service" → human
	longest int                 // phrase, in words
	heads   map[string][]uint16 // beginnings of words: "factur*"
	from    int                 // shortest and longest beginning, in bytes
	to      int
}

func (lex *lexiconData) takeConcepts(entries []entry) error {
	c := concepts{phrases: map[string][]uint16{}, heads: map[string][]uint16{}, from: 99}
	for _, e := range entries {
		at := slices.Index(c.names, e.name)
		if at < 0 {
			at = len(c.names)
			c.names = append(c.names, e.name)
		}
		for _, item := range e.items {
			words := fold(item).words()
			phrase := strings.Join(words, " ")
			if strings.HasSuffix(item, "*") && len(words) == 1 {
				c.heads[phrase] = append(c.heads[phrase], uint16(at))
				c.from, c.to = min(c.from, len(phrase)), max(c.to, len(phrase))
				continue
			}
			c.longest = max(c.longest, len(words))
			if !slices.Contains(c.phrases[phrase], uint16(at)) {
				c.phrases[phrase] = append(c.phrases[phrase], uint16(at))
			}
		}
	}
	lex.concepts = c
	return nil
}

// in lists the concepts of a text, in order of first mention, each once.
func (c *concepts) in(tokens []token) []uint16 {
	var found []uint16
	add := func(ids []uint16) {
		for _, id := range ids {
			if !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	var buf []byte
	for i, t := range tokens {
		buf = buf[:0]
		for n := 0; n < c.longest && i+n < len(tokens); n++ {
			if n > 0 {
				if tokens[i+n].gap == fullStop {
					break
				}
				buf = append(buf, ' ')
			}
			buf = append(buf, tokens[i+n].word...)
			add(c.phrases[string(buf)])
		}
		for n := c.from; n <= min(c.to, len(t.word)); n++ {
			add(c.heads[t.word[:n]])
		}
	}
	return found
}

// begins reports whether the word begins as a concept does.
func (c *concepts) begins(word string) bool {
	for n := c.from; n <= min(c.to, len(word)); n++ {
		if len(c.heads[word[:n]]) > 0 {
			return true
		}
	}
	return false
}

// says reports whether a text mentions the concept.
func (c *concepts) says(name string, tokens []token) bool {
	at := slices.Index(c.names, name)
	return at >= 0 && slices.Contains(c.in(tokens), uint16(at))
}
