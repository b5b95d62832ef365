package conversation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/conversation/understanding"
)

// What the lint looks at.
const (
	// lockScreen is how much of a text stands on a locked phone, in characters:
	// the shorter of what both kinds of phones show beside the sender.
	lockScreen = 40
	// advisable is how many segments a text that nobody asked for should have.
	advisable = 2
	// usual is how long a value is taken to be where only the template is known.
	usual = 12
)

// lint notes what is better said otherwise in a template: warnings at the line
// of the text, errors where no carrier could take it.
func (s *Script) lint(at node, f, w map[string]node, p *promptText) {
	where := map[Medium]node{"": f["text"], SMS: f["sms"], WhatsApp: w["text"], approvedText: w["approved"]}
	p.each(func(m Medium, language string, t *template) {
		n := where[m].member(language)
		for _, advice := range s.adviceOn(p, t, m, language) {
			n.warn("%s", advice)
		}
	})
	if len(p.content) == 0 {
		return
	}
	s.lintContent(w, p)
}

// adviceOn is what is amiss in one text, as the ends of sentences.
func (s *Script) adviceOn(p *promptText, t *template, m Medium, language string) (advice []string) {
	say := func(format string, args ...any) { advice = append(advice, fmt.Sprintf(format, args...)) }
	if name := t.boughtBefore(lockScreen, s); s.brand.Discreet && name != "" {
		say("{%s} stands in the first %d characters, which a locked phone shows: the brand is discreet", name, lockScreen)
	}
	sample := t.sample(s, p, language)
	if calls := callsToAction(sample, language); len(calls) > 1 {
		say("asks for %d things at once (%s): one is done more often", len(calls), strings.Join(calls, ", "))
	}
	if m == "" || m == SMS {
		if p.purpose == Marketing {
			sample = s.footed(sample, &Customer{Language: language}, Route{Medium: SMS})
		}
		advice = append(advice, lengthOf(sample)...)
	}
	for i := range t.parts {
		part := &t.parts[i]
		if part.name == "first" && part.optional == 0 && p.fallsBack(part, language) == "" {
			say("refuses customers whose name nobody knows: write [ {first}] or {first|or:…}")
		}
		if part.name == "phone" && s.brand.Phone == "" || part.name == "email" && s.brand.Email == "" {
			say("has {%s}, which the brand's configuration does not give", part.name)
		}
	}
	if word := t.touched(); word != "" {
		say("has a sign that touches the link %s: phones take it for a part of it; put a space between", word)
	}
	if left := leftOver.FindString(t.render(func(string) string { return "" })); left != "" {
		say("has %s as words: every prompt with it is refused as unfilled", left)
	}
	return advice
}

// lintContent looks at what WhatsApp says with an approved template.
func (s *Script) lintContent(w map[string]node, p *promptText) {
	if w["category"].absent() && p.purpose == Marketing {
		w["content"].wrong("needs a category, utility or marketing: as it was approved")
	}
	if p.purpose == Marketing && p.category == "utility" && !w["category"].absent() {
		w["category"].warn("is utility, the template is marketing: WhatsApp moves such templates to marketing, and pauses them")
	}
	if p.purpose == Transactional && p.category == "marketing" {
		w["category"].warn("is marketing, the template is transactional: WhatsApp does not deliver it to all, nor to US numbers")
	}
	for _, language := range s.brand.Languages {
		if p.content[language] == "" {
			w["content"].warn("is missing in %s: outside the window, who reads it gets an SMS", language)
		}
	}
	for _, language := range understanding.Languages {
		t := p.said(approvedText, language)
		if p.content[language] == "" || t == nil {
			continue
		}
		for _, name := range t.names {
			given := slices.ContainsFunc(p.numbered, func(n *part) bool { return n.name == name })
			if !given && (name == "first" || !slices.Contains(always, name)) {
				w["content"].wrong("in %s the text has {%s}, which variables does not give to the approved template", language, name)
			}
		}
		if slices.ContainsFunc(t.parts, func(p part) bool { return p.optional != 0 }) {
			w["content"].warn("in %s the text has a part in [ ]: an approved template always says all of it; use {name|or:…}", language)
		}
		if p.purpose == Marketing && !saysHowToStop(t.sample(s, p, language), Route{Medium: WhatsApp}) {
			w["content"].warn("in %s does not say how to stop, and nothing can be added to an approved template", language)
		}
	}
}

// bought reports a placeholder that tells what was bought.
func (p *part) bought() bool {
	return slices.Contains(p.filters, "product") || slices.ContainsFunc([]string{"product", "article", "item", "lines"}, func(word string) bool {
		return strings.Contains(p.name, word)
	})
}

// boughtBefore is the first placeholder that may tell what was bought within so
// many characters; what can be left out may be.
func (t *template) boughtBefore(n int, s *Script) string {
	at := 0
	for i := range t.parts {
		switch p := &t.parts[i]; {
		case at >= n:
			return ""
		case p.bought():
			return p.name
		case p.optional != 0:
		case p.name == "brand":
			at += utf8.RuneCountInString(s.brand.Name)
		default:
			at += utf8.RuneCountInString(p.literal)
		}
	}
	return ""
}

