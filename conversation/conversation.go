// Package conversation is the ground floor: the words that the whole gateway
// speaks, and Step, the one pure function that turns an event into effects.
//
// Read this file first; it names everything. An Event happens to one customer;
// Script.Step answers it with a Turn: the next Conversation and its effects.
// Nothing here reads a clock, a database or a network.
package conversation

import "time"

// Conversation is everything that a turn needs to know of one customer of one
// brand: there is one conversation a customer, whatever the channels. It is
// stored as two rows, this one and the customer's, read and written together
// under the customer's lock.
type Conversation struct {
	Brand    BrandID  `json:"-"`
	Customer Customer `json:"-"`

	State   State  `json:"-"`
	Version int64  `json:"-"` // turns so far; the order of everything said
	Epoch   int64  `json:"-"` // fence: raised by a claim, a takeover, an opt-out
	Script  string `json:"-"` // sha256 of the script that the conversation runs on; "" adopts the current one

	Channel   ChannelID `json:"channel,omitempty"` // where the customer wrote last: answers go there
	Address   Address   `json:"address,omitempty"` // as which they wrote last
	Medium    Medium    `json:"medium,omitempty"`
	WroteAt   time.Time `json:"wrote_at,omitzero"`   // the customer's last text, by its source's clock
	Reach     []Reach   `json:"reach,omitempty"`     // where the customer wrote from, one a medium
	Disclosed bool      `json:"disclosed,omitempty"` // "assistant automatique" has been said
	Said      int64     `json:"said,omitempty"`      // the version at which the customer or the assistant said something last
	Prompted  Purpose   `json:"prompted,omitempty"`  // of the last message that nobody had asked for: what a bare STOP means

	Questions []Question        `json:"questions,omitempty"` // open ones, newest last, at most MaxQuestions
	Slots     map[string]string `json:"slots,omitempty"`     // what the running dialogue remembers
	Burst     []Inbound         `json:"burst,omitempty"`     // texts that wait for the rest of the thought
	Misses    int               `json:"misses,omitempty"`    // texts in a row that were not understood
	Budget    Budget            `json:"budget,omitzero"`     // answers given this hour
	Desk      *Desk             `json:"desk,omitempty"`      // what people have to do with it
	Incidents []string          `json:"incidents,omitempty"` // those that were told, newest last, at most 8
	Join      *Joining          `json:"join,omitempty"`      // what the join page left, and when the phone was asked
	Prompts   []Pending         `json:"prompts,omitempty"`   // what automations asked for and what is not over, oldest first, at most MaxPending
}

// MaxQuestions bounds the open questions of one conversation.
const MaxQuestions = 4

// Question is something that was asked and not answered yet.
type Question struct {
	ID       string    `json:"id"`                // unique in the conversation; a message carries it in Asks
	Dialogue Dialogue  `json:"dialogue"`          // whose question it is
	Name     string    `json:"name"`              // which question of the dialogue
	Options  []Option  `json:"options,omitempty"` // numbered from 1 as they were shown
	Free     bool      `json:"free,omitempty"`    // any text answers it: an address, what is broken
	Purpose  Purpose   `json:"purpose,omitempty"` // of the message that asked it, and of its reminder; "" is Answer
	Cancels  bool      `json:"cancels,omitempty"` // it offered to cancel something: CANCEL and END answer it
	Subject  string    `json:"subject,omitempty"` // what it was about, in the customer's words, for restating
	AskedAt  time.Time `json:"asked_at"`
	Expires  time.Time `json:"expires"`
	Restated bool      `json:"restated,omitempty"` // asked back "Oui pour …?": the next yes counts
}

// Option is one answer a question offers: a value, and the words that mean it.
type Option struct {
	Value  string   `json:"value"`
	Label  string   `json:"label"`
	Accept []string `json:"accept,omitempty"`
}

// Budget counts the answers given since an hour began, so that two machines
// that answer each other fall silent.
type Budget struct {
	Since time.Time `json:"since,omitzero"`
	Said  int       `json:"said,omitempty"`
}

