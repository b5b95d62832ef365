// Package whatsapp is WhatsApp through a device that is linked to a phone, as
// WhatsApp Web is: whatsmeow speaks WhatsApp's own protocol. It is unofficial, and
// WhatsApp may take the number away; campaigns belong to the official API, which
// the Twilio channel speaks.
//
//	Run ── holds the device's lease ── session ── whatsmeow ── WhatsApp
//	                                     ├── receive: a turn is durable before WhatsApp hears that we have the text
//	Send ────────────────────────────────┴── an id of ours: a second attempt is the same message
package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/store/sqlstore"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Store is what a channel keeps and reads beside its session.
type Store interface {
	gateway.Devices
	Bound(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, ids []conversation.CarrierID) (map[conversation.CarrierID]conversation.MessageID, error)
	Outbound(ctx context.Context, brand conversation.BrandID, id conversation.MessageID) (gateway.Outbound, error)
}

// Config is one number on WhatsApp.
type Config struct {
	ID        conversation.ChannelID
	Brand     conversation.BrandID
	Address   conversation.Address // the number, as +33937000001
	Node      gateway.NodeID
	Store     Store
	Sessions  *sqlstore.Container // the keys of all devices of this installation
	Open      func(ctx context.Context, brand conversation.BrandID, url string) (gateway.File, error)
	Proactive bool // prompts go out as well, not answers alone
	PerMinute int  // messages; 0: 20
	PerDay    int  // 0: 500
	Linger    time.Duration
	Unread    time.Duration                // how long what cannot be decrypted may come again before its sender is told; 0: 1 min
	Stalled   time.Duration                // how long without a connection before it is begun anew; 0: 90 s
	Lease     time.Duration                // how long after a node's death another takes over; 0: 20 s
	Network   *http.Client                 // nil: WhatsApp's own
	Changed   func(gateway.Device)         // is told how the device stands; nil: nobody is
	Elsewhere func(conversation.ChannelID) // is told that another node holds it
	Log       *slog.Logger
}

const (
	usualLease  = 20 * time.Second
	usualMinute = 20
	usualDay    = 500
	usualUnread = time.Minute
	usualStall  = 90 * time.Second
)

// Channel is a gateway.Channel.
type Channel struct {
	config Config
	pace   *pace
	log    *slog.Logger
	sent   *sent
	live   atomic.Pointer[session] // nil while this node is not connected
	node   sync.Mutex              // the device is this node's: Run or Pair
	poked  chan struct{}           // the device has been paired

	decrypting chan struct{} // one place, of all sessions: what one began may outlive it
}

var (
	_ gateway.Channel       = (*Channel)(nil)
	_ gateway.SameIDRetrier = (*Channel)(nil)
	_ gateway.Fetcher       = (*Channel)(nil)
	_ gateway.Pausing       = (*Channel)(nil)
	_ gateway.Typer         = (*Channel)(nil)
)

// New makes a channel. Nothing is connected before Run.
func New(c Config) (*Channel, error) {
	switch {
	case c.ID == "" || c.Brand == "" || c.Node == "":
		return nil, errors.New("whatsapp: id, brand or node is missing")
	case c.Store == nil || c.Sessions == nil:
		return nil, errors.New("whatsapp: no store")
	}
	if _, err := jidOf(c.Address); err != nil {
		return nil, fmt.Errorf("whatsapp: address: %w", err)
	}
	if c.Lease <= 0 {
		c.Lease = usualLease
	}
	if c.Stalled <= 0 {
		c.Stalled = usualStall
	}
	if c.Unread <= 0 {
		c.Unread = usualUnread
	}
	if c.PerMinute <= 0 {
		c.PerMinute = usualMinute
	}
	if c.PerDay <= 0 {
		c.PerDay = usualDay
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Channel{config: c, pace: newPace(c.PerMinute, c.PerDay), sent: newSent(), poked: make(chan struct{}, 1), decrypting: make(chan struct{}, 1),
		log: c.Log.With("channel", c.ID)}, nil
}

// ID implements gateway.Channel.
func (c *Channel) ID() conversation.ChannelID { return c.config.ID }

// Medium implements gateway.Channel.
func (c *Channel) Medium() conversation.Medium { return conversation.WhatsApp }

// SameIDRetry implements gateway.SameIDRetrier: WhatsApp and the phones drop an
// id that they know.
func (c *Channel) SameIDRetry() {}

// Pausing implements gateway.Pausing: another node holds the device, or it has no
// connection now.
func (c *Channel) Pausing() bool { return c.live.Load() == nil }
