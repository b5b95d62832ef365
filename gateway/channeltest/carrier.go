// Package channeltest says what every channel must do, whatever its carrier.
//
// A channel's own test makes a Carrier, a played carrier with the channel that
// talks to it, and hands it to Run:
//
//	func TestChannel(t *testing.T) {
//		channeltest.Run(t, func(t *testing.T, door gateway.Door) channeltest.Carrier {
//			…
//		})
//	}
package channeltest

import (
	"context"
	"testing"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Start makes a fresh carrier for one test, and the channel under test, whose
// events and reports go to the door. It registers its own cleanup.
type Start func(t *testing.T, door gateway.Door) Carrier

// Carrier is a played carrier, with the channel that talks to it.
type Carrier interface {
	// Channel is the channel under test.
	Channel() gateway.Channel
	// Brand is the brand that the channel's events belong to.
	Brand() conversation.BrandID
	// Customer is the address of somebody who can be reached.
	Customer() conversation.Address
	// Taken lists every message that the carrier accepted, oldest first,
	// whether or not the channel learnt of it.
	Taken() []Taken
	// Next makes the next send end as the fault says; false means that this
	// carrier's sends cannot end so, and the case is skipped.
	Next(Fault) bool
	// Write has the customer text the brand: Text, Media, Name and Replied are
	// as given. It returns when the channel has handed the text to the door,
	// or failed to.
	Write(ctx context.Context, text conversation.Inbound) error
	// Report has the carrier tell the status of a message that it took; false
	// means that this carrier tells no such status. It returns when the channel
	// has handed the report to the door.
	Report(ctx context.Context, id conversation.CarrierID, s gateway.Status) bool
}

// Taken is a message that the carrier accepted.
type Taken struct {
	Carrier conversation.CarrierID
	To      conversation.Address
	Text    string
	Media   []string
}

// Fault is how a send ends.
type Fault string

const (
	Slow          Fault = "slow"           // the carrier accepts after the send deadline, or never
	AcceptThenDie Fault = "accept, die"    // the carrier accepts, and its answer is lost
	TooMany       Fault = "too many"       // the carrier says: not now
	Broken        Fault = "broken"         // the carrier fails without saying whether it accepted
	NoSuchNumber  Fault = "no such number" // the carrier refuses the address for good
	OptedOut      Fault = "opted out"      // the carrier holds an opt-out of the customer
)
