package sms

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Price is money as an integer with a scale: {7, 2, "EUR"} is 0.07 €. Carriers
// bill fractions of a cent, so the scale is the price's own and not the
// currency's: {798, 4, "USD"} is 0.0798 $.
type Price struct {
	Amount   int64  `json:"amount" yaml:"amount"`
	Scale    int    `json:"scale" yaml:"scale"`       // decimals of Amount
	Currency string `json:"currency" yaml:"currency"` // ISO 4217
}

// ErrPriceOverflow is returned rather than a price that does not fit.
var ErrPriceOverflow = errors.New("price does not fit 64 bits")

// Times is the price of n. Below zero n is refused.
func (p Price) Times(n int) (Price, error) {
	if n < 0 {
		return Price{}, fmt.Errorf("price of %d segments: number is below zero", n)
	}
	if n > 0 && (p.Amount > math.MaxInt64/int64(n) || p.Amount < math.MinInt64/int64(n)) {
		return Price{}, fmt.Errorf("price of %d segments at %s: %w", n, p, ErrPriceOverflow)
	}
	p.Amount *= int64(n)
	return p, nil
}

// String writes the exact amount, for logs and terminals: "0.07 EUR". What
// people read in their language is the page's business.
func (p Price) String() string {
	digits := strconv.FormatInt(p.Amount, 10)
	digits, below := strings.CutPrefix(digits, "-")
	if p.Scale > 0 && p.Scale <= MaxScale {
		if missing := p.Scale + 1 - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
		point := len(digits) - p.Scale
		digits = digits[:point] + "." + digits[point:]
	} else if p.Scale != 0 {
		digits += "e" + strconv.Itoa(-p.Scale)
	}
	if below {
		digits = "-" + digits
	}
	return strings.TrimSpace(digits + " " + p.Currency)
}
