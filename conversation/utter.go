package conversation

import (
	"strings"
	"time"
	"unicode/utf8"
)

// What an agent says is their own words, or a template's: filled from the
// customer's row and what the agent gave, and where WhatsApp takes no free text,
// said as it was approved.

// utterance is what an act says.
type utterance struct {
	wording
	purpose Purpose // Answer, unless it is marketing
	codes   []Code  // of its short links
}

// utter is what an act says on a medium, where there is somebody to say it to.
func (t *turn) utter(a *Act, m Medium, to Address) (utterance, *Refused) {
	if to == "" || a.Template == "" {
		text, refused := words(a, to)
		return utterance{wording: wording{text: text}, purpose: Answer}, refused
	}
	c := &t.c.Customer
	short := t.shortener("")
	w, err := t.fill(a.Template, c.Language, m, c, a.Variables, links{shorten: short.shorten})
	if err != nil {
		return utterance{}, unwritten(err)
	}
	u := utterance{wording: w, purpose: Answer, codes: short.codes}
	if w.purpose == Marketing {
		u.purpose = Marketing
		return u, t.unwanted(&Act{Purpose: Marketing, Medium: m})
	}
	return u, nil
}

// unwritten refuses a template that cannot be said, and says why.
func unwritten(err error) *Refused {
	code, why, _ := strings.Cut(err.Error(), ": ")
	return &Refused{Code: code, Why: why}
}

// leaves settles how an utterance leaves at a moment, or refuses a moment at which
// it cannot.
func (t *turn) leaves(u *utterance, when time.Time, m Medium) *Refused {
	free := m != WhatsApp || t.c.Medium == WhatsApp && when.Sub(t.c.WroteAt) < FreeWindow
	switch {
	case when.Sub(t.now) > maxAhead:
		return refuse(RefusedTooFar)
	case free:
		u.content = nil
	case u.content == nil && u.lacks != nil:
		return unwritten(u.lacks)
	case u.content == nil:
		return refuse(RefusedWindow)
	}
	if u.content != nil {
		u.text = u.approved
		return nil
	}
	if u.purpose != Marketing {
		return nil
	}
	u.text = t.footed(u.text, &t.c.Customer, Route{Medium: m})
	if utf8.RuneCountInString(u.text) > maxText {
		return refuse(RefusedTooLong)
	}
	return nil
}
