package sms

import (
	"strings"
	"testing"
)

var benchTexts = []struct{ name, text string }{
	{"one GSM-7 segment", strings.Repeat("Déjà livré 12 €. ", 9)},
	{"one UCS-2 segment", "C’est prêt\u202f! Répondez OUI pour être livré demain matin 🎉"},
	{"ten GSM-7 segments", strings.Repeat("Votre commande. ", 95)},
	{"UCS-2 by the last character", strings.Repeat("Votre commande. ", 95) + "’"},
}

func BenchmarkCount(b *testing.B) {
	for _, bb := range benchTexts {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.text)))
			b.ReportAllocs()
			for b.Loop() {
				Count(bb.text)
			}
		})
	}
}

func BenchmarkMeasureOf(b *testing.B) {
	for _, bb := range benchTexts[:2] {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				MeasureOf(bb.text)
			}
		})
	}
}

func BenchmarkOfferFor(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		OfferFor(benchTexts[1].text)
	}
}

// A stranger's 64 KiB of different characters.
func BenchmarkOfferForHostile(b *testing.B) {
	var text strings.Builder
	for r := rune(0x3400); text.Len() < 64<<10; r++ {
		text.WriteRune(r)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		OfferFor(text.String())
	}
}

func TestCountAllocatesNothing(t *testing.T) {
	for _, bb := range benchTexts {
		if n := testing.AllocsPerRun(100, func() { Count(bb.text) }); n != 0 {
			t.Errorf("%s: %v allocations", bb.name, n)
		}
	}
}
