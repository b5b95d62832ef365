package sms

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
)

func TestPriceTimes(t *testing.T) {
	tests := []struct {
		name  string
		price Price
		n     int
		want  int64
		err   bool
	}{
		{"three segments cost three times one", Price{7, 2, "EUR"}, 3, 21, false},
		{"no segment costs nothing", Price{7, 2, "EUR"}, 0, 0, false},
		{"fractions of a cent stay exact", Price{798, 4, "USD"}, 255, 203490, false},
		{"the largest amount that fits is returned", Price{math.MaxInt64 / 3, 0, "EUR"}, 3, math.MaxInt64 / 3 * 3, false},
		{"one more is an overflow", Price{math.MaxInt64/3 + 1, 0, "EUR"}, 3, 0, true},
		{"so it is below zero", Price{math.MinInt64/3 - 1, 0, "EUR"}, 3, 0, true},
		{"the dearest price of a tariff never overflows", Price{MaxAmount, MaxScale, "EUR"}, MaxParts, MaxAmount * MaxParts, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.price.Times(tt.n)
			if tt.err {
				if !errors.Is(err, ErrPriceOverflow) || got != (Price{}) {
					t.Fatalf("got %v, %v; want an overflow", got, err)
				}
				return
			}
			if want := (Price{tt.want, tt.price.Scale, tt.price.Currency}); err != nil || got != want {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
	if _, err := (Price{7, 2, "EUR"}).Times(-1); err == nil || errors.Is(err, ErrPriceOverflow) {
		t.Errorf("-1 segments: %v", err)
	}
}

func TestPriceString(t *testing.T) {
	tests := []struct {
		price Price
		want  string
	}{
		{Price{7, 2, "EUR"}, "0.07 EUR"},
		{Price{700, 2, "EUR"}, "7.00 EUR"},
		{Price{798, 4, "USD"}, "0.0798 USD"},
		{Price{12, 0, "JPY"}, "12 JPY"},
		{Price{-7, 2, "EUR"}, "-0.07 EUR"},
		{Price{math.MinInt64, 2, "EUR"}, "-92233720368547758.08 EUR"},
		{Price{7, 1 << 30, "EUR"}, "7e-1073741824 EUR"},
		{Price{}, "0"},
	}
	for _, tt := range tests {
		if got := tt.price.String(); got != tt.want {
			t.Errorf("%d of scale %d is written %q, want %q", tt.price.Amount, tt.price.Scale, got, tt.want)
		}
	}
}

func TestAPriceAsJSONHasTheShapeOfTheAPI(t *testing.T) {
	data, err := json.Marshal(Price{7, 2, "EUR"})
	if want := `{"amount":7,"scale":2,"currency":"EUR"}`; err != nil || string(data) != want {
		t.Errorf("got %s, %v; want %s", data, err, want)
	}
}
