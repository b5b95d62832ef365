package configs

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/currency"
)

const day = 24 * time.Hour

// duration reads 8s, 1m30s and, beside what Go writes, days: 30d.
func duration(word string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(word, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * day, nil
		}
	}
	t, err := time.ParseDuration(word)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration; write a number with its unit, such as 500ms, 8s, 2h or 30d", word)
	}
	return t, nil
}

// Decimal is a number as a person writes an amount: 150.00 is {15000, 2}.
type Decimal struct {
	Digits int64
	Scale  int
}

func (d *Decimal) parse(word string) error {
	whole, fraction, _ := strings.Cut(word, ".")
	digits := whole + fraction
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || len(whole) == 0 || strings.Trim(digits, "0123456789") != "" || n > 1e12 {
		return fmt.Errorf("%q is not an amount; write it as 150.00", word)
	}
	*d = Decimal{Digits: n, Scale: len(fraction)}
	return nil
}

// Minor is the amount in a currency's smallest unit: 150.00 € is 15000 cents.
// An amount finer than the unit is an error, and so is an unknown currency.
func (d Decimal) Minor(code string) (int64, error) {
	scale, err := decimals(code)
	if err != nil {
		return 0, err
	}
	amount := d.Digits
	for range d.Scale - scale {
		if amount%10 != 0 {
			return 0, fmt.Errorf("finer than %s has units; it has %d decimals", code, scale)
		}
		amount /= 10
	}
	for range scale - d.Scale {
		if amount > math.MaxInt64/10 {
			return 0, fmt.Errorf("too large; write a smaller amount")
		}
		amount *= 10
	}
	return amount, nil
}

// decimals is how many a currency has: 2 for EUR, none for JPY.
func decimals(code string) (int, error) {
	unit, err := currency.ParseISO(code)
	if err != nil || code != strings.ToUpper(code) {
		return 0, fmt.Errorf("%q is not a currency; write an ISO 4217 code such as EUR", code)
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale, nil
}

// OpeningHours are the hours in which people answer, by weekday, in the brand's
// time zone. In a file: mon: 09:00-18:00, or [09:00-12:30, 14:00-18:00]. A day
// that is not named is closed; no day at all means that no hours are promised.
type OpeningHours struct {
	Mon []Span `yaml:"mon"`
	Tue []Span `yaml:"tue"`
	Wed []Span `yaml:"wed"`
	Thu []Span `yaml:"thu"`
	Fri []Span `yaml:"fri"`
	Sat []Span `yaml:"sat"`
	Sun []Span `yaml:"sun"`
}

// Span is a part of a day, in minutes after its midnight; To is not in it.
type Span struct{ From, To int }

func (s Span) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

func (s *Span) parse(word string) error {
	from, to, ok := strings.Cut(strings.ReplaceAll(word, " ", ""), "-")
	a, erra := minute(from)
	b, errb := minute(to)
	if !ok || erra != nil || errb != nil || b <= a {
		return fmt.Errorf("%q is not a part of a day; write it as 09:00-18:00, the end after the beginning", word)
	}
	*s = Span{From: a, To: b}
	return nil
}

func minute(clock string) (int, error) {
	if clock == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return 0, err
	}
	return t.Hour()*60 + t.Minute(), nil
}

// Day is the spans of one weekday.
func (h *OpeningHours) Day(d time.Weekday) []Span {
	return [...][]Span{h.Sun, h.Mon, h.Tue, h.Wed, h.Thu, h.Fri, h.Sat}[d]
}

// Stated says whether any hours are promised.
func (h *OpeningHours) Stated() bool {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(h.Day(d)) > 0 {
			return true
		}
	}
	return false
}

// Open says whether t, in the brand's zone, falls into the hours. Where none
// are stated it is always open.
func (h *OpeningHours) Open(t time.Time) bool {
	if !h.Stated() {
		return true
	}
	m := t.Hour()*60 + t.Minute()
	return slices.ContainsFunc(h.Day(t.Weekday()), func(s Span) bool { return s.From <= m && m < s.To })
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// overlap names the first weekday whose spans are not in order and apart.
func (h *OpeningHours) overlap() (weekday string, found bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		spans := h.Day(d)
		for i := 1; i < len(spans); i++ {
			if spans[i].From < spans[i-1].To {
				return weekdays[d], true
			}
		}
	}
	return "", false
}
