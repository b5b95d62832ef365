package conversation

import (
	"slices"
	"strings"
	"time"
)

// prompt says the first word that an automation asks for, and opens its dialogue.
func (t *turn) prompt(p *Prompt) {
	if t.c.Address == "" {
		t.c.Channel, t.c.Medium, t.c.Address = p.Channel, p.Medium, p.To
	}
	if code := t.Gate(&t.c, p, Route{Channel: p.Channel, Medium: p.Medium}, t.now).Code; code != "" {
		t.decide(Rule("prompt." + code))
		t.notice("prompt.refused", "prompt", p.ID, "code", code)
		return
	}
	links := t.shortener(p.ID)
	w, err := t.words(p, &t.c.Customer, p.Medium, links.shorten)
	text := w.text
	if err == nil && p.Purpose == Marketing {
		text = t.footed(text, &t.c.Customer, Route{Channel: p.Channel, Medium: p.Medium})
		err = sound(text)
	}
	if err != nil {
		code, _, _ := strings.Cut(err.Error(), ":")
		t.decide(Rule("prompt." + code))
		t.notice("prompt.refused", "prompt", p.ID, "code", code, "why", err.Error())
		return
	}
	t.out.Codes = append(t.out.Codes, links.codes...)
	t.decide("prompt.sent")
	if p.Order != "" {
		t.slot(slotOrder, p.Order)
		t.slot(slotOrderUntil, t.now.Add(t.rules.questionFor).Format(time.RFC3339))
	}
	if question := t.open(p); question != "" {
		text = strings.TrimSpace(text + "\n" + question)
	}
	t.out.Messages = append(t.out.Messages, Message{
		Channel: p.Channel, Medium: p.Medium, To: p.To, Text: cutRunes(text, maxText), Purpose: p.Purpose,
		Asks: t.asks, Prompt: p.ID, Rule: t.why, Expires: p.Expires,
	})
	t.c.Prompted = p.Purpose
}

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
