package conversation

import (
	"bufio"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/causette/causette/conversation/understanding"
)

// labelledOffer is a text of testdata/labelled/offers.txt.
type labelledOffer struct {
	language, text string
	offer          bool
}

func labelledOffers(t testing.TB) []labelledOffer {
	t.Helper()
	f, err := os.Open("testdata/labelled/offers.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []labelledOffer
	language := ""
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "+ "), strings.HasPrefix(line, "- "):
			all = append(all, labelledOffer{language, line[2:], line[0] == '+'})
		case slices.Contains(understanding.Languages[:], line):
			language = line
		default:
			t.Fatalf("testdata/labelled/offers.txt:%d: neither + nor - nor a language: %q", n, line)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// A text that makes an offer is found, one that does not is let go, in each of
// the seven languages. To add a case is to add a line to testdata/labelled/offers.txt.
func TestOffersAreFoundAndNothingElse(t *testing.T) {
	offers := defaultGate().offers
	found := map[string]int{}
	for _, x := range labelledOffers(t) {
		words := offers.offer(x.text)
		if (words != "") != x.offer {
			t.Errorf("%s: %q is an offer: %v, by %q", x.language, x.text, !x.offer, words)
		}
		if found[x.language]++; words != "" && !strings.Contains(" "+words+" ", " ") {
			t.Errorf("%q: its words are %q", x.text, words)
		}
	}
	for _, language := range understanding.Languages {
		if found[language] < 40 {
			t.Errorf("%d texts in %s", found[language], language)
		}
	}
}

// What the assistant itself says of orders is no offer.
func TestTheBrandsOwnTransactionalWordsAreNoOffers(t *testing.T) {
	s := defaultScript(t)
	variables := map[string]string{"link": "https://lumen.example/1", "order": "LU-1042", "product": "Lampe Ondine", "carrier": "Colissimo",
		"date": "2026-12-01", "total": "149.90", "amount": "149.90", "delay": "2 jours"}
	seen := 0
	for name, p := range s.prompts {
		if p.purpose != Transactional {
			continue
		}
		for _, language := range s.brand.Languages {
			for _, m := range [...]Medium{SMS, WhatsApp} {
				said, err := s.words(&Prompt{Purpose: Transactional, Template: name, Variables: variables}, &Customer{Language: language, First: "Ana"}, m, nil)
				if err != nil {
					t.Errorf("%s in %s: %v", name, language, err)
				}
				if words := s.gate.offers.offer(said.text); words != "" {
					t.Errorf("%s in %s makes an offer: %q in %q", name, language, words, said.text)
				}
				seen++
			}
		}
	}
	if seen < 20 {
		t.Errorf("looked at %d texts", seen)
	}
}

// 20,000 texts that nobody would write, pieced together from those above: the
// gate reads all of them, and always alike.
func TestTheGateReadsAnyText(t *testing.T) {
	offers := defaultGate().offers
	var pieces []string
	for _, x := range labelledOffers(t) {
		pieces = append(pieces, strings.Fields(x.text)...)
	}
	pieces = append(pieces, "%", "-", "−", "–", "€", "$", "20", "0,5", "1.", ".", ",", "https://", "http://x", "www.", "code", "CODE", "ABCD", "\x00", "\xff\xfe", "é", "é", "\u00ad",
		"\u200d", "𝐀𝐁𝐂𝐃", "٢٠", "％", "ﬁ", "İ", "ẞ", "👍🏽", "\n", "\t", "{first}", strings.Repeat("a", 300), strings.Repeat("20 ", 60), strings.Repeat("- ", 80))
	random := rand.New(rand.NewPCG(4, 2026))
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(30) {
			b.WriteString(pieces[random.IntN(len(pieces))])
			if random.IntN(4) > 0 {
				b.WriteByte(' ')
			}
		}
		text := b.String()
		if random.IntN(8) == 0 && len(text) > 1 {
			text = text[random.IntN(len(text)):] // in the middle of a letter
		}
		if first, again := offers.offer(text), offers.offer(text); first != again {
			t.Fatalf("%q: first %q, then %q", text, first, again)
		}
	}
}

func FuzzOffer(f *testing.F) {
	for _, x := range labelledOffers(f) {
		f.Add(x.text)
	}
	offers := defaultGate().offers
	f.Fuzz(func(t *testing.T, text string) {
		words := offers.offer(text)
		if utf8.RuneCountInString(words) > 4*maxText {
			t.Errorf("%d characters of %d", len(words), len(text))
		}
	})
}

// BenchmarkOffer reads a transactional text of usual length.
func BenchmarkOffer(b *testing.B) {
	offers := defaultGate().offers
	text := "Lumen : votre commande LU-1042 (Lampe Ondine, 2 x Bougie Figuier) est en route avec Colissimo. Suivi : https://suivi.example/1042. Une question ? Répondez à ce message."
	b.ReportAllocs()
	for b.Loop() {
		if offers.offer(text) != "" {
			b.Fatal("an offer")
		}
	}
}
