package agents

import (
	"errors"
	"log/slog"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Brand is what the desk needs to know of a brand.
type Brand struct {
	ID        conversation.BrandID `json:"id"`
	Name      string               `json:"name"`
	Languages []string             `json:"languages"`
}

// Options is what a desk is made of.
type Options struct {
	Door   gateway.Door
	Store  Store
	Brands []Brand
	Canned []Canned

	FirstAnswer time.Duration    // within which who asked for a person gets their answer; 0: not watched
	NextAnswer  time.Duration    // within which an answer follows what the customer wrote since
	Now         func() time.Time // nil: time.Now
	Log         *slog.Logger     // nil: silent
}

// Canned is a text that agents send often; {name} and the like stay for the
// page to fill in.
type Canned struct {
	ID    string            `json:"id" yaml:"id"`
	Title string            `json:"title" yaml:"title"`
	Text  map[string]string `json:"text" yaml:"text"` // by language
}

// Desk is the service behind REST and socket: every right is checked here.
//
//	New(o Options) *Desk
//	Login(ctx, email, password, from string) (Agent, error)
//	Agent(ctx, id) (Agent, error)                  // of a session: *Forbidden when disabled
//	Agents(ctx, by Agent) ([]Agent, error)
//	SetPresence(ctx, by Agent, p Presence) error
//	BrandsOf(a Agent) []Brand; PermissionsOf(a Agent) []Permission
//	List(ctx, by Agent, q Query) (Page, error)     // q.Brands empty: all that the agent serves
//	Conversation(ctx, by Agent, brand, customer) (Snapshot, error)
//	Thread(ctx, by Agent, brand, customer, before string, limit int) (ThreadPage, error)
//	PutDraft(ctx, by Agent, brand, customer, text string) error
//	Act(ctx, by Agent, brand, customer, a Act) (*Done, error)
//	Head(ctx, by Agent, brand) (seq int64, epoch string, err error)
//	Since(ctx, by Agent, brand, after int64, limit int) (changes []Change, err error)
//	Canned() []Canned
type Desk struct {
	door   gateway.Door
	store  Store
	brands []Brand
	now    func() time.Time
	log    *slog.Logger
}

// Page is one page of a view.
type Page struct {
	Seq    int64     `json:"as_of_seq"` // of the log, taken before the page was read
	Counts Counts    `json:"counts"`
	Items  []Summary `json:"items"`
	Next   string    `json:"next"`
}

// Snapshot is one conversation as of a number of the log.
type Snapshot struct {
	Seq          int64  `json:"as_of_seq"`
	Conversation Detail `json:"conversation"`
}

// ThreadPage is a part of a thread, oldest first.
type ThreadPage struct {
	Seq   int64   `json:"as_of_seq"`
	Items []Entry `json:"items"`
	Next  string  `json:"next"` // what before takes to read on into the past; "" at the beginning
}

// Change is what a row of the log means to a page. Several conversations may
// change in one row's neighbourhood; a page applies each idempotently.
type Change struct {
	Seq          int64
	Brand        conversation.BrandID
	Customer     conversation.CustomerID
	Conversation *Summary // as it is now, which may be later than Seq; nil when the customer is gone
	Entries      []Entry  // what was said, noted or done, and messages whose status changed
}

// Errors of the desk beside *Refusal (409), *Forbidden (403), *Fault (422),
// gateway.ErrNotFound (404) and gateway.ErrBusy (503).
var (
	ErrWrongLogin    = errors.New("the e-mail address or the password is wrong")
	ErrTooManyLogins = errors.New("too many attempts to log in: wait a minute")
)

// Fault is an argument that cannot be: what is wrong with it and what to do.
type Fault struct{ Field, Detail string }

func (f *Fault) Error() string { return f.Field + ": " + f.Detail }
