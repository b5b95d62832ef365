package understanding

import (
	"slices"
	"strings"
	"unicode"
)

// How likely is likely enough, from 0 to 1; tried by cross-validation on what
// the model learns from.
const (
	leastScore   = 0.30 // below, it is something else
	partScore    = 0.60 // a question in its own part of the text
	secondScore  = 0.03 // that question in the whole text
	surely       = 0.85
	certainly    = 0.90
	hardly       = 0.02
	agreement    = 0.50 // of the model with the second opinion on an opt-out
	disagreement = 0.10
)

// These say all that is to be said, whatever stands beside them.
var alone = map[Intent]bool{AutoReply: true, Safety: true, Legal: true, Minor: true, Human: true}

// These are manners, not questions: they never come second, and what is asked
// beside them comes first.
var manners = map[Intent]bool{Yes: true, No: true, Thanks: true, Greeting: true, Angry: true, Other: true, Help: true, LanguageSwitch: true}

// A text that withdraws seldom asks for these too: they are what the messages
// were about, or the words of another way to withdraw.
var withdrawn = map[Intent]bool{Start: true, Preferences: true, PromoCode: true, Points: true, Availability: true}

// intents ranks what the text asks for. The tokens are f's, spelled out.
func (lex *lexiconData) intents(f folded, tokens []token, r Reading) []Guess {
	if r.Keyword != "" {
		return []Guess{{r.Keyword, 1}}
	}
	p := lex.rank(tokens, f.signs)
	stops := r.Stop
	if r.Rule == secondOpinion && outvoted(p) {
		stops = None // it stands in Reading.Stop, but another thing is asked
	}
	if stops == None {
		without(&p, Stop) // only the rules stop
	}
	first := best(p)
	if stops == Sure {
		if first.Intent == Start && first.Score > certainly || lex.denies(tokens, first, p) {
			return []Guess{first} // "my STOP was a mistake"
		}
		without(&p, Stop)
		guesses := []Guess{{Stop, 1}}
		if also := lex.beside(tokens, f.signs.question, best(p)); also.Intent != "" {
			guesses = append(guesses, also)
		}
		return guesses
	}
	if (r.Yes || r.No) && (first.Score < surely && first.Intent != Greeting || first.Intent == Thanks) && lex.answersOnly(f, first.Intent == Thanks) {
		if r.Yes {
			return []Guess{{Yes, 1}}
		}
		return []Guess{{No, 1}}
	}
	if first.Score < leastScore {
		return []Guess{{Other, 1 - first.Score}}
	}
	guesses := []Guess{first}
	if second := lex.second(tokens, f.signs.question, p, first.Intent); second.Intent != "" {
		guesses = append(guesses, second)
	}
	return guesses
}

// outvoted reports that the model hears no opt-out where only the second
// opinion did, or rather a question of its own.
func outvoted(p [len(Intents)]float64) bool {
	switch odds := chance(&p, Stop); {
	case odds < disagreement:
		return true
	case odds > agreement:
		return false
	}
	without(&p, Stop)
	asked := best(p)
	return asked.Score > leastScore && !manners[asked.Intent]
}

// beside finds what else a text asks that withdraws, in all or in a part.
func (lex *lexiconData) beside(tokens []token, asks bool, inAll Guess) Guess {
	asked := func(g Guess, least float64) bool {
		return g.Score > least && g.Intent != Stop && !manners[g.Intent] && !withdrawn[g.Intent]
	}
	if asked(inAll, partScore) {
		return inAll
	}
	for _, part := range parts(tokens) {
		if g := best(lex.rank(part, signs{question: asks})); asked(g, partScore) {
			return g
		}
	}
	return Guess{}
}

// denies reports a rule for opt-outs that slipped: the text names no opt-out,
// hardly asks for one, and surely asks something that is no complaint about
// messages. What the rule found stays in Reading.Stop.
func (lex *lexiconData) denies(tokens []token, first Guess, p [len(Intents)]float64) bool {
	if manners[first.Intent] || first.Intent == WrongNumber || first.Intent == PromoCode {
		return false
	}
	return first.Score > certainly && chance(&p, Stop) < hardly && !lex.concepts.says("optout", tokens)
}

// plainAnswers answer, whatever thanks follow ("oui merci", "no thank you");
// after any other word ("ok merci", "parfait merci") the thanks are meant.
var plainAnswers = map[string]bool{
	"oui": true, "ouais": true, "yes": true, "yeah": true, "yep": true, "si": true, "ja": true, "sim": true,
	"non": true, "nan": true, "no": true, "nope": true, "nah": true, "nein": true, "ne": true, "nee": true, "nao": true,
}

// answersOnly reports a text of nothing but answers and courtesies.
func (lex *lexiconData) answersOnly(f folded, thanks bool) bool {
	lo, hi := lex.core(f.tokens)
	rest := f.tokens[lo:hi]
	if len(rest) == 0 || thanks && !plainAnswers[rest[0].word] {
		return false
	}
	for len(rest) > 0 {
		n := max(lex.yes.prefix(rest), lex.no.prefix(rest))
		if n == 0 {
			n = lex.polite.prefix(rest)
		}
		if n == 0 {
			return false
		}
		rest = rest[n:]
	}
	return true
}

// chance is the ranking's for one intent.
func chance(p *[len(Intents)]float64, intent Intent) float64 {
	return p[slices.Index(Intents[:], intent)]
}

// without takes an intent out of the ranking.
func without(p *[len(Intents)]float64, intent Intent) {
	at := slices.Index(Intents[:], intent)
	rest := max(1-p[at], 1e-9)
	p[at] = 0
	for i := range p {
		p[i] /= rest
	}
}

// wordless reads a text of emoji only.
func wordless(text string) []Guess {
	switch {
	case strings.ContainsRune(text, '👋'):
		return []Guess{{Greeting, 1}}
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.So, r) }):
		return []Guess{{Other, 1}}
	}
	return nil
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
	of := 0.0 // the score of the part that asks the first
	for _, part := range parts(tokens) {
		switch g := best(lex.rank(part, signs{question: asks})); {
		case g.Score < partScore:
		case g.Intent == first:
			of = max(of, g.Score)
		case !manners[g.Intent] && !alone[g.Intent] && g.Score > found.Score:
			found = g
		}
	}
	if of == 0 || found.Intent == "" {
		return Guess{}
	}
	if inAll := chance(&p, found.Intent); inAll < secondScore && min(of, found.Score) < certainly {
		return Guess{} // the whole speaks against it
	}
	return found
}

// parts cuts a text at full stops and conjunctions.
func parts(tokens []token) [][]token {
	const least = 2 // words
	var parts [][]token
	from := 0
	for i := 1; i <= len(tokens); i++ {
		if i < len(tokens) && tokens[i].gap < fullStop && !conjunctions[tokens[i].word] {
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

var conjunctions = map[string]bool{
	"et": true, "aussi": true, "and": true, "also": true, "plus": true, "y": true, "tambien": true,
	"und": true, "auch": true, "e": true, "anche": true, "en": true, "ook": true, "tambem": true,
}