// Event is something that happened to one customer. Exactly the field that its
// type names is set.
type Event struct {
	ID   EventID   `json:"id"` // deduplication key, unique in the brand
	Type EventType `json:"type"`
	Time time.Time `json:"time"` // when it happened, by its source's clock

	Message  *Inbound   `json:"message,omitempty"`  // MessageReceived
	Timer    *Timer     `json:"timer,omitempty"`    // TimerDue
	Shop     *ShopEvent `json:"shop,omitempty"`     // every type with a dot of the shop's: cart.updated, order.placed, …
	Prompt   *Prompt    `json:"prompt,omitempty"`   // PromptRequested
	Result   *Result    `json:"result,omitempty"`   // JobDone
	Consent  *Consent   `json:"consent,omitempty"`  // ConsentRecorded
	Refusal  *Refusal   `json:"refusal,omitempty"`  // SendRefused
	Act      *Act       `json:"act,omitempty"`      // every type that begins with "agent."
	Join     *Join      `json:"join,omitempty"`     // JoinRequested
	Click    *Click     `json:"click,omitempty"`    // LinkClicked
	Delivery *Delivery  `json:"delivery,omitempty"` // of a TimerDue that asks how a prompt was delivered: filled in under lock
	Live     *Live      `json:"live,omitempty"`     // how the desk looked then; nil: not known
}

// EventType names what happened. The shop's types are the contract's, POST /v1/events.
type EventType string

const (
	MessageReceived EventType = "message.received" // the customer wrote
	TimerDue        EventType = "timer.due"        // a timer that a turn set is due
	PromptRequested EventType = "prompt.requested" // an automation wants the first word
	JobDone         EventType = "job.done"         // the shop answered what a turn asked of it
	ConsentRecorded EventType = "consent.recorded" // consent given or withdrawn outside the conversation
	SendRefused     EventType = "send.refused"     // the carrier said that the customer or the number cannot be reached
	PromptCancelled EventType = "prompt.cancelled" // the automation takes its prompt back; Event.Prompt has the id alone
	JoinRequested   EventType = "join.requested"   // somebody left this number on the join page: only the phone itself can say yes
	LinkClicked     EventType = "link.clicked"     // the customer followed a link that was texted, for the first time
)

// Inbound is a text from the customer.
type Inbound struct {
	Carrier  CarrierID `json:"carrier"` // the carrier's message id
	Channel  ChannelID `json:"channel"`
	Medium   Medium    `json:"medium"`
	From     Address   `json:"from"`
	To       Address   `json:"to"`
	Text     string    `json:"text"` // masked of card numbers, IBAN and CVV, without U+0000
	Masked   bool      `json:"masked,omitempty"`
	Media    []Media   `json:"media,omitempty"`
	Replied  CarrierID `json:"replied,omitempty"`  // the carrier's id of the message that this one replies to
	Quotes   string    `json:"quotes,omitempty"`   // the Question.ID asked by the message that this one replies to
	Reaction bool      `json:"reaction,omitempty"` // the channel says that it is a reaction, not a text
	OptOut   string    `json:"opt_out,omitempty"`  // Twilio's OptOutType STOP|START|HELP: the carrier has answered already
	Name     string    `json:"name,omitempty"`     // the profile name on WhatsApp
	At       time.Time `json:"at"`
}

// Media is a picture, a voice note or a file.
type Media struct {
	URL  string `json:"url"`
	Type string `json:"type"` // MIME
}

// Unreadable is the type of what a customer sent and nobody here can open: it is
// shown once, on the phone alone, or could not be decrypted. It has no URL.
const Unreadable = "application/x-unreadable"

// Timer is a moment that a turn asked to be woken at. A conversation has at
// most one of each name; setting it again moves it.
type Timer struct {
	Name    string    `json:"name"`
	Due     time.Time `json:"due"`
	Payload string    `json:"payload,omitempty"`
}

// Refusal is a carrier's word that this customer cannot or must not be texted.
type Refusal struct {
	Message MessageID `json:"message"`
	Channel ChannelID `json:"channel"`
	Medium  Medium    `json:"medium"`
	Code    string    `json:"code"`             // the carrier's
	OptOut  bool      `json:"opt_out"`          // the carrier holds an opt-out that we did not know
	Invalid bool      `json:"invalid"`          // the number does not exist
	Prompt  string    `json:"prompt,omitempty"` // of the prompt that the message said: another medium may say it
}

// Result is the answer of a job: what the shop said to a reorder.
type Result struct {
	Job        string   `json:"job"`
	Kind       string   `json:"kind"`
	Link       string   `json:"link,omitempty"`         // where to pay
	OutOfStock []string `json:"out_of_stock,omitempty"` // names of lines that cannot be had
	Failed     string   `json:"failed,omitempty"`       // why the shop could not, for agents
}

