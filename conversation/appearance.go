package conversation

import "github.com/causette/causette/conversation/sms"

// Appearance is a text as it travels, for its author: what it costs, why, and
// what would be cheaper.
type Appearance struct {
	Encoding   sms.Encoding  `json:"encoding,omitempty"` // of an SMS
	Characters int           `json:"characters"`
	Units      int           `json:"units"` // septets, or UTF-16 units
	Segments   int           `json:"segments"`
	Forcing    []sms.Forcing `json:"forcing,omitempty"` // the characters that make it UCS-2
	Price      *sms.Price    `json:"price,omitempty"`   // nil: not known

	// Offer is another way to write it, where that saves segments. Nobody writes
	// it so unasked.
	Offer *sms.Offer `json:"offer,omitempty"`
	Saves *sms.Price `json:"saves,omitempty"` // what the offer saves
}

// Appear measures a text on a medium. price says what so many segments cost, nil
// where that is not known; a message on WhatsApp is one.
func Appear(text string, m Medium, price func(segments int) *sms.Price) Appearance {
	measure := sms.MeasureOf(text)
	a := Appearance{Characters: measure.Characters, Units: measure.Units, Segments: 1}
	if m == WhatsApp { // it has no alphabet, and no segments
		a.Price = price(1)
		return a
	}
	a.Encoding, a.Segments, a.Forcing = measure.Encoding, measure.Segments, measure.Forcing
	a.Price = price(a.Segments)
	offer := sms.OfferFor(text)
	if offer.Saves() <= 0 {
		return a
	}
	a.Offer = &offer
	if after := price(offer.After.Segments); a.Price != nil && after != nil {
		a.Saves = &sms.Price{Amount: a.Price.Amount - after.Amount, Scale: a.Price.Scale, Currency: a.Price.Currency}
	}
	return a
}
