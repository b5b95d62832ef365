package whatsapp

import (
	"context"
	"fmt"
	"sync"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// receipt makes what WhatsApp tells of our messages reports.
func (s *session) receipt(e *events.Receipt) bool {
	var status gateway.Status
	switch e.Type {
	case types.ReceiptTypeDelivered:
		status = gateway.Delivered
	case types.ReceiptTypeRead, types.ReceiptTypePlayed:
		status = gateway.Read
	default:
		return true
	}
	if e.IsFromMe || e.IsGroup {
		return true
	}
	ctx, cancel := context.WithTimeout(s.ctx, commitWait)
	defer cancel()
	for _, id := range e.MessageIDs {
		r, err := s.channel.reported(ctx, conversation.CarrierID(id))
		if err == nil && r.Message != "" {
			r.Status, r.At = status, e.Timestamp.UTC()
			err = s.door.Report(ctx, r)
		}
		if err != nil {
			s.log.Warn("cannot keep what became of a message", "id", id, "status", status, "error", err)
			return false
		}
	}
	return true
}

// reported finds which message of ours WhatsApp speaks of; none where it was
// never ours, or is the second part of one.
func (c *Channel) reported(ctx context.Context, id conversation.CarrierID) (gateway.Report, error) {
	r := gateway.Report{Brand: c.config.Brand, Carrier: id}
	if p, ok := c.sent.get(id); ok {
		r.Customer, r.Message, r.Attempt = p.customer, p.message, p.attempt
		return r, nil
	}
	bound, err := c.config.Store.Bound(ctx, c.config.Brand, c.config.ID, []conversation.CarrierID{id})
	if err != nil || bound[id] == "" {
		return r, err
	}
	m, err := c.config.Store.Outbound(ctx, c.config.Brand, bound[id])
	if err != nil {
		return r, fmt.Errorf("of %s: %w", id, err)
	}
	r.Customer, r.Message, r.Attempt = m.Customer, m.ID, m.Attempts
	return r, nil
}

// sent remembers what this node sent last: a receipt may overtake the turn that
// keeps WhatsApp's id.
type sent struct {
	mu   sync.Mutex
	of   map[conversation.CarrierID]posted
	ring [4096]conversation.CarrierID
	next int
}

type posted struct {
	customer conversation.CustomerID
	message  conversation.MessageID
	attempt  int
}

func newSent() *sent { return &sent{of: map[conversation.CarrierID]posted{}} }

func (s *sent) put(id conversation.CarrierID, p gateway.Posting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.of[id]; !known {
		delete(s.of, s.ring[s.next])
		s.ring[s.next] = id
		s.next = (s.next + 1) % len(s.ring)
	}
	s.of[id] = posted{p.Customer, p.Message, p.Attempt}
}

func (s *sent) get(id conversation.CarrierID) (posted, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.of[id]
	return p, ok
}
