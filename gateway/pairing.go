package gateway

import "errors"

// Why a device is not linked to a phone; everything else is the carrier's own.
var (
	ErrPaired        = errors.New("the device is linked to a phone already")
	ErrHeld          = errors.New("another node holds the device")
	ErrPairExpired   = errors.New("no phone scanned a code in time")
	ErrOutdated      = errors.New("the carrier refuses this version of the client")
	ErrOtherPhone    = errors.New("the phone is not the one of the channel's address")
	ErrPhoneOutdated = errors.New("the phone's own program is too old to link devices")
	ErrPasskey       = errors.New("the carrier asks the account for a passkey")
)