// sample is the text with values of a usual length.
func (t *template) sample(s *Script, p *promptText, language string) string {
	return t.write(func(v *part) string {
		or := p.fallsBack(v, language)
		switch {
		case v.name == "brand":
			return s.brand.Name
		case isLink(v.name) && s.brand.LinkURL != "":
			return s.brand.LinkURL + strings.Repeat("x", 16)
		case isLink(v.name):
			return "https://example.com/" + strings.Repeat("x", usual)
		case slices.Contains(v.filters, "money"):
			return written(language, Money{Amount: 14990, Currency: s.brand.Currency}, " ")
		case utf8.RuneCountInString(or) > usual:
			return or
		}
		return strings.Repeat("x", usual)
	})
}

// touched is the link that a sign touches: "https://lumen.example/soldes." or
// {cart_url},.
func (t *template) touched() string {
	for i, p := range t.parts {
		if strings.Contains(p.name, "url") && i+1 < len(t.parts) && touches(t.parts[i+1].literal) {
			return "{" + p.name + "}"
		}
		for _, word := range strings.Fields(p.literal) {
			if last := word[len(word)-1:]; isURL(strings.TrimLeft(word, "(")) && touches(last) {
				return word
			}
		}
	}
	return ""
}

func touches(s string) bool { return s != "" && strings.IndexByte(".,;:!?)", s[0]) >= 0 }

// answerWords ask for an answer, one pattern a language.
var answerWords = map[string]*regexp.Regexp{
	"fr": regexp.MustCompile(`(?i)\b(répondez|repondez|dites-nous|écrivez-nous|ecrivez-nous)`),
	"en": regexp.MustCompile(`(?i)\b(reply|tell us|answer|text us)\b`),
	"es": regexp.MustCompile(`(?i)\b(responda|conteste|díganos|diganos)\b`),
	"de": regexp.MustCompile(`(?i)\b(antworten sie|schreiben sie)\b`),
	"it": regexp.MustCompile(`(?i)\b(risponda|rispondi|ci dica)\b`),
	"nl": regexp.MustCompile(`(?i)\b(antwoord|beantwoord|laat ons)\b`),
	"pt": regexp.MustCompile(`(?i)\b(responda|diga-nos)\b`),
}

var phones = regexp.MustCompile(`\+?\d[\d .]{7,16}\d`)

// callsToAction are the things that a text asks its reader to do; the way out is
// none of them.
func callsToAction(text, language string) (calls []string) {
	for range linkIn.FindAllString(text, -1) {
		calls = append(calls, "a link")
	}
	text = wayOut.ReplaceAllString(linkIn.ReplaceAllString(text, ""), "")
	if words := answerWords[language]; words != nil && words.MatchString(text) {
		calls = append(calls, "an answer")
	}
	if phones.MatchString(text) {
		calls = append(calls, "a call")
	}
	return calls
}

// lengthOf is what is amiss with a text's length, as the ends of sentences.
func lengthOf(text string) (advice []string) {
	offer := sms.OfferFor(text)
	if n := offer.Before.Segments; n > advisable {
		advice = append(advice, fmt.Sprintf("takes %d segments (%s): more than %d are read less and cost more", n, offer.Before.Encoding, advisable))
	}
	if offer.Saves() > 0 {
		var characters []string
		for _, r := range offer.Replacements {
			characters = append(characters, fmt.Sprintf("%q as %q", r.From, r.To))
		}
		advice = append(advice, fmt.Sprintf("takes %d segments, and %d with %s", offer.Before.Segments, offer.After.Segments, strings.Join(characters, ", ")))
	}
	return advice
}

// Lint is what is better said otherwise in a text as it would leave, with the
// values that it has, as the ends of sentences about it.
func (s *Script) Lint(p *Prompt, text string, m Medium, language string) (advice []string) {
	if s.brand.Discreet {
		if name := s.boughtIn(p, cutWords(text, lockScreen)); name != "" {
			advice = append(advice, fmt.Sprintf("tells what was bought (%s) in the first %d characters, which a locked phone shows", name, lockScreen))
		}
	}
	if calls := callsToAction(text, s.speaks(language)); len(calls) > 1 {
		advice = append(advice, fmt.Sprintf("asks for %d things at once (%s): one is done more often", len(calls), strings.Join(calls, ", ")))
	}
	if m == SMS {
		advice = append(advice, lengthOf(text)...)
	}
	return advice
}

// boughtIn is the prompt's variable that tells, in the beginning of its text,
// what was bought.
func (s *Script) boughtIn(p *Prompt, beginning string) string {
	t := s.prompts[p.Template]
	if t == nil {
		return ""
	}
	for _, name := range t.names() {
		v := plain(p.Variables[name])
		if (&part{name: name, filters: t.variable(name).Filters}).bought() && v != "" &&
			strings.Contains(beginning, cutWords(product(v), 10)) {
			return name
		}
	}
	return ""
}
