package segment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"github.com/causette/causette/conversation"
)

// value reads a word or a quoted text that must be one of those that are known,
// where they are.
func (p *parser) value(field string, k vocabulary) (string, error) {
	t := p.token
	switch {
	case t.kind != bare && t.kind != quoted:
		return "", p.wrong(t.at, "%s wants a word or a quoted text here", field)
	case len(t.text) > maxValue:
		return "", p.wrong(t.at, "a value has at most %d bytes", maxValue)
	case strings.TrimSpace(t.text) == "":
		return "", p.wrong(t.at, "an empty value is nobody's")
	}
	v := t.text
	switch k.fold {
	case lower:
		v = strings.ToLower(v)
	case upper:
		v = strings.ToUpper(v)
	}
	if len(k.known) > 0 && !slices.Contains(k.known, v) {
		return "", p.wrong(t.at, "%q is none of %s%s", t.text, strings.Join(k.known, ", "), conversation.Nearest(v, k.known))
	}
	if k.letters > 0 && (len(v) != k.letters || strings.ContainsFunc(v, func(r rune) bool { return r > 'z' || !isBare(r) })) {
		return "", p.wrong(t.at, "%s has %d letters, such as %s", field, k.letters, k.such)
	}
	return v, p.advance()
}

// values reads one value, or with "in" or parentheses several.
func (p *parser) values(c *condition) error {
	if c.op != in && p.token.is("in") {
		if err := p.advance(); err != nil {
			return err
		}
		if !p.token.is("(") {
			return p.wrong(p.token.at, "in wants a list: (…, …)")
		}
	}
	if !p.token.is("(") {
		if c.op == in {
			return p.wrong(p.token.at, "in wants a list: (…, …)")
		}
		v, err := p.value(c.field.name, c.field.vocabulary)
		c.values = []string{v}
		return err
	}
	for {
		if err := p.advance(); err != nil {
			return err
		}
		if len(c.values) == maxValues {
			return p.wrong(p.token.at, "a list has at most %d values", maxValues)
		}
		v, err := p.value(c.field.name, c.field.vocabulary)
		if err != nil {
			return err
		}
		c.values = append(c.values, v)
		if !p.token.is(",") {
			return p.expect(")")
		}
	}
}

// units of a span, by their letter.
var units = map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// span reads 60d.
func (p *parser) span(c *condition) error {
	t := p.token
	if t.kind == bare && len(t.text) > 1 && len(t.text) < 8 {
		unit := units[t.text[len(t.text)-1]]
		n, err := strconv.ParseUint(t.text[:len(t.text)-1], 10, 32)
		if err == nil && unit > 0 && n > 0 {
			if time.Duration(n) > maxSpan/unit {
				return p.wrong(t.at, "a span has at most %d days", maxSpan/(24*time.Hour))
			}
			c.span = time.Duration(n) * unit
			return p.advance()
		}
	}
	return p.wrong(t.at, "write a span as 12h, 60d or 8w")
}

// date reads 2026-11-22: the midnight of UTC at which it begins.
func (p *parser) date(c *condition) (err error) {
	if c.date, err = time.Parse(time.DateOnly, p.token.text); err != nil || p.token.kind != bare {
		return p.wrong(p.token.at, "write a date as 2026-11-22")
	}
	return p.advance()
}

// amount reads a whole number, or an amount with its currency.
func (p *parser) amount(c *condition) error {
	t := p.token
	whole, fraction, point := strings.Cut(t.text, ".")
	n, err := strconv.ParseInt(whole+fraction, 10, 64)
	if t.kind != bare || err != nil || n < 0 || n > maxAmount || whole == "" || point && fraction == "" || strings.HasPrefix(whole, "+") {
		return p.wrong(t.at, "%s wants a number, such as %s", c.field.name, c.field.example)
	}
	if err := p.advance(); err != nil {
		return err
	}
	if c.field.kind == number {
		if c.amount = n; point {
			return p.wrong(t.at, "%s is a whole number", c.field.name)
		}
		c.digits = strconv.FormatInt(n, 10)
		return nil
	}
	return p.minor(c, t, n, len(fraction))
}

// minor reads the currency, and makes n, with so many decimals, its minor units.
func (p *parser) minor(c *condition, t token, n int64, decimals int) error {
	code := p.token
	unit, err := currency.ParseISO(code.text)
	if code.kind != bare || err != nil {
		return p.wrong(code.at, "an amount needs its currency, such as %s", c.field.example)
	}
	scale, _ := currency.Standard.Rounding(unit)
	if decimals > scale {
		return p.wrong(t.at, "%s has %d decimals", unit, scale)
	}
	for range scale - decimals {
		n *= 10
	}
	if n > maxAmount {
		return p.wrong(t.at, "the amount is too large")
	}
	c.amount, c.currency, c.digits = n, unit.String(), digits(n, scale)
	return p.advance()
}

// digits writes minor units as people do, without decimals that are all zero.
func digits(n int64, scale int) string {
	power := int64(1)
	for range scale {
		power *= 10
	}
	if n%power == 0 {
		return strconv.FormatInt(n/power, 10)
	}
	return fmt.Sprintf("%d.%0*d", n/power, scale, n%power)
}
