package conversation

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// write is a prompt as it would be said on a route, and the codes of the links
// in it. Every prompt is written here and nowhere else.
func (s *Script) write(c *Conversation, p *Prompt, r Route, now time.Time) (Message, []Code, error) {
	links := shortener{brand: &s.brand, event: EventID("prompt:" + p.ID), prompt: p.ID, now: now}
	m := Message{Channel: r.Channel, Medium: r.Medium, To: p.To}
	w, err := s.words(p, &c.Customer, r.Medium, links.shorten)
	if err != nil {
		return m, nil, err
	}
	if p.Purpose == Transactional && w.purpose == Marketing {
		return m, nil, errMarketing
	}
	m.Text = w.text
	if g := (gate{c: c}); r.Medium == WhatsApp && r.Contents && now.Sub(g.heardOnWhatsApp()) >= FreeWindow {
		if m.Content = w.content; w.lacks != nil {
			return m, nil, w.lacks
		}
		if m.Content != nil {
			m.Text = w.approved
		}
	}
	if p.Purpose == Marketing && m.Content == nil {
		m.Text = s.footed(m.Text, &c.Customer, r)
		err = sound(m.Text)
	}
	return m, links.codes, err
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
