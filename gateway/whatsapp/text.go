package whatsapp

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"github.com/causette/causette/conversation"
)

// said is what a message says, as the conversation and an agent read it.
type said struct {
	text     string
	media    []conversation.Media
	replied  conversation.CarrierID // what it quotes or reacts to
	reaction bool
	revoked  string // the id of a message that its author took back
	nothing  bool   // WhatsApp's own housekeeping: nobody said anything
}

// What a message may carry at most; WhatsApp's own limit is 64 KiB.
const (
	maxText = 8 << 10
	maxName = 256
	maxPart = 512
)

// read makes every kind of message text and media. What it does not know becomes
// a line that says so: nothing is dropped.
func read(m *waE2E.Message) said {
	if m == nil {
		return said{nothing: true}
	}
	var s said
	var quote *waE2E.ContextInfo
	switch {
	case m.GetConversation() != "":
		s.text = m.GetConversation()
	case m.GetExtendedTextMessage() != nil:
		s.text, quote = m.GetExtendedTextMessage().GetText(), m.GetExtendedTextMessage().GetContextInfo()
	case m.GetImageMessage() != nil:
		x := m.GetImageMessage()
		s.text, quote = x.GetCaption(), x.GetContextInfo()
		s.media = attached(x, x.GetURL(), x.GetMimetype(), x.GetFileLength())
	case m.GetVideoMessage() != nil:
		x := m.GetVideoMessage()
		s.text, quote = x.GetCaption(), x.GetContextInfo()
		s.media = attached(x, x.GetURL(), x.GetMimetype(), x.GetFileLength())
	case m.GetPtvMessage() != nil:
		x := m.GetPtvMessage()
		quote = x.GetContextInfo()
		s.media = attached(x, x.GetURL(), x.GetMimetype(), x.GetFileLength())
	case m.GetAudioMessage() != nil:
		x := m.GetAudioMessage()
		quote = x.GetContextInfo()
		s.media = attached(x, x.GetURL(), x.GetMimetype(), x.GetFileLength())
	case m.GetStickerMessage() != nil:
		x := m.GetStickerMessage()
		quote = x.GetContextInfo()
		s.media = attached(x, x.GetURL(), x.GetMimetype(), x.GetFileLength())
	case m.GetDocumentMessage() != nil:
		x := m.GetDocumentMessage()
		s.text, quote = x.GetCaption(), x.GetContextInfo()
		s.media = attached(x, x.GetURL(), x.GetMimetype(), x.GetFileLength())
		if name := x.GetFileName(); name != "" && s.text == "" {
			s.text = "📄 " + cut(name, maxName)
		}
	case m.GetButtonsResponseMessage() != nil:
		x := m.GetButtonsResponseMessage()
		s.text, quote = first(x.GetSelectedDisplayText(), x.GetSelectedButtonID()), x.GetContextInfo()
	case m.GetTemplateButtonReplyMessage() != nil:
		x := m.GetTemplateButtonReplyMessage()
		s.text, quote = first(x.GetSelectedDisplayText(), x.GetSelectedID()), x.GetContextInfo()
	case m.GetListResponseMessage() != nil:
		x := m.GetListResponseMessage()
		s.text, quote = first(x.GetTitle(), x.GetSingleSelectReply().GetSelectedRowID()), x.GetContextInfo()
	case m.GetInteractiveResponseMessage() != nil:
		x := m.GetInteractiveResponseMessage()
		s.text, quote = x.GetBody().GetText(), x.GetContextInfo()
	case m.GetLocationMessage() != nil:
		x := m.GetLocationMessage()
		s.text, quote = place(x.GetName(), x.GetAddress(), x.GetDegreesLatitude(), x.GetDegreesLongitude()), x.GetContextInfo()
	case m.GetLiveLocationMessage() != nil:
		x := m.GetLiveLocationMessage()
		s.text, quote = place(x.GetCaption(), "", x.GetDegreesLatitude(), x.GetDegreesLongitude()), x.GetContextInfo()
	case m.GetContactMessage() != nil:
		s.text, quote = card(m.GetContactMessage()), m.GetContactMessage().GetContextInfo()
	case m.GetContactsArrayMessage() != nil:
		var cards []string
		for _, c := range m.GetContactsArrayMessage().GetContacts() {
			cards = append(cards, card(c))
		}
		s.text = strings.Join(cards, "\n")
	case m.GetReactionMessage() != nil:
		x := m.GetReactionMessage()
		s.text, s.reaction = x.GetText(), true
		s.replied = conversation.CarrierID(x.GetKey().GetID())
		s.nothing = x.GetText() == "" // a reaction taken back
	case m.GetProtocolMessage() != nil:
		return protocol(m.GetProtocolMessage())
	case m.GetSenderKeyDistributionMessage() != nil, m.GetPollUpdateMessage() != nil, m.GetKeepInChatMessage() != nil,
		m.GetEncReactionMessage() != nil, m.GetPlaceholderMessage() != nil, m.GetMessageHistoryNotice() != nil:
		return said{nothing: true}
	default:
		s.text = unsupported(m)
		s.nothing = s.text == ""
	}
	if id := quote.GetStanzaID(); id != "" && s.replied == "" && len(id) <= maxPart {
		s.replied = conversation.CarrierID(id)
	}
	s.text = cut(s.text, maxText)
	return s
}

// protocol is what was done to an earlier message.
func protocol(p *waE2E.ProtocolMessage) said {
	switch p.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		return said{revoked: p.GetKey().GetID()}
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		s := read(p.GetEditedMessage())
		return s
	}
	return said{nothing: true}
}

// unsupported names a kind of message that has no text here.
func unsupported(m *waE2E.Message) string {
	name := ""
	fields := m.ProtoReflect()
	list := fields.Descriptor().Fields()
	for i := range list.Len() {
		f := list.Get(i)
		if fields.Has(f) && f.Name() != "messageContextInfo" {
			name = strings.TrimSuffix(string(f.Name()), "Message")
			break
		}
	}
	if name == "" {
		return ""
	}
	return fmt.Sprintf("📎 WhatsApp: %s", name)
}

// place writes a location as an agent reads it.
func place(name, address string, latitude, longitude float64) string {
	var parts []string
	for _, p := range []string{name, address} {
		if p = cut(p, maxPart); p != "" {
			parts = append(parts, p)
		}
	}
	where := fmt.Sprintf("(%.7g, %.7g)", latitude, longitude)
	if len(parts) > 0 {
		where = strings.Join(parts, ", ") + " " + where
	}
	return "📍 " + where
}

// card writes a contact: the name and the numbers.
func card(c *waE2E.ContactMessage) string {
	parts := []string{cut(c.GetDisplayName(), maxName)}
	for line := range strings.Lines(cut(c.GetVcard(), maxText)) {
		if head, number, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && strings.Contains(strings.ToUpper(head), "TEL") {
			parts = append(parts, cut(number, 32))
		}
	}
	return "👤 " + strings.Join(parts, " ")
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// cut makes foreign text fit to store: valid UTF-8, no U+0000, at most max bytes
// and never half a character.
func cut(s string, max int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) <= max {
		return s
	}
	for max > 0 && !utf8.RuneStart(s[max]) {
		max--
	}
	return s[:max]
}
