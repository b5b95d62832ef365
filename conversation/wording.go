package conversation

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is wrong with a prompt's words; the codes are the contract's, and
// bad_variable and too_long beside them.
var (
	ErrUnknownTemplate = errors.New("unknown_template")
	ErrMissingVariable = errors.New("missing_variable")
	ErrBadVariable     = errors.New("bad_variable") // a value that cannot be written so: no amount, no date, a link that leads elsewhere
	ErrTooLong         = errors.New("too_long")
)

// wording is a prompt in words on one medium, without its footer.
type wording struct {
	text    string
	purpose Purpose // the template's

	content  *Content // what WhatsApp takes outside the window; nil: none in this language
	approved string   // what content says: nothing can be added to it
	lacks    error    // why content is nil where one is approved: a variable of it is missing
}

// words writes a prompt for a customer on a medium. The errors are those above,
// with what to do. shorten gives the short link that stands for a long one; nil
// leaves links as they are. Where they may lead is looked at either way.
func (s *Script) words(p *Prompt, c *Customer, m Medium, shorten func(url string) string) (wording, error) {
	if p.Template != "" {
		return s.fill(p.Template, c.Language, m, c, p.Variables, links{shorten: shorten, strict: true})
	}
	text := strings.TrimSpace(legible(p.Text))
	if text == "" {
		return wording{}, fmt.Errorf("%w: neither a template nor a text is given", ErrUnknownTemplate)
	}
	if err := sound(text); err != nil {
		return wording{}, err
	}
	return wording{text: text, purpose: p.Purpose}, nil
}

// Fill writes a template in a language on a medium, with what the customer's row
// tells and the variables. content is what WhatsApp takes outside the window, nil
// where no template is approved for it; what it says may be another text. The error is ErrUnknownTemplate,
// ErrMissingVariable, ErrBadVariable or ErrTooLong, and says what to do.
func (s *Script) Fill(name, language string, m Medium, c *Customer, variables map[string]string) (text string, content *Content, err error) {
	w, err := s.fill(name, language, m, c, variables, links{})
	return w.text, w.content, err
}

// fill is Fill with short links.
func (s *Script) fill(name, language string, m Medium, c *Customer, variables map[string]string, l links) (wording, error) {
	p := s.prompts[name]
	if p == nil {
		return wording{}, fmt.Errorf("%w: %q%s", ErrUnknownTemplate, name, nearest(name, slices.Sorted(maps.Keys(s.prompts))))
	}
	language, tpl := s.inLanguage(p, m, language)
	if tpl == nil {
		return wording{}, fmt.Errorf("%w: %q says nothing on %s", ErrUnknownTemplate, name, m)
	}
	f := filling{
		Script: s, name: name, p: p, c: c, variables: variables, links: l,
		voice: voice{language: language, currency: s.brand.Currency, zone: s.brandZone(), medium: m},
	}
	w := wording{purpose: p.purpose, text: strings.TrimSpace(legible(tpl.write(f.value)))}
	switch {
	case f.bad != nil:
		return wording{}, f.bad
	case len(f.missing) > 0:
		return wording{}, f.lacking()
	case w.text == "":
		return wording{}, fmt.Errorf("%w: template %q says nothing with these variables", ErrMissingVariable, name)
	}
	if m == WhatsApp && p.content[language] != "" {
		f.fillApproved(&w)
	}
	if err := cmp.Or(f.bad, sound(w.text)); err != nil {
		return wording{}, err
	}
	return w, nil
}

// inLanguage picks the text: the customer's language, else English where the
// brand speaks it, else the brand's first.
func (s *Script) inLanguage(p *promptText, m Medium, language string) (string, *template) {
	for _, l := range [...]string{s.speaks(language), s.fallback(), s.brand.Languages[0]} {
		if t := p.said(m, l); t != nil {
			return l, t
		}
	}
	return "", nil
}

// approved reports whether WhatsApp takes the template outside the window, in the
// language that the customer would read it in.
func (s *Script) approved(name, language string) bool {
	p := s.prompts[name]
	if p == nil {
		return false
	}
	language, tpl := s.inLanguage(p, WhatsApp, language)
	return tpl != nil && p.content[language] != ""
}

// A filling is a template that is being filled.
type filling struct {
	*Script
	name      string
	p         *promptText
	c         *Customer
	variables map[string]string
	links     links
	voice     voice
	missing   []string
	bad       error // of the first value that cannot be written
}

