package twilio

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// A template that WhatsApp approved is named, not written: Twilio says it with
// the posting's values. https://www.twilio.com/docs/content

// setContent asks for the posting's approved template.
func setContent(params *openapi.CreateMessageParams, c *conversation.Content) error {
	params.SetContentSid(c.SID)
	if len(c.Variables) == 0 {
		return nil
	}
	variables, err := json.Marshal(c.Variables)
	if err != nil {
		return err
	}
	params.SetContentVariables(string(variables))
	return nil
}

// What is enough of a text to know it by, in characters.
const (
	tellingValue = 3  // a value that is shorter could stand in any text
	tellingText  = 12 // so many in all its values, or in common with the text
)

// sameContent says whether a listed body is the posting's approved template.
// The list has no template in it, and its body is what WhatsApp approved, which
// may have a title, a footer, buttons and signs of style that our text has not.
// So the texts need to be alike only where they are ours: one stands in the
// other, or the body has every value. It may be wide because nothing else can
// stand there: one message of a customer's is in flight, what belongs to others
// is left out, and only what is younger than the posting is looked at.
func sameContent(body string, p gateway.Posting) bool {
	body, text := unstyled(body), unstyled(p.Text)
	if body == text {
		return true
	}
	if min(utf8.RuneCountInString(body), utf8.RuneCountInString(text)) >= tellingText && (strings.Contains(body, text) || strings.Contains(text, body)) {
		return true
	}
	told := 0
	for _, v := range p.Content.Variables {
		v = unstyled(v)
		if !strings.Contains(body, v) {
			return false
		}
		if n := utf8.RuneCountInString(v); n >= tellingValue {
			told += n
		}
	}
	return told >= tellingText
}

// unstyled is a text without WhatsApp's signs of style (*bold*, _italic_,
// ~struck~, ```typed```), in lower case, with single spaces.
func unstyled(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(style.Replace(s)), " "))
}

var style = strings.NewReplacer("*", "", "_", "", "~", "", "`", "")
