package sms

import "strings"

// emojiStyle is the variation selector that makes an emoji of the character
// before it.
const emojiStyle = '\uFE0F'

// spelling is what GSM-7 writes for each of a run of characters.
type spelling struct{ to, from string }

// spellings are the characters that shops in our languages write, and what
// pasting from word processors, web pages and telephones brings along. Letters
// cover Latin-1 and Latin Extended-A whole; they lose the accent that GSM-7
// lacks and no other.
var spellings = []spelling{
	// French typography first.
	{"'", "’‘‚‛′´`ʼʻ‹›"},
	{`"`, "«»“”„‟″"},
	{"-", "–—‒―‐‑−•‣◦▪■●"},
	{"...", "…"},
	{"..", "‥"},
	{".", "·․"}, // client·e·s
	{" ", "\t\u00A0\u202F\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u205F\u3000"},
	{"\n", "\v\u0085\u2028\u2029"},
	// Soft hyphen, zero-width spaces, and the marks that telephones put around
	// pasted numbers. The joiners U+200C and U+200D are part of what they join.
	{"", "\u00AD\u200B\u2060\uFEFF\u200E\u202A\u202C\u202D\u2066\u2068\u2069\uFE0E"},

	{"deg", "°"}, // n° is no: see replacement
	{"No", "№"},
	{"o", "º"},
	{"a", "ª"},
	{"(c)", "©"},
	{"(R)", "®"},
	{"(TM)", "™"},
	{"c", "¢"},
	{"1/4", "¼"},
	{"1/2", "½"},
	{"3/4", "¾"},
	{"1/3", "⅓"},
	{"2/3", "⅔"},
	{"/", "÷⁄∕"},
	{"x", "×"},
	{"+/-", "±"},
	{"<=", "≤"},
	{">=", "≥"},
	{"!=", "≠"},
	{"~", "≈"},
	{"->", "→"},
	{"<-", "←"},
	{"=>", "⇒"},
	{"|", "¦"},
	{"u", "µ"},
	{"e", "ᵉ"}, // 2ᵉ
	{"r", "ʳ"},
	{"d", "ᵈ"},
	{"s", "ˢ"},
	{"0", "⁰₀"}, {"1", "¹₁"}, {"2", "²₂"}, {"3", "³₃"}, {"4", "⁴₄"},
	{"5", "⁵₅"}, {"6", "⁶₆"}, {"7", "⁷₇"}, {"8", "⁸₈"}, {"9", "⁹₉"},

	{"oe", "œ"}, {"OE", "Œ"}, // Œuvre is Oeuvre: see replacement
	{"ij", "ĳ"}, {"IJ", "Ĳ"},
	{"ff", "ﬀ"}, {"fi", "ﬁ"}, {"fl", "ﬂ"}, {"ffi", "ﬃ"}, {"ffl", "ﬄ"}, {"st", "ﬅﬆ"},
	{"ß", "ẞ"},

	{"a", "âáãāăą"}, {"A", "ÂÁÃÀĀĂĄ"},
	{"c", "çćĉċč"}, {"C", "ĆĈĊČ"},
	{"d", "ðďđ"}, {"D", "ÐĎĐ"},
	{"e", "êëēĕėęěẽ"}, {"E", "ÈÊËĒĔĖĘĚẼ"},
	{"g", "ĝğġģ"}, {"G", "ĜĞĠĢ"},
	{"h", "ĥħ"}, {"H", "ĤĦ"},
	{"i", "îïíĩīĭįı"}, {"I", "ÌÍÎÏĨĪĬĮİ"},
	{"j", "ĵ"}, {"J", "Ĵ"},
	{"k", "ķĸ"}, {"K", "Ķ"},
	{"l", "ĺļľŀł"}, {"L", "ĹĻĽĿŁ"},
	{"n", "ńņňŋ"}, {"N", "ŃŅŇŊ"}, {"'n", "ŉ"},
	{"o", "ôóõōŏő"}, {"O", "ÒÓÔÕŌŎŐ"},
	{"r", "ŕŗř"}, {"R", "ŔŖŘ"},
	{"s", "śŝşšșſ"}, {"S", "ŚŜŞŠȘ"},
	{"t", "ţťŧț"}, {"T", "ŢŤŦȚ"},
	{"th", "þ"}, {"Th", "Þ"},
	{"u", "ûúũūŭůűų"}, {"U", "ÙÚÛŨŪŬŮŰŲ"},
	{"w", "ŵẁẃẅ"}, {"W", "ŴẀẂẄ"},
	{"y", "ÿýŷỳ"}, {"Y", "ŸÝŶỲ"},
	{"z", "źżž"}, {"Z", "ŹŻŽ"},
}

var replacements = func() map[rune]string {
	m := make(map[rune]string, 400)
	for _, s := range spellings {
		for _, r := range s.from {
			m[r] = s.to
		}
	}
	return m
}()

// compositions are the letters with an accent that GSM-7 has. Telephones and
// file systems of Apple write some texts decomposed: e and then U+0301 for é.
var compositions = []struct {
	accent           rune
	letters, written string
}{
	{'\u0300', "aeiou", "àèìòù"},
	{'\u0301', "eE", "éÉ"},
	{'\u0303', "nN", "ñÑ"},
	{'\u0308', "aouAOU", "äöüÄÖÜ"},
	{'\u030A', "aA", "åÅ"},
	{'\u0327', "C", "Ç"},
}

// compose is the letter of GSM-7 that base and a combining accent make, or "".
func compose(base, accent rune) string {
	if !combining(accent) {
		return ""
	}
	for _, c := range compositions {
		if c.accent != accent {
			continue
		}
		if i := strings.IndexRune(c.letters, base); i >= 0 {
			return string([]rune(c.written)[i])
		}
	}
	return ""
}

// combining says whether r is an accent on the character before it: the block
// Combining Diacritical Marks.
func combining(r rune) bool { return r >= 0x300 && r <= 0x36F }

// styled is the plain letter or digit behind the mathematical alphabets that
// stand in for bold type (𝗦𝗢𝗟𝗗𝗘𝗦, two units each), or 0. Thirteen alphabets of
// 52 letters start at U+1D400, five sets of digits at U+1D7CE.
func styled(r rune) rune {
	switch {
	case r >= 0x1D400 && r < 0x1D400+13*52:
		n := (r - 0x1D400) % 52
		if n < 26 {
			return 'A' + n
		}
		return 'a' + n - 26
	case r >= 0x1D7CE && r <= 0x1D7FF:
		return '0' + (r-0x1D7CE)%10
	}
	return 0
}
