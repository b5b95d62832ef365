package understanding

import (
	"fmt"
	"strconv"
	"strings"
)

// atoms are the parts that a language's numbers are written with: "vingt" 20,
// "cent" 100. Ordinals count as their number.
type atoms struct {
	value   map[string]int
	and     string // vingt-et-un, twenty and one
	longest int
	begin   map[string]bool // first letters, two or the only one: most words begin no number
}

func (lex *lexiconData) takeNumbers(entries []entry) error {
	for _, e := range entries {
		language, isAnd := strings.CutSuffix(e.name, " and")
		a, ok := lex.numbers[language]
		if !ok {
			a.value, a.begin = map[string]int{}, map[string]bool{}
		}
		for _, item := range e.items {
			if isAnd {
				a.and = item
				continue
			}
			word, digits, _ := strings.Cut(item, "=")
			n, err := strconv.Atoi(digits)
			if err != nil {
				return fmt.Errorf("line %d: %q: %w", e.line, item, err)
			}
			a.value[word] = n
			a.begin[word[:min(2, len(word))]] = true
			a.longest = max(a.longest, len(word))
		}
		lex.numbers[language] = a
	}
	return nil
}

const (
	largestNumber = 999
	numberWords   = 8  // most words of one number: "neuf cent quatre-vingt-dix-neuf" has 5
	numberText    = 12 // longest text whose number is an answer, in words
)

// number finds the one number that a text names. Articles ("un", "ein", "a")
// are numbers only when nothing else is said.
func (lex *lexiconData) number(f folded, hint string) (n int, ok bool) {
	if len(f.tokens) == 0 || len(f.tokens) > numberText {
		return 0, false
	}
	lo, hi := lex.core(f.tokens)
	tokens := f.tokens[lo:hi]
	languages := append([]string{hint}, Languages[:]...)
	found := 0
	for i := 0; i < len(tokens); {
		value, words := numeral(tokens[i])
		for _, language := range languages {
			if words > 0 {
				break
			}
			value, words = lex.numbers[language].spelled(tokens[i:])
			// In another language than the customer's, a word inside a text may
			// be anything: "dos", "six", "once".
			if words > 0 && language != hint && len(tokens) > 3 && hint != "" {
				words = 0
			}
			if words == 1 && value == 1 && len(tokens) > 1 && articles[tokens[i].word] {
				words = 0
			}
		}
		if words == 0 {
			i++
			continue
		}
		if value > largestNumber {
			return 0, false
		}
		if found > 0 && value != n {
			return 0, false
		}
		n, found = value, found+1
		i += words
	}
	return n, found > 0
}

// Words that are articles or pronouns unless they stand alone.
var articles = map[string]bool{
	"un": true, "une": true, "uno": true, "una": true, "ein": true, "eine": true, "einen": true,
	"een": true, "um": true, "uma": true, "one": true,
}

// numeral reads digits: "2", "2e", "2nd", "x2", "2eme".
func numeral(t token) (value, words int) {
	w := strings.TrimPrefix(t.word, "x")
	digits := len(w) - len(strings.TrimLeft(w, numerals))
	if digits == 0 {
		return 0, 0
	}
	switch w[digits:] {
	case "", "e", "er", "re", "eme", "ere", "ieme", "nd", "nde", "st", "rd", "th", "x", "a", "o", "te", "ter", "de":
	default:
		return 0, 0
	}
	if digits > 3 {
		if n := strings.TrimLeft(w[:digits], "0"); len(n) > 3 {
			return largestNumber + 1, 1
		}
	}
	value, _ = strconv.Atoi(w[:digits])
	return value, 1
}

// spelled reads the longest number in words at the start of tokens.
func (a atoms) spelled(tokens []token) (value, words int) {
	if first := tokens[0].word; len(first) > 1 && !a.begin[first[:2]] {
		return 0, 0
	}
	spelling := ""
	for i := 0; i < min(numberWords, len(tokens)); i++ {
		if i > 0 && tokens[i].gap > hyphen {
			break
		}
		spelling += tokens[i].word
		if n, ok := a.parse(spelling); ok {
			value, words = n, i+1
		}
	}
	return value, words
}

// parse reads one number written without spaces: "quatrevingtdixneuf",
// "einundzwanzig", "ventuno".
func (a atoms) parse(s string) (int, bool) {
	const longest = 48 // "neuf cent quatre-vingt-dix-neuf" has 27 letters
	if len(s) > longest || len(a.value) == 0 {
		return 0, false
	}
	return a.rest(s, 0, 1000)
}

// rest adds what s spells to sum. Each part is below the one before ("vingt",
// "deux"), except that units may count hundreds ("deux cents") and, in German
// and Dutch, stand before the tens ("einundzwanzig").
func (a atoms) rest(s string, sum, below int) (int, bool) {
	if s == "" {
		return sum, sum <= largestNumber
	}
	for n := min(a.longest, len(s)); n > 0; n-- {
		v, ok := a.value[s[:n]]
		if !ok {
			continue
		}
		after, next, limit := a.skipAnd(s[n:]), sum+v, magnitude(v)
		switch units := sum % 100; {
		case v < below:
		case v == 100 && sum > 1 && sum < 10:
			next = sum * 100
		case a.unitsFirst() && v >= 20 && v < 100 && units > 0 && units < 10:
			limit = 0
		default:
			continue
		}
		if total, ok := a.rest(after, next, limit); ok {
			return total, true
		}
	}
	return 0, false
}

// unitsFirst: German and Dutch say one-and-twenty.
func (a atoms) unitsFirst() bool { return a.and == "und" || a.and == "en" }

func (a atoms) skipAnd(s string) string {
	if rest, ok := strings.CutPrefix(s, a.and); ok && a.and != "" && rest != "" {
		return rest
	}
	return s
}

// magnitude bounds what may follow a part: less than 100 after hundreds, less
// than 20 after tens ("soixante-dix"), less than 10 after ten ("dix-sept").
func magnitude(v int) int {
	switch {
	case v >= 100:
		return 100
	case v >= 20:
		return 20
	case v == 10:
		return 10
	}
	return 0
}
