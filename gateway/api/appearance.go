package api

import (
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
)

// appearance is a text as it travels, for its author.
type appearance struct {
	Characters int       `json:"characters"`
	Units      int       `json:"units" doc:"septets in GSM-7, UTF-16 units in UCS-2"`
	Forcing    []forcing `json:"forcing" doc:"the characters that make an SMS UCS-2"`
	Offer      *offer    `json:"offer,omitempty" doc:"another way to write it, in fewer segments: nobody writes it so unasked"`
}

type forcing struct {
	Character   string `json:"character"`
	Code        string `json:"code" doc:"U+2019"`
	Count       int    `json:"count"`
	Replacement string `json:"replacement" doc:"what the offer writes for it"`
	Replaceable bool   `json:"replaceable" doc:"false for what GSM-7 cannot say: emoji, other scripts"`
}

type offer struct {
	Text         string            `json:"text"`
	Segments     int               `json:"segments"`
	Saves        *sms.Price        `json:"saves,omitempty" doc:"what it costs less"`
	Replacements []sms.Replacement `json:"replacements"`
}

// appear says how a text would travel on the decision's route.
func (a *API) appear(d *decision, to conversation.Address, text string) *appearance {
	if text == "" {
		return nil
	}
	look := conversation.Appear(text, d.Medium, func(segments int) *sms.Price {
		one, known := a.price(d.Channel, to)
		all, err := one.Times(segments)
		if !known || err != nil {
			return nil
		}
		return &all
	})
	seen := &appearance{Characters: look.Characters, Units: look.Units, Forcing: []forcing{}}
	for _, f := range look.Forcing {
		seen.Forcing = append(seen.Forcing, forcing{string(f.Rune), fmt.Sprintf("%U", f.Rune), f.Count, f.Replacement, f.Replaceable})
	}
	if look.Offer != nil {
		seen.Offer = &offer{Text: look.Offer.Text, Segments: look.Offer.After.Segments, Saves: look.Saves, Replacements: look.Offer.Replacements}
	}
	return seen
}
