package conversation

import "time"

// AgentID names a person at the desk.
type AgentID string

// OnPhone is whoever of the brand writes on the phone that a device is linked to:
// a person without an account at the desk.
const OnPhone AgentID = "phone"

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
	Waited   time.Time         `json:"waited,omitzero"`  // since when they had waited before the last answer, which may be taken back
	Answered time.Time         `json:"answered,omitzero"`
	Until    time.Time         `json:"until,omitzero"` // of a snoozed one
	Closed   time.Time         `json:"closed,omitzero"`
	Tags     []string          `json:"tags,omitempty"`
	Wrote    int64             `json:"wrote,omitempty"` // the version at which its owner wrote last

	Began     time.Time `json:"began,omitzero"`    // when people came to have to do with it: one handoff each
	Team      string    `json:"team,omitempty"`    // whose it is; "": everybody's
	Offered   AgentID   `json:"offered,omitempty"` // of a queued one: held for them until Hold, nobody else may claim it
	Hold      time.Time `json:"hold,omitzero"`
	Passed    []AgentID `json:"passed,omitempty"`    // to whom it was offered and who did not take it
	Due       time.Time `json:"due,omitzero"`        // until when the answer that the customer waits for should be given
	ResolveBy time.Time `json:"resolve_by,omitzero"` // until when all of it should be resolved
	Breached  int       `json:"breached,omitempty"`  // answers that came, or are still to come, after Due
	Told      int       `json:"told,omitempty"`      // how often the wait was told anew
	Rating    int       `json:"rating,omitempty"`    // 1 to 5, what the customer says of it
}

// Open says whether people have to do with the conversation now.
func (d *Desk) Open() bool { return d != nil && d.Status != DeskResolved }

// Holder is whose load the conversation counts in: who has it, or whom it is
// held for. A snoozed one counts for nobody: nobody works on it until it comes
// back to its owner, who may then have more than they take and gets nothing new.
func (d *Desk) Holder() AgentID {
	switch {
	case d == nil:
		return ""
	case d.Status == DeskAssigned:
		return d.Owner
	case d.Status == DeskQueued:
		return d.Offered
	}
	return ""
}

// FreeWindow is how long WhatsApp takes free text after the customer's last:
// https://developers.facebook.com/docs/whatsapp/pricing (customer service window).
const FreeWindow = 24 * time.Hour

// Unheard reports a customer who stopped everything and wrote nothing since:
// only answers to what they write remain.
func (c *Conversation) Unheard() bool {
	if !c.Customer.Silenced {
		return false
	}
	var stopped time.Time
	for _, s := range c.Customer.Consents {
		if s.Purpose == Transactional && s.State == Withdrawn && s.At.After(stopped) {
			stopped = s.At
		}
	}
	return !c.WroteAt.After(stopped)
}

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
	AgentRecalled    EventType = "agent.recalled" // takes back what they wrote and what has not left yet
	AgentBegan       EventType = "agent.began"    // says the first word: the rules of prompts apply
	AgentDeclined    EventType = "agent.declined" // does not take what was offered to them

	// The two answers of an agent to a prompt that came while they talk.
	AgentReleased EventType = "agent.released" // Act.Prompt goes out now
	AgentDropped  EventType = "agent.dropped"  // Act.Prompt does not go out

	// What the desk itself does; Act.Agent is "".
	AgentOffered EventType = "agent.offered" // a queued one is held for To until Until
	AgentIdled   EventType = "agent.idled"   // taken from From, who is not at it, back to the queue

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

	Team     string    `json:"team,omitempty"`     // of a transfer: to the team's queue
	After    time.Time `json:"after,omitzero"`     // of what is written: not before
	Message  MessageID `json:"message,omitempty"`  // of a recall
	Mentions []AgentID `json:"mentions,omitempty"` // of a note: who should read it

	Prompt    string            `json:"prompt,omitempty"`    // of a release or a drop
	Template  string            `json:"template,omitempty"`  // of what is written: instead of Text, and the only choice outside WhatsApp's window
	Variables map[string]string `json:"variables,omitempty"` // of the template

	// Of a first word: what for, and where to.
	Purpose Purpose   `json:"purpose,omitempty"`
	Channel ChannelID `json:"channel,omitempty"`
	Medium  Medium    `json:"medium,omitempty"`
	Address Address   `json:"address,omitempty"`

	// Of a recall, under lock: the message has not left.
	Queued bool `json:"queued,omitempty"`

	// How many conversations who gets it has, and how many they take, under
	// lock in the same transaction; Capacity 0 is not bounded.
	Load     int `json:"load,omitempty"`
	Capacity int `json:"capacity,omitempty"`
}

// Refused says why an act was not done; nothing else of its turn happens.
type Refused struct {
	Code  string    `json:"code"`            // one of those below
	Owner AgentID   `json:"owner,omitempty"` // who has it, where that is why
	Next  time.Time `json:"next,omitzero"`   // when it may be done, where the hour or a cap is why
	Why   string    `json:"why,omitempty"`   // what is wrong with a template: the variable that is missing
}

const (
	RefusedOwned    = "owned"          // a colleague has it
	RefusedMoved    = "moved"          // something was said since the agent looked
	RefusedFull     = "full"           // who would get it has as many as they take
	RefusedOptedOut = "opted_out"      // the customer wants to hear nothing, and asked nothing since
	RefusedNotOwner = "not_owner"      // only who has it may
	RefusedNothing  = "nothing"        // there is nothing to do: it is so already
	RefusedTooLong  = "too_long"       // a text or a note beyond its bound
	RefusedWindow   = "closed_window"  // WhatsApp takes free text for a day after the customer's last
	RefusedReserved = "reserved"       // it is held for a colleague (Owner) until they answer
	RefusedSent     = "sent"           // the message has left
	RefusedHours    = "hours"          // nothing unprompted goes out at this hour; Next says when
	RefusedOften    = "frequency_cap"  // the customer was written to often enough; Next says when one may again
	RefusedTooFar   = "too_far"        // it would leave in more than a week
	RefusedInvalid  = "invalid_number" // the carrier says that the number cannot be reached
	RefusedConsent  = "no_consent"     // the customer did not agree to hear from the brand

	RefusedTemplate  = "unknown_template"     // there is no such template (Why)
	RefusedMissing   = "missing_variable"     // a variable of the template has no value (Why)
	RefusedVariable  = "bad_variable"         // a value cannot be written as the template wants it (Why)
	RefusedMarketing = "looks_like_marketing" // a marketing template in a word that calls itself transactional
)
