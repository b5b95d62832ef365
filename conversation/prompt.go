package conversation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// promptText is a text that automations may send, by its name.
type promptText struct {
	purpose   Purpose
	text      map[string]*template
	variables []string // that the automation must give
}

// What is wrong with a prompt; the codes are the contract's.
var (
	ErrUnknownTemplate = errors.New("unknown_template")
	ErrMissingVariable = errors.New("missing_variable")
)

func (s *Script) parsePrompts(n node) {
	s.prompts = map[string]promptText{}
	for _, m := range n.members() {
		f := m.fields("purpose", "text")
		p := promptText{purpose: Purpose(f["purpose"].oneOf(string(Transactional), string(Marketing)))}
		if f["purpose"].absent() {
			f["purpose"].wrong("is missing")
		}
		p.text = s.parseTexts(f["text"], nil)
		for _, language := range understanding.Languages {
			tpl := p.text[language]
			if tpl == nil {
				continue
			}
			for _, name := range tpl.names {
				if !slices.Contains(always, name) && !slices.Contains(p.variables, name) && tpl.required(name) {
					p.variables = append(p.variables, name)
				}
			}
			if p.purpose == Marketing && !tpl.saysHowToStop() {
				f["text"].wrong("in %s does not say how to stop: every marketing text does", language)
			}
		}
		s.prompts[m.key] = p
	}
}

// required reports whether the text needs the placeholder: outside every part
// that can be left out.
func (t *template) required(name string) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.name == name && p.optional == 0 })
}

func (t *template) saysHowToStop() bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return strings.Contains(p.literal, "STOP") })
}

// Prompt renders an automation's template for a customer in their language.
// The error is ErrUnknownTemplate or ErrMissingVariable, with what to do.
func (s *Script) Prompt(name, language string, c *Customer, variables map[string]string) (text string, purpose Purpose, err error) {
	p, ok := s.prompts[name]
	if !ok {
		names := make([]string, 0, len(s.prompts))
		for n := range s.prompts {
			names = append(names, n)
		}
		slices.Sort(names)
		return "", "", fmt.Errorf("%w: %q%s", ErrUnknownTemplate, name, nearest(name, names))
	}
	for _, v := range p.variables {
		if variables[v] == "" {
			return "", "", fmt.Errorf("%w: {%s} of template %q", ErrMissingVariable, v, name)
		}
	}
	t := turn{Script: s, lang: s.speaks(language)}
	t.c.Customer = *c
	values := make([]string, 0, 2*len(variables))
	for k, v := range variables {
		values = append(values, k, v)
	}
	return cutRunes(t.render(t.localised(p.text, t.lang), values), maxText), p.purpose, nil
}

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
	text := cutRunes(p.Text, maxText)
	if p.Template != "" {
		var err error
		if text, _, err = t.Prompt(p.Template, t.c.Customer.Language, &t.c.Customer, p.Variables); err != nil {
			code, _, _ := strings.Cut(err.Error(), ":")
			t.decide(Rule("prompt." + code))
			t.notice("prompt.refused", "prompt", p.ID, "code", code, "why", err.Error())
			return
		}
	}
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
