package conversation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A template is a text with placeholders: "Bonjour[ {first}], …". A part in
// square brackets is left out when a placeholder in it has no value; "{{" and
// "[[" stand for the signs themselves. {first|or:vous} says "vous" where nobody
// knows the name; what automations fill may also go through filters, such as
// {total|money}. It is checked when the script is parsed, so that rendering
// cannot fail.
type template struct {
	parts []part
	names []string // placeholders, each once, in the order of first use
	size  int      // how long it is, about
}

type part struct {
	literal  string
	name     string // a placeholder; "" for a literal
	optional int    // number of the bracketed part it belongs to, from 1; 0: none
	filters  []string
	or       string // what is said where there is no value
}

// Bounds of what is said: no carrier takes more than 1600 characters, and no
// value of a shop may crowd out the sentence around it.
const (
	maxText  = 1600
	maxValue = 120
	maxLink  = 500

	maxFilters = 4 // of one placeholder
)

// parseTemplate reads a template. allowed lists the placeholders that have
// values here; nil allows any.
func parseTemplate(text string, allowed []string) (template, error) {
	var t template
	if n := utf8.RuneCountInString(text); n > maxText {
		return t, fmt.Errorf("has %d characters, a message at most %d", n, maxText)
	}
	var literal strings.Builder
	optional, parts := 0, 0
	flush := func() {
		if literal.Len() > 0 {
			t.parts = append(t.parts, part{literal: literal.String(), optional: optional})
			literal.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		doubled := i+1 < len(text) && text[i+1] == c
		switch {
		case (c == '{' || c == '[' || c == ']' || c == '}') && doubled:
			literal.WriteByte(c)
			i++
		case c == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return t, fmt.Errorf("a { is never closed")
			}
			p, err := parsePlaceholder(text[i+1:i+end], allowed)
			if err != nil {
				return t, err
			}
			flush()
			p.optional = optional
			t.parts = append(t.parts, p)
			if !slices.Contains(t.names, p.name) {
				t.names = append(t.names, p.name)
			}
			i += end
		case c == '[':
			if optional != 0 {
				return t, fmt.Errorf("a [ inside [ ]: parts that can be left out do not nest")
			}
			flush()
			parts++
			optional = parts
		case c == ']':
			if optional == 0 {
				return t, fmt.Errorf("a ] without its [")
			}
			flush()
			optional = 0
		case c == '}':
			return t, fmt.Errorf("a } without its {")
		default:
			literal.WriteByte(c)
		}
	}
	if optional != 0 {
		return t, fmt.Errorf("a [ is never closed")
	}
	flush()
	for i := range t.parts {
		t.size += len(t.parts[i].literal)
	}
	t.size += 16 * len(t.names)
	for i, p := range t.parts[:max(len(t.parts)-1, 0)] {
		if next := t.parts[i+1].literal; isLink(p.name) && next != "" && strings.ContainsRune(".,;:!?)", rune(next[0])) {
			return t, fmt.Errorf("the link {%s} touches %q, which phones take for a part of it; put a space between", p.name, next[:1])
		}
	}
	return t, nil
}

// parsePlaceholder reads what stands between braces: a name, filters, a default.
func parsePlaceholder(inside string, allowed []string) (part, error) {
	name, rest, _ := strings.Cut(inside, "|")
	if name == "" || strings.ContainsAny(name, " {[]:\n") || strings.ContainsAny(rest, "{\n") {
		return part{}, fmt.Errorf("{%s} is not a placeholder; write {{ for the sign itself", inside)
	}
	if allowed != nil && !slices.Contains(allowed, name) {
		return part{}, fmt.Errorf("unknown placeholder {%s}%s; here one can use {%s}", name, nearest(name, allowed), strings.Join(allowed, "}, {"))
	}
	p := part{name: name}
	for more := rest != "" || strings.HasSuffix(inside, "|"); more; {
		if or, ok := strings.CutPrefix(rest, "or:"); ok {
			if p.or = or; strings.TrimSpace(or) == "" {
				return part{}, fmt.Errorf("{%s} has an empty default; put [ ] around what can be left out", inside)
			}
			return p, nil
		}
		var filter string
		filter, rest, more = strings.Cut(rest, "|")
		if known := filterNames(); !slices.Contains(known, filter) {
			return part{}, fmt.Errorf("unknown filter %q in {%s}%s; there are %s and or:TEXT", filter, inside, nearest(filter, known), strings.Join(known, ", "))
		}
		if allowed != nil {
			return part{}, fmt.Errorf("{%s}: only the texts of prompts have filters", inside)
		}
		if p.filters = append(p.filters, filter); len(p.filters) > maxFilters {
			return part{}, fmt.Errorf("{%s} has more than %d filters", inside, maxFilters)
		}
	}
	return p, nil
}

// isLink reports whether a placeholder's value is a link.
func isLink(name string) bool { return name == "link" || name == "order.tracking" }

// render writes the text with its values.
func (t *template) render(value func(name string) string) string {
	return t.write(func(p *part) string { return bounded(cmp.Or(value(p.name), p.or)) })
}

// write writes the text with its placeholders as value says them; a bracketed
// part goes where one of them is "".
func (t *template) write(value func(*part) string) string {
	if len(t.parts) == 1 && t.parts[0].name == "" {
		return t.parts[0].literal
	}
	var b strings.Builder
	b.Grow(t.size)
	for i := 0; i < len(t.parts); {
		group := t.parts[i].optional
		end := i + 1
		for group != 0 && end < len(t.parts) && t.parts[end].optional == group {
			end++
		}
		start := b.Len()
		keep := true
		for k := i; k < end; k++ {
			p := &t.parts[k]
			if p.name == "" {
				b.WriteString(p.literal)
				continue
			}
			v := value(p)
			keep = keep && v != ""
			b.WriteString(v)
		}
		if group != 0 && !keep {
			rest := b.String()[:start]
			b.Reset()
			b.WriteString(rest)
		}
		i = end
	}
	return b.String()
}

// placeholder finds the first of that name, nil where there is none.
func (t *template) placeholder(name string) *part {
	i := slices.IndexFunc(t.parts, func(p part) bool { return p.name == name })
	if i < 0 {
		return nil
	}
	return &t.parts[i]
}

// bounded keeps a value short and on one line; a link is kept whole or left
// out, because half of one leads nowhere.
func bounded(v string) string {
	if strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "http://") {
		if len(v) > maxLink || strings.ContainsAny(v, " \n\r\t") {
			return ""
		}
		return v
	}
	if strings.HasPrefix(v, listed) { // written by us, line by line
		return v[len(listed):]
	}
	if strings.ContainsAny(v, "\n\r\t") {
		v = strings.Join(strings.Fields(v), " ")
	}
	return cutRunes(v, maxValue)
}

// listed marks a value as lines that the assistant composed: it is neither
// joined nor cut. No foreign text begins with it: U+0000 is removed at the door.
const listed = "\x00"

// cutRunes shortens a text to n runes, the last of them "…".
func cutRunes(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 1 {
			return strings.TrimRight(s[:i], " \n") + "…"
		}
	}
	return s
}
