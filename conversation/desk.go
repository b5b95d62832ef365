package conversation

import "time"

// AgentID names a person at the desk.
type AgentID string

// Desk is what people have to do with a conversation: nil until somebody was
// asked for or stepped in. State says who answers; Desk says the rest.
type Desk struct {
	Status   DeskStatus        `json:"status"`
	Owner    AgentID           `json:"owner,omitempty"` // of an assigned, snoozed or resolved one
	Last     AgentID           `json:"last,omitempty"`  // who had it before: gets it back within 72 h
	Priority Priority          `json:"priority"`
	Reason   string            `json:"reason,omitempty"` // why a person is needed: asked, not_understood, angry, …
	Inputs   map[string]string `json:"inputs,omitempty"` // what the rule looked at, for agents to read
	Queued   time.Time         `json:"queued,omitzero"`  // when it came into the queue
	Waits    time.Time         `json:"waits,omitzero"`   // since when the customer has waited for an answer; zero: they do not
	Answered time.Time         `json:"answered,omitzero"`
	Until    time.Time         `json:"until,omitzero"` // of a snoozed one
	Closed   time.Time         `json:"closed,omitzero"`
	Tags     []string          `json:"tags,omitempty"`
	Wrote    int64             `json:"wrote,omitempty"` // the version at which its owner wrote last
}

// Open says whether people have to do with the conversation now.
func (d *Desk) Open() bool { return d != nil && d.Status != DeskResolved }

// DeskStatus is where a conversation stands at the desk.
type DeskStatus string

const (
	DeskQueued   DeskStatus = "queued"
	DeskAssigned DeskStatus = "assigned"
	DeskSnoozed  DeskStatus = "snoozed"
	DeskResolved DeskStatus = "resolved"
)

// Priority orders the queue.
type Priority string

const (
	Urgent Priority = "urgent" // injury, allergy, legal
	High   Priority = "high"   // VIP, large cart, angry, fraud, privacy
	Normal Priority = "normal"
)

// What people at the desk do: types of events.
const (
	AgentClaimed     EventType = "agent.claimed"     // takes it from the queue, from the assistant, or from a colleague who is away
	AgentWrote       EventType = "agent.wrote"       // says something to the customer
	AgentNoted       EventType = "agent.noted"       // writes a note that only the desk reads
	AgentTransferred EventType = "agent.transferred" // to a colleague (To), or back to the queue (To is empty)
	AgentReturned    EventType = "agent.returned"    // the assistant goes on
	AgentSnoozed     EventType = "agent.snoozed"
	AgentResolved    EventType = "agent.resolved"
	AgentReopened    EventType = "agent.reopened" // and undo of resolved
	AgentTagged      EventType = "agent.tagged"

	// The two answers of an agent to a doubtful opt-out.
	AgentUnsubscribed EventType = "agent.unsubscribed" // it was one: consent to marketing is withdrawn
	AgentKept         EventType = "agent.kept"         // it was none: marketing goes on
)

// Act is what an agent did; the fields that its event's type needs are set.
type Act struct {
	Agent AgentID   `json:"agent"`
	To    AgentID   `json:"to,omitempty"`
	From  AgentID   `json:"from,omitempty"` // the colleague that it is taken from: only if they still have it; the desk says who may
	Text  string    `json:"text,omitempty"` // of a message or a note
	Seen  int64     `json:"seen,omitempty"` // the conversation's version that the agent looked at; 0: not checked
	Until time.Time `json:"until,omitzero"`
	Tags  []string  `json:"tags,omitempty"`

	// How many conversations who gets it has, and how many they take, under
	// lock in the same transaction; Capacity 0 is not bounded.
	Load     int `json:"load,omitempty"`
	Capacity int `json:"capacity,omitempty"`
}

// Refused says why an act was not done; nothing else of its turn happens.
type Refused struct {
	Code  string  `json:"code"`            // one of those below
	Owner AgentID `json:"owner,omitempty"` // who has it, where that is why
}

const (
	RefusedOwned    = "owned"         // a colleague has it
	RefusedMoved    = "moved"         // something was said since the agent looked
	RefusedFull     = "full"          // who would get it has as many as they take
	RefusedOptedOut = "opted_out"     // the customer wants to hear nothing, and asked nothing since
	RefusedNotOwner = "not_owner"     // only who has it may
	RefusedNothing  = "nothing"       // there is nothing to do: it is so already
	RefusedTooLong  = "too_long"      // a text or a note beyond its bound
	RefusedWindow   = "closed_window" // WhatsApp takes free text for a day after the customer's last
)
