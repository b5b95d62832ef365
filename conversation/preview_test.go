package conversation

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/causette/causette/conversation/sms"
)

// examples are values as shops give them.
var examplesOf = map[string]string{
	"product": "Sac à main « Ondine » cœur de cuir (REF-12)", "link": "https://lumen.example/c/42", "order": "LU-1042", "carrier": "Colissimo",
	"total": "1149.9", "date": "2026-12-01",
}

var tariff = sms.Tariff{
	"sms":      {"FR": {Price: sms.Price{Amount: 798, Scale: 4, Currency: "USD"}}},
	"whatsapp": {"default": {Price: sms.Price{Amount: 50, Scale: 4, Currency: "USD"}, Per: sms.PerMessage}},
}

// priced is what segments cost by the tariff.
func priced(kind, country string) func(segments int) *sms.Price {
	return func(segments int) *sms.Price {
		price, err := tariff.Price(kind, country, segments)
		if err != nil {
			return nil
		}
		return &price
	}
}

// Every default template as it leaves, on each medium, in each of the brand's
// languages, with what it costs and what would cost less: run with -update and
// read the difference.
func TestPreviewsOfTheDefaultTemplates(t *testing.T) {
	s := defaultScript(t, short)
	for _, language := range s.brand.Languages {
		t.Run(language, func(t *testing.T) {
			var b strings.Builder
			for _, info := range s.Templates() {
				for _, m := range info.Media {
					preview(t, &b, s, info, m, language)
				}
			}
			file := "testdata/previews." + language + ".golden"
			want, err := os.ReadFile(file)
			if u := flag.Lookup("update"); u != nil && u.Value.String() == "true" {
				if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if err != nil || b.String() != string(want) {
				t.Errorf("%s (%v) is no longer what leaves; it is now\n%s", file, err, b.String())
			}
		})
	}
}

func preview(t *testing.T, b *strings.Builder, s *Script, info TemplateInfo, m Medium, language string) {
	c := &Customer{First: "ANA", Language: language, Country: "FR"}
	l := &shortener{brand: &s.brand, event: "e1", prompt: "p1", now: monday}
	w, err := s.words(&Prompt{Template: info.Name, Purpose: info.Purpose, Variables: examplesOf}, c, m, l.shorten)
	if err != nil {
		t.Fatalf("%s: %v", info.Name, err)
	}
	text := w.text
	if info.Purpose == Marketing {
		text = s.footed(text, c, Route{Medium: m})
	}
	a := Appear(text, m, priced(string(m), "FR"))
	fmt.Fprintf(b, "%s, %s\n  %s\n", info.Name, m, text)
	if m == SMS {
		fmt.Fprintf(b, "  %s, %d characters, %d units, %d segments, %s\n", a.Encoding, a.Characters, a.Units, a.Segments, a.Price)
		for _, f := range a.Forcing {
			fmt.Fprintf(b, "  %q forces UCS-2, %d times\n", f.Rune, f.Count)
		}
	} else {
		fmt.Fprintf(b, "  %d characters, %s\n", a.Characters, a.Price)
	}
	if a.Offer != nil {
		fmt.Fprintf(b, "  saves %d segments, %s: %s\n", a.Offer.Saves(), a.Saves, a.Offer.Text)
		for _, r := range a.Offer.Replacements {
			fmt.Fprintf(b, "    %q as %q\n", r.From, r.To)
		}
	}
	if w.content != nil {
		fmt.Fprintf(b, "  approved as %s: %s\n", w.content.SID, w.approved)
		for _, n := range slices.Sorted(maps.Keys(w.content.Variables)) {
			fmt.Fprintf(b, "    {{%s}} %s\n", n, w.content.Variables[n])
		}
	}
	for _, advice := range s.Lint(&Prompt{Template: info.Name, Variables: examplesOf}, text, m, language) {
		fmt.Fprintf(b, "  ! %s\n", advice)
	}
	b.WriteByte('\n')
}

// What a text costs is said with what would cost less, and nothing is said of
// what is not known.
func TestAnAppearance(t *testing.T) {
	dear := "L’atelier vous attend : votre commande est prête et vous pouvez venir la chercher."
	for _, c := range []struct {
		name, text   string
		medium       Medium
		country      string
		encoding     sms.Encoding
		segments     int
		price, saves string
		forcing      string
		offer        string
	}{
		{name: "in GSM-7", text: "Bonjour, 149,90 €", medium: SMS, country: "FR", encoding: sms.GSM7, segments: 1, price: "0.0798 USD"},
		{name: "dear for two signs", text: dear, medium: SMS, country: "FR", encoding: sms.UCS2, segments: 2, price: "0.1596 USD", saves: "0.0798 USD", forcing: "’ê",
			offer: "L'atelier vous attend : votre commande est prete et vous pouvez venir la chercher."},
		{name: "dear for an emoji, which stays", text: dear + " 👍", medium: SMS, country: "FR", encoding: sms.UCS2, segments: 2, price: "0.1596 USD", forcing: "’ê👍"},
		{name: "at a price that nobody knows", text: dear, medium: SMS, country: "XX", encoding: sms.UCS2, segments: 2, forcing: "’ê",
			offer: "L'atelier vous attend : votre commande est prete et vous pouvez venir la chercher."},
		{name: "on WhatsApp", text: dear, medium: WhatsApp, country: "FR", segments: 1, price: "0.0050 USD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := Appear(c.text, c.medium, priced(string(c.medium), c.country))
			price, saves, forcing, offer := "", "", "", ""
			if a.Price != nil {
				price = a.Price.String()
			}
			if a.Saves != nil {
				saves = a.Saves.String()
			}
			for _, f := range a.Forcing {
				forcing += string(f.Rune)
			}
			if a.Offer != nil {
				offer = a.Offer.Text
			}
			if a.Encoding != c.encoding || a.Segments != c.segments || price != c.price || saves != c.saves || forcing != c.forcing || offer != c.offer {
				t.Errorf("%s, %d segments, %q, saves %q, %q, %q", a.Encoding, a.Segments, price, saves, forcing, offer)
			}
		})
	}
}
