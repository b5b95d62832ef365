package understanding

import (
	"strings"
	"testing"
)

func BenchmarkRead(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"keyword", "STOP"},
		{"eight words", "bonjour où en est ma commande de lampe svp"},
		{"typos", "boujour ou en est ma comande de lamppe svq"},
		{"two questions", "where is my parcel and how many points do i have"},
		{"2000 runes", strings.Repeat("où est mon colis commandé hier ", 65)},
	} {
		b.Run(c.name, func(b *testing.B) {
			Read(c.text, "fr")
			b.ReportAllocs()
			for b.Loop() {
				Read(c.text, "fr")
			}
		})
	}
}
