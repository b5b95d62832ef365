package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/causette/causette/conversation"
)

// Store is durable state as the gateway needs it; package store satisfies it on
// SQLite and on PostgreSQL, and storetest says what both must do. All times are
// UTC with microseconds, all work comes in batches, and every statement stays
// within one brand.
type Store interface {
	// Group runs one group of turns in one transaction and makes it durable.
	// It returns an error that wraps ErrTransient (nothing happened, try
	// again), ErrData (the data itself is refused: SQLSTATE class 22 or 23),
	// ErrCommitUnknown (COMMIT had no answer: ask Committed), or what do
	// returned; in every case but ErrCommitUnknown nothing was written.
	Group(ctx context.Context, id GroupID, brands []conversation.BrandID, do func(Tx) error) error
	// Committed says whether the group is in the database.
	Committed(ctx context.Context, brand conversation.BrandID, id GroupID) (bool, error)

	// Due lists timers that are due by the database's clock, oldest first, and
	// when the next one after them is due (zero: none).
	Due(ctx context.Context, limit int) (due []TimerRef, next time.Time, err error)
	// Ready lists queued messages of the channel that could be posted now:
	// due, not expired, each the first unsettled one of its customer, with
	// nothing of the customer in flight. Answers come before prompts, for one
	// customer and for all. What is
	// scheduled for later and was never tried holds up nothing said after it;
	// what waits for its next attempt does.
	Ready(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, limit int) ([]Ref, error)
	// Lapsed lists messages in flight whose lease ran out by the database's clock.
	Lapsed(ctx context.Context, limit int) ([]Ref, error)
	// Overdue lists queued messages that expired before they could be posted.
	Overdue(ctx context.Context, limit int) ([]Ref, error)
	// Outbound reads one outbound message; ErrNotFound for none.
	Outbound(ctx context.Context, brand conversation.BrandID, id conversation.MessageID) (Outbound, error)
	// InFlight returns the customer's message in flight, nil for none, and the
	// database's clock.
	InFlight(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) (*Flight, time.Time, error)
	// Bound returns those of the carrier's ids that belong to stored messages,
	// with the message of each.
	Bound(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, ids []conversation.CarrierID) (map[conversation.CarrierID]conversation.MessageID, error)
	// TakeJobs leases up to limit jobs that are due, for as long as lease.
	// Those of kind "event" are left to TakeEvents.
	TakeJobs(ctx context.Context, limit int, lease time.Duration) ([]JobRow, error)
	// TakeEvents leases up to limit of a brand's jobs of kind "event" that are due.
	TakeEvents(ctx context.Context, brand conversation.BrandID, limit int, lease time.Duration) ([]JobRow, error)
	// MoveJob says when a leased job is due next; the zero time ends it.
	MoveJob(ctx context.Context, brand conversation.BrandID, id string, due time.Time) error

	// Watermark is the time up to which a channel's inbound messages are known
	// to be processed; SetWatermark moves it, never back.
	Watermark(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID) (time.Time, error)
	SetWatermark(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, at time.Time) error

	// PutScript stores a checked script under its sha256 and makes it the
	// brand's current one; the brand's row is made when missing.
	PutScript(ctx context.Context, brand conversation.BrandID, sha string, source []byte) error
	// Script returns a stored script's source.
	Script(ctx context.Context, brand conversation.BrandID, sha string) ([]byte, error)

	// Conversation reads one conversation; ErrNotFound when the customer is unknown.
	Conversation(ctx context.Context, brand conversation.BrandID, who Who) (conversation.Conversation, error)
	// Thread reads the customer's messages, both ways, newest first, before the
	// given message ("" from the end).
	Thread(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, before conversation.MessageID, limit int) ([]Stored, error)
	// Consents reads the customer's ledger rows, oldest first.
	Consents(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) ([]ConsentRow, error)
	// Log reads the brand's log after seq, in order.
	Log(ctx context.Context, brand conversation.BrandID, after int64, limit int) ([]Entry, error)

	// Code returns what a texted link stands for; ErrNotFound for nothing.
	Code(ctx context.Context, brand conversation.BrandID, code string) (CodeRow, error)

	// PutKey stores an API key's hash; Key finds it.
	PutKey(ctx context.Context, k Key) error
	Key(ctx context.Context, hash string) (Key, error)
	// Answer returns the stored answer to an idempotency key, ErrNotFound for none;
	// PutAnswer keeps the first answer given and returns the one that is kept.
	Answer(ctx context.Context, brand conversation.BrandID, key string) (Answer, error)
	PutAnswer(ctx context.Context, brand conversation.BrandID, key string, a Answer) (Answer, error)

	// Notify wakes the other nodes after a commit: each brand's newest seq.
	Notify(ctx context.Context, heads map[conversation.BrandID]int64) error
	// Listen calls wake for each notice until ctx ends, reconnecting by itself,
	// and for each brand's newest seq whenever it begins to listen.
	Listen(ctx context.Context, wake func(brand conversation.BrandID, seq int64)) error

	// Prune deletes up to limit rows of each kind that are older than its
	// keep, and says how many went.
	Prune(ctx context.Context, keep Keep, limit int) (int, error)
	Ping(ctx context.Context) error
	Close() error
}

