package store

import (
	"context"
	"fmt"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

var _ agents.Store = (*Store)(nil)

// Items implements agents.Store: as many of the messages and of the notes as
// the page could hold, put together.
func (s *Store) Items(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, before string, limit int) ([]agents.Item, error) {
	messages, err := s.Thread(ctx, brand, customer, conversation.MessageID(before), limit)
	if err != nil {
		return nil, err
	}
	notes, err := s.notes(ctx, brand, customer, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read notes of %s: %w", brand, err)
	}
	var items []agents.Item
	for len(items) < limit && len(messages)+len(notes) > 0 {
		if len(notes) == 0 || len(messages) > 0 && messages[0].ID > notes[0].ID {
			items = append(items, agents.Item{Message: &messages[0]})
			messages = messages[1:]
		} else {
			items = append(items, agents.Item{Note: &notes[0]})
			notes = notes[1:]
		}
	}
	return items, nil
}
