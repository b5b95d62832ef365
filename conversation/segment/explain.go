package segment

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
)

// Explain says the segment in a sentence, in French or in English.
func (s *Segment) Explain(language string) string {
	w := wordsOf(language)
	text := w.explain(&s.root, leaf)
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:] + "."
}

// Finding is one condition of a segment for one customer.
type Finding struct {
	Condition string `json:"condition"` // as it is read
	Text      string `json:"text"`      // what it asks, with the nots that it stands under
	Holds     bool   `json:"holds"`     // with them
}

// Check says of each condition whether it holds for the customer.
func (s *Segment) Check(c *conversation.Conversation, now time.Time, language string) []Finding {
	w := wordsOf(language)
	var list []Finding
	s.root.each(0, func(d *condition, nots int) {
		negated := nots%2 == 1
		var b strings.Builder
		if negated {
			b.WriteString("not ")
		}
		d.print(&b)
		list = append(list, Finding{b.String(), w.clause(d, negated), d.holds(c, now) != negated})
	})
	return list
}

// words is a language in which segments are explained.
type words struct {
	code        string
	and, or     string
	neither     string                   // of everything in the parentheses
	is, isNot   string                   // behind a noun
	compare     map[comparison][2]string // of amounts: as it is, and negated; what is given in %s
	knows       [2]string                // the noun in %s
	other       [2]string                // of !=
	recent      string                   // behind a list field: in the last %s
	open, close string                   // quotes
	hours, days [2]string                // one, several
	dateFormat  string
	ages        map[comparison][2]string // of moments
	point       string                   // between euros and cents
}

var tongues = map[string]*words{
	"fr": {
		code: "fr", and: " et ", or: " ou ", neither: "il n'est pas vrai que : ",
		is: "est", isNot: "n'est pas", knows: [2]string{"on connaît %s", "on ne connaît pas %s"},
		other: [2]string{"est autre que %s", "n'est pas autre que %s"},
		compare: map[comparison][2]string{
			equal: {"est de %s", "n'est pas de %s"}, differs: {"est autre que %s", "n'est pas autre que %s"},
			less: {"est de moins de %s", "n'est pas de moins de %s"}, atMost: {"est d'au plus %s", "n'est pas d'au plus %s"},
			more: {"est de plus de %s", "n'est pas de plus de %s"}, atLeast: {"est d'au moins %s", "n'est pas d'au moins %s"},
		},
		ages: map[comparison][2]string{
			within: {"date de %s au plus", "ne date pas de %s au plus"}, olderThan: {"date de plus de %s", "ne date pas de plus de %s"},
			before: {"date d'avant le %s", "ne date pas d'avant le %s"}, since: {"date du %s ou d'après", "ne date pas du %s ou d'après"},
		},
		recent: " depuis %s", open: "« ", close: " »", hours: [2]string{"heure", "heures"}, days: [2]string{"jour", "jours"},
		dateFormat: "02/01/2006", point: ",",
	},
	"en": {
		code: "en", and: " and ", or: " or ", neither: "it is not true that: ",
		is: "is", isNot: "is not", knows: [2]string{"we know %s", "we do not know %s"},
		other: [2]string{"is other than %s", "is not other than %s"},
		compare: map[comparison][2]string{
			equal: {"is %s", "is not %s"}, differs: {"is other than %s", "is not other than %s"},
			less: {"is under %s", "is not under %s"}, atMost: {"is at most %s", "is not at most %s"},
			more: {"is over %s", "is not over %s"}, atLeast: {"is at least %s", "is not at least %s"},
		},
		ages: map[comparison][2]string{
			within: {"is at most %s old", "is not at most %s old"}, olderThan: {"is more than %s old", "is not more than %s old"},
			before: {"is from before %s", "is not from before %s"}, since: {"is from %s or later", "is not from %s or later"},
		},
		recent: " in the last %s", open: "“", close: "”", hours: [2]string{"hour", "hours"}, days: [2]string{"day", "days"},
		dateFormat: "2 January 2006", point: ".",
	},
}

// wordsOf is the language, English where it is none of ours.
func wordsOf(language string) *words {
	if w := tongues[language]; w != nil {
		return w
	}
	return tongues["en"]
}

// explain says a node that stands within another; leaf: within none.
func (w *words) explain(n *node, around operation) string {
	switch n.op {
	case leaf:
		return w.clause(n.cond, false)
	case not:
		if k := &n.kids[0]; k.op == leaf {
			return w.clause(k.cond, true)
		}
		return w.neither + "(" + w.explain(&n.kids[0], leaf) + ")"
	}
	parts := make([]string, len(n.kids))
	for i := range n.kids {
		parts[i] = w.explain(&n.kids[i], n.op)
	}
	last := w.and
	if n.op == anyOf {
		last = w.or
	}
	text := series(parts, last)
	if around != leaf {
		text = "(" + text + ")"
	}
	return text
}

// series joins parts with commas, and the last with its own word.
func series(parts []string, last string) string {
	n := len(parts) - 1
	if n < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:n], ", ") + last + parts[n]
}

// clause says a condition, or its opposite.
func (w *words) clause(d *condition, negated bool) string {
	side := 0
	if negated {
		side = 1
	}
	p := d.field.phrase[w.code]
	noun := p.noun
	if len(d.args) == 1 {
		noun = fmt.Sprintf(noun, w.quote(d.args[0]))
	}
	switch d.field.kind {
	case flag:
		return p.clause[side]
	case pair:
		return fmt.Sprintf(p.clause[side], purposeWords[w.code][d.args[1]], mediumWords[d.args[0]])
	case list:
		text := fmt.Sprintf(p.clause[side], w.quoted(d.values))
		if d.op == within {
			text += fmt.Sprintf(w.recent, w.span(d.span))
		}
		return text
	}
	if d.op == known {
		return fmt.Sprintf(w.knows[side], noun)
	}
	switch d.field.kind {
	case word:
		if d.op == differs {
			return noun + " " + fmt.Sprintf(w.other[side], w.plain(d.values))
		}
		return noun + " " + [2]string{w.is, w.isNot}[side] + " " + w.plain(d.values)
	case moment:
		given := w.span(d.span)
		if d.op == before || d.op == since {
			given = d.date.Format(w.dateFormat)
		}
		return noun + " " + fmt.Sprintf(w.ages[d.op][side], given)
	}
	given := strings.Replace(d.digits, ".", w.point, 1)
	if d.currency != "" {
		given += " " + d.currency
	}
	return noun + " " + fmt.Sprintf(w.compare[d.op][side], given)
}

func (w *words) quote(v string) string { return w.open + v + w.close }

func (w *words) quoted(values []string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = w.quote(v)
	}
	return series(parts, w.or)
}

func (w *words) plain(values []string) string { return series(values, w.or) }

func (w *words) span(d time.Duration) string {
	n, unit := int64(d/(24*time.Hour)), w.days
	if d%(24*time.Hour) != 0 {
		n, unit = int64(d/time.Hour), w.hours
	}
	if n == 1 {
		return "1 " + unit[0]
	}
	return fmt.Sprintf("%d %s", n, unit[1])
}