// Tx is one group's transaction. The gateway calls its methods in this order,
// for all brands at each step in the brands' order; that order is the lock order.
// What a call writes may be put off: then its error comes with a later call or
// with the group, which is lost either way.
type Tx interface {
	// Now is the database's clock, taken once in the transaction. Asked before
	// anything else it may wait for the database.
	Now() time.Time
	// Fresh claims deduplication keys. What it returns says for each whether it was
	// new, and waits for that if nothing else has waited since. A key that stands
	// twice in keys is new once.
	Fresh(ctx context.Context, brand conversation.BrandID, keys []conversation.EventID) func() ([]bool, error)
	// Lock finds, makes where missing, locks in id order and reads the
	// customers, parallel to who. Two entries of one customer share one *Row;
	// an unknown customer that cannot be made (no address) is nil. Two customers
	// of whom an Alias says that they are one person become one, unless both have
	// a message in flight; who comes with the id of one that is no more is the other.
	Lock(ctx context.Context, brand conversation.BrandID, who []Who) ([]*Row, error)
	// Asked returns, for carrier ids of outbound messages, the question that each asked.
	Asked(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, ids []conversation.CarrierID) (map[conversation.CarrierID]string, error)
	// TakeTimers deletes the timers that still stand as listed (same due time)
	// and says for each whether it did.
	TakeTimers(ctx context.Context, brand conversation.BrandID, timers []TimerRef) ([]bool, error)
	// Settle applies what became of attempts and what carriers report, each
	// by (message, attempt) and rank, and returns those that changed something.
	Settle(ctx context.Context, brand conversation.BrandID, s []Settlement) ([]Settled, error)
	// Loads locks the agents in id order and says how many conversations are
	// assigned or offered to each, in all brands; unknown agents are left out. It is
	// called once a group, with the agents of all brands.
	Loads(ctx context.Context, agents []conversation.AgentID) (map[conversation.AgentID]Load, error)
	// Queued returns, of the messages of locked customers, those that wait to be
	// posted.
	Queued(ctx context.Context, brand conversation.BrandID, ids []conversation.MessageID) ([]Outbound, error)
	// Deliveries returns, of those prompts that were said, how the newest
	// message of each stands.
	Deliveries(ctx context.Context, brand conversation.BrandID, prompts []string) (map[string]conversation.Delivery, error)
	// Write makes cancellations first, then everything else.
	Write(ctx context.Context, brand conversation.BrandID, w Writes) error
	// Heads returns, of the locked customers, each one's first queued message
	// if it is due and nothing of the customer is in flight, first as in Ready.
	// Expired ones too.
	Heads(ctx context.Context, brand conversation.BrandID, customers []conversation.CustomerID) ([]Outbound, error)
	// Post moves queued or lapsed messages to posting, as each Flight says.
	Post(ctx context.Context, brand conversation.BrandID, f []Flight) error
	// Append takes the brand's next sequence numbers and writes the log rows; last
	// is the last number, once the group is committed. It is called last, once a brand.
	Append(ctx context.Context, brand conversation.BrandID, e []Entry) (last *int64, err error)
}

