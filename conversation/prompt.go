package conversation

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// draft is a prompt as it would be said on a route.
type draft struct {
	message Message
	body    string // without what marketing has to say beside
	codes   []Code // of the links in it
}

// write writes a prompt for a route. Every prompt is written here and nowhere else.
func (s *Script) write(c *Conversation, p *Prompt, r Route, now time.Time) (draft, error) {
	links := shortener{brand: &s.brand, event: EventID("prompt:" + p.ID), prompt: p.ID, now: now}
	var w draft
	said, err := s.words(p, &c.Customer, r.Medium, links.shorten)
	switch {
	case err != nil:
		return w, err
	case p.Purpose == Transactional && said.purpose == Marketing:
		return w, errMarketing
	}
	w.body, w.codes = said.text, links.codes
	w.message = Message{Channel: r.Channel, Medium: r.Medium, To: p.To, Text: said.text}
	if r.Medium == WhatsApp && r.Contents && now.Sub(c.heardOnWhatsApp()) >= FreeWindow {
		switch w.message.Content = said.content; {
		case said.lacks != nil:
			return w, said.lacks
		case said.content != nil:
			w.message.Text = said.approved
			return w, nil
		}
	}
	if p.Purpose == Marketing {
		w.message.Text = s.footed(said.text, &c.Customer, r)
	}
	return w, sound(w.message.Text)
}

// errMarketing is what a template that is marketing is refused with where it is
// asked for as something else.
var errMarketing = errors.New("looks_like_marketing: the template is marketing, whatever the automation calls it")

// open asks the question of the dialogue that a prompt opens, and returns its
// words. Where a person has the conversation, the text goes out alone.
func (t *turn) open(p *Prompt) string {
	if t.c.State.Owner() != Assistant {
		return ""
	}
	var q Question
	var text string
	switch p.Opens {
	case CartDialogue:
		q, text = t.askCart(p)
	case ReviewDialogue:
		t.slot("review.order", p.Order)
		q, text = t.askRating(p)
	case ReorderDialogue:
		q = Question{Dialogue: ReorderDialogue, Name: askOffer, Options: yesOrNo, Purpose: p.Purpose, Subject: t.text("reorder.subject")}
		if i := slices.IndexFunc(t.c.Customer.Orders, func(o Order) bool { return o.ID == p.Order }); i >= 0 {
			q.Subject = lines(t.c.Customer.Orders[i].Lines)
			t.slot("reorder.order", p.Order)
		}
		text = t.text("reorder.offer", "articles", q.Subject)
	case PreferenceDialogue:
		t.askPreferences(p.Purpose)
		text = strings.Join(append(t.said, t.last), "\n")
		t.said, t.last = nil, ""
		return text
	default:
		return ""
	}
	t.ask(q, "")
	if p.Opens == CartDialogue {
		t.remindLater(t.rules.remindCart)
	}
	return text
}