func (f *filling) lacking() error {
	return fmt.Errorf("%w: {%s} of template %q", ErrMissingVariable, strings.Join(f.missing, "}, {"), f.name)
}

// fillApproved fills what WhatsApp takes outside the window, or says what is lacking.
// Its variables are counted from 1; one that is only named is said as in the text.
func (f *filling) fillApproved(w *wording) {
	text := f.p.said(approvedText, f.voice.language)
	w.approved = strings.TrimSpace(legible(text.write(f.value)))
	w.content = &Content{SID: f.p.content[f.voice.language], Variables: make(map[string]string, len(f.p.numbered))}
	for i, v := range f.p.numbered {
		if p := text.placeholder(v.name); p != nil && len(v.filters) == 0 && v.or == "" {
			v = &part{name: v.name, filters: p.filters, or: p.or}
		}
		w.content.Variables[strconv.Itoa(i+1)] = f.value(v)
	}
	if w.lacks = sound(w.approved); len(f.missing) > 0 {
		w.lacks = f.lacking()
	}
	if w.lacks != nil {
		w.content, w.approved = nil, ""
	}
}

// value writes one placeholder. What is missing and needed, and what is wrong,
// is noted.
func (f *filling) value(p *part) string {
	v := plain(f.given(p.name))
	var err error
	switch {
	case isURL(v):
		v, err = f.link(v)
	default:
		err = f.strays(v)
		for _, name := range p.filters {
			if v != "" && err == nil {
				v, err = filters[name](v, &f.voice)
			}
		}
		v = cutPlain(v, maxValue)
	}
	if err != nil && f.bad == nil {
		f.bad = fmt.Errorf("%w: {%s} of template %q: %w", ErrBadVariable, p.name, f.name, err)
	}
	if v == "" {
		v = f.p.fallsBack(p, f.voice.language)
	}
	if v == "" && err == nil && p.optional == 0 && !slices.Contains(f.missing, p.name) {
		f.missing = append(f.missing, p.name)
	}
	return v
}

// given is the automation's value, else what the brand and the customer's row tell.
func (f *filling) given(name string) string {
	if v := f.variables[name]; v != "" {
		return v
	}
	return f.familiar(name, f.c)
}

// familiar is what every text may name: the brand's, and the customer's own.
func (s *Script) familiar(name string, c *Customer) string {
	switch name {
	case "brand":
		return s.brand.Name
	case "first":
		return c.called()
	case "phone":
		return s.brand.Phone
	case "email":
		return s.brand.Email
	}
	return ""
}

// called is the customer's first name, where we know that it is them: not on a
// wrong number, and not on a phone that two accounts share.
func (c *Customer) called() string {
	if c.Detached || len(c.Accounts) > 1 {
		return ""
	}
	return c.First
}

// leftOver is a placeholder that nobody filled: {prenom}, {{first_name}}, ${name},
// %FIRSTNAME%, *|FNAME|*.
var leftOver = regexp.MustCompile(`\{\s*\pL[^{}\n]{0,60}\}|%%?\pL[\pL_]{2,40}%|\*\|[\pL_:]{2,40}\|\*`)

// sound refuses a text that no customer should read.
func sound(text string) error {
	if !strings.ContainsAny(text, "{%*") { // nearly all texts: the expression costs more than the rest of a turn
		return soundLength(text)
	}
	if left := leftOver.FindString(text); left != "" {
		return fmt.Errorf("%w: %s stands in the text unfilled", ErrMissingVariable, left)
	}
	return soundLength(text)
}

func soundLength(text string) error {
	if n := utf8.RuneCountInString(text); n > maxText {
		return fmt.Errorf("%w: the text has %d characters, a message at most %d", ErrTooLong, n, maxText)
	}
	return nil
}

// legible leaves out of foreign text what is no character, and what only moves
// the others about: nobody can hide a text in a text.
func legible(s string) string {
	s = strings.ToValidUTF8(s, "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r', r == '\u2028', r == '\u2029':
			return '\n'
		case unicode.IsControl(r):
			return ' '
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff', r >= '\ufff9' && r <= '\ufffb':
			return -1
		}
		return r
	}, s)
}

// plain is a foreign value as it may stand in a sentence.
func plain(v string) string { return strings.Join(strings.Fields(legible(v)), " ") }

// cutPlain shortens a text to n runes, the last three of them "...": "…" would
// make an SMS UCS-2.
func cutPlain(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return cutWords(s, n-3) + "..."
}
