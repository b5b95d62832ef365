package understanding

// stop decides whether a text withdraws. The rules are in lexicon/stop.txt:
// what surely ends the messages, what may, and what only sounds like it.
func (lex *lexiconData) stop(f folded, m marks, keyword Intent) Certainty {
	if keyword == Stop {
		return Sure
	}
	lo, hi := lex.core(f.tokens)
	if core := join(f.tokens[lo:hi]); lex.keywords[core] == Stop {
		return Sure
	}
	switch {
	case m[markSure]:
		return Sure
	case m[markDoubt]:
		return Doubt
	case f.signs.stop && len(f.tokens) == 0:
		return Doubt
	}
	return None
}