// GroupID names one committed group; the gateway mints it.
type GroupID string

// NodeID names one running process; a new one at each start.
type NodeID string

// Errors of a store. They are wrapped: use errors.Is.
var (
	ErrTransient     = errors.New("the database refused for now")
	ErrData          = errors.New("the database refuses this data")
	ErrCommitUnknown = errors.New("the commit was not answered")
	ErrNotFound      = errors.New("not found")
)

// Row is a customer under lock: the conversation, and what is under way.
type Row struct {
	Conversation    conversation.Conversation
	Waiting         int                       // queued messages
	Flight          *Flight                   // the message in flight, nil for none
	New             bool                      // made by this transaction
	Merged          []conversation.CustomerID // who this transaction found to be the same person: they are no more
	CustomerChanged bool                      // set by the gateway: Write writes the customer's row too
	DeskChanged     bool                      // set by the gateway: Write writes or removes the desk's row too
	NamesChanged    bool                      // set by the gateway: Write writes the words that the customer is found by
}

// Flight is one attempt under way.
type Flight struct {
	Message  conversation.MessageID
	Customer conversation.CustomerID
	Node     NodeID
	Attempt  int
	Deadline time.Time // the request is not written after it, by the database's clock
	Lease    time.Time // nobody else touches the message before it, by the database's clock
	Exempt   bool      // a confirmation of STOP, START or HELP

	// of the message, where Lock found it; a callback may have come first
	Channel conversation.ChannelID
	Prompt  string
	Purpose conversation.Purpose
	Carrier conversation.CarrierID
	Code    string
}

// Ref points at a message.
type Ref struct {
	Brand    conversation.BrandID
	Customer conversation.CustomerID
	Message  conversation.MessageID
	Channel  conversation.ChannelID
	Segments int  // of Ready
	Bulk     bool // of Ready: no answer, so others go first
}

// TimerRef points at a timer of a customer.
type TimerRef struct {
	Brand    conversation.BrandID
	Customer conversation.CustomerID
	conversation.Timer
}

// Outbound is a message as it is stored.
type Outbound struct {
	conversation.Message
	ID          conversation.MessageID
	Customer    conversation.CustomerID
	Author      string // "assistant", or "agent:" and the agent's id
	Version     int64  // the turn that said it
	Ordinal     int    // its place in the turn
	Epoch       int64  // the conversation's when it was said
	Segments    int
	Created     time.Time
	Status      Status    // Queued, or PostingNow with Flight
	Flight      *Flight   // where Status is PostingNow
	Attempts    int       // so far
	FirstPosted time.Time // when the first attempt was committed; zero: none was
}

// InboundRow is a text from the customer as it is stored.
type InboundRow struct {
	ID       conversation.MessageID
	Customer conversation.CustomerID
	Version  int64
	Inbound  conversation.Inbound
}

// Stored is a message of a thread, either way.
type Stored struct {
	ID       conversation.MessageID
	Inbound  bool
	Author   string // "customer", "assistant", "agent:…"
	Channel  conversation.ChannelID
	Address  conversation.Address
	Text     string
	Media    []conversation.Media
	Purpose  conversation.Purpose
	Rule     conversation.Rule
	Status   Status
	Code     string // the carrier's error code
	Carrier  conversation.CarrierID
	Segments int
	Attempts int
	Version  int64
	After    time.Time // of a queued one: it leaves not before
	At       time.Time
	Changed  time.Time
	Prompt   string // the prompt that it said
}

