package gateway

import (
	"math/big"
	"regexp"
	"strings"
)

// Patterns of what must not be stored. A card number is 13 to 19 digits, with
// spaces or dashes between them, that pass Luhn; an IBAN passes modulo 97; a
// security code is three or four digits next to a word for it.
var (
	cardLike = regexp.MustCompile(`\b\d(?:[ .\-\x{00A0}\x{202F}]?\d){12,18}\b`)
	ibanLike = regexp.MustCompile(`(?i)\b[A-Z]{2}\d{2}(?:[ \-\x{00A0}]?[A-Z0-9]){11,30}\b`)
	cvvLike  = regexp.MustCompile(`(?i)\b(cvv2?|cvc2?|cryptogramme|code de s[ée]curit[ée]|security code|codice di sicurezza|pr[üu]fnummer|c[óo]digo de seguridad|beveiligingscode)\b([^0-9\n]{0,20})\d{3,4}\b`)
)

// Mask replaces card numbers, IBAN and security codes, and says whether it
// found any. The last digits of a card and an IBAN stay, so that the customer
// and an agent can tell which one was meant.
func Mask(text string) (string, bool) {
	if !strings.ContainsAny(text, "0123456789") {
		return text, false
	}
	found := false
	out := ibanLike.ReplaceAllStringFunc(text, func(s string) string {
		for end := len(s); end >= 15; end-- { // the pattern may have swallowed the word after it
			if compact(s[end-1:end]) == "" {
				continue
			}
			if candidate := compact(s[:end]); len(candidate) >= 15 && len(candidate) <= 34 && iban(candidate) {
				found = true
				return "••••" + candidate[len(candidate)-4:] + s[end:]
			}
		}
		return s
	})
	out = cardLike.ReplaceAllStringFunc(out, func(s string) string {
		digits := compact(s)
		if !luhn(digits) {
			return s
		}
		found = true
		return "••••" + digits[len(digits)-4:]
	})
	out = cvvLike.ReplaceAllStringFunc(out, func(s string) string {
		found = true
		return cvvLike.ReplaceAllString(s, "$1$2•••")
	})
	return out, found
}

// compact drops everything but ASCII letters and digits, in upper case.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return -1
	}, s)
}

// luhn checks a card number's last digit (ISO/IEC 7812-1).
func luhn(digits string) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0 && strings.Trim(digits, "0") != ""
}

// iban checks the two digits of an IBAN (ISO 13616, modulo 97).
func iban(s string) bool {
	var digits strings.Builder
	for _, r := range s[4:] + s[:4] {
		if r >= 'A' {
			digits.WriteString(big.NewInt(int64(r - 'A' + 10)).String())
			continue
		}
		digits.WriteRune(r)
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}
