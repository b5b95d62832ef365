package understanding

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A phone without RCS sends a reaction as a text that quotes ours: an iPhone
// "A aimé « … »", "Liked “…”", Android "👍 to “…”". What it quotes are our
// words, our "STOP" among them, so they are taken out before reading.

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
	closeQuotes = "\"“”»’›"
	leadBytes   = 80 // longest lead: "Removed an exclamation point from"
	tailWords   = 4  // longest tail: „…“ mit Gefällt mir markiert
)

// stripReaction takes a reaction and its quote off; ok is false when the text
// is none, and it is returned as it came.
func (lex *lexiconData) stripReaction(text string) (rest string, ok bool) {
	for open, r := range text {
		if open > leadBytes {
			break
		}
		if !strings.ContainsRune(openQuotes, r) {
			continue
		}
		// What follows the quote on the same line belongs to the reaction too
		// ("Vond “…” leuk"); a new line is the customer's own. A quote cut short
		// by the network has no end.
		tail, after := "", ""
		if end := strings.LastIndexAny(text, closeQuotes); end > open {
			_, size := utf8.DecodeRuneInString(text[end:])
			tail, after, _ = strings.Cut(text[end+size:], "\n")
		}
		if lex.isReaction(text[:open], tail) {
			return after, true
		}
	}
	return text, false
}

// isReaction: an emoji or a verb of reacting, and little words, around a quote.
func (lex *lexiconData) isReaction(lead, tail string) bool {
	leads, tails := fold(lead), fold(tail)
	if len(tails.tokens) > tailWords {
		return false
	}
	reacts := strings.ContainsFunc(lead, func(r rune) bool { return unicode.Is(unicode.So, r) }) && len(leads.tokens) > 0
	for _, t := range slices.Concat(leads.tokens, tails.tokens) {
		verb, known := lex.reactions[t.word]
		if !known {
			return false
		}
		reacts = reacts || verb
	}
	return reacts
}

// unquoted leaves out what a text quotes, in three words or more: who asks
// what “Reply STOP to end” means has not said stop. A text that is a quote is
// left as it is.
func unquoted(text string) string {
	const least = 3 // words
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
	if len(strings.Fields(text[open:end])) < least || len(strings.Fields(rest)) < least {
		return text
	}
	return rest
}
