package agents

import (
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Attached is a picture, a voice note or a file of a message, and the channel
// that it came or went by: whose carrier has it.
type Attached struct {
	conversation.Media
	Channel conversation.ChannelID
}

// Attached finds what is attached to a message that the agent may see, counted
// from 0.
func (d *Desk) Attached(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID, message conversation.MessageID, index int) (Attached, error) {
	if err := Allow(by, See, brand); err != nil {
		return Attached{}, err
	}
	if len(message) > maxCursor || len(customer) > maxCursor {
		return Attached{}, fmt.Errorf("find what is attached: %w", gateway.ErrNotFound)
	}
	m, err := d.store.Message(ctx, brand, customer, message)
	if err != nil {
		return Attached{}, fmt.Errorf("find what is attached: %w", err)
	}
	if index < 0 || index >= len(m.Media) {
		return Attached{}, fmt.Errorf("message %s has no attachment %d: %w", message, index, gateway.ErrNotFound)
	}
	return Attached{m.Media[index], m.Channel}, nil
}
