package understanding

import (
	"strings"
	"unicode"
)

// A phone without RCS sends a reaction as a text that quotes ours: an iPhone
// "A aimé « … »", "Liked “…”", Android "👍 to “…”". What it quotes are our
// words, our "STOP" among them, so they are taken out before reading.

func (lex *lexiconData) takeReactions(entries []entry) error {
	for _, e := range entries {
		for _, item := range e.items {
			lex.reactions = append(lex.reactions, Normalise(item))
		}
	}
	return nil
}

// stripReaction takes a reaction and its quote off; ok is false when the text
// is none, and it is returned as it came.
func (lex *lexiconData) stripReaction(text string) (rest string, ok bool) {
	open := strings.IndexAny(text, "\"“”„«‘‹")
	if open < 0 || open > 80 {
		return text, false
	}
	if !lex.isReaction(text[:open]) {
		return text, false
	}
	// What follows the quote belongs to the reaction too ("Vond “…” leuk"),
	// unless a new line begins.
	quote := text[open:]
	end := strings.LastIndexAny(quote, "\"“”»’›")
	if end <= 0 {
		return "", true // cut short by the network
	}
	if _, after, found := strings.Cut(quote[end:], "\n"); found {
		return after, true
	}
	return "", true
}

func (lex *lexiconData) isReaction(lead string) bool {
	lead = strings.TrimSpace(lead)
	folded := Normalise(lead)
	for _, r := range lex.reactions {
		if folded == r {
			return true
		}
		if strings.HasSuffix(r, " with") && strings.HasPrefix(folded, r) {
			return true
		}
	}
	// "👍 to", "Reacted 👍 to": an emoji and at most three words.
	hasEmoji := strings.ContainsFunc(lead, func(r rune) bool { return unicode.Is(unicode.So, r) })
	return hasEmoji && len(strings.Fields(folded)) <= 4 && !strings.ContainsAny(lead, ".!?\n")
}
