package configs

import (
	"fmt"
	"math"
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
