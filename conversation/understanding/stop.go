package understanding

import (
	"slices"
	"strings"
)

// likely is Sure, unless the second opinion finds it improbable.
const likely = Sure + 1

// stop decides whether a text withdraws, and names the rule that decided. The
// rules are in lexicon/stop.txt: what surely ends the messages, what may, and
// what only sounds like it.
func (lex *lexiconData) stop(f folded, m marks) (Certainty, string) {
	if word := lex.bareStop(f.tokens); word != "" {
		return Sure, word
	}
	if word := lex.stopClause(f.tokens); word != "" && m[markElse] == nil {
		return Sure, word
	}
	if f.signs.stop && len(f.tokens) == 0 {
		return Sure, "🛑"
	}
	for _, rule := range [...]struct {
		mark   string
		gives  Certainty
		unless []string // marks that make it a doubt
	}{
		{markMust, Sure, nil},
		{markStill, Doubt, nil},
		{markSure, Sure, []string{markLess}},
		{markLike, likely, []string{markLess}},
		{markAlone, likely, []string{markLess, markElse}},
		{markAmple, likely, []string{markLess, markElse, markCalm}},
		{markDoubt, Doubt, nil},
	} {
		p := m[rule.mark]
		if p == nil {
			continue
		}
		for _, mark := range rule.unless {
			if other := m[mark]; other != nil {
				return Doubt, other.text
			}
		}
		return rule.gives, p.text
	}
	if p := m[markIt]; p != nil && m[markPhone] != nil {
		return Sure, p.text // "Who gave you my number? Delete it."
	}
	return None, ""
}

// bareStop returns the stop keyword that a text is; courtesies, a short code,
// a repetition and a yes or no before it aside ("ok stop", "STOP STOP", "STOP
// au 36105").
func (lex *lexiconData) bareStop(tokens []token) string {
	lo, hi := lex.core(tokens)
	words := tokens[lo:hi]
	if len(words) > 1 && max(lex.yes.prefix(words[:1]), lex.no.prefix(words[:1])) == 1 {
		words = words[1:]
	}
	for len(words) > 1 && (words[len(words)-1].word == words[0].word || lex.idle(words[len(words)-1].word)) {
		words = words[:len(words)-1]
	}
	for _, word := range [...]string{join(words), closeUp(words)} {
		if lex.keywords[word] == Stop {
			return word
		}
	}
	return ""
}

// stopClause returns the stop keyword that one of several clauses is
// ("STOP\n\nSent from my phone"). A word that also cancels orders is left to
// the rules.
func (lex *lexiconData) stopClause(tokens []token) string {
	from := 0
	for i := 1; i <= len(tokens); i++ {
		if i < len(tokens) && tokens[i].gap < comma {
			continue
		}
		if word := lex.bareStop(tokens[from:i]); word != "" && !lex.cancels[word] {
			return word
		}
		from = i
	}
	return ""
}

// idle: a short code, or a word like "now", says nothing more.
func (lex *lexiconData) idle(word string) bool {
	if strings.Trim(word, numerals) == "" {
		return true
	}
	return slices.Contains(lex.patterns.exact[word], lex.patterns.ids["<idle>"])
}

// closeUp joins a word that was typed in pieces ("sto p", "dés abonner").
func closeUp(tokens []token) string {
	const most = 4 // pieces
	if len(tokens) < 2 || len(tokens) > most {
		return ""
	}
	word := ""
	for _, t := range tokens {
		word += t.word
	}
	return word
}
