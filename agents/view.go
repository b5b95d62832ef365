package agents

import (
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
)

// Summary is a conversation as a list shows it. PROTOCOL.md in console says
// what a page reads; the JSON here is that.
type Summary struct {
	Brand     conversation.BrandID    `json:"brand"`
	Customer  conversation.CustomerID `json:"customer"`
	Name      string                  `json:"name"`
	Phone     conversation.Address    `json:"phone"`
	Medium    conversation.Medium     `json:"medium"`
	Language  string                  `json:"language"`
	State     conversation.State      `json:"state"`
	OwnerKind conversation.Owner      `json:"owner_kind"` // who answers the customer
	Owner     conversation.AgentID    `json:"owner"`
	Status    conversation.DeskStatus `json:"status"`
	Priority  conversation.Priority   `json:"priority"`
	Reason    string                  `json:"reason"`
	Preview   string                  `json:"preview"` // of the newest message, cut
	From      From                    `json:"from"`    // who said it
	At        time.Time               `json:"at"`
	Waits     time.Time               `json:"waits,omitzero"`      // since when the customer waits for an answer
	Due       time.Time               `json:"due,omitzero"`        // until when it should be given
	ResolveBy time.Time               `json:"resolve_by,omitzero"` // until when all of it should be resolved
	Offered   conversation.AgentID    `json:"offered"`             // whom a queued one is held for,
	Hold      time.Time               `json:"hold,omitzero"`       // until then
	Team      string                  `json:"team"`
	Tags      []string                `json:"tags"`
	Rating    int                     `json:"rating"` // 1 to 5, 0 for none
	VIP       bool                    `json:"vip"`
	Cart      *conversation.Money     `json:"cart"`
	Version   int64                   `json:"version"`
	Silenced  bool                    `json:"silenced"`
}

// From is who said something.
type From string

const (
	FromCustomer  From = "customer"
	FromAssistant From = "assistant"
	FromAgent     From = "agent"
	FromSystem    From = "system"
)

// Detail is a conversation as it is worked on.
type Detail struct {
	Summary
	Desk      *conversation.Desk      `json:"desk"`
	Profile   Profile                 `json:"profile"`
	Questions []conversation.Question `json:"questions"`
	Draft     string                  `json:"draft"`
	CanWrite  bool                    `json:"can_write"`
	WhyNot    string                  `json:"why_not"` // a code of conversation.Refused; "" where CanWrite
	Channel   conversation.ChannelID  `json:"channel"`

	SegmentPrice *sms.Price `json:"segment_price"` // of what is written there; null where it is not known
	WindowUntil  *time.Time `json:"window_until"`  // WhatsApp takes free text until then; null elsewhere

	Prompts []Pending `json:"prompts"` // what automations asked for and what waits, oldest first
}

// Pending is a prompt that waits, and what the gate said of it.
type Pending struct {
	Asked
	Status conversation.PromptStatus `json:"status"` // scheduled, held, shown
	Text   string                    `json:"text"`   // what it would say, without what the way out adds
	Since  time.Time                 `json:"since"`
	At     time.Time                 `json:"at,omitzero"` // when it is looked at again, or goes by itself
	Rule   conversation.Rule         `json:"rule"`
	Waits  string                    `json:"waits"`
	Why    string                    `json:"why"`
	Inputs map[string]string         `json:"inputs"`
}

// Profile is what the desk shows of a customer.
type Profile struct {
	First       string                  `json:"first"`
	Last        string                  `json:"last"`
	Email       string                  `json:"email"`
	Language    string                  `json:"language"`
	Timezone    string                  `json:"timezone"`
	Country     string                  `json:"country"`
	VIP         bool                    `json:"vip"`
	Suspended   bool                    `json:"suspended"` // marketing waits for a doubtful opt-out to be clarified
	Value       conversation.Money      `json:"value"`
	Points      *int64                  `json:"points"`
	Tags        []string                `json:"tags"`
	Cart        *conversation.Cart      `json:"cart"`
	Orders      []conversation.Order    `json:"orders"`
	Returns     []conversation.Return   `json:"returns"`
	Consents    []conversation.Standing `json:"consents"`
	Preferences map[string]string       `json:"preferences"`
}

// Entry is a row of a thread.
type Entry struct {
	ID       string               `json:"id"`
	Kind     EntryKind            `json:"kind"`
	From     From                 `json:"from"`
	Agent    conversation.AgentID `json:"agent"`
	Name     string               `json:"name"` // the agent's
	Text     string               `json:"text"`
	Media    []conversation.Media `json:"media"`
	Status   string               `json:"status"`
	Code     string               `json:"code"` // the carrier's, of a failure
	Segments int                  `json:"segments"`
	Rule     conversation.Rule    `json:"rule"`
	At       time.Time            `json:"at"`
	Version  int64                `json:"version"`
	Act      string               `json:"act"`            // the client's id of the act that did it, "" for none
	After    time.Time            `json:"after,omitzero"` // when a queued message goes out
	Medium   conversation.Medium  `json:"medium"`         // of a message
	Prompt   *Asked               `json:"prompt,omitempty"`

	Type  string              `json:"type,omitempty"` // of an event
	Steps []conversation.Edge `json:"steps,omitempty"`
	Data  map[string]string   `json:"data,omitempty"`
}

// Asked is who asked for a message that nobody had asked for: the prompt that it says.
type Asked struct {
	ID       string               `json:"id"`
	Purpose  conversation.Purpose `json:"purpose"`
	Template string               `json:"template"`
	Campaign string               `json:"campaign"` // the bulk job or the journey, "" for an automation of its own
}

// EntryKind is what a row of a thread is.
type EntryKind string

const (
	EntryMessage EntryKind = "message"
	EntryEvent   EntryKind = "event"
	EntryNote    EntryKind = "note"
)
