package twilio

import (
	"slices"
	"strings"
)

// form is a decoded application/x-www-form-urlencoded body, sorted by name and
// then by value: the order in which Twilio signs it.
type form []field

type field struct{ name, value string }

// parseForm decodes a raw body into buf[:0], in one pass. It accepts what
// Twilio's own library accepts: a raw ';' is a character and not a separator, a
// broken %-escape stands for itself, empty pairs are skipped, and a name without
// '=' has an empty value.
func parseForm(body []byte, buf form) form {
	type span struct{ start, equals, end int }
	var few [48]span // Twilio posts about 25 fields
	spans := few[:0]
	var text strings.Builder
	text.Grow(len(body))
	for r := 0; r < len(body); r++ { // r steps over the '&' that ended the pair
		first, pair := r, span{start: text.Len(), equals: -1}
		for ; r < len(body) && body[r] != '&'; r++ {
			c := body[r]
			switch {
			case c == '=' && pair.equals < 0:
				pair.equals = text.Len()
				continue
			case c == '+':
				c = ' '
			case c == '%' && r+2 < len(body) && unhex(body[r+1]) < 16 && unhex(body[r+2]) < 16:
				c = unhex(body[r+1])<<4 | unhex(body[r+2])
				r += 2
			}
			text.WriteByte(c)
		}
		if pair.end = text.Len(); r > first {
			spans = append(spans, pair)
		}
	}
	f, all := buf[:0], text.String()
	for _, s := range spans {
		if s.equals < 0 {
			f = append(f, field{name: all[s.start:s.end]})
			continue
		}
		f = append(f, field{all[s.start:s.equals], all[s.equals:s.end]})
	}
	f.sort()
	return f
}

func (f form) sort() {
	slices.SortFunc(f, func(a, b field) int {
		if c := compareUTF16(a.name, b.name); c != 0 {
			return c
		}
		return compareUTF16(a.value, b.value)
	})
}

// get returns the value of the name, "" when there is none. Of a repeated name,
// which Twilio does not send, it returns the smallest value.
func (f form) get(name string) string {
	i, found := slices.BinarySearchFunc(f, name, func(a field, n string) int { return compareUTF16(a.name, n) })
	if !found {
		return ""
	}
	return f[i].value
}

// compareUTF16 orders as Twilio's back ends and its Node library do, by UTF-16
// code units: as bytes do, but for U+E000 to U+FFFF, which sort after the
// characters written as surrogate pairs.
func compareUTF16(a, b string) int {
	for i := 0; i < min(len(a), len(b)); i++ {
		if a[i] == b[i] {
			continue
		}
		if a[i] >= 0xEE && b[i] >= 0xEE && (a[i] >= 0xF0) != (b[i] >= 0xF0) {
			return strings.Compare(b[i:], a[i:])
		}
		return strings.Compare(a[i:], b[i:])
	}
	return len(a) - len(b)
}

// unhex returns the value of a hexadecimal digit, 16 for anything else.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
