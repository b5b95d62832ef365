package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
)

// Channel is a way out: a carrier as the sender sees it. A channel that can do
// more declares it with the optional interfaces below.
type Channel interface {
	ID() conversation.ChannelID
	Medium() conversation.Medium
	// Send hands one message to the carrier. The context carries the send
	// deadline; a channel must not write its request after it. A nil error
	// means that the carrier accepted; every other outcome is a *SendError,
	// which states its consequence.
	Send(ctx context.Context, p Posting) (Receipt, error)
}

// Posting is one attempt to send one message.
type Posting struct {
	Brand    conversation.BrandID
	Customer conversation.CustomerID
	Message  conversation.MessageID
	Attempt  int
	Channel  conversation.ChannelID
	To       conversation.Address
	Text     string
	Media    []string
	Purpose  conversation.Purpose
	Prompt   string                // the prompt that it says, "" for none
	Content  *conversation.Content // the carrier's template that says Text; nil: Text itself
	Created  time.Time             // when the message was first queued
	Posted   time.Time             // when this attempt was first committed, by the database's clock
	Expires  time.Time             // no attempt after it
}

// Receipt is the carrier's acceptance.
type Receipt struct {
	Carrier  conversation.CarrierID
	Status   Status
	Segments int
}

// Lookuper is a channel whose carrier can be asked what became of a message
// whose sending was ambiguous.
type Lookuper interface {
	// Lookup lists the carrier's messages that could be this posting: same to,
	// from and body, created since the posting's first attempt, minus clock
	// skew. complete says that the list was read to its end, so that absence
	// means absence (the sender knows how long the carrier's list lags).
	Lookup(ctx context.Context, p Posting) (found []Receipt, complete bool, err error)
}

// SameIDRetrier is a channel whose carrier drops a repeated message id, so that
// an ambiguous send is simply sent again.
type SameIDRetrier interface{ SameIDRetry() }

// Pausing is a channel that cannot send at times: another node has its device, or
// its connection is lost. What waits then waits where it is.
type Pausing interface{ Pausing() bool }

// Typer is a channel that can show a customer that somebody writes to them.
type Typer interface {
	// Typing shows it for a few seconds, or no longer.
	Typing(ctx context.Context, to conversation.Address, on bool) error
}

// CatchUpper is a channel whose carrier lists what customers wrote, so that
// texts that were refused or missed are fetched.
type CatchUpper interface {
	// Inbound calls accept for each text received since then, oldest first,
	// and stops at its first error.
	Inbound(ctx context.Context, since time.Time, accept func(conversation.Inbound) error) error
}

// Status is what became of an outbound message, in the order of its rank.
type Status string

const (
	Queued      Status = "queued"      // waits for its turn
	PostingNow  Status = "posting"     // an attempt is in flight
	Accepted    Status = "accepted"    // the carrier has it
	Sent        Status = "sent"        // the carrier handed it on
	Delivered   Status = "delivered"   // on the phone
	Read        Status = "read"        // seen
	Undelivered Status = "undelivered" // the carrier tried and failed
	Failed      Status = "failed"      // never left, for good
	Cancelled   Status = "cancelled"   // withdrawn before it left
	Expired     Status = "expired"     // too late to be worth saying
	Unknown     Status = "unknown"     // the carrier could not be asked in time; never sent again
	Received    Status = "received"    // inbound
)

// Rank orders statuses: a report is applied only when it ranks above what is
// known, so reports may come late, twice and out of order. A terminal status
// stays, except delivered → read.
func (s Status) Rank() int {
	switch s {
	case Queued:
		return 0
	case PostingNow:
		return 1
	case Accepted:
		return 2
	case Sent:
		return 3
	case Unknown:
		return 4 // a late report may still tell
	case Delivered, Undelivered, Failed, Cancelled, Expired:
		return 5
	case Read:
		return 6
	}
	return -1
}

// After says whether a report of status s changes a message that stands at old.
func (s Status) After(old Status) bool {
	if s == Read {
		return old != Read && old != Failed && old != Undelivered && old != Cancelled && old != Expired
	}
	return s.Rank() > old.Rank()
}

// Report is what a carrier says of a message that it took.
type Report struct {
	Brand    conversation.BrandID
	Customer conversation.CustomerID
	Message  conversation.MessageID
	Attempt  int
	Carrier  conversation.CarrierID
	Status   Status
	Code     string // the carrier's error code, "" for none
	At       time.Time
	Error    *SendError // what the code means, where the carrier's table knows it; nil for none
}

// Consequence is what an error of sending means for the message and its sender.
type Consequence string

const (
	Retry       Consequence = "retry"        // not processed: again after After
	GiveUp      Consequence = "give_up"      // never again
	Ambiguous   Consequence = "ambiguous"    // perhaps processed: ask the carrier
	FallBack    Consequence = "fall_back"    // not reachable on this medium: another one, with consent
	OptedOut    Consequence = "opted_out"    // the carrier holds an opt-out: record it
	Invalid     Consequence = "invalid"      // the number does not exist
	Unreachable Consequence = "unreachable"  // the number cannot get this medium
	Reschedule  Consequence = "reschedule"   // the next day
	Template    Consequence = "use_template" // outside the WhatsApp window
)

// Scope is what an error stops beside the message itself.
type Scope string

const (
	OnlyMessage   Scope = ""
	WholeSender   Scope = "sender"   // this channel is halted until looked at
	WholeAccount  Scope = "account"  // every channel of the carrier's account is
	WholeCountry  Scope = "country"  // texts to that country are
	WholeTemplate Scope = "template" // that template is
	SlowerPace    Scope = "slower"   // the channel's pace is halved for a while
)

// SendError is a failed or doubtful attempt, with its consequence.
type SendError struct {
	Code        string // the carrier's code, or "timeout", "reset", "http 503"
	Consequence Consequence
	Halts       Scope
	After       time.Duration // for Retry: how long to wait
	Limit       int           // for Retry: attempts at most; 0 until the message expires
	Alert       bool          // a person must look
	Err         error
}

func (e *SendError) Error() string {
	return fmt.Sprintf("send: %s: %s: %v", e.Consequence, e.Code, e.Err)
}

func (e *SendError) Unwrap() error { return e.Err }

// asSendError makes every error a *SendError: one that states no consequence is
// ambiguous, since silence about what happened is not a refusal.
func asSendError(err error) *SendError {
	var s *SendError
	if errors.As(err, &s) {
		return s
	}
	return &SendError{Code: "unexplained", Consequence: Ambiguous, Err: err}
}
