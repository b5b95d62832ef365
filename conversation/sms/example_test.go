package sms_test

import (
	"fmt"

	"github.com/causette/causette/conversation/sms"
)

// What the author of a text is shown before it is sent.
func Example() {
	text := "Bonjour Ana, votre lampe est arrivée\u202f! Elle vous attend en boutique jusqu’à samedi. À bientôt, Lumen"
	m := sms.MeasureOf(text)
	fmt.Printf("%s, %d characters, %d segments\n", m.Encoding, m.Characters, m.Segments)

	offer := sms.OfferFor(text)
	for _, r := range offer.Replacements {
		fmt.Printf("  %q as %q\n", r.From, r.To)
	}
	fmt.Printf("saves %d: %s\n", offer.Saves(), offer.Text)

	tariff := sms.Tariff{"twilio": {"FR": {Price: sms.Price{Amount: 7, Scale: 2, Currency: "EUR"}, MaxSegments: 10}}}
	before, err := tariff.Price("twilio", "FR", m.Segments)
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := tariff.Price("twilio", "FR", offer.After.Segments)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s rather than %s\n", after, before)
	// Output:
	// UCS-2, 100 characters, 2 segments
	//   "\u202f" as " "
	//   "’" as "'"
	//   "À" as "A"
	//   "ô" as "o"
	// saves 1: Bonjour Ana, votre lampe est arrivée ! Elle vous attend en boutique jusqu'à samedi. A bientot, Lumen
	// 0.07 EUR rather than 0.14 EUR
}

// Twilio refuses more than ten segments in France.
func ExampleFit() {
	text := make([]byte, 2000)
	for i := range text {
		text[i] = 'a'
	}
	fmt.Println(sms.Fit(string(text), 10))
	// Output: text needs 14 segments in GSM-7, at most 10 may be sent
}
