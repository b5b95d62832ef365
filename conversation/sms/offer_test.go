package sms

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOfferFor(t *testing.T) {
	tests := []struct {
		name         string
		text         string
		want         string
		replacements []Replacement
		encoding     Encoding
	}{
		{"a text in the alphabet is left alone",
			"Déjà livré à Évry : 12 € [n]", "Déjà livré à Évry : 12 € [n]", nil, GSM7},
		{"French typography goes, the accents of the alphabet stay",
			"«\u00a0C’est déjà prêt\u202f!\u00a0»…", `" C'est déjà pret ! "...`,
			[]Replacement{{"«", `"`, 1}, {"\u00a0", " ", 2}, {"’", "'", 1}, {"ê", "e", 1}, {"\u202f", " ", 1}, {"»", `"`, 1}, {"…", "...", 1}}, GSM7},
		{"circumflexes, cedillas and diaereses lose their accent",
			"âçêëîïôûÿ", "aceeiiouy",
			[]Replacement{{"â", "a", 1}, {"ç", "c", 1}, {"ê", "e", 1}, {"ë", "e", 1}, {"î", "i", 1}, {"ï", "i", 1}, {"ô", "o", 1}, {"û", "u", 1}, {"ÿ", "y", 1}}, GSM7},
		{"capitals lose theirs, but for those of the alphabet",
			"À ÊTRE ÉLU Ç", "A ETRE ÉLU Ç", []Replacement{{"À", "A", 1}, {"Ê", "E", 1}}, GSM7},
		{"a ligature is written in the case of its word",
			"Œuvre ŒUVRE cœur", "Oeuvre OEUVRE coeur", []Replacement{{"Œ", "Oe", 1}, {"Œ", "OE", 1}, {"œ", "oe", 1}}, GSM7},
		{"the degree sign is a letter after a letter and a word after a number",
			"n°12, 20 °C", "no12, 20 degC", []Replacement{{"°", "o", 1}, {"°", "deg", 1}}, GSM7},
		{"a decomposed text is composed where the alphabet has the letter",
			"de\u0301ja\u0300 pre\u0302t C\u0327a", "déjà pret Ça",
			[]Replacement{{"e\u0301", "é", 1}, {"a\u0300", "à", 1}, {"\u0302", "", 1}, {"C\u0327", "Ç", 1}}, GSM7},
		{"bold letters that are none become letters",
			"𝗦𝗢𝗟𝗗𝗘𝗦 -𝟱𝟬%", "SOLDES -50%",
			[]Replacement{{"𝗦", "S", 2}, {"𝗢", "O", 1}, {"𝗟", "L", 1}, {"𝗗", "D", 1}, {"𝗘", "E", 1}, {"𝟱", "5", 1}, {"𝟬", "0", 1}}, GSM7},
		{"invisible characters go",
			"\ufeff\u2066+33\u00a06\u2069 co\u00admmande\u200b", "+33 6 commande",
			[]Replacement{{"\ufeff", "", 1}, {"\u2066", "", 1}, {"\u00a0", " ", 1}, {"\u2069", "", 1}, {"\u00ad", "", 1}, {"\u200b", "", 1}}, GSM7},
		{"an emoji stays and keeps the text in UCS-2",
			"C’est prêt 🎉", "C'est pret 🎉", []Replacement{{"’", "'", 1}, {"ê", "e", 1}}, UCS2},
		{"a joined emoji is not taken apart", "👩🏽‍💻 1️⃣ 🇫🇷", "👩🏽‍💻 1️⃣ 🇫🇷", nil, UCS2},
		{"a sign in emoji style is an emoji", "© ©️", "(c) ©️", []Replacement{{"©", "(c)", 1}}, UCS2},
		{"other scripts are not guessed at", "Привет й и\u0306", "Привет й и\u0306", nil, UCS2},
		{"bytes that are not UTF-8 go as they would on the air", "é\xff’", "é\ufffd'", []Replacement{{"’", "'", 1}}, UCS2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := OfferFor(tt.text)
			if o.Text != tt.want {
				t.Errorf("text\n got %q\nwant %q", o.Text, tt.want)
			}
			if !reflect.DeepEqual(o.Replacements, tt.replacements) {
				t.Errorf("replacements\n got %+v\nwant %+v", o.Replacements, tt.replacements)
			}
			if o.After.Encoding != tt.encoding {
				t.Errorf("after it is %s, want %s", o.After.Encoding, tt.encoding)
			}
			checkOffer(t, tt.text)
		})
	}
}

