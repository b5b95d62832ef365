package conversation

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// roomFor is what a merged text leaves for the question at its end, in runes.
const roomFor = 400

// release says the prompt named lead and, in the same message, those of the
// open ones that can stand with it: nobody gets three messages at eight in the
// morning.
func (t *turn) release(lead string, open []due) {
	i := slices.IndexFunc(open, func(d due) bool { return d.Prompt.ID == lead })
	group := []due{open[i]}
	for j, d := range open {
		if j != i && t.fits(group, &d) {
			group = append(group, d)
		}
	}
	if len(group) > 1 { // the older is read first
		slices.SortStableFunc(group, func(a, b due) int { return a.Prompt.Requested.Compare(b.Prompt.Requested) })
	}
	t.sayPrompts(group)
}

// fits reports whether a prompt can be said in one message with a group: on the
// same way, for the same purpose, with one question and one incentive at most.
// The carrier's approved templates stand alone.
func (t *turn) fits(group []due, d *due) bool {
	one := &group[0]
	if d.message.Channel != one.message.Channel || d.Prompt.Purpose != one.Prompt.Purpose || d.message.Content != nil || one.message.Content != nil {
		return false
	}
	length := utf8.RuneCountInString(d.message.Text)
	for i := range group {
		length += 1 + utf8.RuneCountInString(group[i].message.Text)
		if d.Prompt.asks() && group[i].Prompt.asks() || d.Prompt.Incentive && group[i].Prompt.Incentive {
			return false
		}
	}
	return length <= maxText-roomFor
}

// asks reports a prompt that opens a dialogue with a question.
func (p *Prompt) asks() bool {
	switch p.Opens {
	case CartDialogue, ReviewDialogue, ReorderDialogue, PreferenceDialogue:
		return true
	}
	return false
}

// sayPrompts says prompts in one message, which the first of them carries.
func (t *turn) sayPrompts(group []due) {
	lead := group[0].Pending
	m, codes := t.together(group)
	if len(group) > 1 {
		lead.Prompt.Template, lead.Prompt.Text = "", m.Text // what another medium would say
	}
	touch := t.c.touched(&lead.Prompt, t.now)
	for i := range group {
		p := &group[i].Prompt
		if p.Order != "" {
			t.slot(slotOrder, p.Order)
			t.slot(slotOrderUntil, t.now.Add(t.rules.questionFor).Format(time.RFC3339))
		}
		if m.Content == nil && p.asks() {
			lead.Asks = t.open(p)
		}
		touch.Cart, touch.Incentive = cmp.Or(touch.Cart, p.Cart), touch.Incentive || p.Incentive
		if end := p.Expires; !end.IsZero() && (m.Expires.IsZero() || end.Before(m.Expires)) {
			m.Expires = end
		}
	}
	lead.Asked = t.asks
	m.Text = cutRunes(strings.TrimSpace(m.Text+"\n"+lead.Asks), maxText)
	m.Purpose, m.Prompt, m.Asks, m.Rule = lead.Prompt.Purpose, lead.Prompt.ID, t.asks, t.why
	if t.c.WroteAt.IsZero() {
		t.c.Channel, t.c.Medium, t.c.Address = m.Channel, m.Medium, m.To
	}
	t.out.Messages = append(t.out.Messages, m)
	t.out.Codes = append(t.out.Codes, codes...)
	t.c.Prompted = m.Purpose
	t.touches(touch)
	t.saidPrompts(group, lead)
}

// saidPrompts keeps the prompt that carries a message until it is known how the
// message was delivered; those that were merged into it are over.
func (t *turn) saidPrompts(group []due, lead Pending) {
	list := make([]Pending, 0, len(t.c.Prompts)+1)
	for _, w := range t.c.Prompts {
		if !slices.ContainsFunc(group, func(d due) bool { return d.Prompt.ID == w.Prompt.ID }) {
			list = append(list, w)
		}
	}
	t.c.Prompts = list
	for i := range group[1:] {
		d := &group[1+i]
		first := d.Status == ""
		d.Status, d.Pending.Verdict = PromptMerged, d.way.verdict
		t.promptChanged(&d.Pending, first, lead.Prompt.ID)
		lead.With = append(lead.With, d.Prompt.ID)
	}
	first := lead.Status == ""
	lead.Status, lead.Verdict, lead.Since = PromptQueued, group[0].way.verdict, t.now
	lead.Tried = []Medium{lead.Verdict.Route.Medium}
	t.promptChanged(&lead, first, "")
	t.admit(lead)
	if t.brand.Fallback > 0 && t.otherWay(&lead) {
		t.wake(DeliveryTimer+lead.Prompt.ID, t.now.Add(t.brand.Fallback), "")
	}
}

// together joins the texts of a group: an offer that two prompts make is made
// once, its sender is named at the beginning and the way out at the end.
func (t *turn) together(group []due) (Message, []Code) {
	m, codes := group[0].message, group[0].codes
	if len(group) == 1 {
		return m, codes
	}
	codes = nil
	named := t.text("offer.named") + " "
	var bodies []string
	for i := range group {
		d := &group[i]
		again := slices.ContainsFunc(group[i+1:], func(x due) bool {
			return x.body == d.body || x.Prompt.Template != "" && x.Prompt.Template == d.Prompt.Template && x.Prompt.Purpose == Marketing
		})
		if again {
			continue
		}
		body := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(d.body), t.text("offer.stop")))
		if rest, cut := strings.CutPrefix(body, named); cut && len(bodies) > 0 {
			body = capital(rest)
		}
		bodies = append(bodies, body)
		codes = append(codes, d.codes...)
	}
	m.Text = strings.Join(bodies, "\n")
	if group[0].Prompt.Purpose == Marketing {
		m.Text = t.footed(m.Text, &t.c.Customer, group[0].way.verdict.Route)
	}
	return m, codes
}

// capital begins a text as a sentence.
func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}
