// Package sms knows what a text costs on the air: the encoding it travels in,
// the parts it is cut into, the characters that make it dear, what could be
// written instead, and the price.
//
// A short message carries 140 octets. In the GSM 7-bit default alphabet
// (GSM-7) that is 160 characters; one character outside the alphabet turns the
// whole text into UCS-2, and 160 becomes 70. Several parts carry a header of
// six octets each, which leaves 153 and 67.
//
// National shift tables (Turkish, Spanish, Portuguese) are not used: carriers
// do not promise them. The package is pure and safe for concurrent use.
package sms

// Encoding is how a text travels. Its text is what APIs and consoles show.
type Encoding string

const (
	// GSM7 is the 7-bit default alphabet of 3GPP TS 23.038 §6.2.1 with its
	// extension table; its unit is the septet.
	GSM7 Encoding = "GSM-7"
	// UCS2 is 16-bit Unicode, which handsets read as UTF-16: what lies beyond
	// U+FFFF, emoji for the most part, takes two units.
	UCS2 Encoding = "UCS-2"
)

// Single is how many units a text may have to travel in one part.
func (e Encoding) Single() int {
	if e == GSM7 {
		return 160 // 140 octets of 8 bits in septets
	}
	return 70
}

// Part is how many units each part carries when there are several; the user
// data header takes six octets of each (3GPP TS 23.040 §9.2.3.24.1).
func (e Encoding) Part() int {
	if e == GSM7 {
		return 153
	}
	return 67
}

// The basic alphabet, 3GPP TS 23.038 §6.2.1, in its order without the escape
// at 0x1B. 0x09 is Ç there; Unicode's mapping file has ç, which is wrong by the
// standard and on handsets.
const basic = "@£$¥èéùìòÇ\nØø\rÅå" +
	"Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ" +
	" !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmnopqrstuvwxyzäöñüà"

// The extension table, §6.2.1.1: an escape septet and then one more.
const extension = "\f^{}\\[~]|€"

// widths holds the septets of each rune below U+0400, 0 for those outside the
// alphabet. The euro sign is the only one above.
var widths = func() (w [0x400]uint8) {
	for _, r := range basic {
		w[r] = 1
	}
	for _, r := range extension {
		if r != '€' {
			w[r] = 2
		}
	}
	return w
}()

// septets is how many septets r takes in GSM-7: 1, 2 for the extension table,
// 0 when it is not in the alphabet.
func septets(r rune) int {
	if uint32(r) < uint32(len(widths)) {
		return int(widths[r])
	}
	if r == '€' {
		return 2
	}
	return 0
}

// utf16Units is how many UTF-16 units r takes.
func utf16Units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
