package store

import (
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var oneMessage = both(`select ` + storedColumns + `
	from messages /* indexed by messages_thread */ where brand = $1 and customer = $2 and id = $3`)

// Message implements agents.Store.
func (s *Store) Message(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, id conversation.MessageID) (gateway.Stored, error) {
	m, found := gateway.Stored{}, false
	err := s.read.query(ctx, oneMessage, func(scan scanner) (err error) {
		m, err = scanStored(scan)
		found = true
		return err
	}, string(brand), string(customer), string(id))
	switch {
	case err != nil:
		return m, fmt.Errorf("read a message of %s: %w", brand, err)
	case !found:
		return m, fmt.Errorf("message %s: %w", id, gateway.ErrNotFound)
	}
	return m, nil
}
