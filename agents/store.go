package agents

import (
	"context"
	"errors"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Store is what the desk reads, and what it keeps beside the conversations;
// package store satisfies it. What is not there is gateway.ErrNotFound. Brands
// are always named: the desk has resolved "all" before it asks.
type Store interface {
	Accounts
	Sessions
	RecordStore
	PromptStore
	ChainStore

	// List reads one page of a view, and the cursor of the next ("" for none).
	// The queue comes by priority, VIP, when an answer is due, and age; other views newest first.
	List(ctx context.Context, q Query) (rows []Row, next string, err error)
	// Counts counts each view of the query's brands and agent.
	Counts(ctx context.Context, q Query) (Counts, error)
	// Conversation reads one by whatever is known of the customer.
	Conversation(ctx context.Context, brand conversation.BrandID, who gateway.Who) (conversation.Conversation, error)
	// Detail reads one conversation whole.
	Detail(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) (Row, error)
	// Items reads a thread newest first, before the item of this id ("" from
	// the end): messages, notes and events merged, in the order of their ids.
	Items(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, before string, limit int) ([]Item, error)
	// Message reads one message of the customer's.
	Message(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, id conversation.MessageID) (gateway.Stored, error)
	// Acted is the version of the turn that did an agent's act to the customer; ErrNotFound when
	// it was refused, or never came.
	Acted(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, act conversation.EventID) (version int64, err error)

	// Waiting counts those of the brand's queue who are held for nobody.
	Waiting(ctx context.Context, brand conversation.BrandID) (int, error)
	// Handled looks at the handoffs that began since then, were answered and
	// ended, at most the newest 200: how many, and how long the middle one took
	// from its first answer on.
	Handled(ctx context.Context, brand conversation.BrandID, since time.Time) (n int, middle time.Duration, err error)

	// Draft is what the agent began to write to the customer, "" for nothing.
	Draft(ctx context.Context, agent conversation.AgentID, brand conversation.BrandID, customer conversation.CustomerID) (string, error)
	// PutDraft keeps it; an empty text removes it.
	PutDraft(ctx context.Context, agent conversation.AgentID, brand conversation.BrandID, customer conversation.CustomerID, text string, at time.Time) error

	// Log reads the brand's log after seq, in order.
	Log(ctx context.Context, brand conversation.BrandID, after int64, limit int) ([]gateway.Entry, error)
	// Head is the newest number of the brand's log, and the log's epoch: its
	// name, which is another one in another database. A brand without a log has 0.
	Head(ctx context.Context, brand conversation.BrandID) (seq int64, epoch string, err error)
}

// Accounts keeps the agents.
type Accounts interface {
	// PutAgent writes the whole agent by id; ErrTaken when the e-mail is another's.
	PutAgent(ctx context.Context, a Agent) error
	// Agent and AgentByEmail read one with their load; e-mails are in lower case.
	Agent(ctx context.Context, id conversation.AgentID) (Agent, error)
	AgentByEmail(ctx context.Context, email string) (Agent, error)
	// Agents reads all, those that are disabled too, by name.
	Agents(ctx context.Context) ([]Agent, error)
	SetPresence(ctx context.Context, id conversation.AgentID, p Presence) error
	// SetSeen notes that pages of the agents were connected then; never back.
	SetSeen(ctx context.Context, ids []conversation.AgentID, at time.Time) error
}

// Sessions keeps what github.com/alexedwards/scs/v2 wants kept, until expiry.
// A session that has expired is not found.
type Sessions interface {
	FindSession(ctx context.Context, token string) (data []byte, found bool, err error)
	CommitSession(ctx context.Context, token string, data []byte, expiry time.Time) error
	DeleteSession(ctx context.Context, token string) error
}

// ErrTaken says that another agent has the e-mail address.
var ErrTaken = errors.New("another agent has this e-mail address")

// View is a list at the desk.
type View string

const (
	ViewMine  View = "mine"  // the agent has them: assigned and snoozed
	ViewQueue View = "queue" // they wait for a person
	ViewBot   View = "bot"   // the assistant answers
	ViewAll   View = "all"
)

// Query asks for a page of a view.
type Query struct {
	Brands []conversation.BrandID
	Agent  conversation.AgentID // whose ViewMine is
	View   View
	Search string // in names, numbers, e-mails and order numbers; "" is not looked at
	Cursor string // the store's; "" is the first page
	Limit  int
}

// Counts is how many conversations each view holds.
type Counts struct {
	Mine  int `json:"mine"`
	Queue int `json:"queue"`
	Bot   int `json:"bot"`
	All   int `json:"all"`
}

// Row is a conversation with its newest message; nil when nothing was said.
type Row struct {
	Conversation conversation.Conversation
	Last         *gateway.Stored
	Changed      time.Time
}

// Item is a row of a thread: a message, or a note or event of the desk.
// Exactly one is set.
type Item struct {
	Message *gateway.Stored
	Note    *gateway.NoteRow
}
