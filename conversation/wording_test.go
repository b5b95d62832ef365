package conversation

import (
	"errors"
	"strings"
	"testing"
)

const wordingBook = `
prompts:
  hello:
    purpose: transactional
    text: {fr: "Bonjour {first|name|or:vous}, {product|product} le {date|date} : {total|money}", en: "Hello {first|name|or:you}, {product|product} on {date|date}: {total|money}"}
    defaults: {product: {fr: votre article, en: your item}, date: "2026-11-24"}
  named:
    purpose: transactional
    text: {fr: "Bonjour {first} !", en: "Hello {first}!"}
  linked:
    purpose: transactional
    text: {fr: "Suivi : {link} et {url|or:rien}", en: "Track: {link} and {url|or:none}"}
  apart:
    purpose: transactional
    text: {fr: "partout {x}", en: "everywhere {x}"}
    sms: {fr: "par SMS {x}"}
    whatsapp: {text: {en: "on WhatsApp {x}"}}
  loose:
    purpose: transactional
    text: {fr: "a[ {x}][ b {y|or:y}]", en: "a[ {x}]"}
  nothing:
    purpose: transactional
    text: {fr: "[{x}]", en: "[{x}]"}
  long:
    purpose: transactional
    text: {fr: "{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k}{l}{m}{n}", en: "x"}
  thanks:
    purpose: transactional
    text: {fr: "{{x}} [[y]] {brand} {email}", en: "x"}
`

