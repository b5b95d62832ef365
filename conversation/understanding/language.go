package understanding

import (
	"fmt"
	"slices"
	"strings"
)

func (lex *lexiconData) takeLanguages(entries []entry) error {
	shared := map[string]bool{}
	for _, e := range entries {
		language, isName := strings.CutPrefix(e.name, "called ")
		if e.name != "unclear" && !slices.Contains(Languages[:], language) {
			return fmt.Errorf("line %d: no language %q", e.line, language)
		}
		for _, item := range e.items {
			for _, word := range fold(item).words() {
				switch other, taken := lex.clear[word]; {
				case isName:
					lex.names[word] = language
				case e.name == "unclear", taken && other != language:
					shared[word] = true
				default:
					lex.clear[word] = language
				}
			}
		}
	}
	for word := range shared {
		delete(lex.clear, word)
	}
	return nil
}

// language counts the words that belong to one language only, and says whether all
// of them speak for the best one.
func (lex *lexiconData) language(f folded, hint string) (language string, words int, alone bool) {
	var counts [len(Languages)]int
	total := 0
	for _, t := range f.tokens {
		if language, ok := lex.clear[t.word]; ok {
			counts[slices.Index(Languages[:], language)]++
			total++
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] || n == counts[best] && Languages[i] == hint {
			best = i
		}
	}
	if counts[best] == 0 {
		return "", 0, false
	}
	return Languages[best], counts[best], counts[best] == total
}

// Longest text that a language's name alone turns into a request, in words.
const namedWords = 4

// wantsLanguage reads "in English please", "do you speak German?", "español".
func (lex *lexiconData) wantsLanguage(f folded, m marks) string {
	lo, hi := lex.core(f.tokens)
	short := hi-lo <= namedWords
	for i := lo; i < hi; i++ {
		language, ok := lex.names[f.tokens[i].word]
		if ok && (short || m["wants language"] != nil) {
			return language
		}
	}
	return ""
}
