package twilio

import (
	"strings"

	"github.com/causette/causette/conversation"
)

// whatsapp is what Twilio writes before a WhatsApp address.
const whatsapp = "whatsapp:"

// fromTwilio splits an address of Twilio's into who it is and how it was
// reached. A WhatsApp user with a phone has the phone's address, the same as in
// SMS; one without, only a business-scoped id, keeps the address whole.
func fromTwilio(s string) (conversation.Address, conversation.Medium) {
	id, isWhatsApp := strings.CutPrefix(s, whatsapp)
	switch {
	case !isWhatsApp:
		return conversation.Address(s), conversation.SMS
	case isPhone(id):
		return conversation.Address(id), conversation.WhatsApp
	}
	return conversation.Address(s), conversation.WhatsApp
}

// toTwilio writes an address as Twilio wants it on the medium; ok is false when
// the address has no phone to text.
func toTwilio(a conversation.Address, m conversation.Medium) (to string, ok bool) {
	s := string(a)
	switch {
	case s == "":
		return "", false
	case strings.HasPrefix(s, whatsapp):
		return s, m == conversation.WhatsApp
	case m == conversation.WhatsApp:
		return whatsapp + s, true
	}
	return s, true
}

// isPhone says whether the text is written as E.164.
func isPhone(s string) bool {
	return len(s) >= 8 && len(s) <= 16 && s[0] == '+' && strings.Trim(s[1:], "0123456789") == ""
}