func TestAPromptIsWordedOrRefused(t *testing.T) {
	s := bookOf(t, wordingBook)
	ana, many := Customer{First: "ANA"}, map[string]string{}
	for _, name := range strings.Split("abcdefghijklmn", "") {
		many[name] = strings.Repeat("xy ", 50)
	}
	all := map[string]string{"product": "Lampe Ondine", "date": "2026-12-01", "total": "149.9"}
	set := func(name, value string) map[string]string {
		m := map[string]string{"total": "1"}
		m[name] = value
		return m
	}
	for _, c := range []struct {
		name      string
		template  string
		language  string
		medium    Medium
		customer  Customer
		variables map[string]string
		want      string
		err       error
		says      string
	}{
		{name: "in French", template: "hello", language: "fr", customer: ana, variables: all, want: "Bonjour Ana, Lampe Ondine le mardi 1er décembre : 149,90 €"},
		{name: "in English", template: "hello", language: "en", customer: ana, variables: all, want: "Hello Ana, Lampe Ondine on Tuesday 1 December: €149.90"},
		{name: "in English where the language has no text", template: "hello", language: "es", customer: ana, variables: all, want: "Hello Ana, Lampe Ondine on Tuesday 1 December: €149.90"},
		{name: "in the brand's first language where nobody knows it", template: "hello", customer: ana, variables: all, want: "Bonjour Ana, Lampe Ondine le mardi 1er décembre : 149,90 €"},
		{name: "with the default in the text", template: "hello", language: "fr", variables: all, want: "Bonjour vous, Lampe Ondine le mardi 1er décembre : 149,90 €"},
		{name: "with the default of a language", template: "hello", language: "en", variables: map[string]string{"total": "1"}, want: "Hello you, your item on 2026-11-24: €1.00"},
		{name: "with what the automation says before what is known", template: "hello", language: "fr", customer: ana, variables: set("first", "léa"), want: "Bonjour Léa, votre article le 2026-11-24 : 1,00 €"},
		{name: "with the default where the name is none", template: "hello", language: "fr", customer: Customer{First: "test1"}, variables: all, want: "Bonjour vous, Lampe Ondine le mardi 1er décembre : 149,90 €"},
		{name: "without the name on a shared phone", template: "hello", language: "fr", customer: Customer{First: "ANA", Accounts: []string{"1", "2"}}, variables: all, want: "Bonjour vous, Lampe Ondine le mardi 1er décembre : 149,90 €"},
		{name: "without the name on a wrong number", template: "named", language: "fr", customer: Customer{First: "ANA", Detached: true}, err: ErrMissingVariable, says: `{first} of template "named"`},
		{name: "not without what it needs", template: "hello", language: "fr", err: ErrMissingVariable, says: `missing_variable: {total} of template "hello"`},
		{name: "not without anything that it needs", template: "linked", language: "fr", variables: map[string]string{"url": " "}, err: ErrMissingVariable, says: `{link} of`},
		{name: "not with an amount that is none", template: "hello", language: "fr", variables: set("total", "douze"), err: ErrBadVariable, says: `bad_variable: {total} of template "hello": "douze" is not an amount`},
		{name: "not with a date that is none", template: "hello", language: "fr", variables: set("date", "demain"), err: ErrBadVariable, says: `{date} of template "hello": "demain" is not a date`},
		{name: "not when nobody knows it", template: "helo", language: "fr", err: ErrUnknownTemplate, says: `unknown_template: "helo", did you mean "hello"?`},
		{name: "without the parts whose values are missing", template: "loose", language: "fr", want: "a b y"},
		{name: "not when nothing is left", template: "nothing", language: "fr", err: ErrMissingVariable, says: "says nothing"},
		{name: "not when it is longer than a message", template: "long", language: "fr", variables: many, err: ErrTooLong, says: "at most 1600"},
		{name: "with the signs themselves", template: "thanks", language: "fr", err: ErrMissingVariable, says: "{x} stands in the text unfilled"},
		{name: "by SMS in words of its own", template: "apart", language: "fr", variables: set("x", "1"), want: "par SMS 1"},
		{name: "by SMS in everybody's words", template: "apart", language: "en", variables: set("x", "1"), want: "everywhere 1"},
		{name: "on WhatsApp in words of its own", template: "apart", language: "en", medium: WhatsApp, variables: set("x", "1"), want: "on WhatsApp 1"},
		{name: "on WhatsApp in everybody's words", template: "apart", language: "fr", medium: WhatsApp, variables: set("x", "1"), want: "partout 1"},

		{name: "a value on one line", template: "apart", language: "fr", variables: set("x", " a\r\n\tb\u00a0 c\u2028d "), want: "par SMS a b c d"},
		{name: "a value without what is no character", template: "apart", language: "fr", variables: set("x", "a\x00b\x1b[31m\xff\u202ec\u2066d\ufeff"), want: "par SMS a b [31mcd"},
		{name: "a value that would crowd the sentence out", template: "apart", language: "fr", variables: set("x", strings.Repeat("mot ", 60)), want: "par SMS " + strings.TrimSpace(strings.Repeat("mot ", 29)) + "..."},
		{name: "not with a placeholder that a tool left", template: "apart", language: "fr", variables: set("x", "{{ first_name }}"), err: ErrMissingVariable, says: "{ first_name } stands in the text unfilled"},
		{name: "nor one of another tool", template: "apart", language: "fr", variables: set("x", "*|FNAME|*"), err: ErrMissingVariable},
		{name: "nor a third", template: "apart", language: "fr", variables: set("x", "%FIRSTNAME%"), err: ErrMissingVariable},
		{name: "but with a percentage", template: "apart", language: "fr", variables: set("x", "20% et 30%"), want: "par SMS 20% et 30%"},
		{name: "not with half a link", template: "linked", language: "fr", variables: set("link", "https://"+strings.Repeat("x", 500)), err: ErrBadVariable, says: "the link has 508 characters, at most 500"},
		{name: "not with a link that is none", template: "linked", language: "fr", variables: set("link", "https://"), err: ErrBadVariable, says: "no address of the web"},
		{name: "nor with words behind it", template: "linked", language: "fr", variables: set("link", "https://x.example un"), err: ErrBadVariable},
		{name: "with a link as it is", template: "linked", language: "fr", variables: set("link", "https://x.example/c?a=1&b=2#é"), want: "Suivi : https://x.example/c?a=1&b=2#é et rien"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.medium == "" {
				c.medium = SMS
			}
			text, _, err := s.Fill(c.template, c.language, c.medium, &c.customer, c.variables)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if err != nil {
				if !strings.Contains(err.Error(), c.says) || text != "" {
					t.Errorf("says %q and %q, want %q", err, text, c.says)
				}
				return
			}
			if text != c.want {
				t.Errorf("says %q\nwant %q", text, c.want)
			}
		})
	}
}

// A text that an automation writes itself follows the same rules.
func TestATextOfAnAutomationIsSoundOrRefused(t *testing.T) {
	s := defaultScript(t)
	for _, c := range []struct {
		text, want string
		err        error
	}{
		{text: " Bonjour,\r\nvotre colis\u202e part. ", want: "Bonjour,\n\nvotre colis part."},
		{text: "Bonjour {prenom}", err: ErrMissingVariable},
		{text: "Bonjour ${name}", err: ErrMissingVariable},
		{text: "  \x00 ", err: ErrUnknownTemplate},
		{text: strings.Repeat("x", maxText), want: strings.Repeat("x", maxText)},
		{text: strings.Repeat("x", maxText+1), err: ErrTooLong},
		{text: ":-{ 5 } %", want: ":-{ 5 } %"},
	} {
		w, err := s.words(&Prompt{Text: c.text, Purpose: Transactional}, &Customer{}, SMS, nil)
		if !errors.Is(err, c.err) || err == nil && w.text != c.want {
			t.Errorf("%q: says %q, error %v", cutRunes(c.text, 30), cutRunes(w.text, 30), err)
		}
	}
}
