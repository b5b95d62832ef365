package understanding

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead reads whatever a phone or a forger sends: no text may panic, the
// same text reads the same twice, and what is read keeps its promises.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"", "STOP", "oui, mais le bleu", "2️⃣", "A aimé « Répondez STOP »", "Liked “", "'", "«»", "d'm'n'", "12.50", "x2", "👍🏽",
		"\xff\xfe", "\u0301\u0301", strings.Repeat("a", 5000), strings.Repeat("stop de me ", 300), "ﷺ", "9999999999999999999999",
	} {
		f.Add(text, "fr")
	}
	f.Fuzz(func(t *testing.T, text, hint string) {
		r := Read(text, hint)
		if !utf8.ValidString(r.Text) || strings.Contains(r.Text, "  ") || strings.TrimSpace(r.Text) != r.Text {
			t.Errorf("text %q is not in normal form", r.Text)
		}
		if strings.Join(r.Words, " ") != r.Text {
			t.Errorf("words %q are not those of %q", r.Words, r.Text)
		}
		if r.Yes && r.No || r.HasNumber && (r.Number < 0 || r.Number > largestNumber) || len(r.Intents) > 2 {
			t.Errorf("Read(%q) = %+v", text, r)
		}
		if r.Keyword == Stop && r.Stop != Sure {
			t.Errorf("Read(%q): the keyword stops only %v", text, r.Stop)
		}
		if again := Read(text, hint); again.Text != r.Text || again.Stop != r.Stop || again.Rule != r.Rule || again.Best() != r.Best() {
			t.Errorf("Read(%q) differs when read again", text)
		}
		r.Choose([]Option{{[]string{text}}, {[]string{"bleu"}}})
	})
}
