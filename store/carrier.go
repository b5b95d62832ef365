package store

import (
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// carrierIndex keeps a carrier's id with one outbound message.
const carrierIndex = "messages_carrier"

var (
	boundMessages = both(`select carrier, id from messages /* indexed by messages_carrier */
		where brand = $1 and channel = $2 and carrier = any($3) and carrier <> '' and stage <> 'received'`)
	askedMessages = both(`select carrier, asks from messages /* indexed by messages_carrier */
		where brand = $1 and channel = $2 and carrier = any($3) and carrier <> '' and stage <> 'received' and asks <> ''`)
)

// Bound implements gateway.Store.
func (s *Store) Bound(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, ids []conversation.CarrierID) (map[conversation.CarrierID]conversation.MessageID, error) {
	found, err := byCarrier[conversation.MessageID](ctx, s.read, boundMessages, brand, channel, ids)
	if err != nil {
		return nil, fmt.Errorf("read bound messages of %s: %w", channel, err)
	}
	return found, nil
}

// Asked implements gateway.Tx.
func (t *tx) Asked(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, ids []conversation.CarrierID) (map[conversation.CarrierID]string, error) {
	found, err := byCarrier[string](ctx, t.session, askedMessages, brand, channel, ids)
	return found, t.fail("read what was asked", brand, err)
}

func byCarrier[V ~string](ctx context.Context, x *session, s *statement, brand conversation.BrandID, channel conversation.ChannelID, ids []conversation.CarrierID) (map[conversation.CarrierID]V, error) {
	found := make(map[conversation.CarrierID]V, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	err := x.query(ctx, s, func(scan scanner) error {
		var id conversation.CarrierID
		var v V
		err := scan(&id, &v)
		found[id] = v
		return err
	}, string(brand), string(channel), texts(ids, func(id conversation.CarrierID) conversation.CarrierID { return id }))
	return found, err
}

const storedColumns = `id, status, author, channel, address, body, media, purpose, rule, code, carrier, segments, attempts, version, not_before, created, changed, prompt`

var (
	thread = both(`select ` + storedColumns + `
		from messages /* indexed by messages_thread */ where brand = $1 and customer = $2 order by id desc limit $3`)
	threadBefore = both(`select ` + storedColumns + `
		from messages /* indexed by messages_thread */ where brand = $1 and customer = $2 and id < $4 order by id desc limit $3`)
)

// Thread implements gateway.Store.
func (s *Store) Thread(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, before conversation.MessageID, limit int) ([]gateway.Stored, error) {
	st, args := thread, []any{string(brand), string(customer), limit}
	if before != "" {
		st, args = threadBefore, append(args, string(before))
	}
	var list []gateway.Stored
	err := s.read.query(ctx, st, func(scan scanner) error {
		m, err := scanStored(scan)
		list = append(list, m)
		return err
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("read a thread of %s: %w", brand, err)
	}
	return list, nil
}

// scanStored reads storedColumns.
func scanStored(scan scanner) (gateway.Stored, error) {
	var m gateway.Stored
	var media string
	var after, created, changed int64
	err := scan(&m.ID, &m.Status, &m.Author, &m.Channel, &m.Address, &m.Text, &media, &m.Purpose, &m.Rule, &m.Code,
		&m.Carrier, &m.Segments, &m.Attempts, &m.Version, &after, &created, &changed, &m.Prompt)
	if err != nil {
		return m, err
	}
	if m.Status == gateway.Queued {
		m.After = moment(after)
	}
	m.Inbound = m.Status == gateway.Received
	m.At, m.Changed = moment(created), moment(changed)
	m.Media, err = decodeMedia(media)
	return m, err
}
