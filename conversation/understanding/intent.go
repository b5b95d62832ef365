package understanding

import "slices"

const (
	leastScore  = 0.10 // below, nothing is understood
	secondScore = 0.22 // the least of a second question, in the whole text
	partScore   = 0.60 // the least of a question, in its own part
)

// These say all that is to be said, whatever stands beside them.
var alone = map[Intent]bool{AutoReply: true, Safety: true, Legal: true, Minor: true, Human: true}

// These are manners, not questions: they never come second, and what is asked
// beside them comes first.
var manners = map[Intent]bool{Yes: true, No: true, Thanks: true, Greeting: true, Angry: true, Other: true, Help: true, LanguageSwitch: true}

// intents ranks what the text asks for.
func (lex *lexiconData) intents(f folded, r Reading) []Guess {
	if r.Keyword != "" {
		return []Guess{{r.Keyword, 1}}
	}
	tokens := lex.spell(f.tokens)
	p := lex.rank(tokens, f.signs)
	stop := slices.Index(Intents[:], Stop)
	if r.Stop != Sure {
		p[stop] = 0 // only the rules stop
	}
	first := best(p)
	guesses := []Guess{first}
	if second := lex.second(tokens, f.signs.question, p, first.Intent); second.Intent != "" {
		guesses = append(guesses, second)
	}
	if r.Stop == Sure && !slices.ContainsFunc(guesses, func(g Guess) bool { return g.Intent == Stop }) {
		guesses = []Guess{{Stop, 1}, first}
		if manners[first.Intent] || first.Score < partScore {
			guesses = guesses[:1]
		}
	}
	if guesses[0].Score < leastScore {
		return nil
	}
	return guesses
}

func best(p [len(Intents)]float64) Guess {
	at := 0
	for i := range p {
		if p[i] > p[at] {
			at = i
		}
	}
	return Guess{Intents[at], p[at]}
}

// second finds another question: one part of the text asks the first, another
// part asks this.
func (lex *lexiconData) second(tokens []token, asks bool, p [len(Intents)]float64, first Intent) Guess {
	if alone[first] || manners[first] {
		return Guess{}
	}
	var found Guess
	var firstSeen bool
	for _, part := range parts(tokens) {
		g := best(lex.rank(part, signs{question: asks}))
		if g.Score < partScore {
			continue
		}
		if g.Intent == first {
			firstSeen = true
		} else if !manners[g.Intent] && !alone[g.Intent] && g.Score > found.Score && p[slices.Index(Intents[:], g.Intent)] > secondScore/4 {
			found = g
		}
	}
	if !firstSeen {
		return Guess{}
	}
	return found
}

// parts cuts a text at full stops, commas and conjunctions.
func parts(tokens []token) [][]token {
	const least = 2 // words
	var parts [][]token
	from := 0
	for i := 1; i <= len(tokens); i++ {
		if i < len(tokens) && tokens[i].gap < comma && !conjunctions[tokens[i].word] {
			continue
		}
		if i-from >= least {
			parts = append(parts, tokens[from:i])
		}
		from = i
	}
	if len(parts) < 2 {
		return nil
	}
	return parts
}

var conjunctions = map[string]bool{"et": true, "and": true, "y": true, "und": true, "e": true, "en": true}