// Settlement says what became of one attempt, or what a carrier reports.
// Attempt 0 matches any (a report that names only the carrier's id).
type Settlement struct {
	Message  conversation.MessageID
	Customer conversation.CustomerID
	Attempt  int
	Status   Status                 // Queued puts it back, not before After
	Carrier  conversation.CarrierID // bound when not "" and none is
	Code     string
	After    time.Time
	Holds    bool      // with Queued: one that is queued waits until After as well
	Expires  time.Time // of one that is held; zero: as before
	At       time.Time
	Flight   *Flight // the message as Lock found it in flight in this transaction; nil: it is read
}

// Settled is a settlement that changed something. Its Status, Code and Carrier
// say how the message stands now: a carrier's id that belongs to another
// message is left unbound, and a late settlement may change no more than that.
type Settled struct {
	Settlement
	Was      Status
	Channel  conversation.ChannelID
	Prompt   string
	Purpose  conversation.Purpose
	Posted   bool // it had been in flight: the customer's next message may go
	Attempts int
}

// Withdrawal cancels queued messages of a customer.
type Withdrawal struct {
	Customer conversation.CustomerID
	Scope    conversation.Cancel
	Rule     conversation.Rule
}

// ConsentRow is a row of the ledger as it is stored.
type ConsentRow struct {
	Customer conversation.CustomerID
	Event    conversation.EventID
	Ordinal  int
	Seq      int64 // its place in the brand's chain: given by the store, 0 from before there was one
	conversation.Consent
}

// JobRow is something to ask of the shop.
type JobRow struct {
	Brand    conversation.BrandID
	Customer conversation.CustomerID
	conversation.Job
	Due      time.Time
	Attempts int
}

// CodeRow is the code of a texted link, and whose it is.
type CodeRow struct {
	Customer conversation.CustomerID
	conversation.Code
	Clicked time.Time // of a link: when its customer followed it first; zero: not yet
}

// Poison is an event that could not be stepped or stored, with its error.
type Poison struct {
	Customer conversation.CustomerID
	Event    conversation.EventID
	Body     []byte // the event, as JSON
	Error    string
	At       time.Time
}

// Writes is everything that a group changes of one brand, beside its log.
type Writes struct {
	Cancels  []Withdrawal
	Rows     []*Row
	Received []InboundRow
	Notes    []NoteRow
	Handoffs []HandoffRow
	Messages []Outbound
	Set      []TimerRef
	Unset    []TimerRef  // by name; Due is not looked at
	Prompts  []PromptRow // each id once
	Consents []ConsentRow
	Jobs     []JobRow
	Done     []string // jobs that were answered
	Codes    []CodeRow
	Clicks   []string // codes of links that were followed
	Poison   []Poison
}

// Entry is a row of the log, the spine that consoles, webhooks and replay read.
type Entry struct {
	Seq      int64
	Type     string
	Customer conversation.CustomerID
	Version  int64
	Payload  []byte // JSON
	At       time.Time
}

// Key is an API key: one brand, scopes, and the hash of the secret.
type Key struct {
	Brand   conversation.BrandID
	Name    string
	Hash    string // hex sha256
	Scopes  []string
	Created time.Time
}

// Answer is what was answered to an idempotency key.
type Answer struct {
	Request string // hex sha256 of what was asked
	Status  int
	Type    string
	Body    []byte
	At      time.Time
}

// Keep says how long each kind of row is kept.
type Keep struct {
	Keys    time.Duration // deduplication and group ids
	Answers time.Duration
	Log     time.Duration

	// Of customers; 0: for ever. Consents always are.
	Messages      time.Duration
	Notes         time.Duration
	Prompts       time.Duration
	Conversations time.Duration // since anything happened to the customer: then all of theirs goes
}
