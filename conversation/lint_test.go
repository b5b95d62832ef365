package conversation

import (
	"errors"
	"strings"
	"testing"
)

// Each case is one template. What is amiss stands at its line, as a warning, or as
// an error where no carrier could take it.
func TestTheLintOfTemplates(t *testing.T) {
	discreet := func(b *BrandInfo) { b.Discreet = true }
	for _, c := range []struct {
		name, book string
		change     func(*BrandInfo)
		warns      string // "" for nothing
		wrong      string // an error
	}{
		{name: "nothing is amiss", book: `
    purpose: marketing
    text:
      fr: "{brand} : une nouveauté : {link}"
      en: "{brand}: something new: {link}"`},
		{name: "a purchase on a locked phone", change: discreet, book: `
    purpose: transactional
    text:
      fr: "Votre {product} est en route, bonne journée à vous."
      en: "Hello"`, warns: "lumen/prompts.yaml:5: warning: prompts.x.text.fr: {product} stands in the first 40 characters, which a locked phone shows: the brand is discreet"},
		{name: "a purchase that goes through the filter", change: discreet, book: `
    purpose: transactional
    text:
      fr: "Hop"
      en: "Your {thing|product} is on its way"`, warns: "lumen/prompts.yaml:6: warning: prompts.x.text.en: {thing} stands"},
		{name: "a purchase behind what can be left out", change: discreet, book: `
    purpose: transactional
    text:
      fr: "Bonjour[ {first} dont le nom est long et beau], {product} est là"
      en: "x"`, warns: "{product} stands in the first 40"},
		{name: "a purchase further on", change: discreet, book: `
    purpose: transactional
    text:
      fr: "{brand} : votre commande est en route, bonne journée à vous : {product}"
      en: "x"`},
		{name: "a purchase of a brand that does not mind", book: `
    purpose: transactional
    text:
      fr: "Votre {product} est en route"
      en: "x"`},
		{name: "two links", book: `
    purpose: transactional
    text:
      fr: "Suivi : {link} ou {order.tracking} ou rien"
      en: "x"`, warns: "prompts.x.text.fr: asks for 2 things at once (a link, a link)"},
		{name: "a link and an answer", book: `
    purpose: transactional
    text:
      fr: "x"
      en: "Track it: {link} Reply to this message for help"`, warns: "prompts.x.text.en: asks for 2 things at once (a link, an answer)"},
		{name: "an answer and a call", book: `
    purpose: transactional
    text:
      fr: "Répondez à ce message ou appelez le 01 23 45 67 89"
      en: "x"`, warns: "asks for 2 things at once (an answer, a call)"},
		{name: "a way out is no call to action", book: `
    purpose: marketing
    text:
      fr: "{brand} : c'est ici : {link} Répondez STOP pour finir."
      en: "x"`},
		{name: "too long", book: `
    purpose: transactional
    text:
      fr: "` + strings.Repeat("Bonjour ", 45) + `"
      en: "x"`, warns: "prompts.x.text.fr: takes 3 segments (GSM-7): more than 2 are read less and cost more"},
		{name: "too long once it is signed", book: `
    purpose: marketing
    text:
      fr: "` + strings.Repeat("Bonjour ", 35) + `"
      en: "x"`, warns: "takes 3 segments"},
		{name: "dear for one sign", book: `
    purpose: transactional
    text:
      fr: "L’atelier vous attend : votre commande est prête et vous pouvez venir la chercher."
      en: "x"`, warns: `takes 2 segments, and 1 with "’" as "'", "ê" as "e"`},
		{name: "not dear on WhatsApp", book: `
    purpose: transactional
    text:
      fr: "x"
      en: "x"
    whatsapp:
      text:
        fr: "L’atelier vous attend : votre commande est prête et vous pouvez venir la chercher."`},
		{name: "a name that nobody knows", book: `
    purpose: transactional
    text:
      fr: "Bonjour {first}"
      en: "Hello[ {first}]"`, warns: "prompts.x.text.fr: refuses customers whose name nobody knows"},
		{name: "a phone that the brand has not", change: func(b *BrandInfo) { b.Phone = "" }, book: `
    purpose: transactional
    text:
      fr: "Une question ? {phone}"
      en: "x"`, warns: "has {phone}, which the brand's configuration does not give"},
		{name: "a sign that touches a link", book: `
    purpose: transactional
    text:
      fr: "Ici : {tracking_url}."
      en: "x"`, warns: "has a sign that touches the link {tracking_url}"},
		{name: "a sign that touches a link that is written out", book: `
    purpose: transactional
    text:
      fr: "Voir https://lumen.example/aide."
      en: "x"`, warns: "has a sign that touches the link https://lumen.example/aide."},
		{name: "a full stop that touches {link}", book: `
    purpose: transactional
    text:
      fr: "Ici : {link}."
      en: "x"`, wrong: `lumen/prompts.yaml:5: prompts.x.text.fr: the link {link} touches "."`},
		{name: "words that look like a placeholder", book: `
    purpose: transactional
    text:
      fr: "Bonjour {{prenom}}"
      en: "x"`, warns: "has {prenom} as words: every prompt with it is refused as unfilled"},
		{name: "a language that is missing", book: `
    purpose: transactional
    text:
      fr: "x"`, wrong: "lumen/prompts.yaml:4: prompts.x.text: is missing in en"},
		{name: "a filter that nobody knows", book: `
    purpose: transactional
    text:
      fr: "{total|mony}"
      en: "x"`, wrong: `unknown filter "mony" in {total|mony}, did you mean "money"?; there are date, money, name, product and or:TEXT`},
		{name: "a book", book: `
    purpose: transactional
    text:
      fr: "` + strings.Repeat("x", 1601) + `"
      en: "x"`, wrong: "prompts.x.text.fr: has 1601 characters, a message at most 1600"},
		{name: "an empty default", book: `
    purpose: transactional
    text:
      fr: "{x|or:}"
      en: "x"`, wrong: "{x|or:} has an empty default"},
		{name: "a default of nothing", book: `
    purpose: transactional
    text: {fr: "{product}", en: "x"}
    defaults: {prodct: y}`, wrong: `no text of the template has {prodct}, did you mean "product"?`},
		{name: "an approved template that is none", book: `
    purpose: transactional
    text: {fr: "x", en: "x"}
    whatsapp: {content: {fr: HX12}}`, wrong: `lumen/prompts.yaml:5: prompts.x.whatsapp.content.fr: "HX12" is not the SID of an approved template`},
		{name: "marketing on WhatsApp without its category", book: `
    purpose: marketing
    text: {fr: "x", en: "x"}
    whatsapp:
      approved: {fr: "Lumen : x. STOP pour arrêter.", en: "Lumen: x. STOP to end."}
      content: {fr: HX00000000000000000000000000000001, en: HX00000000000000000000000000000002}`, wrong: "lumen/prompts.yaml:7: prompts.x.whatsapp.content: needs a category, utility or marketing"},
		{name: "marketing that was approved as utility", book: `
    purpose: marketing
    text: {fr: "x", en: "x"}
    whatsapp:
      approved: {fr: "Lumen : x. STOP pour arrêter.", en: "Lumen: x. STOP to end."}
      category: utility
      content: {fr: HX00000000000000000000000000000001, en: HX00000000000000000000000000000002}`, warns: "prompts.x.whatsapp.category: is utility, the template is marketing"},
		{name: "an order that was approved as marketing", book: `
    purpose: transactional
    text: {fr: "x", en: "x"}
    whatsapp: {category: marketing, content: {fr: HX00000000000000000000000000000001, en: HX00000000000000000000000000000002}}`, warns: "is marketing, the template is transactional"},
		{name: "an approved template in one language only", book: `
    purpose: transactional
    text: {fr: "x", en: "x"}
    whatsapp: {content: {fr: HX00000000000000000000000000000001}}`, warns: "prompts.x.whatsapp.content: is missing in en"},
		{name: "an approved offer without a way out", book: `
    purpose: marketing
    text: {fr: "x", en: "x"}
    whatsapp: {category: marketing, content: {fr: HX00000000000000000000000000000001, en: HX00000000000000000000000000000002}}`, warns: "in fr does not say how to stop, and nothing can be added"},
		{name: "an approved template that lacks a variable", book: `
    purpose: transactional
    text: {fr: "{order}", en: "{order}"}
    whatsapp: {content: {fr: HX00000000000000000000000000000001, en: HX00000000000000000000000000000002}}`, wrong: "in fr the text has {order}, which variables does not give"},
		{name: "an approved template with a part that can go", book: `
    purpose: transactional
    text: {fr: "a[ {order}]", en: "{order}"}
    whatsapp: {variables: [order], content: {fr: HX00000000000000000000000000000001, en: HX00000000000000000000000000000002}}`, warns: "in fr the text has a part in [ ]"},
		{name: "a text for SMS alone", book: `
    purpose: transactional
    sms: {fr: "x", en: "x"}`, wrong: "prompts.x.text: is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			change := c.change
			if change == nil {
				change = func(*BrandInfo) {}
			}
			s, err := parseBook(t, "prompts:\n  x:"+c.book+"\n", change)
			if c.wrong != "" {
				var found Problems
				if !errors.As(err, &found) || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("error %v\nwant %s", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := s.Warnings().Error()
			if c.warns == "" && got != "" || !strings.Contains(got, c.warns) {
				t.Errorf("warns of %q\nwant %q", got, c.warns)
			}
		})
	}
}

// A preview warns of the words as they would leave.
func TestTheLintOfAMessage(t *testing.T) {
	s := bookOf(t, wordingBook, func(b *BrandInfo) { b.Discreet = true })
	p := &Prompt{Template: "hello", Variables: map[string]string{"product": "Lampe Ondine", "total": "1"}}
	for text, want := range map[string]string{
		"Bonjour, Lampe Ondine est là":                                                        "tells what was bought (product) in the first 40 characters",
		"Bonjour, voici des nouvelles de ce que vous avez commandé : Lampe Ondine":            "",
		"Suivi : https://a.example/1 et https://a.example/2":                                  "asks for 2 things at once (a link, a link)",
		strings.Repeat("Bonjour ", 45):                                                        "takes 3 segments",
		"L’atelier vous attend : venez quand vous voulez, nous sommes là toute la journée !!": `and 1 with "’" as "'"`,
	} {
		got := strings.Join(s.Lint(p, text, SMS, "fr"), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestAPreviewSaysWhatIsBetterSaidOtherwise(t *testing.T) {
	s := defaultScript(t, func(b *BrandInfo) { b.Discreet = true })
	c := Begin("lumen", "c1")
	c.Customer.Consents = []Standing{{Medium: SMS, Purpose: Marketing, State: Given, At: monday.AddDate(0, 0, -9)}}
	p := Prompt{ID: "p1", Purpose: Marketing, Template: "back_in_stock", Variables: map[string]string{"product": "Lampe Ondine", "link": "https://lumen.example/l"},
		Channel: "lumen-sms", Medium: SMS, To: "+33612345678", Requested: monday}
	preview := s.Preview(c, p, monday)
	if preview.Message.Text == "" || len(preview.Lint) != 1 || !strings.Contains(preview.Lint[0], "tells what was bought (product)") {
		t.Errorf("%+v", preview)
	}
}
