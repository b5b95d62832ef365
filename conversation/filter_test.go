package conversation

import (
	"strings"
	"testing"
	"time"
)

func TestFiltersWriteForPeople(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		filter, language, value, want, wrong string
		medium                               Medium
		currency                             string
	}{
		{filter: "name", value: "ANA", want: "Ana"},
		{filter: "name", value: "ana", want: "Ana"},
		{filter: "name", value: "MARIE-CLAIRE", want: "Marie-Claire"},
		{filter: "name", value: "jean paul", want: "Jean Paul"},
		{filter: "name", value: "élodie", want: "Élodie"},
		{filter: "name", value: "McKenzie", want: "McKenzie"},
		{filter: "name", value: "O'BRIEN", want: "O'Brien"},
		{filter: "name", value: "Ωλύμπια", want: "Ωλύμπια"},
		{filter: "name", value: "test1"},
		{filter: "name", value: "???"},
		{filter: "name", value: "-"},
		{filter: "name", value: "n/a"},
		{filter: "name", value: "ana@lumen.example"},
		{filter: "name", value: strings.Repeat("a", 31)},

		{filter: "money", language: "fr", value: "149.90", want: "149,90 €"},
		{filter: "money", language: "fr", value: "149,9", want: "149,90 €"},
		{filter: "money", language: "fr", value: "149.9 EUR", want: "149,90 €"},
		{filter: "money", language: "fr", value: "149,90 €", want: "149,90 €"},
		{filter: "money", language: "fr", value: "€149.90", want: "149,90 €"},
		{filter: "money", language: "fr", value: "USD 12", want: "12,00 $"},
		{filter: "money", language: "fr", value: "12 CHF", want: "12,00 CHF"},
		{filter: "money", language: "fr", value: "0", want: "0,00 €"},
		{filter: "money", language: "fr", value: "14990", want: "14 990,00 €"},
		{filter: "money", language: "fr", value: "14 990,50", want: "14 990,50 €"},
		{filter: "money", language: "fr", value: "149.90", medium: WhatsApp, want: "149,90\u00a0€"},
		{filter: "money", language: "fr", value: "14990", medium: WhatsApp, want: "14\u00a0990,00\u00a0€"},
		{filter: "money", language: "en", value: "149.90", want: "€149.90"},
		{filter: "money", language: "en", value: "14990", want: "€14,990.00"},
		{filter: "money", language: "en", value: "12.5 GBP", want: "£12.50"},
		{filter: "money", language: "de", value: "149.90", want: "149,90 €"},
		{filter: "money", language: "nl", value: "149.90", want: "€ 149,90"},
		{filter: "money", language: "es", value: "149.90", want: "149,90 €"},
		{filter: "money", language: "en", value: "1500 JPY", want: "¥1500"},
		{filter: "money", language: "fr", value: "1500", currency: "JPY", want: "1500 ¥"},
		{filter: "money", language: "fr", value: "1500.00 JPY", want: "1500 ¥"},
		{filter: "money", language: "fr", value: "12,345", wrong: "more decimals"},
		{filter: "money", language: "fr", value: "1,234.50", wrong: "not an amount"},
		{filter: "money", language: "fr", value: "-5", wrong: "not an amount"},
		{filter: "money", language: "fr", value: "12 XYZ", wrong: "not an amount"},
		{filter: "money", language: "fr", value: "12 eur", wrong: "not an amount"},
		{filter: "money", language: "fr", value: "gratuit", wrong: "not an amount"},
		{filter: "money", language: "fr", value: "99999999999999999999", wrong: "not an amount"},
		{filter: "money", language: "fr", value: "1.5.0", wrong: "not an amount"},

		{filter: "date", language: "fr", value: "2026-11-24", want: "mardi 24 novembre"},
		{filter: "date", language: "en", value: "2026-11-24", want: "Tuesday 24 November"},
		{filter: "date", language: "fr", value: "2026-12-01", want: "mardi 1er décembre"},
		{filter: "date", language: "es", value: "2026-11-25", want: "miércoles 25 de noviembre"},
		{filter: "date", language: "de", value: "2026-11-24", want: "Dienstag, 24. November"},
		{filter: "date", language: "it", value: "2026-11-24", want: "martedì 24 novembre"},
		{filter: "date", language: "nl", value: "2026-11-24", want: "dinsdag 24 november"},
		{filter: "date", language: "pt", value: "2026-11-24", want: "terça-feira, 24 de novembro"},
		{filter: "date", language: "fr", value: "2026-11-24T23:30:00Z", want: "mercredi 25 novembre"}, // in Paris
		{filter: "date", language: "fr", value: "2026-11-24T23:30", want: "mardi 24 novembre"},
		{filter: "date", language: "fr", value: "24/11/2026", wrong: "not a date"},
		{filter: "date", language: "fr", value: "bientôt", wrong: "not a date"},
		{filter: "date", language: "fr", value: "2026-02-30", wrong: "not a date"},

		{filter: "product", value: "Lampe Ondine", want: "Lampe Ondine"},
		{filter: "product", value: "Lampe Ondine (LAM-OND)", want: "Lampe Ondine"},
		{filter: "product", value: "Lampe Ondine [LAM-OND]", want: "Lampe Ondine"},
		{filter: "product", value: "(LAM-OND)", want: "(LAM-OND)"},
		{filter: "product", value: "Sac à main en cuir grainé cognac avec bandoulière amovible", want: "Sac à main en cuir grainé cognac avec"},
		{filter: "product", value: strings.Repeat("x", 90), want: strings.Repeat("x", longestProduct)},
		{filter: "product", value: strings.Repeat("👍", 90), want: strings.Repeat("👍", longestProduct)},
	} {
		t.Run(c.filter+" "+c.language+" "+c.value, func(t *testing.T) {
			v := voice{language: c.language, currency: "EUR", zone: paris, medium: c.medium}
			if c.currency != "" {
				v.currency = c.currency
			}
			got, err := filters[c.filter](c.value, &v)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("error %v, want %q", err, c.wrong)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("%q, error %v, want %q", got, err, c.want)
			}
		})
	}
}

// Every day of a year has its name in seven languages.
func TestEveryDayHasItsName(t *testing.T) {
	for language := range calendars {
		seen := map[string]bool{}
		for i := range 365 {
			text := dayIn(language, time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC))
			if seen[text] || strings.Contains(text, "  ") || strings.Contains(text, "%") {
				t.Fatalf("%s: %q is said of two days, or badly", language, text)
			}
			seen[text] = true
		}
	}
	if got := dayIn("xx", time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)); got != "Tuesday 24 November" {
		t.Errorf("an unknown language says %q", got)
	}
}
