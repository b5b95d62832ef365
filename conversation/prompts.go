package conversation

import (
	"strings"
	"time"
)

// The words of what nobody asked for: an automation requests a prompt, the gate
// gives its verdict, and until it is over the prompt is pending.

// Prompt is the first word that an automation asks for.
type Prompt struct {
	ID        string            `json:"id"`
	Purpose   Purpose           `json:"purpose"`
	Template  string            `json:"template,omitempty"` // or Text
	Text      string            `json:"text,omitempty"`
	Variables map[string]string `json:"variables,omitempty"`
	Channel   ChannelID         `json:"channel,omitempty"` // "": whichever of Routes is best
	Medium    Medium            `json:"medium,omitempty"`  // of Channel
	To        Address           `json:"to"`
	Opens     Dialogue          `json:"opens,omitempty"`
	Cart      string            `json:"cart,omitempty"`  // why it is said: sent only while that cart is open
	Order     string            `json:"order,omitempty"` // why it is said: sent only while that order stands
	Expires   time.Time         `json:"expires,omitzero"`

	SendAt    time.Time `json:"send_at,omitzero"` // not before
	Requested time.Time `json:"requested,omitzero"`
	Incentive bool      `json:"incentive,omitempty"` // it gives a discount: once in 90 days
	Campaign  string    `json:"campaign,omitempty"`  // the bulk job or the journey that sends it
	Routes    []Route   `json:"routes,omitempty"`    // the brand's ways to this number, best first
	Place     Place     `json:"place,omitzero"`      // what the number tells
}

// Route is one way to a customer.
type Route struct {
	Channel  ChannelID `json:"channel"`
	Medium   Medium    `json:"medium"`
	Contents bool      `json:"contents,omitempty"` // its carrier takes approved templates
	Mute     bool      `json:"mute,omitempty"`     // nobody can answer it: an alphanumeric sender
	StopAt   string    `json:"stop_at,omitempty"`  // where STOP is texted to: "36105"
}

// Place is where a number is: a country, and where its plan tells, a region and
// the zones that it spans.
type Place struct {
	Country string   `json:"country,omitempty"` // ISO 3166-1
	Region  string   `json:"region,omitempty"`  // "TX"
	Zones   []string `json:"zones,omitempty"`   // IANA
}

// Reach is where a customer wrote from, and when last.
type Reach struct {
	Medium  Medium    `json:"medium"`
	Channel ChannelID `json:"channel"`
	Address Address   `json:"address"`
	WroteAt time.Time `json:"wrote_at"`
}

// Touch is something that was sent unasked.
type Touch struct {
	Prompt    string    `json:"prompt,omitempty"` // "" for an agent's first word
	Purpose   Purpose   `json:"purpose"`
	Cart      string    `json:"cart,omitempty"`
	Incentive bool      `json:"incentive,omitempty"`
	At        time.Time `json:"at"`
}

// MaxTouches bounds what is remembered of them: the caps reach back 90 days.
const MaxTouches = 40

// Promise is how often somebody was told, when they consented, that they would
// hear from the brand.
type Promise struct {
	Messages int    `json:"messages"`
	Per      string `json:"per"` // day, week, month
}

// Verdict is what the gate says of a prompt: whether, when and on which route it
// may go out, by which rule, and what that rule looked at.
type Verdict struct {
	Rule   Rule              `json:"rule"`            // "hours.fr", "cap.week", "open": nothing speaks against it
	Code   string            `json:"code,omitempty"`  // it may not: the contract's word, "no_consent"
	Waits  string            `json:"waits,omitempty"` // it may later: hours, send_at, question, agent, trouble, cap, desk
	At     time.Time         `json:"at,omitzero"`     // when it is looked at again, or may go out
	Why    string            `json:"why"`             // a sentence, in English
	Inputs map[string]string `json:"inputs,omitempty"`
	Route  Route             `json:"route,omitzero"` // "" where none is chosen
}

// Open says that the prompt may go out now.
func (v *Verdict) Open() bool { return v.Code == "" && v.Waits == "" }

// PromptStatus is where a prompt stands.
type PromptStatus string

const (
	PromptScheduled     PromptStatus = "scheduled"     // its time has not come
	PromptHeld          PromptStatus = "held"          // the gate lets it go later
	PromptShown         PromptStatus = "shown"         // the agent who talks with the customer sees it first
	PromptQueued        PromptStatus = "queued"        // said: its message has the rest of its story
	PromptMerged        PromptStatus = "merged"        // said, in the message of another
	PromptRefused       PromptStatus = "refused"       // the gate says no
	PromptDropped       PromptStatus = "cancelled"     // by its automation, an opt-out, an agent, or since its reason is gone
	PromptExpired       PromptStatus = "expired"       // it waited too long
	PromptUndeliverable PromptStatus = "undeliverable" // said, and no medium could deliver it
)

// Pending is a prompt that is not over: it waits to be said, or it was said on a
// medium that may still fail.
type Pending struct {
	Prompt  Prompt       `json:"prompt"`
	Status  PromptStatus `json:"status"`
	Verdict Verdict      `json:"verdict"`
	Since   time.Time    `json:"since"` // when it came to stand so
	Tried   []Medium     `json:"tried,omitempty"`
	With    []string     `json:"with,omitempty"`  // the prompts that its message says, too
	Asked   string       `json:"asked,omitempty"` // the Question.ID that it asked
	Asks    string       `json:"asks,omitempty"`  // the words of that question, for another medium
}

// MaxPending bounds the pending prompts of one customer; the oldest marketing
// gives way.
const MaxPending = 8

// PromptChange is what a turn made of a prompt.
type PromptChange struct {
	ID      string       `json:"id"`
	Status  PromptStatus `json:"status"`
	Verdict Verdict      `json:"verdict"`
	Prompt  *Prompt      `json:"prompt,omitempty"` // where the turn saw it first
	Into    string       `json:"into,omitempty"`   // the prompt whose message says it
}

// Join is a number that somebody left on the join page.
type Join struct {
	Channel  ChannelID          `json:"channel"`
	Medium   Medium             `json:"medium"`
	To       Address            `json:"to"`
	Purposes []Purpose          `json:"purposes"` // the boxes that were ticked
	Language string             `json:"language,omitempty"`
	Wording  map[Purpose]string `json:"wording"`            // what stood beside each box
	Promise  *Promise           `json:"promise,omitempty"`  // of marketing
	Evidence map[string]string  `json:"evidence,omitempty"` // the page's version, the network address
}

// Click is a link that a customer followed.
type Click struct {
	Code   string `json:"code"`
	Prompt string `json:"prompt,omitempty"`
	URL    string `json:"url"`
}

// Delivery is how the newest message of a prompt stands.
type Delivery struct {
	Prompt  string    `json:"prompt"`
	Message MessageID `json:"message"` // what Turn.Recall takes back while it is queued
	Medium  Medium    `json:"medium"`
	Status  string    `json:"status"` // the gateway's: queued, posting, accepted, sent, delivered, …
}

// DeliveryTimer and the prompt's id name the timer that looks whether its
// message was delivered: the gateway fills in Event.Delivery.
const DeliveryTimer = "delivery:"

// Delivery reports a timer that asks how a prompt was delivered, and which.
func (t *Timer) Delivery() (prompt string, ok bool) { return strings.CutPrefix(t.Name, DeliveryTimer) }

// Preview is a prompt as it would leave now.
type Preview struct {
	Verdict Verdict  `json:"verdict"`
	Message Message  `json:"message"`        // zero where it cannot be written
	Lint    []string `json:"lint,omitempty"` // what is better said otherwise
}
