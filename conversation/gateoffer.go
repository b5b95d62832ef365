package conversation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// An offer in a transactional text makes it marketing, whatever its sender calls
// it. What an offer sounds like is data; what is written here is how the words
// are found: folded, whole, outside links, and outside the wordings that only
// sound like one ("code de retrait").

// offerWords are what makes a text an offer.
type offerWords struct {
	words  wordings // alone
	before wordings // before an amount: save 10 €
	after  wordings // after one: 10 € offerts, 20 % off
	on     wordings // after a percentage with a loose minus: - 20 % sur
	codes  wordings // before a word in capitals: code LUMEN10
	except wordings // and what is none, though it has such words
}

func newOfferWords() offerWords {
	return offerWords{words: wordings{}, before: wordings{}, after: wordings{}, on: wordings{}, codes: wordings{}, except: wordings{}}
}

func (o offerWords) clone() offerWords {
	return offerWords{o.words.clone(), o.before.clone(), o.after.clone(), o.on.clone(), o.codes.clone(), o.except.clone()}
}

// wordings are found by their first word.
type wordings map[string][][]string

// add reads one phrase of a script.
func (ps wordings) add(n node) {
	var words []string
	for _, w := range wordsOf(n.text()) {
		words = append(words, w.text)
	}
	if len(words) == 0 {
		n.wrong("has no word in it")
		return
	}
	if !slices.ContainsFunc(ps[words[0]], func(p []string) bool { return slices.Equal(p, words) }) {
		ps[words[0]] = append(ps[words[0]], words)
	}
}

func (ps wordings) clone() wordings {
	c := wordings{}
	for first, list := range ps {
		c[first] = slices.Clone(list)
	}
	return c
}

func (ps wordings) len() (n int) {
	for _, list := range ps {
		n += len(list)
	}
	return n
}

// at is how many words the longest phrase has that begins at a word; 0: none does.
func (ps wordings) at(text []offerWord) int {
	longest := 0
	for _, p := range ps[text[0].text] {
		if len(p) <= len(text) && len(p) > longest && (len(p) == 1 || same(p[1:], text[1:])) {
			longest = len(p)
		}
	}
	return longest
}

func same(p []string, text []offerWord) bool {
	for i := range p {
		if text[i].text != p[i] {
			return false
		}
	}
	return true
}

// offerWord is a word as the gate compares it, and what stood around it.
type offerWord struct {
	text    string // folded
	number  bool   // digits alone
	capital bool   // four letters and digits or more, in capitals: a code
	minus   bool   // "-" stands right before it, and no word before that
	loose   bool   // a space is between
	percent bool   // "%" stands after it
	unit    bool   // a currency's sign stands beside it
	spared  bool   // it belongs to a phrase that is no offer
}

// offer is what makes a text an offer, in the text's own words; "" where nothing does.
func (o *offerWords) offer(text string) string {
	words := wordsOf(cutRunes(text, maxText))
	for i := range words {
		for k := range o.except.at(words[i:]) {
			words[i+k].spared = true
		}
	}
	for i, w := range words {
		if w.spared {
			continue
		}
		if n := o.words.at(words[i:]); n > 0 && !slices.ContainsFunc(words[i:i+n], func(w offerWord) bool { return w.spared }) {
			return spoken(words[i : i+n])
		}
		if n := o.amount(words[i:]); n > 0 {
			return spoken(words[i : i+n])
		}
		if n := o.code(words[i:]); n > 0 {
			return spoken(words[i : i+n])
		}
	}
	return ""
}

// amount finds "-20 %", "save 10 €" and "10 € offerts" at the first word.
func (o *offerWords) amount(text []offerWord) int {
	w := text[0]
	if w.number {
		if w.percent && w.minus && (!w.loose || len(text) > 1 && o.on.at(text[1:]) > 0) {
			return 1
		}
		i := 1
		if i < len(text) && currencies[text[i].text] {
			i++
		}
		if i < len(text) && !text[i].spared {
			if n := o.after.at(text[i:]); n > 0 {
				return i + n
			}
		}
		return 0
	}
	n := o.before.at(text)
	if n == 0 || n >= len(text) || !text[n].number {
		return 0
	}
	if next := n + 1; text[n].percent || text[n].unit || next < len(text) && currencies[text[next].text] {
		return n + 1
	}
	return 0
}

