package gateway

import (
	"context"
	"time"

	"github.com/causette/causette/conversation"
)

// Device is what a channel's messages go through where the carrier knows a device
// and not an API: one that is linked to a phone. One node holds it at a time.
type Device struct {
	Brand   conversation.BrandID
	Channel conversation.ChannelID
	Account string // the carrier's name of it, "" until it is paired
	State   DeviceState
	Code    string    // the carrier's, of why it is not connected; "" for none
	Until   time.Time // when the state ends by itself, zero for never
	Node    NodeID    // who holds it, until the lease ends
	Lease   time.Time
	Changed time.Time // when the state last changed
}

// DeviceState is where a device is in its life.
type DeviceState string

const (
	Unpaired     DeviceState = "unpaired"     // no phone has linked it
	Connecting   DeviceState = "connecting"   // at first, and after each loss of the connection
	Connected    DeviceState = "connected"    // it sends and receives
	LoggedOut    DeviceState = "logged_out"   // the phone unlinked it: to be paired anew
	Banned       DeviceState = "banned"       // the carrier refuses the account, until Until where it says so
	Outdated     DeviceState = "outdated"     // the carrier refuses the client's version
	Replaced     DeviceState = "replaced"     // another process connected as the same device
	Disconnected DeviceState = "disconnected" // refused with a code that none of the others is
)

// Lost says whether a state ends only by what a person does.
func (s DeviceState) Lost() bool {
	switch s {
	case LoggedOut, Outdated, Replaced, Disconnected:
		return true
	}
	return s == Unpaired
}

// Devices keeps the devices of all nodes.
type Devices interface {
	// HoldDevice takes or renews the device's lease for the node, and returns the
	// device as it is: somebody else's where Node is another.
	HoldDevice(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, node NodeID, lease time.Duration) (Device, error)
	// SetDevice keeps account, state, code and until of a device that Node holds;
	// ErrNotFound where it does not any more.
	SetDevice(ctx context.Context, d Device) error
	// FreeDevice ends the node's lease.
	FreeDevice(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, node NodeID) error
	// Devices lists a brand's.
	Devices(ctx context.Context, brand conversation.BrandID) ([]Device, error)
}

// PairStep is one step of linking a device to a phone: a code to show until it
// expires, or the end.
type PairStep struct {
	Code    string // what the QR picture says
	Expires time.Time
	Done    bool
	Err     error
}
