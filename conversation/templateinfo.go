package conversation

import (
	"maps"
	"slices"
	"strings"
)

// TemplateInfo describes a template to who chooses one.
type TemplateInfo struct {
	Name      string            `json:"name"`
	Purpose   Purpose           `json:"purpose"`
	Languages []string          `json:"languages"`          // that it has texts in
	Media     []Medium          `json:"media"`              // that it has texts for
	Variables []VariableInfo    `json:"variables"`          // in the order of first use
	Texts     map[string]string `json:"texts"`              // by language, as written
	Content   map[string]string `json:"content,omitempty"`  // by language: what WhatsApp takes outside the window
	Category  string            `json:"category,omitempty"` // of Content
}

// VariableInfo is what fills a placeholder.
type VariableInfo struct {
	Name     string            `json:"name"`
	Filters  []string          `json:"filters,omitempty"`  // money, date: how the value is to be given
	Required bool              `json:"required,omitempty"` // refused without it
	Known    bool              `json:"known,omitempty"`    // of the brand or the customer: it need not be given
	Default  map[string]string `json:"default,omitempty"`  // by language
}

// Templates lists what automations and agents may say, by name.
func (s *Script) Templates() []TemplateInfo {
	list := make([]TemplateInfo, 0, len(s.prompts))
	for _, name := range slices.Sorted(maps.Keys(s.prompts)) {
		p := s.prompts[name]
		info := TemplateInfo{Name: name, Purpose: p.purpose, Texts: map[string]string{}, Content: maps.Clone(p.content)}
		if len(p.content) > 0 {
			info.Category = p.category
		}
		for _, m := range [...]Medium{SMS, WhatsApp} {
			if len(p.texts[""]) > 0 || len(p.texts[m]) > 0 {
				info.Media = append(info.Media, m)
			}
		}
		p.each(func(_ Medium, language string, t *template) {
			if _, twice := info.Texts[language]; !twice {
				info.Languages = append(info.Languages, language)
				info.Texts[language] = t.source()
			}
		})
		for _, v := range p.names() {
			info.Variables = append(info.Variables, p.variable(v))
		}
		list = append(list, info)
	}
	return list
}

// variable describes one placeholder: required where one text cannot do without.
func (p *promptText) variable(name string) VariableInfo {
	v := VariableInfo{Name: name, Known: slices.Contains(always, name)}
	look := func(language string, part *part) {
		if part.name != name {
			return
		}
		for _, f := range part.filters {
			if !slices.Contains(v.Filters, f) {
				v.Filters = append(v.Filters, f)
			}
		}
		or := p.fallsBack(part, language)
		v.Required = v.Required || part.optional == 0 && or == ""
		if or != "" {
			if v.Default == nil {
				v.Default = map[string]string{}
			}
			v.Default[language] = or
		}
	}
	p.each(func(_ Medium, language string, t *template) {
		for i := range t.parts {
			look(language, &t.parts[i])
		}
	})
	for language := range p.content {
		for _, n := range p.numbered {
			look(language, n)
		}
	}
	return v
}

// source writes the template as a script has it.
func (t *template) source() string {
	var b strings.Builder
	open := 0
	for i := range t.parts {
		p := &t.parts[i]
		if p.optional != open {
			if open != 0 {
				b.WriteByte(']')
			}
			if p.optional != 0 {
				b.WriteByte('[')
			}
			open = p.optional
		}
		if p.name == "" {
			b.WriteString(doubled.Replace(p.literal))
			continue
		}
		b.WriteString("{" + p.source() + "}")
	}
	if open != 0 {
		b.WriteByte(']')
	}
	return b.String()
}

var doubled = strings.NewReplacer("{", "{{", "}", "}}", "[", "[[", "]", "]]")

func (p *part) source() string {
	text := strings.Join(append([]string{p.name}, p.filters...), "|")
	if p.or != "" {
		text += "|or:" + p.or
	}
	return text
}