// currencies are units as they are spelled out.
var currencies = map[string]bool{"eur": true, "euro": true, "euros": true, "usd": true, "dollar": true, "dollars": true, "gbp": true, "pounds": true, "chf": true}

// code finds "code LUMEN10" and "code : BIENVENUE" at the first word.
func (o *offerWords) code(text []offerWord) int {
	n := o.codes.at(text)
	if n == 0 {
		return 0
	}
	for i := n; i < min(len(text), n+3); i++ {
		if text[i].spared {
			return 0
		}
		if text[i].capital {
			return i + 1
		}
	}
	return 0
}

func spoken(words []offerWord) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.text
		if w.minus {
			list[i] = "-" + list[i]
		}
		if w.percent {
			list[i] += " %"
		}
	}
	return strings.Join(list, " ")
}

// wordsOf reads a text's words as the gate compares them; links are left out.
func wordsOf(text string) []offerWord {
	if !isASCII(text) {
		text = norm.NFKD.String(text)
	}
	words := make([]offerWord, 0, 32)
	folded := make([]byte, 0, 24)
	minus, loose := false, false // a minus sign stands before, and no word before that; and a space
	for i := 0; i < len(text); {
		if link := linkAt(text[i:]); link > 0 {
			i += link
			minus = false
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isWord(r) {
			switch r {
			case '-', '−', '–', '‐', '‑':
				minus, loose = i == 0 || !wordEnds(text[:i]), false
			case ' ':
				loose = true
			case '%':
				if n := len(words); n > 0 {
					words[n-1].percent = true
				}
			case '€', '$', '£':
				if n := len(words); n > 0 && words[n-1].number {
					words[n-1].unit = true
				}
				minus = minus && i+size < len(text) && text[i+size] >= '0' && text[i+size] <= '9'
			default:
				minus = false
			}
			i += size
			continue
		}
		w := offerWord{minus: minus, loose: loose, number: true, capital: true}
		if i > 0 {
			before, _ := utf8.DecodeLastRuneInString(text[:i])
			w.unit = before == '€' || before == '$' || before == '£'
		}
		folded, minus = folded[:0], false
		letters, runes := false, 0
		for i < len(text) {
			r, size := utf8.DecodeRuneInString(text[i:])
			if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
				i += size // an accent, a joiner
				continue
			}
			if (r == '.' || r == ',') && w.number && i+1 < len(text) && '0' <= text[i+1] && text[i+1] <= '9' {
				folded = append(folded, '.') // 12,50
				i += size
				continue
			}
			if !isWord(r) {
				break
			}
			runes++
			if !unicode.IsDigit(r) {
				letters, w.number = true, false
				w.capital = w.capital && unicode.IsUpper(r)
			}
			folded = appendFolded(folded, r)
			i += size
		}
		w.capital = w.capital && letters && runes >= 4
		w.text = string(folded)
		words = append(words, w)
	}
	return words
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// wordEnds reports a text that ends in a word: what follows is a hyphen or a range.
func wordEnds(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return isWord(r) || unicode.Is(unicode.Mn, r)
}

func appendFolded(to []byte, r rune) []byte {
	switch r {
	case 'ß', 'ẞ':
		return append(to, "ss"...)
	case 'œ', 'Œ':
		return append(to, "oe"...)
	case 'æ', 'Æ':
		return append(to, "ae"...)
	}
	return utf8.AppendRune(to, unicode.ToLower(r))
}

// linkAt is how long the link is with which a text begins, 0 for none.
func linkAt(text string) int {
	if text[0] != 'h' && text[0] != 'H' && text[0] != 'w' && text[0] != 'W' {
		return 0
	}
	for _, begin := range [...]string{"https://", "http://", "www."} {
		if len(text) >= len(begin) && strings.EqualFold(text[:len(begin)], begin) {
			if end := strings.IndexFunc(text, unicode.IsSpace); end >= 0 {
				return end
			}
			return len(text)
		}
	}
	return 0
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
