// Package phones is a simulated carrier with simulated phones: the demo, the
// tests and rehearsals text through it as through a real one.
//
//	Channel.Send ──▶ Carrier ──delay, loss──▶ Phone     the page at /phones/
//	Door.Report  ◀── Carrier ◀── delivered ── Phone
//	Door.Accept  ◀── Carrier ◀── Carrier.Text ── Phone
//
// The carrier has a clock, a ledger and ids of its own, and misbehaves on
// demand (Network): it delays, loses, refuses, stays silent after it accepted,
// and reports out of order. All state is in memory and bounded.
package phones

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
)

// Phone is one simulated phone, and who holds it.
type Phone struct {
	Number      conversation.Address `json:"number"` // E.164, or "whatsapp:" and an id: then it has no SMS
	Name        string               `json:"name,omitempty"`
	About       string               `json:"about,omitempty"`       // "panier de 249 €"
	Language    string               `json:"language"`              // of its reactions and suggestions: fr or en
	Look        Look                 `json:"look"`                  // which maker's phone it resembles
	Suggestions []string             `json:"suggestions,omitempty"` // what to try; none: the page's own
	Network     Network              `json:"network"`               // what the network does to this phone alone
}

// Look is which maker's phone the page draws.
type Look string

const (
	IOS     Look = "ios"
	Android Look = "android"
)

// Line is one of a phone's threads: the channel at its other end.
type Line struct {
	Channel conversation.ChannelID `json:"channel"`
	Brand   conversation.BrandID   `json:"brand"`
	Name    string                 `json:"name"` // of the brand, as the phone shows it
	Medium  conversation.Medium    `json:"medium"`
	Address conversation.Address   `json:"address"` // the short code or number that phones text
}

// State is where a message stands, as the phone and its network see it.
type State string

// A text of the phone goes sending → delivered or failed. A message of the brand
// goes accepted → sent → delivered → read, or ends undelivered.
const (
	Sending     State = "sending"     // on its way to the gateway, perhaps for the third time
	Failed      State = "failed"      // the gateway did not take it; the phone may try again
	Accepted    State = "accepted"    // the carrier has it
	Sent        State = "sent"        // on the air: the phone may be off
	Delivered   State = "delivered"   // the gateway has committed it; or it is on the phone
	Read        State = "read"        // seen (WhatsApp only)
	Undelivered State = "undelivered" // lost on the air or expired
)

// Message is one message of a phone's thread, either way.
type Message struct {
	ID       conversation.CarrierID `json:"id"` // minted by the carrier, never again
	Channel  conversation.ChannelID `json:"channel"`
	Medium   conversation.Medium    `json:"medium"`
	Phone    conversation.Address   `json:"phone"`
	From     End                    `json:"from"`
	Text     string                 `json:"text"`
	Pictures []conversation.Media   `json:"pictures,omitempty"`
	ReplyTo  conversation.CarrierID `json:"reply_to,omitempty"` // the message quoted, or reacted to
	Reaction string                 `json:"reaction,omitempty"` // the emoji; Text is then what the network carries
	State    State                  `json:"state"`
	Code     string                 `json:"code,omitempty"` // why it failed
	Tries    int                    `json:"tries,omitempty"`
	Encoding sms.Encoding           `json:"encoding,omitempty"` // SMS only
	Segments int                    `json:"segments,omitempty"` // SMS only
	Place    uint64                 `json:"place"`              // order on the phone; 0 while it is not there
	Key      string                 `json:"key,omitempty"`      // the page's own id of what it sent
	At       time.Time              `json:"at"`                 // when it was written or accepted, by the carrier's clock
	Changed  time.Time              `json:"changed"`
}

// End is one of the two ends of a thread.
type End string

const (
	FromPhone End = "phone"
	FromBrand End = "brand"
)

// Text is what somebody does on a phone: writes, sends a picture, reacts.
type Text struct {
	Channel  conversation.ChannelID // "": the first line opened
	Text     string
	Picture  *Picture
	Media    []conversation.Media   // what lies elsewhere, beside or in place of Picture
	ReplyTo  conversation.CarrierID // quotes that message (WhatsApp only), or the one reacted to
	Reaction string                 // an emoji; Text and Picture are then empty
	Key      string                 // the same key twice is one text; "" for none
}

// What a message may carry at most; the characters are Twilio's limits
// (https://www.twilio.com/docs/messaging/api/message-resource).
const (
	MaxSMS      = 1600 // characters
	MaxWhatsApp = 4096 // characters
	maxName     = 60   // characters, of a name or a reaction
	maxAbout    = 200
	maxKey      = 64
	maxSuggest  = 12
)

// MaxText is the most characters a text may have.
func MaxText(m conversation.Medium) int {
	if m == conversation.WhatsApp {
		return MaxWhatsApp
	}
	return MaxSMS
}

// Error is a request that the network or a phone refuses. People read the
// message, machines the code.
type Error struct {
	Code   string
	Detail string
}

func (e *Error) Error() string { return e.Code + ": " + e.Detail }

func refuse(code, format string, a ...any) error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, a...)}
}

var (
	number    = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	userID    = regexp.MustCompile(`^whatsapp:[A-Za-z0-9._-]{1,64}$`)
	lineTo    = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11})$`)
	languages = map[string]bool{"fr": true, "en": true}
)

// check fills what is left open and refuses what cannot be a phone.
func (p *Phone) check() error {
	if p.Language == "" {
		p.Language = "fr"
	}
	if p.Look == "" {
		p.Look = IOS
	}
	p.Name, p.About = clean(p.Name), clean(p.About)
	switch {
	case !number.MatchString(string(p.Number)) && !userID.MatchString(string(p.Number)):
		return refuse("bad_number", "%q is not a number such as +33639980001", p.Number)
	case utf8.RuneCountInString(p.Name) > maxName:
		return refuse("too_long", "the name has more than %d characters", maxName)
	case utf8.RuneCountInString(p.About) > maxAbout:
		return refuse("too_long", "the description has more than %d characters", maxAbout)
	case !languages[p.Language]:
		return refuse("bad_language", "language %q is not fr or en", p.Language)
	case p.Look != IOS && p.Look != Android:
		return refuse("bad_look", "look %q is not ios or android", p.Look)
	case len(p.Suggestions) > maxSuggest:
		return refuse("too_many", "there are more than %d suggestions", maxSuggest)
	}
	for i, s := range p.Suggestions {
		if p.Suggestions[i] = clean(s); utf8.RuneCountInString(s) > maxAbout {
			return refuse("too_long", "a suggestion has more than %d characters", maxAbout)
		}
	}
	return p.Network.check()
}

// clean makes foreign text fit to carry: valid UTF-8 without U+0000.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
