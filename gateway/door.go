package gateway

import (
	"context"
	"errors"

	"github.com/causette/causette/conversation"
)

// Door is where events come in. Every channel and every API knocks here.
type Door interface {
	// Accept makes one event of one customer a durable turn, and returns after
	// the commit. A duplicate is not an error: Outcome.Duplicate says so.
	// ErrBusy asks the caller to come again (503 + Retry-After); the event was
	// not processed. A cancelled context stops the waiting, never the turn.
	Accept(ctx context.Context, brand conversation.BrandID, who Who, e conversation.Event) (Outcome, error)
	// Report applies what a carrier says of a message that it took.
	Report(ctx context.Context, r Report) error
}

// Who names the customer of an event, by whatever the source knows. The
// customer id wins over the address, the address over the account: a phone
// number is the identity, since consent does not follow a changed number.
type Who struct {
	Customer conversation.CustomerID
	Address  conversation.Address
	Alias    conversation.Address // another address that is known to be the same person's: a LID beside the number
	Account  string               // the shop's external id; with an address it is attached to the address's customer

	// Brief asks only for what is under way: the customer and the conversation
	// are read where messages wait, and else left out.
	Brief bool
}

// Outcome is what became of an accepted event.
type Outcome struct {
	Duplicate bool // it had been processed before
	Poisoned  bool // it was stored with its error, for agents to see
	Customer  conversation.CustomerID
	Version   int64              // the conversation's after the turn
	Turn      *conversation.Turn // nil for a duplicate or a poisoned event
}

var (
	// ErrBusy means that a commit is not possible now: the queue is full, the
	// gateway drains, or the database does not answer. Nothing was processed.
	ErrBusy = errors.New("the gateway cannot commit now, try again")
	// ErrUnknownCustomer means that neither account nor id is known and no
	// address came with it.
	ErrUnknownCustomer = errors.New("unknown customer: give a phone number the first time")
)