// Turn is what one event does: the conversation after it, and its effects,
// each with the rule that caused it. Cancellations come before everything that
// the same turn says or sets.
type Turn struct {
	Next    Conversation
	Refused *Refused // an agent's act that was not done: the conversation stays as it is
	Rule    Rule     // the rule that decided the turn
	Steps   []Edge   // transitions taken, in order

	Cancel   Cancel    // which of the customer's queued messages are withdrawn
	Recall   MessageID // the one queued message that its writer takes back
	Fence    bool      // the turn raised Next.Epoch: its acknowledgement waits for what is in flight
	Messages []Message // to say, in order
	Consents []Consent
	Timers   []Timer        // to set
	Unset    []string       // timers to cancel, by name
	Jobs     []Job          // to ask of the shop
	Codes    []Code         // of links that were texted
	Prompts  []PromptChange // what became of prompts, each id once
	Publish  []Notice       // for the log, agents and outgoing webhooks
}

// Edge is one transition of the state machine, and why it was taken.
type Edge struct {
	From State `json:"from"`
	On   Input `json:"on"`
	To   State `json:"to"`
	Rule Rule  `json:"rule"`
}

// Cancel says which queued messages an event withdraws.
type Cancel string

const (
	CancelNothing   Cancel = ""
	CancelMarketing Cancel = "marketing" // queued and scheduled marketing
	CancelAssistant Cancel = "assistant" // everything that the assistant or an automation says; not what agents said
	CancelAll       Cancel = "all"       // everything queued and scheduled
)

// Message is something to say to the customer. The gateway mints its id.
type Message struct {
	Channel ChannelID `json:"channel"`
	Medium  Medium    `json:"medium"`
	To      Address   `json:"to"`
	Text    string    `json:"text"`
	Media   []string  `json:"media,omitempty"`
	Purpose Purpose   `json:"purpose"`
	Exempt  bool      `json:"exempt,omitempty"` // a confirmation of STOP, START or HELP: no fence holds it
	Asks    string    `json:"asks,omitempty"`   // the Question.ID that it asks
	Prompt  string    `json:"prompt,omitempty"` // the Prompt.ID that it came from
	Rule    Rule      `json:"rule"`
	Agent   AgentID   `json:"agent,omitempty"`  // who says it; "" is the assistant
	After   time.Time `json:"after,omitzero"`   // not before; zero: at once
	Expires time.Time `json:"expires,omitzero"` // not after; zero: the gateway's default

	Content *Content `json:"content,omitempty"` // the carrier's approved template, which says Text
}

// Content is a template that the carrier has approved, with its values: what
// WhatsApp takes outside the window. https://www.twilio.com/docs/content
type Content struct {
	SID       string            `json:"sid"`
	Variables map[string]string `json:"variables,omitempty"` // by the template's own numbers: {"1": "Ana"}
}

// Consent is one row of the ledger: somebody gave or withdrew consent.
type Consent struct {
	Medium   Medium            `json:"medium"`
	Purpose  Purpose           `json:"purpose"`
	State    ConsentState      `json:"state"`
	Source   string            `json:"source"` // keyword, form, import, shop, agent, api, carrier
	Wording  string            `json:"wording,omitempty"`
	Evidence map[string]string `json:"evidence,omitempty"`
	Promise  *Promise          `json:"promise,omitempty"` // the frequency that was promised with it
	Rule     Rule              `json:"rule,omitempty"`
	At       time.Time         `json:"at"`
}

// Job is something to ask of the shop after the turn is durable. It is asked
// until it is answered, always with the same id.
type Job struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"` // "reorder"
	Payload []byte `json:"payload"`
}

// Code is what stands at the end of a link that was texted. A turn derives it
// from its event, so that a turn that is run again gives the same.
type Code struct {
	Code    string    `json:"code"`
	Kind    string    `json:"kind"` // "upload", "link"
	Expires time.Time `json:"expires"`
	URL     string    `json:"url,omitempty"`    // where a link leads
	Prompt  string    `json:"prompt,omitempty"` // the Prompt.ID whose message has it
}

// Notice is something worth telling the outside: a row of the log.
type Notice struct {
	Type string            `json:"type"` // "reorder.confirmed", "escalation.requested", "address.changed", …
	Rule Rule              `json:"rule"`
	Data map[string]string `json:"data,omitempty"`
}
