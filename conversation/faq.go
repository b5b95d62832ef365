package conversation

import (
	"slices"

	"github.com/causette/causette/conversation/understanding"
)

// faqEntry is one question that the script answers.
type faqEntry struct {
	name   string
	intent understanding.Intent // recognised by the understanding; "" : by the entry's examples
	answer map[string]*template
}

// faqIntents are the intents that a script may answer in its own words.
var faqIntents = []string{
	string(understanding.Hours), string(understanding.DeliveryInfo),
	string(understanding.PromoCode), string(understanding.Availability),
}

func (s *Script) parseFAQ(n node) {
	examples := map[string][]string{}
	for _, item := range n.items() {
		f := item.fields("name", "intent", "examples", "answer")
		entry := faqEntry{name: f["name"].text(), answer: s.parseTexts(f["answer"], append([]string{"hours"}, always...))}
		if entry.name == "" {
			f["name"].wrong("is missing")
		} else if slices.ContainsFunc(s.faq, func(o faqEntry) bool { return o.name == entry.name }) {
			f["name"].wrong("%q is answered twice", entry.name)
		}
		if !f["intent"].absent() {
			entry.intent = understanding.Intent(f["intent"].oneOf(faqIntents...))
		}
		for _, m := range f["examples"].members() {
			if !slices.Contains(understanding.Languages[:], m.key) {
				m.wrong("unknown language%s", nearest(m.key, understanding.Languages[:]))
				continue
			}
			examples[entry.name] = append(examples[entry.name], m.words()...)
		}
		if entry.intent == "" && len(examples[entry.name]) == 0 {
			item.wrong("has neither an intent nor examples: nobody would ever read it")
		}
		s.faq = append(s.faq, entry)
	}
	s.examples = understanding.NewExamples(examples)
}

func (t *turn) answerEntry(e *faqEntry) {
	t.decide(Rule("faq." + e.name))
	if text := t.render(t.localised(e.answer, t.lang), []string{"hours", t.hours.text(t.lang)}); text != "" && !t.mute {
		t.said = append(t.said, text)
	}
}

// overIntent is how near an example must be to a text whose intent has an entry.
const overIntent = 0.75

// wordsForWhen ask for a day, in the seven languages.
const wordsForWhen = "quand when cuando wann quando wanneer"

// faqIntent answers an intent with the script's entry for it. Where one of the
// script's own examples fits the text better, that entry answers; who asks when
// their lamp comes hears of their lamp.
func (t *turn) faqIntent(i understanding.Intent) bool {
	if i == understanding.DeliveryInfo && t.uses(wordsForWhen) && !t.anonymous() {
		if o, ok := t.holding(t.underway()); ok {
			t.decide("status.asked")
			t.tellStatus(o)
			return true
		}
	}
	if t.example(overIntent) {
		return true
	}
	for k := range t.faq {
		if t.faq[k].intent == i {
			t.answerEntry(&t.faq[k])
			return true
		}
	}
	return false
}

// nearlySame is how near an example must be to a text that would else begin a dialogue.
const nearlySame = 0.9

// wordForWord answers a text that is all but one of the script's examples: its author
// meant that question ("le remboursement prend combien de temps ?") and not what its
// words stand for elsewhere. What people or the law wait for stays theirs.
func (t *turn) wordForWord() bool {
	switch t.best() {
	case understanding.OrderStatus, understanding.CancelOrder, understanding.Return, understanding.ItemProblem,
		understanding.AddressChange, understanding.Invoice, understanding.WrongNumber:
		return !t.read.Long && t.example(nearlySame)
	}
	return false
}

// example answers a question that the script knows by its examples, one of which
// is that near.
func (t *turn) example(least float64) bool {
	if t.quiet || len(t.faq) == 0 {
		return false
	}
	name, score, ok := t.examples.Match(t.read)
	if !ok || score < least {
		return false
	}
	for k := range t.faq {
		if t.faq[k].name == name {
			t.answerEntry(&t.faq[k])
			return true
		}
	}
	return false
}

// answerFAQ answers a question of either kind, and reports whether it was one.
func (t *turn) answerFAQ() bool {
	switch best := t.best(); best {
	case understanding.Hours, understanding.DeliveryInfo, understanding.PromoCode, understanding.Availability:
		return t.faqIntent(best)
	case "", understanding.Other:
		return t.example(0)
	}
	return false
}
