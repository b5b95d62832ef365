package conversation

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestATemplate(t *testing.T) {
	values := map[string]string{"first": "Ana", "link": "https://lumen.example/c/1", "long": strings.Repeat("x", 500), "lines": "a\nb"}
	for _, c := range []struct{ name, text, want, wrong string }{
		{name: "is said as it is", text: "Bonjour.", want: "Bonjour."},
		{name: "has its values put in", text: "Bonjour {first} : {link} ", want: "Bonjour Ana : https://lumen.example/c/1 "},
		{name: "loses the part whose value is missing", text: "Bonjour[ {last}], bienvenue", want: "Bonjour, bienvenue"},
		{name: "keeps the part whose values are there", text: "Bonjour[ {first}], bienvenue", want: "Bonjour Ana, bienvenue"},
		{name: "loses a part with one of two values", text: "a[ {first} {last}]b", want: "ab"},
		{name: "writes the signs themselves when doubled", text: "{{x}} [[y]]", want: "{x} [y]"},
		{name: "cuts a value that would crowd the sentence out", text: "{long}", want: strings.Repeat("x", maxValue-1) + "…"},
		{name: "keeps a value on one line", text: "{lines}", want: "a b"},
		{name: "refuses an unknown placeholder and suggests one", text: "{frist}", wrong: `did you mean "first"?`},
		{name: "refuses an open brace", text: "{first", wrong: "never closed"},
		{name: "refuses a closing brace alone", text: "first}", wrong: "without its {"},
		{name: "refuses an open bracket", text: "[ {first}", wrong: "never closed"},
		{name: "refuses a closing bracket alone", text: "x]", wrong: "without its ["},
		{name: "refuses brackets in brackets", text: "[a [b] c]", wrong: "do not nest"},
		{name: "refuses a full stop that touches a link", text: "ici : {link}.", wrong: "touches"},
		{name: "says something else where the value is missing", text: "Bonjour {last|or:vous}", want: "Bonjour vous"},
		{name: "keeps the part whose value has a default", text: "a[ {last|or:b}]", want: "a b"},
		{name: "says the value where there is one", text: "Bonjour {first|or:vous}", want: "Bonjour Ana"},
		{name: "refuses an empty default", text: "{first|or: }", wrong: "empty default"},
		{name: "refuses a filter in what the assistant says", text: "{first|name}", wrong: "only the texts of prompts have filters"},
		{name: "refuses an unknown filter and suggests one", text: "{first|nam}", wrong: `did you mean "name"?`},
		{name: "refuses a filter of nothing", text: "{first|}", wrong: "unknown filter"},
		{name: "refuses a space in a name", text: "{first name}", wrong: "not a placeholder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tpl, err := parseTemplate(c.text, []string{"first", "last", "link", "long", "lines"})
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("error %v, want %q", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := tpl.render(func(n string) string { return values[n] }); got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"Bonjour[ {first}]", "{{", "[[x]]", "{a}{b}[{c}", "é{x}…", "{a|name|or:vous}", "[{a|money|date|product|name}]", "{a|or:{}", "{|or:x}", "{a|}", "{a||or:}"} {
		f.Add(s, "v")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		tpl, err := parseTemplate(text, nil)
		if err != nil {
			return
		}
		got := tpl.render(func(string) string { return value })
		if again, err := parseTemplate(tpl.source(), nil); err != nil || again.source() != tpl.source() {
			t.Errorf("%q is read back as %q, %v", text, tpl.source(), err)
		}
		if utf8.ValidString(text) && utf8.ValidString(value) && !utf8.ValidString(got) {
			t.Errorf("%q with %q says broken UTF-8: %q", text, value, got)
		}
	})
}
