package api

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/currency"

	"github.com/causette/causette/conversation"
)

// maxAmount bounds amounts, in minor units: ten billion euros.
const maxAmount = 1_000_000_000_000

// moneyInput is an amount as requests carry it.
type moneyInput struct {
	Amount   int64        `json:"amount" minimum:"0" maximum:"1000000000000" doc:"minor units: 14990 is 149.90 €"`
	Currency currencyCode `json:"currency,omitempty" doc:"ISO 4217; absent, the brand's"`
}

func (m *moneyInput) read(r *reader, v any, at string) {
	if kind := kindOf(v); kind == "a number" || kind == "text" {
		r.fault(at, `is %s; send {"amount": 14990, "currency": "EUR"} for 149.90 €`, kind)
		return
	}
	r.object(v, at, reflect.ValueOf(m).Elem())
	if m.Currency == "" {
		m.Currency = currencyCode(r.brand.Currency)
	}
}

func (m moneyInput) money() conversation.Money {
	return conversation.Money{Amount: m.Amount, Currency: string(m.Currency)}
}

// moneyOf is the amount, where there is one.
func moneyOf(m *moneyInput) conversation.Money {
	if m == nil {
		return conversation.Money{}
	}
	return m.money()
}

type currencyCode string

// Schema says what a request may say.
func (currencyCode) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: "^[A-Z]{3}$", Examples: []any{"EUR"}}
}

func (c *currencyCode) read(r *reader, v any, at string) {
	s := r.text(v, at, 3)
	if _, err := currency.ParseISO(s); s != "" && (err != nil || s != strings.ToUpper(s)) {
		r.fault(at, "%q is not a currency; send an ISO 4217 code such as EUR", s)
	}
	*c = currencyCode(s)
}

// minor makes minor units of an amount as people write it, 149.90.
func minor(amount, code string) (conversation.Money, bool) {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return conversation.Money{}, false
	}
	scale, _ := currency.Standard.Rounding(unit)
	whole, fraction, _ := strings.Cut(amount, ".")
	if whole == "" || len(fraction) > scale {
		return conversation.Money{}, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10, 64)
	if err != nil || n < 0 || n > maxAmount {
		return conversation.Money{}, false
	}
	return conversation.Money{Amount: n, Currency: code}, true
}
