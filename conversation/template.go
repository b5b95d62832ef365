package conversation

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A template is a text with placeholders: "Bonjour[ {first}], …". A part in
// square brackets is left out when a placeholder in it has no value; "{{" and
// "[[" stand for the signs themselves. It is checked when the script is
// parsed, so that rendering cannot fail.
type template struct {
	parts []part
	names []string // placeholders, each once, in the order of first use
}

type part struct {
	literal  string
	name     string // a placeholder; "" for a literal
	optional int    // number of the bracketed part it belongs to, from 1; 0: none
}

// Bounds of what is said: no carrier takes more than 1600 characters, and no
// value of a shop may crowd out the sentence around it.
const (
	maxText  = 1600
	maxValue = 120
	maxLink  = 500
)

// parseTemplate reads a template. allowed lists the placeholders that have
// values here; nil allows any.
func parseTemplate(text string, allowed []string) (template, error) {
	var t template
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
			name := text[i+1 : i+end]
			if name == "" || strings.ContainsAny(name, " {[]\n") {
				return t, fmt.Errorf("{%s} is not a placeholder; write {{ for the sign itself", name)
			}
			if allowed != nil && !slices.Contains(allowed, name) {
				return t, fmt.Errorf("unknown placeholder {%s}%s; here one can use {%s}", name, nearest(name, allowed), strings.Join(allowed, "}, {"))
			}
			flush()
			t.parts = append(t.parts, part{name: name, optional: optional})
			if !slices.Contains(t.names, name) {
				t.names = append(t.names, name)
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
	for i, p := range t.parts[:max(len(t.parts)-1, 0)] {
		if next := t.parts[i+1].literal; isLink(p.name) && next != "" && strings.ContainsRune(".,;:!?)", rune(next[0])) {
			return t, fmt.Errorf("the link {%s} touches %q, which phones take for a part of it; put a space between", p.name, next[:1])
		}
	}
	return t, nil
}

// isLink reports whether a placeholder's value is a link.
func isLink(name string) bool { return name == "link" || name == "order.tracking" }

// render writes the text with its values.
func (t *template) render(value func(name string) string) string {
	if len(t.parts) == 1 && t.parts[0].name == "" {
		return t.parts[0].literal
	}
	var b strings.Builder
	for i := 0; i < len(t.parts); {
		group := t.parts[i].optional
		end := i + 1
		for group != 0 && end < len(t.parts) && t.parts[end].optional == group {
			end++
		}
		start := b.Len()
		keep := true
		for _, p := range t.parts[i:end] {
			if p.name == "" {
				b.WriteString(p.literal)
				continue
			}
			v := bounded(value(p.name))
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
