package understanding

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A gap says what stood between two words; the strongest of several wins.
type gap uint8

const (
	space    gap = iota
	hyphen       // non-stop
	comma        // a clause may end here; emoji and brackets too
	fullStop     // a sentence ends here, or the text begins
)

// A token is one word of a folded text, with the gap before it.
type token struct {
	word string
	gap  gap
}

// signs are what punctuation and emoji said before they were stripped.
type signs struct {
	yes, no, stop, angry, thanks bool
	question                     bool
	exclamations                 int
	upper, lower                 int // letters
}

// A folded text is the normal form that every rule reads.
type folded struct {
	text   string
	tokens []token
	signs  signs
}

func (f folded) words() []string {
	if len(f.tokens) == 0 {
		return nil
	}
	words := make([]string, len(f.tokens))
	for i, t := range f.tokens {
		words[i] = t.word
	}
	return words
}

// shouted: most letters are capitals, and the text is more than a keyword.
func (f folded) shouted() bool {
	return f.signs.upper > 20 && f.signs.upper > 4*f.signs.lower && f.signs.exclamations > 0
}

// Normalise returns the form in which texts are compared: NFKC, casefolded,
// without accents, quotes, punctuation and emoji, single spaces.
func Normalise(text string) string { return fold(cut(text, maxRunes)).text }

// cut keeps the first n runes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// fold normalises a text and keeps where its clauses end.
func fold(text string) folded {
	var f folded
	buf := make([]byte, 0, len(text)+8)
	gaps := make([]gap, 0, 16)
	f.signs, buf, gaps = foldInto(text, buf, gaps)
	f.text = string(buf)
	f.tokens = make([]token, len(gaps))
	rest := f.text
	for i := range f.tokens {
		word, after, _ := strings.Cut(rest, " ")
		if gaps[i] == comma && subordinate[word] {
			gaps[i] = space // ich will nicht, dass …
		}
		f.tokens[i] = token{word, gaps[i]}
		rest = after
	}
	return f.spellOut()
}

// Before these a comma is grammar, not a pause.
var subordinate = map[string]bool{"dass": true, "dat": true, "che": true, "que": true, "that": true, "qu": true}

// spellOut joins a text written letter by letter ("S T O P", "s.t.o.p").
func (f folded) spellOut() folded {
	if len(f.tokens) < 3 {
		return f
	}
	for _, t := range f.tokens {
		if len(t.word) != 1 || t.word[0] < 'a' {
			return f
		}
	}
	f.text = strings.ReplaceAll(f.text, " ", "")
	f.tokens = []token{{f.text, fullStop}}
	return f
}

// foldInto appends the normal form to buf and, for each word, the gap before
// it to gaps.
func foldInto(text string, buf []byte, gaps []gap) (signs, []byte, []gap) {
	var s signs
	if !ascii(text) {
		text = norm.NFKD.String(apostrophes.Replace(text))
	}
	var (
		before  = fullStop // the gap collected since the last word
		inWord  bool
		last    rune // the last letter written, to shorten "stoooop"
		repeats int
	)
	for i, r := range text {
		folds, isLetter := foldRune(r, &s)
		if !isLetter {
			switch {
			case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r) || r == '\uFE0F':
				continue // accents, keycaps, joiners: inside a word
			case r == '\'' && contraction(text[i+1:]):
				continue // don't → dont
			case (r == '.' || r == ',') && inWord && digits(text, i):
				before, inWord = max(before, hyphen), false // 12.50
				continue
			}
			g := gapOf(r, &s)
			if r == '.' && (i > 0 && text[i-1] == '.' || i+1 < len(text) && text[i+1] == '.') {
				g = comma // an ellipsis is a pause
			}
			before, inWord = max(before, g), false
			continue
		}
		if !inWord {
			if len(buf) > 0 {
				buf = append(buf, ' ')
			}
			gaps = append(gaps, before)
			before, inWord, last, repeats = space, true, 0, 0
		}
		if r := unicode.ToLower(r); r != last || !unicode.IsLetter(r) {
			last, repeats = r, 1
		} else if repeats++; repeats > 2 {
			if repeats == 3 { // a third in a row was never spelling
				buf = buf[:len(buf)-len(folds)]
			}
			continue
		}
		buf = append(buf, folds...)
	}
	return s, buf, gaps
}

// foldRune gives the lower-case spelling of a letter or digit.
func foldRune(r rune, s *signs) (string, bool) {
	switch {
	case 'a' <= r && r <= 'z':
		s.lower++
		return letters[r-'a' : r-'a'+1], true
	case 'A' <= r && r <= 'Z':
		s.upper++
		return letters[r-'A' : r-'A'+1], true
	case '0' <= r && r <= '9':
		return numerals[r-'0' : r-'0'+1], true
	case r < utf8.RuneSelf:
		return "", false
	}
	switch unicode.ToLower(r) {
	case 'ß', 'ẞ':
		return "ss", true
	case 'æ':
		return "ae", true
	case 'œ':
		return "oe", true
	case 'ø':
		return "o", true
	case 'ł':
		return "l", true
	case 'đ', 'ð':
		return "d", true
	case 'ı':
		return "i", true
	}
	if unicode.IsLetter(r) || unicode.Is(unicode.Nd, r) {
		return string(unicode.ToLower(r)), true
	}
	return "", false
}

const (
	letters  = "abcdefghijklmnopqrstuvwxyz"
	numerals = "0123456789"
)

// gapOf reads a rune that is no part of a word, noting what it says.
func gapOf(r rune, s *signs) gap {
	switch r {
	case ' ', '\t', '\'', '"', '*', '_', '~', '`', '«', '»', '\u00a0', '“', '”', '„', '#', '€', '$', '%', '+', '=', '°':
		return space
	case '-', '‐', '‑', '/', '@', '&':
		return hyphen
	case '?', '¿':
		s.question = true
		return fullStop
	case '!', '¡':
		s.exclamations++
		return fullStop
	case '.', ';', '|':
		return fullStop
	case '👍', '👌', '✅', '✔', '☑', '🆗', '💯', '🙋':
		s.yes = true
	case '👎', '❌', '✖', '🙅':
		s.no = true
	case '🛑', '🚫', '✋', '⛔':
		s.stop = true
	case '😡', '🤬', '🖕', '😤', '👿', '😠':
		s.angry = true
	case '🙏', '❤', '😘', '🥰', '😍', '💕':
		s.thanks = true
	}
	if unicode.IsSpace(r) && r != '\n' {
		return space
	}
	return comma
}

// contraction reports whether an apostrophe is English ("don't", "I'm"),
// which closes up, or an elision ("n'arrêtez", "dell'ordine"), which parts.
func contraction(after string) bool {
	for _, end := range [...]string{"t", "s", "re", "ve", "ll", "d", "m"} {
		if len(after) >= len(end) && strings.EqualFold(after[:len(end)], end) && !letterAt(after, len(end)) {
			return true
		}
	}
	return false
}

func letterAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\''
}

// digits: a digit on both sides of position i, as in 12.50.
func digits(s string, i int) bool {
	return i > 0 && i+1 < len(s) && '0' <= s[i-1] && s[i-1] <= '9' && '0' <= s[i+1] && s[i+1] <= '9'
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

var apostrophes = strings.NewReplacer("’", "'", "‘", "'", "´", "'", "ʼ", "'", "＇", "'")
