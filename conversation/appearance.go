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

// Appear measures a text on a medium. kind is the channel's and country the
// recipient's, as the tariff knows them.
func Appear(text string, m Medium, tariff sms.Tariff, kind, country string) Appearance {
	measure := sms.MeasureOf(text)
	a := Appearance{Characters: measure.Characters, Units: measure.Units, Segments: 1}
	if m == WhatsApp { // it has no alphabet, and no segments
		kind = string(WhatsApp)
		a.Price = priced(tariff, kind, country, 1)
		return a
	}
	a.Encoding, a.Segments, a.Forcing = measure.Encoding, measure.Segments, measure.Forcing
	a.Price = priced(tariff, kind, country, a.Segments)
	offer := sms.OfferFor(text)
	if offer.Saves() <= 0 {
		return a
	}
	a.Offer = &offer
	if after := priced(tariff, kind, country, offer.After.Segments); a.Price != nil && after != nil {
		after.Amount = a.Price.Amount - after.Amount
		a.Saves = after
	}
	return a
}

func priced(tariff sms.Tariff, kind, country string, segments int) *sms.Price {
	price, err := tariff.Price(kind, country, segments)
	if err != nil {
		return nil
	}
	return &price
}
