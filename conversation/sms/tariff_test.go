package sms

import (
	"errors"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
)

const tariffFile = `
twilio:
  FR: {price: {amount: 798, scale: 4, currency: USD}, max_segments: 10}
  NO: {price: {amount: 6, scale: 2, currency: USD}}
  default: {price: {amount: 12, scale: 2, currency: USD}}
whatsapp:
  default: {price: {amount: 5, scale: 2, currency: EUR}, per: message}
default:
  FR: {price: {amount: 0, scale: 2, currency: EUR}}
`

func readTariff(t *testing.T, file string) Tariff {
	t.Helper()
	var tariff Tariff
	if err := yaml.UnmarshalWithOptions([]byte(file), &tariff, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return tariff
}

func TestTariffPrice(t *testing.T) {
	tariff := readTariff(t, tariffFile)
	if err := tariff.Validate(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name          string
		kind, country string
		segments      int
		want          string
		limit         int
	}{
		{"a country's rate times its segments", "twilio", "FR", 3, "0.2394 USD", 10},
		{"Norway is not taken for a no", "twilio", "NO", 1, "0.06 USD", MaxParts},
		{"another country takes the kind's default", "twilio", "DE", 2, "0.24 USD", MaxParts},
		{"a price per message does not grow with the text", "whatsapp", "FR", 4, "0.05 EUR", MaxParts},
		{"nothing sent costs nothing per message either", "whatsapp", "FR", 0, "0.00 EUR", MaxParts},
		{"the kind's default comes before the default kind's country", "whatsapp", "FR", 1, "0.05 EUR", MaxParts},
		{"another kind takes the default kind", "phones", "FR", 9, "0.00 EUR", MaxParts},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			price, err := tariff.Price(tt.kind, tt.country, tt.segments)
			if err != nil || price.String() != tt.want {
				t.Errorf("price is %s, %v; want %s", price, err, tt.want)
			}
			if limit := tariff.Limit(tt.kind, tt.country); limit != tt.limit {
				t.Errorf("limit is %d, want %d", limit, tt.limit)
			}
		})
	}
}

func TestAnUnknownPriceIsNotNothing(t *testing.T) {
	tariff := readTariff(t, tariffFile)
	if price, err := tariff.Price("phones", "DE", 1); !errors.Is(err, ErrNoRate) {
		t.Errorf("got %v, %v; want ErrNoRate", price, err)
	}
	if _, err := tariff.Price("twilio", "FR", -1); err == nil {
		t.Error("-1 segments have a price")
	}
	var none Tariff
	if _, ok := none.Rate("twilio", "FR"); ok || none.Limit("twilio", "FR") != MaxParts {
		t.Error("an empty tariff has a rate")
	}
}

func TestTariffValidate(t *testing.T) {
	tests := []struct {
		name string
		file string
		want []string
	}{
		{"an empty tariff is valid", ``, nil},
		{"what is free is valid", `phones: {default: {price: {amount: 0, scale: 2, currency: EUR}}}`, nil},
		{"a price is needed", `twilio: {FR: {max_segments: 10}}`,
			[]string{"twilio.FR.price: is missing; what is free says {amount: 0, scale: 2, currency: EUR}"}},
		{"a currency is three capitals", `twilio: {FR: {price: {amount: 7, scale: 2, currency: euro}}}`,
			[]string{`twilio.FR.price.currency: "euro" is not an ISO 4217 code such as EUR`}},
		{"a price is not below zero", `twilio: {FR: {price: {amount: -7, scale: 2, currency: EUR}}}`,
			[]string{"twilio.FR.price.amount: -7 is not between 0 and 1000000000000"}},
		{"a price is bounded", `twilio: {FR: {price: {amount: 1000000000001, scale: 7, currency: EUR}}}`,
			[]string{"twilio.FR.price.amount: 1000000000001 is not between 0 and 1000000000000",
				"twilio.FR.price.scale: 7 is not between 0 and 6 decimals"}},
		{"a country is two capitals", `twilio: {fr: {price: {amount: 7, scale: 2, currency: EUR}}}`,
			[]string{"twilio.fr: is not an ISO 3166-1 country of two capitals such as FR, or default"}},
		{"the United Kingdom is named rightly", `twilio: {UK: {price: {amount: 7, scale: 2, currency: EUR}}}`,
			[]string{"twilio.UK: the ISO 3166-1 code of the United Kingdom is GB"}},
		{"so is Greece", `twilio: {EL: {price: {amount: 7, scale: 2, currency: EUR}}}`,
			[]string{"twilio.EL: the ISO 3166-1 code of Greece is GR"}},
		{"a kind is a word and has countries", `Twilio SMS: {}`,
			[]string{"Twilio SMS: a kind of channel is a lower-case word such as twilio, or default",
				"Twilio SMS: has no countries; give at least default, or leave the kind out"}},
		{"a price is per segment or per message, and the limit is one the protocol has",
			`twilio: {FR: {price: {amount: 7, scale: 2, currency: EUR}, per: day, max_segments: 256}}`,
			[]string{`twilio.FR.per: "day" is neither segment nor message`,
				"twilio.FR.max_segments: 256 is not between 0 (no limit of the carrier's) and 255"}},
		{"everything wrong is reported, in the order of the keys", `{b: {FR: {}}, a: {FR: {}, DE: {}}}`,
			[]string{"a.DE.price: is missing; what is free says {amount: 0, scale: 2, currency: EUR}",
				"a.FR.price: is missing; what is free says {amount: 0, scale: 2, currency: EUR}",
				"b.FR.price: is missing; what is free says {amount: 0, scale: 2, currency: EUR}"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			if err := readTariff(t, tt.file).Validate(); err != nil {
				for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
					var field *FieldError
					if !errors.As(e, &field) || len(field.Path) == 0 {
						t.Fatalf("%v has no path", e)
					}
					got = append(got, field.Error())
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}
