package conversation

import (
	"cmp"
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

// offerWords are the phrases that tell an offer, by their first word.
type offerWords map[string][]offerPhrase

// offerPhrase is a phrase, and what it tells.
type offerPhrase struct {
	tells offerKind
	words []string
}

// offerKind is what a phrase tells of a text.
type offerKind string

const (
	offerAlone  offerKind = "words"  // an offer
	offerBefore offerKind = "before" // one before an amount: save 10 €
	offerAfter  offerKind = "after"  // one after an amount: 10 € offerts, 20 % off
	offerOn     offerKind = "on"     // one after a percentage with a loose minus: - 20 % sur
	offerCode   offerKind = "codes"  // one before a word in capitals: code LUMEN10
	offerNone   offerKind = "except" // none, though it has such words
)

// add reads one phrase of a script.
func (o offerWords) add(tells offerKind, n node) {
	var words []string
	for _, w := range wordsOf(n.text()) {
		words = append(words, w.text)
	}
	if len(words) == 0 {
		n.wrong("has no word in it")
		return
	}
	first := words[0]
	if !slices.ContainsFunc(o[first], func(p offerPhrase) bool { return p.tells == tells && slices.Equal(p.words, words) }) {
		o[first] = append(slices.Clip(o[first]), offerPhrase{tells, words})
	}
}

func (o offerWords) len() (n int) {
	for _, list := range o {
		n += len(list)
	}
	return n
}

// tellsOf is how many words the longest phrase of a kind has with which a text
// begins; 0: it begins with none.
func tellsOf(kind offerKind, text []offerWord) int {
	longest := 0
	for _, p := range text[0].phrases {
		if p.tells == kind && len(p.words) <= len(text) && len(p.words) > longest && same(p.words[1:], text[1:]) {
			longest = len(p.words)
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
	phrases []offerPhrase
	number  bool // digits alone
	capital bool // four letters and digits or more, in capitals: a code
	minus   bool // "-" stands before it, and no word before that
	loose   bool // and a space is between
	percent bool // "%" stands after it
	unit    bool // a currency's sign stands beside it
	spared  bool // it belongs to a phrase that is no offer
}

// offer is what makes a text an offer, in the text's own words; "" where nothing does.
func (o offerWords) offer(text string) string {
	words := wordsOf(cutRunes(text, maxText))
	for i := range words {
		words[i].phrases = o[words[i].text]
	}
	for i := range words {
		for k := range tellsOf(offerNone, words[i:]) {
			words[i+k].spared = true
		}
	}
	for i, w := range words {
		if w.spared {
			continue
		}
		n := tellsOf(offerAlone, words[i:])
		if n > 0 && slices.ContainsFunc(words[i:i+n], func(w offerWord) bool { return w.spared }) {
			n = 0
		}
		if n = cmp.Or(n, offerAmount(words[i:]), offerOfCode(words[i:])); n > 0 {
			return spoken(words[i : i+n])
		}
	}
	return ""
}

// offerAmount finds "-20 %", "save 10 €" and "10 € offerts" at the first word.
func offerAmount(text []offerWord) int {
	w := text[0]
	if w.number {
		if w.percent && w.minus && (!w.loose || len(text) > 1 && tellsOf(offerOn, text[1:]) > 0) {
			return 1
		}
		i := 1
		if i < len(text) && currencies[text[i].text] {
			i++
		}
		if i < len(text) && !text[i].spared {
			if n := tellsOf(offerAfter, text[i:]); n > 0 {
				return i + n
			}
		}
		return 0
	}
	n := tellsOf(offerBefore, text)
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

// offerOfCode finds "code LUMEN10" and "code : BIENVENUE" at the first word.
func offerOfCode(text []offerWord) int {
	n := tellsOf(offerCode, text)
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
	words := make([]offerWord, 0, 40)
	ends := make([]int, 0, 40) // of the words in folded
	folded := make([]byte, 0, len(text)+8)
	minus, loose := false, false
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
			default:
				minus = false
			}
			i += size
			continue
		}
		w := offerWord{minus: minus, loose: loose}
		if i > 0 {
			before, _ := utf8.DecodeLastRuneInString(text[:i])
			w.unit = before == '€' || before == '$' || before == '£'
		}
		i, folded = w.read(text, i, folded)
		minus = false
		words, ends = append(words, w), append(ends, len(folded))
	}
	all, from := string(folded), 0
	for i, end := range ends {
		words[i].text, from = all[from:end], end
	}
	return words
}

// read reads the word that begins at i, and returns where it ends, and the
// folded text with it.
func (w *offerWord) read(text string, i int, folded []byte) (int, []byte) {
	w.number, w.capital = true, true
	letters, runes := false, 0
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r >= utf8.RuneSelf && (unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r)):
			i += size // an accent, a joiner
			continue
		case (r == '.' || r == ',') && w.number && i+1 < len(text) && '0' <= text[i+1] && text[i+1] <= '9':
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
	return i, folded
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// wordEnds reports a text that ends in a word: what follows is a hyphen or a range.
func wordEnds(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return isWord(r) || r >= utf8.RuneSelf && unicode.Is(unicode.Mn, r)
}

func appendFolded(to []byte, r rune) []byte {
	switch {
	case 'A' <= r && r <= 'Z':
		return append(to, byte(r)+'a'-'A')
	case r < utf8.RuneSelf:
		return append(to, byte(r))
	case r == 'ß' || r == 'ẞ':
		return append(to, "ss"...)
	case r == 'œ' || r == 'Œ':
		return append(to, "oe"...)
	case r == 'æ' || r == 'Æ':
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
