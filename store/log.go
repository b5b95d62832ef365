package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	takeSeq = both(`update brands set seq = seq + $2 where brand = $1 returning seq`)
	// On PostgreSQL with the numbers that were just taken: the brand's row is ours
	// until the COMMIT.
	addEvents = rows(
		`insert into events (brand, seq, type, customer, version, payload, at)
		 select b.brand, b.seq - $2 + u.n, u.type, u.customer, u.version, u.payload, u.at
		 from brands b, unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[]) as u(n, type, customer, version, payload, at)
		 where b.brand = $1`,
		`insert into events (brand, seq, type, customer, version, payload, at) values ($1, $2 + $3, $4, $5, $6, $7, $8)`)
	readLog = both(`select seq, type, customer, version, payload, at from events
		where brand = $1 and seq > $2 order by seq limit $3`)
)

// Append implements gateway.Tx.
func (t *tx) Append(ctx context.Context, brand conversation.BrandID, e []gateway.Entry) (*int64, error) {
	last := new(int64)
	if len(t.consents[brand]) > 0 {
		var err error
		if *last, err = t.chain(ctx, brand, len(e)); err != nil {
			return last, t.fail("write consents", brand, err)
		}
	} else if err := t.askOne(ctx, takeSeq, unknownBrand(brand), []any{last}, string(brand), len(e)); err != nil {
		return last, t.fail("take log numbers", brand, err)
	}
	if len(e) == 0 {
		return last, nil
	}
	from := int64(len(e)) // how far the brand's own number is past the one before the first
	if t.engine == sqliteEngine {
		from = *last - from // that one itself
	}
	n, at := make([]int64, len(e)), make([]int64, len(e))
	for i := range e {
		n[i], at[i] = int64(i+1), micros(e[i].At)
	}
	// What the client counts comes after the COMMIT that travels with it.
	err := t.putAll(ctx, addEvents, len(e), "rows of the log", string(brand), from, n,
		texts(e, func(e gateway.Entry) string { return e.Type }),
		texts(e, func(e gateway.Entry) conversation.CustomerID { return e.Customer }),
		numbers(e, func(e gateway.Entry) int64 { return e.Version }),
		texts(e, func(e gateway.Entry) string { return string(e.Payload) }),
		at)
	return last, t.fail("write the log", brand, err)
}

// Log implements gateway.Store.
func (s *Store) Log(ctx context.Context, brand conversation.BrandID, after int64, limit int) ([]gateway.Entry, error) {
	var list []gateway.Entry
	err := s.read.query(ctx, readLog, func(scan scanner) error {
		var e gateway.Entry
		var at int64
		err := scan(&e.Seq, &e.Type, &e.Customer, &e.Version, &e.Payload, &at)
		e.At = moment(at)
		list = append(list, e)
		return err
	}, string(brand), after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log of %s: %w", brand, err)
	}
	return list, nil
}

var (
	moveWatermark = pair(
		`insert into watermarks (brand, channel, at) values ($1, $2, $3)
		 on conflict (brand, channel) do update set at = greatest(watermarks.at, excluded.at)`,
		`insert into watermarks (brand, channel, at) values ($1, $2, $3)
		 on conflict (brand, channel) do update set at = max(watermarks.at, excluded.at)`)
	watermark = both(`select at from watermarks where brand = $1 and channel = $2`)
)

// SetWatermark implements gateway.Store.
func (s *Store) SetWatermark(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, at time.Time) error {
	err := s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, moveWatermark, string(brand), string(channel), micros(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("move the watermark of %s: %w", channel, err)
	}
	return nil
}
