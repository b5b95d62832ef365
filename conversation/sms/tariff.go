package sms

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Tariff is what messages cost by the kind of channel (twilio, phones,
// whatsapp) and the ISO 3166-1 country of the recipient. Default stands for any
// kind and for any country. In a file:
//
//	twilio:
//	  FR: {price: {amount: 798, scale: 4, currency: USD}, max_segments: 10}
//	  default: {price: {amount: 12, scale: 2, currency: USD}}
//	whatsapp:
//	  default: {price: {amount: 5, scale: 2, currency: EUR}, per: message}
//
// It is read only once it is loaded and has passed Validate.
type Tariff map[string]Countries

// Countries are the rates of one kind of channel.
type Countries map[string]Rate

// Default is the key for every kind, or every country, without its own.
const Default = "default"

// Rate is what one country costs on one kind of channel.
type Rate struct {
	Price Price `json:"price" yaml:"price"`
	// Per is PerSegment when empty.
	Per string `json:"per,omitempty" yaml:"per,omitempty"`
	// MaxSegments is how many segments the carrier takes; 0 is MaxParts.
	MaxSegments int `json:"max_segments,omitempty" yaml:"max_segments,omitempty"`
}

// What a price is for.
const (
	PerSegment = "segment" // SMS
	PerMessage = "message" // WhatsApp, whatever the length
)

const (
	// MaxScale is the most decimals of a price. Twilio's prices have four.
	MaxScale = 6
	// MaxAmount bounds a price in a tariff, in its smallest decimals: a million
	// at MaxScale. Times MaxParts it is far from overflowing.
	MaxAmount = 1_000_000_000_000
)

// ErrNoRate says that the tariff has neither the country nor a default.
var ErrNoRate = errors.New("no rate in the tariff")

// Rate finds what applies: the kind's country, the kind's default, then the
// same two of the default kind.
func (t Tariff) Rate(kind, country string) (Rate, bool) {
	for _, k := range [...]string{kind, Default} {
		for _, c := range [...]string{country, Default} {
			if rate, ok := t[k][c]; ok {
				return rate, true
			}
		}
	}
	return Rate{}, false
}

// Price is what a message of so many segments costs. The error is ErrNoRate
// where nothing applies: the price is unknown, not nothing.
func (t Tariff) Price(kind, country string, segments int) (Price, error) {
	rate, ok := t.Rate(kind, country)
	if !ok {
		return Price{}, fmt.Errorf("price of %s to %s: %w", kind, country, ErrNoRate)
	}
	n := segments
	if rate.Per == PerMessage {
		n = min(segments, 1)
	}
	return rate.Price.Times(n)
}

// Limit is the most segments a message may have, for Fit.
func (t Tariff) Limit(kind, country string) int {
	if rate, ok := t.Rate(kind, country); ok && rate.MaxSegments > 0 {
		return min(rate.MaxSegments, MaxParts)
	}
	return MaxParts
}

// FieldError is one thing wrong in a tariff. The path leads to the place in the
// file: twilio, FR, price, currency.
type FieldError struct {
	Path   []string
	Reason string // says what is there and what belongs there
}

func (e *FieldError) Error() string { return strings.Join(e.Path, ".") + ": " + e.Reason }

// Validate reports everything that is wrong, in the order of the keys, as
// joined *FieldErrors.
func (t Tariff) Validate() error {
	var errs []error
	for _, kind := range slices.Sorted(maps.Keys(t)) {
		if !isKind(kind) {
			errs = append(errs, wrong("a kind of channel is a lower-case word such as twilio, or default", kind))
		}
		if len(t[kind]) == 0 {
			errs = append(errs, wrong("has no countries; give at least default, or leave the kind out", kind))
		}
		for _, country := range slices.Sorted(maps.Keys(t[kind])) {
			if reason := countryReason(country); reason != "" {
				errs = append(errs, wrong(reason, kind, country))
			}
			errs = append(errs, t[kind][country].validate(kind, country)...)
		}
	}
	return errors.Join(errs...)
}

func (r Rate) validate(kind, country string) (errs []error) {
	fail := func(reason string, path ...string) {
		errs = append(errs, wrong(reason, append([]string{kind, country}, path...)...))
	}
	switch p := r.Price; {
	case p == Price{}:
		fail("is missing; what is free says {amount: 0, scale: 2, currency: EUR}", "price")
	default:
		if p.Amount < 0 || p.Amount > MaxAmount {
			fail(fmt.Sprintf("%d is not between 0 and %d", p.Amount, int64(MaxAmount)), "price", "amount")
		}
		if p.Scale < 0 || p.Scale > MaxScale {
			fail(fmt.Sprintf("%d is not between 0 and %d decimals", p.Scale, MaxScale), "price", "scale")
		}
		if len(p.Currency) != 3 || !isUpper(p.Currency) {
			fail(fmt.Sprintf("%q is not an ISO 4217 code such as EUR", p.Currency), "price", "currency")
		}
	}
	if r.Per != "" && r.Per != PerSegment && r.Per != PerMessage {
		fail(fmt.Sprintf("%q is neither segment nor message", r.Per), "per")
	}
	if r.MaxSegments < 0 || r.MaxSegments > MaxParts {
		fail(fmt.Sprintf("%d is not between 0 (no limit of the carrier's) and %d", r.MaxSegments, MaxParts), "max_segments")
	}
	return errs
}

// countryReason says what is wrong with a country's key, or "".
func countryReason(country string) string {
	switch {
	case country == Default:
		return ""
	case country == "UK":
		return "the ISO 3166-1 code of the United Kingdom is GB"
	case country == "EL":
		return "the ISO 3166-1 code of Greece is GR"
	case len(country) != 2 || !isUpper(country):
		return "is not an ISO 3166-1 country of two capitals such as FR, or default"
	}
	return ""
}

func isKind(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func isUpper(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func wrong(reason string, path ...string) error {
	return &FieldError{Path: path, Reason: reason}
}
