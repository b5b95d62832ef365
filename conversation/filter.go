package conversation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"
)

// A voice is how the values of a text are written: in whose language and money,
// by whose calendar, and on what medium.
type voice struct {
	language string
	currency string
	zone     *time.Location
	medium   Medium
}

// space stands before € and between groups of digits. A no-break space makes a
// whole SMS UCS-2; WhatsApp has no such alphabet, and lines break better with it.
func (v *voice) space() string {
	if v.medium == WhatsApp {
		return "\u00a0"
	}
	return " "
}

// filters write a value for people, or say what it should have been. "" is no
// value: the part in brackets goes, or the default is said.
var filters = map[string]func(value string, v *voice) (string, error){
	"name":    func(value string, _ *voice) (string, error) { return properName(value), nil },
	"money":   amount,
	"date":    date,
	"product": func(value string, _ *voice) (string, error) { return product(value), nil },
}

func filterNames() []string { return slices.Sorted(maps.Keys(filters)) }

// longestName bounds what a form calls a first name, in runes.
const longestName = 30

// properName writes a name as its bearer does: "MARIE-CLAIRE" and "marie-claire"
// are Marie-Claire, "McKenzie" stays. What is no name at all ("test1", "???",
// "n/a", an address) is no value: somebody typed it to get past a form.
func properName(name string) string {
	if utf8.RuneCountInString(name) > longestName {
		return ""
	}
	letters, upper, lower := 0, false, false
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			letters++
			upper = upper || unicode.IsUpper(r)
			lower = lower || unicode.IsLower(r)
		case unicode.IsMark(r), r == ' ', r == '-', r == '\'', r == '’', r == '.':
		default:
			return ""
		}
	}
	if letters == 0 {
		return ""
	}
	if upper && lower {
		return name
	}
	begins := true
	return strings.Map(func(r rune) rune {
		first := begins
		begins = r == ' ' || r == '-' || r == '\'' || r == '’'
		if first {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, name)
}

// maxAmount bounds an amount that an automation gives, in minor units: far beyond any cart.
const maxAmount = 100_000_000_000

// amount writes "149.9", "149,90 €" or "USD 12" as the language does. The brand's
// currency is meant where none is named. "1,234" is refused rather than guessed.
func amount(value string, v *voice) (string, error) {
	wrong := fmt.Errorf("%q is not an amount such as 149.90 or 149.90 EUR", value)
	const digits = "0123456789"
	from, until := strings.IndexAny(value, digits), strings.LastIndexAny(value, digits)+1
	if from < 0 {
		return "", wrong
	}
	unit, ok := currencyOf(strings.TrimSpace(value[:from])+strings.TrimSpace(value[until:]), v.currency)
	units, fraction, _ := strings.Cut(strings.Replace(value[from:until], ",", ".", 1), ".")
	units = strings.ReplaceAll(units, " ", "")
	if !ok || units == "" || strings.Trim(units+fraction, digits) != "" {
		return "", wrong
	}
	decimals := decimalsOf(unit)
	if strings.Trim(fraction, "0") == "" {
		fraction = ""
	}
	if len(fraction) > decimals {
		return "", fmt.Errorf("%q has more decimals than %s; write it as 1234.50", value, unit)
	}
	minor, err := strconv.ParseInt(units+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	if err != nil || minor > maxAmount {
		return "", wrong
	}
	return written(v.language, Money{Amount: minor, Currency: unit}, v.space()), nil
}

// currencyOf is the currency that a sign or a code names, the brand's for none.
func currencyOf(unit, brands string) (string, bool) {
	if unit == "" {
		return brands, true
	}
	for code, sign := range signs {
		if unit == sign {
			return code, true
		}
	}
	_, err := currency.ParseISO(unit)
	return unit, err == nil && unit == strings.ToUpper(unit)
}

// date writes "2026-11-24" or a moment as people say the day.
func date(value string, v *voice) (string, error) {
	for _, layout := range [...]string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, value, v.zone); err == nil {
			return dayIn(v.language, at), nil
		}
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return "", fmt.Errorf("%q is not a date such as 2026-11-24 or 2026-11-24T09:00:00Z", value)
	}
	return dayIn(v.language, at.In(v.zone)), nil
}

// longestProduct is how much of a product's title is said, in runes.
const longestProduct = 40

// product is a product's title without what only the shop reads: a reference in
// brackets at the end, and more words than a text has room for. Nothing is put
// where it was cut: "…" makes a whole SMS UCS-2.
func product(title string) string {
	for _, brackets := range [...][2]string{{"(", ")"}, {"[", "]"}} {
		if i := strings.LastIndex(title, brackets[0]); i > 0 && strings.HasSuffix(title, brackets[1]) {
			title = strings.TrimSpace(title[:i])
		}
	}
	return cutWords(title, longestProduct)
}

// cutWords shortens a text to at most n runes, between two words where it can.
func cutWords(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	end := 0
	for i := range s {
		if n == 0 {
			end = i
			break
		}
		n--
	}
	if s[end] != ' ' {
		if space := strings.LastIndexByte(s[:end], ' '); space > end/2 {
			end = space
		}
	}
	return strings.TrimRight(s[:end], " ,;:-–—/(")
}
