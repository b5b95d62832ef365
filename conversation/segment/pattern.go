package segment

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// like says whether the text is the pattern, whatever the case; * stands for any
// number of letters. It allocates nothing.
func like(pattern, text string) bool {
	if !strings.Contains(pattern, "*") {
		return strings.EqualFold(pattern, text)
	}
	// The last star takes one letter more whenever the rest does not fit: what
	// stands before it has been found as early as it can be.
	star, mark, steps := -1, 0, 0
	p, t := 0, 0
	for t < len(text) {
		if steps++; steps > maxSkipped {
			return false
		}
		tr, tn := utf8.DecodeRuneInString(text[t:])
		if p < len(pattern) {
			pr, pn := utf8.DecodeRuneInString(pattern[p:])
			if pr == '*' {
				star, mark, p = p+1, t, p+pn
				continue
			}
			if same(pr, tr) {
				p, t = p+pn, t+tn
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, n := utf8.DecodeRuneInString(text[mark:])
		mark += n
		p, t = star, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// same compares two letters as strings.EqualFold does.
func same(a, b rune) bool {
	if a == b {
		return true
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}
