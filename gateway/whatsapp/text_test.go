package whatsapp

import (
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/causette/causette/conversation"
)

func TestEveryKindOfMessageSaysSomething(t *testing.T) {
	quote := &waE2E.ContextInfo{StanzaID: proto.String("Q1")}
	for name, c := range map[string]struct {
		m    *waE2E.Message
		want said
	}{
		"text":        {&waE2E.Message{Conversation: proto.String("Bonjour")}, said{text: "Bonjour"}},
		"a reply":     {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("Oui"), ContextInfo: quote}}, said{text: "Oui", replied: "Q1"}},
		"a button":    {&waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{Response: &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Oui"}, ContextInfo: quote}}, said{text: "Oui", replied: "Q1"}},
		"a template":  {&waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{SelectedID: proto.String("stop")}}, said{text: "stop"}},
		"a list":      {&waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{Title: proto.String("Deux")}}, said{text: "Deux"}},
		"a form":      {&waE2E.Message{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{Body: &waE2E.InteractiveResponseMessage_Body{Text: proto.String("Envoyé")}}}, said{text: "Envoyé"}},
		"a place":     {&waE2E.Message{LocationMessage: &waE2E.LocationMessage{Name: proto.String("Gare"), DegreesLatitude: proto.Float64(48.5), DegreesLongitude: proto.Float64(2.25)}}, said{text: "📍 Gare (48.5, 2.25)"}},
		"a contact":   {&waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: proto.String("Léa"), Vcard: proto.String("BEGIN:VCARD\nTEL;type=CELL:+33 6 12 34 56 78\nEND:VCARD")}}, said{text: "👤 Léa +33 6 12 34 56 78"}},
		"a reaction":  {&waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Text: proto.String("👍"), Key: &waCommon.MessageKey{ID: proto.String("M1")}}}, said{text: "👍", replied: "M1", reaction: true}},
		"taken back":  {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: &waCommon.MessageKey{ID: proto.String("M2")}}}, said{revoked: "M2"}},
		"corrected":   {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), EditedMessage: &waE2E.Message{Conversation: proto.String("Non")}}}, said{text: "Non"}},
		"keys":        {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum()}}, said{nothing: true}},
		"group keys":  {&waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}}, said{nothing: true}},
		"a poll":      {&waE2E.Message{PollCreationMessage: &waE2E.PollCreationMessage{Name: proto.String("?")}}, said{text: "📎 WhatsApp: pollCreation"}},
		"a document":  {&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{FileName: proto.String("facture.pdf"), URL: proto.String("https://m.example/1"), Mimetype: proto.String("application/pdf")}}, said{text: "📄 facture.pdf"}},
		"a voice":     {&waE2E.Message{AudioMessage: &waE2E.AudioMessage{URL: proto.String("https://m.example/2"), Mimetype: proto.String("audio/ogg; codecs=opus"), ContextInfo: quote}}, said{replied: "Q1"}},
		"no message":  {nil, said{nothing: true}},
		"U+0000":      {&waE2E.Message{Conversation: proto.String("a\x00b")}, said{text: "ab"}},
		"too long":    {&waE2E.Message{Conversation: proto.String(strings.Repeat("é", maxText))}, said{text: strings.Repeat("é", maxText/2)}},
		"not UTF-8":   {&waE2E.Message{Conversation: proto.String("a\xff")}, said{text: "a\uFFFD"}},
		"empty thing": {&waE2E.Message{MessageContextInfo: &waE2E.MessageContextInfo{}}, said{nothing: true}},
	} {
		got := read(c.m)
		if got.text != c.want.text || got.replied != c.want.replied || got.reaction != c.want.reaction || got.revoked != c.want.revoked || got.nothing != c.want.nothing {
			t.Errorf("%s says %+v, want %+v", name, got, c.want)
		}
		if files := name == "a document" || name == "a voice"; files != (len(got.media) == 1) {
			t.Errorf("%s has %d files", name, len(got.media))
		}
	}
	if m := read(&waE2E.Message{AudioMessage: &waE2E.AudioMessage{URL: proto.String("https://m.example/2"), Mimetype: proto.String("audio/ogg; codecs=opus")}}).media[0]; m.Type != "audio/ogg" {
		t.Errorf("a voice note is %q", m.Type)
	}
}

func TestAnAddressIsWhatWhatsAppWrites(t *testing.T) {
	for _, a := range []string{"+33612345678", "lid:100000000000002"} {
		j, err := jidOf(conversation.Address(a))
		if err != nil || string(addressOf(j)) != a {
			t.Errorf("%s is %s, %v", a, j, err)
		}
	}
	for _, a := range []string{"", "+", "lid:", "36105", "+33 6", "lid:x", "whatsapp:+33612345678", "+" + strings.Repeat("1", 21)} {
		if j, err := jidOf(conversation.Address(a)); err == nil {
			t.Errorf("%q is %s", a, j)
		}
	}
}
