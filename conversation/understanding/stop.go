package understanding

// likely is Sure, unless the second opinion finds it improbable.
const likely = Sure + 1

// stop decides whether a text withdraws, and names the rule that decided. The
// rules are in lexicon/stop.txt: what surely ends the messages, what may, and
// what only sounds like it.
func (lex *lexiconData) stop(f folded, m marks) (Certainty, string) {
	lo, hi := lex.core(f.tokens)
	core := f.tokens[lo:hi]
	if len(core) > 1 && max(lex.yes.prefix(core[:1]), lex.no.prefix(core[:1])) == 1 {
		core = core[1:] // "non stop", "ok stop"
	}
	if word := join(core); lex.keywords[word] == Stop {
		return Sure, word
	}
	if word := closeUp(core); lex.keywords[word] == Stop {
		return Sure, word
	}
	for _, rule := range [...]struct {
		mark  string
		gives Certainty
	}{
		{markMust, Sure}, {markStill, Doubt}, {markSure, Sure}, {markLikely, likely}, {markDoubt, Doubt},
	} {
		if p := m[rule.mark]; p != nil {
			return rule.gives, p.text
		}
	}
	if f.signs.stop && len(f.tokens) == 0 {
		return Doubt, "🛑"
	}
	return None, ""
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
