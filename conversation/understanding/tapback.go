package understanding

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A phone without RCS sends a reaction as a text that quotes ours: an iPhone
// "A aimé « … »", "Liked “…”", Android "👍 to “…”". What it quotes are our
// words, our "STOP" among them, so they are taken out before reading.

var guillemets = strings.NewReplacer("<<", "«", ">>", "»")

func (lex *lexiconData) takeReactions(entries []entry) error {
	for _, e := range entries {
		for _, item := range e.items {
			for _, word := range fold(item).words() {
				switch e.name {
				case "verbs":
					lex.reactions[word] = true
				case "small":
					if !lex.reactions[word] {
						lex.reactions[word] = false
					}
				default:
					return fmt.Errorf("line %d: %q is not verbs or small", e.line, e.name)
				}
			}
		}
	}
	return nil
}

const (
	openQuotes  = "\"“”„«‘‹"
	closeQuotes = "\"“”»’›'"
	leadBytes   = 80 // longest lead: "Removed an exclamation point from"
	leastQuote  = 3  // words; a shorter quote may be the customer's own word
	tailWords   = 4  // longest tail: „…“ mit Gefällt mir markiert
)

// stripReaction takes a reaction and its quote off; ok is false when the text
// is none, and it is returned as it came.
func (lex *lexiconData) stripReaction(text string) (rest string, ok bool) {
	text = guillemets.Replace(text)
	for open, r := range text {
		if open > leadBytes {
			break
		}
		if !opens(text, open, r) {
			continue
		}
		tail, after := "", ""
		if end := strings.LastIndexAny(text, closeQuotes); end > open {
			_, size := utf8.DecodeRuneInString(text[end:])
			tail, after, _ = strings.Cut(text[end+size:], "\n")
		}
		if !lex.isReaction(text[:open], tail, text[open:]) {
			continue
		}
		// What follows the quote belongs to the reaction ("Vond “…” leuk");
		// other words are the customer's own.
		if !lex.knowsAll(tail) {
			return tail + "\n" + after, true
		}
		return after, true
	}
	return text, false
}

// opens reports whether the rune at i opens a quote: an apostrophe does so
// only before a word.
func opens(text string, i int, r rune) bool {
	if r == '\'' || r == '’' {
		return i == 0 || text[i-1] == ' '
	}
	return strings.ContainsRune(openQuotes, r)
}

// isReaction: an emoji or a verb of reacting, and little words, around a quote.
func (lex *lexiconData) isReaction(lead, tail, quote string) bool {
	if !lex.knowsAll(lead) {
		return false
	}
	words := fold(lead).tokens
	if after := fold(tail).tokens; len(after) <= tailWords && lex.knowsAll(tail) {
		words = append(words, after...)
	}
	for _, t := range words {
		if lex.reactions[t.word] {
			return true
		}
	}
	hasEmoji := strings.ContainsFunc(lead, func(r rune) bool { return unicode.Is(unicode.So, r) })
	return hasEmoji && len(strings.Fields(quote)) >= leastQuote
}

// knowsAll: nothing but words that phones write around a quote.
func (lex *lexiconData) knowsAll(text string) bool {
	for _, t := range fold(text).tokens {
		if _, known := lex.reactions[t.word]; !known {
			return false
		}
	}
	return true
}

// unquoted leaves out what a text quotes, in three words or more: who asks
// what “Reply STOP to end” means has not said stop. A text that is a quote is
// left as it is.
func unquoted(text string) string {
	open := strings.IndexAny(text, openQuotes)
	if open < 0 {
		return text
	}
	end := strings.LastIndexAny(text, closeQuotes)
	if end <= open {
		return text
	}
	_, size := utf8.DecodeRuneInString(text[end:])
	rest := text[:open] + " " + text[end+size:]
	if len(fold(text[open:end]).tokens) < leastQuote || len(fold(rest).tokens) < leastQuote {
		return text
	}
	return rest
}
