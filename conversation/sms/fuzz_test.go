package sms

import "testing"

func FuzzText(f *testing.F) {
	for _, text := range []string{
		"", "Déjà livré : 12 €", "«\u00a0C’est prêt\u202f!\u00a0»", "👩🏽‍💻 ©️ 🇫🇷", "e\u0301\u0302 и\u0306",
		"\xff\xfe\x00\x1b", "№\u0301 ½\u0301", "n°°", "e\u200b\u0301", "©\u200b\ufe0f", "𝗦\u0301", "\u0301",
	} {
		f.Add(text, uint16(0))
		f.Add(text, uint16(160))
	}
	f.Fuzz(func(t *testing.T, text string, lead uint16) {
		// Leading letters bring what the fuzzer found to the edge of a part.
		padded := make([]byte, lead%512)
		for i := range padded {
			padded[i] = 'a'
		}
		text = string(padded) + text
		checkParts(t, text)
		checkOffer(t, text)
	})
}
