package segment

import (
	"strings"
	"testing"
)

func TestASegmentIsExplained(t *testing.T) {
	for _, c := range []struct{ text, fr, en string }{
		{`vip and value >= 100 EUR and last_order older than 60d`,
			`Le client est VIP, sa valeur est d'au moins 100 EUR et sa dernière commande date de plus de 60 jours.`,
			`The customer is a VIP, their lifetime value is at least 100 EUR and their last order is more than 60 days old.`},
		{`consent(sms, marketing) and not tag pro and bought ("LAMPE-*", Tasse) within 1d`,
			`Le client accepte les offres par SMS, le client ne porte pas l'étiquette « pro » et le client a acheté « LAMPE-* » ou « Tasse » depuis 1 jour.`,
			`The customer accepts offers by SMS, the customer does not have the tag “pro” and the customer bought “LAMPE-*” or “Tasse” in the last 1 day.`},
		{`language in (fr, en, de) or not country = FR and cart < 49.90 EUR`,
			`Sa langue est fr, en ou de ou (son pays n'est pas FR et son panier est de moins de 49,90 EUR).`,
			`Their language is fr, en or de or (their country is not FR and their cart is under 49.90 EUR).`},
		{`not (vip or preference(size) known)`,
			`Il n'est pas vrai que : (le client est VIP ou on connaît sa préférence « size »).`,
			`It is not true that: (the customer is a VIP or we know their preference “size”).`},
		{`wrote within 12h and last_order since 2026-01-31 and points != 3`,
			`Son dernier message date de 12 heures au plus, sa dernière commande date du 31/01/2026 ou d'après et le nombre de ses points est autre que 3.`,
			`Their last message is at most 12 hours old, their last order is from 31 January 2026 or later and the number of their points is other than 3.`},
	} {
		s, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Explain("fr"); got != c.fr {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.fr)
		}
		if got := s.Explain("en"); got != c.en {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.en)
		}
	}
}

func TestEveryConditionIsFoundForOneCustomer(t *testing.T) {
	s, err := Parse(`vip and not (tag pro or wrote within 1d) and not not returning`)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Check(ana(), now, "fr")
	want := []Finding{
		{"vip", "le client est VIP", true},
		{"not tag pro", "le client ne porte pas l'étiquette « pro »", false},
		{"not wrote within 1d", "son dernier message ne date pas de 1 jour au plus", true},
		{"returning", "un retour est en cours", false},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
}

// Every field has its words in both languages, and every way to ask for it is a
// clause without a gap.
func TestEveryFieldHasItsWords(t *testing.T) {
	for _, c := range cases {
		s, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		for language := range tongues {
			for _, text := range []string{s.Explain(language), (&Segment{root: node{op: not, kids: []node{s.root}}}).Explain(language)} {
				if strings.Contains(text, "%!") || strings.Contains(text, "  ") || strings.HasPrefix(text, " ") {
					t.Errorf("%s: %s", c.text, text)
				}
			}
		}
	}
	for name, f := range fields {
		for language := range tongues {
			p := f.phrase[language]
			if p.noun == "" && (p.clause[0] == "" || p.clause[1] == "") {
				t.Errorf("%s has no words in %s", name, language)
			}
		}
		if _, err := Parse(f.example); err != nil {
			t.Errorf("the example of %s: %v", name, err)
		}
	}
	if len(phrases) != len(fields) {
		t.Errorf("%d fields have words, there are %d", len(phrases), len(fields))
	}
}