// checkOffer says what holds for the offer for any text.
func checkOffer(t *testing.T, text string) {
	t.Helper()
	o := OfferFor(text)
	if want := MeasureOf(text); !reflect.DeepEqual(o.Before, want) {
		t.Errorf("%q: before is %+v, want %+v", text, o.Before, want)
	}
	if want := MeasureOf(o.Text); !reflect.DeepEqual(o.After, want) {
		t.Errorf("%q: after is %+v, want %+v", text, o.After, want)
	}
	onAir := string([]rune(text)) // U+FFFD for each byte that is not UTF-8
	if (o.Text == onAir) != (len(o.Replacements) == 0) {
		t.Errorf("%q became %q with replacements %+v", text, o.Text, o.Replacements)
	}
	for _, f := range o.After.Forcing {
		if f.Replaceable {
			t.Errorf("%q: %U is left and could be replaced", text, f.Rune)
		}
	}
	if again := OfferFor(o.Text); again.Text != o.Text {
		t.Errorf("%q: the offer %q has an offer of its own, %q", text, o.Text, again.Text)
	}
	forced, replaced := 0, 0
	for _, f := range o.Before.Forcing {
		forced += f.Count
	}
	for _, f := range o.After.Forcing {
		forced -= f.Count
	}
	for _, r := range o.Replacements {
		replaced += r.Count
	}
	if forced != replaced {
		t.Errorf("%q: %d characters went, %d replacements are listed", text, forced, replaced)
	}
}

func TestAnOfferSaysWhatItSaves(t *testing.T) {
	text := "Bonjour Ana, votre lampe est arrivée ! Elle vous attend en boutique jusqu’à samedi, au 12 rue du Bac. À bientôt, Lumen"
	o := OfferFor(text)
	if o.Before.Segments != 2 || o.After.Segments != 1 || o.Saves() != 1 {
		t.Errorf("%d segments before, %d after, saves %d; want 2, 1, 1", o.Before.Segments, o.After.Segments, o.Saves())
	}
	if saves := OfferFor(strings.Repeat("…", 69) + "🎉").Saves(); saves >= 0 {
		t.Errorf("longer spellings beside an emoji save %d, want a loss", saves)
	}
}

func TestReplacementsAreInTheAlphabet(t *testing.T) {
	seen := map[rune]string{}
	for _, s := range spellings {
		if encoding, _ := Count(s.to); encoding != GSM7 {
			t.Errorf("%q is not in GSM-7", s.to)
		}
		for _, r := range s.from {
			if septets(r) > 0 {
				t.Errorf("%c is in GSM-7 and must not be replaced by %q", r, s.to)
			}
			if before, twice := seen[r]; twice {
				t.Errorf("%U is listed under %q and %q", r, before, s.to)
			}
			seen[r] = s.to
		}
	}
	for _, c := range compositions {
		if utf8.RuneCountInString(c.letters) != utf8.RuneCountInString(c.written) {
			t.Errorf("%U: %q and %q differ in length", c.accent, c.letters, c.written)
		}
		if encoding, _ := Count(c.written); encoding != GSM7 {
			t.Errorf("%q is not in GSM-7", c.written)
		}
	}
	for r := rune(0x1D400); r < 0x1D800; r++ {
		if letter := styled(r); letter != 0 && septets(letter) != 1 {
			t.Errorf("%U becomes %q", r, letter)
		}
	}
}

func TestEveryLatinLetterOfOurLanguagesHasASpelling(t *testing.T) {
	for r := rune(0xC0); r <= 0x17F; r++ {
		if o := OfferFor(string(r)); o.After.Encoding != GSM7 || o.Text == "" {
			t.Errorf("%c (%U) is offered as %q in %s", r, r, o.Text, o.After.Encoding)
		}
	}
	// The usual culprits of a French text.
	for _, r := range "çâêëîïôœûÿÀÈÊÔŒ«»’–…°\u00a0\u202f" {
		if o := OfferFor(string(r)); o.Before.Encoding != UCS2 || o.After.Encoding != GSM7 {
			t.Errorf("%c: %s before, %s after", r, o.Before.Encoding, o.After.Encoding)
		}
	}
}
