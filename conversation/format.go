package conversation

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/currency"
)

// money writes an amount as the language does: "149,90 €", "€149.90". The
// space before € is a plain one: a no-break space makes a GSM-7 text UCS-2.
func (t *turn) money(m Money) string { return written(t.lang, m, " ") }

// signs of the currencies that have one that everybody reads; all are in GSM-7.
var signs = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}

// decimalsOf is how many a currency has: 2 for EUR, none for JPY.
func decimalsOf(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale
}

// written is an amount as a language writes it, with such a space before its sign.
func written(language string, m Money, space string) string {
	minus, n := "", m.Amount
	if n < 0 {
		minus, n = "-", -n
	}
	power := int64(1)
	for range decimalsOf(m.Currency) {
		power *= 10
	}
	digits := minus + grouped(language, n/power, space)
	if power > 1 {
		point := ","
		if language == "en" {
			point = "."
		}
		digits += point + strconv.FormatInt(power+n%power, 10)[1:]
	}
	sign := signs[m.Currency]
	switch {
	case sign == "":
		return digits + space + m.Currency
	case language == "en":
		return sign + digits
	case language == "nl":
		return sign + space + digits
	}
	return digits + space + sign
}

// Decimal is the amount as programs write it: "149.90", without its currency.
func (m Money) Decimal() string {
	minus, n := "", m.Amount
	if n < 0 {
		minus, n = "-", -n
	}
	decimals := decimalsOf(m.Currency)
	digits := fmt.Sprintf("%0*d", decimals+1, n)
	if decimals == 0 {
		return minus + digits
	}
	return minus + digits[:len(digits)-decimals] + "." + digits[len(digits)-decimals:]
}

// points writes a whole number in groups of three.
func (t *turn) points(n int64) string { return grouped(t.lang, n, " ") }

// grouped writes a whole number in groups of three from five digits on.
func grouped(language string, n int64, space string) string {
	digits := strconv.FormatInt(n, 10)
	if len(digits) <= 4 {
		return digits
	}
	separator := space
	if language == "en" {
		separator = ","
	}
	head := len(digits) % 3
	groups := []string{}
	if head > 0 {
		groups = append(groups, digits[:head])
	}
	for i := head; i < len(digits); i += 3 {
		groups = append(groups, digits[i:i+3])
	}
	return strings.Join(groups, separator)
}

// day writes a date as people say it, with the hour where it has one:
// "mardi 24 novembre", "lundi 23 novembre à 9 h".
func (t *turn) day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(t.brandZone())
	text := dayIn(t.lang, at)
	switch hour := at.Hour() != 0 || at.Minute() != 0; {
	case hour && t.lang == "fr" && at.Minute() == 0:
		text += fmt.Sprintf(" à %d h", at.Hour())
	case hour && t.lang == "fr":
		text += fmt.Sprintf(" à %d h %02d", at.Hour(), at.Minute())
	case hour && t.lang == "en":
		text += at.Format(" at 15:04")
	case hour:
		text += at.Format(", 15:04")
	}
	return text
}

// date is a day without its hour.
func (t *turn) date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return dayIn(t.lang, at.In(t.brandZone()))
}

// brandZone is where the brand is; one that is checked names a zone.
func (s *Script) brandZone() *time.Location {
	if l, err := s.zone(s.brand.Timezone); err == nil {
		return l
	}
	return time.UTC
}

// How many articles of an order are named, and in how many runes.
const (
	shownLines  = 3
	maxLineName = 40
)

// lines sums up articles: "2 x Capsules Ondine, Tasse".
func lines(list []Line) string {
	names := make([]string, 0, len(list))
	for i, l := range list {
		if i == shownLines {
			names = append(names, "…")
			break
		}
		name := cutRunes(l.Name, maxLineName)
		if l.Quantity > 1 {
			name = strconv.Itoa(l.Quantity) + " x " + name
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
