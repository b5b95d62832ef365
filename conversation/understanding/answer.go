package understanding

import "fmt"

func (lex *lexiconData) takeAnswers(entries []entry) error {
	for _, e := range entries {
		switch e.name {
		case "yes":
			lex.yes.add(e.items)
		case "no":
			lex.no.add(e.items)
		case "neither":
			lex.neither.add(e.items)
		case "polite":
			lex.polite.add(e.items)
		case "bye":
			lex.bye.add(e.items)
		default:
			return fmt.Errorf("line %d: %q is not yes, no, neither, polite or bye", e.line, e.name)
		}
	}
	return nil
}

// Longest text that may be an answer, in words: beyond, a "oui" at the
// beginning is the start of a story.
const answerWords = 12

// yesNo reads a text as the answer to a yes-or-no question. The first words
// answer ("oui, mais pas le bleu"); when they say both, it is neither.
func (lex *lexiconData) yesNo(f folded) (yes, no bool) {
	if len(f.tokens) == 0 {
		return f.signs.yes && !f.signs.no, f.signs.no && !f.signs.yes
	}
	if len(f.tokens) > answerWords {
		return false, false
	}
	lo, hi := lex.core(f.tokens)
	rest := f.tokens[lo:hi]
	for len(rest) > 0 {
		y, n := lex.yes.prefix(rest), lex.no.prefix(rest)
		if y == 0 && n == 0 || lex.neither.prefix(rest) > max(y, n) {
			break
		}
		if y > n {
			yes = true
		} else {
			no = true
		}
		rest = rest[max(y, n):]
		if n := lex.polite.prefix(rest); n > 0 {
			rest = rest[n:]
		}
	}
	if yes && no {
		return false, false
	}
	return yes, no
}

// leaves reads a text of nothing but a good-bye and courtesies.
func (lex *lexiconData) leaves(f folded) (bye bool) {
	for rest := f.tokens; len(rest) > 0; {
		n := lex.bye.prefix(rest)
		bye = bye || n > 0
		if n = max(n, lex.polite.prefix(rest)); n == 0 {
			return false
		}
		rest = rest[n:]
	}
	return bye
}
