package conversation

import (
	"regexp"
	"slices"

	"github.com/causette/causette/conversation/understanding"
)

// A script's section "prompts" is what automations may say first, and what
// agents may choose from, by name.

// promptText is one of its templates.
type promptText struct {
	purpose  Purpose
	texts    map[Medium]map[string]*template // by language; "" is said on every medium without its own, approved outside WhatsApp's window
	defaults map[string]map[string]string    // variable → language → what is said without it; "" is every language
	content  map[string]string               // language → the approved template's SID
	numbered []*part                         // its variables, {{1}} first
	category string                          // as WhatsApp approved it: utility, marketing
}

// approvedText is the text of the template that WhatsApp approved, where it is another
// than is said while the window is open.
const approvedText Medium = "approved"

// Bounds of a script's templates.
const (
	maxTemplates = 1000
	maxDefaults  = 40
	maxNumbered  = 20
)

// contentSID is how Twilio names a template of its Content API.
var contentSID = regexp.MustCompile(`^HX[0-9a-fA-F]{32}$`)

func (s *Script) parsePrompts(n node) {
	s.prompts = map[string]*promptText{}
	for i, m := range n.members() {
		if i == maxTemplates {
			m.wrong("is one too many: a script has at most %d templates", maxTemplates)
			return
		}
		f := m.fields("purpose", "text", "sms", "whatsapp", "defaults")
		p := &promptText{
			purpose: Purpose(f["purpose"].oneOf(string(Transactional), string(Marketing))),
			texts:   map[Medium]map[string]*template{},
		}
		if f["purpose"].absent() {
			f["purpose"].wrong("is missing")
		}
		w := f["whatsapp"].fields("text", "approved", "content", "variables", "category")
		for _, own := range [...]struct {
			medium Medium
			node
		}{{SMS, f["sms"]}, {WhatsApp, w["text"]}, {approvedText, w["approved"]}} {
			if !own.absent() {
				p.texts[own.medium] = s.parseSome(own.node)
			}
		}
		if !f["text"].absent() || p.texts[SMS] == nil || p.texts[WhatsApp] == nil {
			p.texts[""] = s.parseTexts(f["text"], nil)
		}
		p.defaults = parseDefaults(f["defaults"], p.names())
		p.parseContent(w)
		s.prompts[m.key] = p
		s.lint(m.node, f, w, p)
	}
}

// parseSome reads texts by language that need not be there in all: what is
// missing is said as everywhere.
func (s *Script) parseSome(n node) map[string]*template {
	texts := map[string]*template{}
	for _, m := range n.members() {
		if !slices.Contains(understanding.Languages[:], m.key) {
			m.wrong("unknown language%s", nearest(m.key, understanding.Languages[:]))
			continue
		}
		t, err := parseTemplate(m.text(), nil)
		if err != nil {
			m.wrong("%v", err)
			continue
		}
		texts[m.key] = &t
	}
	return texts
}

// parseDefaults reads what is said where an automation gives no value: one text,
// or one a language.
func parseDefaults(n node, names []string) map[string]map[string]string {
	defaults := map[string]map[string]string{}
	for i, m := range n.members() {
		switch {
		case i >= maxDefaults:
			m.wrong("is one too many: a template has at most %d defaults", maxDefaults)
			return defaults
		case !slices.Contains(names, m.key):
			m.wrong("no text of the template has {%s}%s", m.key, nearest(m.key, names))
			continue
		case !m.isMapping():
			defaults[m.key] = map[string]string{"": m.text()}
			continue
		}
		defaults[m.key] = map[string]string{}
		for _, l := range m.members() {
			if !slices.Contains(understanding.Languages[:], l.key) {
				l.wrong("unknown language%s", nearest(l.key, understanding.Languages[:]))
				continue
			}
			defaults[m.key][l.key] = l.text()
		}
	}
	return defaults
}

// parseContent reads which approved templates WhatsApp says the text with.
func (p *promptText) parseContent(w map[string]node) {
	p.content = map[string]string{}
	for _, m := range w["content"].members() {
		switch sid := m.text(); {
		case !slices.Contains(understanding.Languages[:], m.key):
			m.wrong("unknown language%s", nearest(m.key, understanding.Languages[:]))
		case !contentSID.MatchString(sid):
			m.wrong("%q is not the SID of an approved template: HX and 32 hexadecimal digits", sid)
		case p.said(approvedText, m.key) == nil:
			m.wrong("the template has no text in %s: write below approved what WhatsApp approved", m.key)
		default:
			p.content[m.key] = sid
		}
	}
	items := w["variables"].items()
	if len(items) > maxNumbered {
		w["variables"].wrong("are more than %d", maxNumbered)
		return
	}
	for _, item := range items {
		v, err := parsePlaceholder(item.text(), nil)
		if err != nil {
			item.wrong("%v", err)
			continue
		}
		p.numbered = append(p.numbered, &v)
	}
	if p.category = "utility"; !w["category"].absent() {
		p.category = w["category"].oneOf("utility", "marketing")
	}
}

// said is the template's text on a medium in a language, nil where it has none.
func (p *promptText) said(m Medium, language string) *template {
	if t := p.texts[m][language]; t != nil {
		return t
	}
	if m == approvedText {
		return p.said(WhatsApp, language)
	}
	return p.texts[""][language]
}

// each calls do with every text of the template: those of every medium first.
func (p *promptText) each(do func(m Medium, language string, t *template)) {
	for _, m := range [...]Medium{"", SMS, WhatsApp, approvedText} {
		for _, language := range understanding.Languages {
			if t := p.texts[m][language]; t != nil {
				do(m, language, t)
			}
		}
	}
}

// names are the placeholders of all its texts.
func (p *promptText) names() (names []string) {
	p.each(func(_ Medium, _ string, t *template) {
		for _, name := range t.names {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	})
	for _, v := range p.numbered {
		if !slices.Contains(names, v.name) {
			names = append(names, v.name)
		}
	}
	return names
}

// fallsBack is what is said for a variable that nobody gives.
func (p *promptText) fallsBack(v *part, language string) string {
	if v.or != "" {
		return v.or
	}
	if text := p.defaults[v.name][language]; text != "" {
		return text
	}
	return p.defaults[v.name][""]
}
