package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// A customer's messages leave in the order (urgency, version, ordinal): an
// answer overtakes the prompt that waits for its turn among a hundred thousand.
// What is scheduled for later and was never tried holds nobody up; what was tried
// and waits for its next attempt does, since what was said after it must not
// arrive before it.
const outboundColumns = `customer, id, channel, medium, address, author, body, media, purpose, exempt, rule, asks, prompt,
	version, ordinal, epoch, segments, created, not_before, expires, status, attempts, first_posted, node, deadline, lease, content`

var (
	headMessages = pair(
		`select `+outboundColumns+` from unnest($2::text[]) u(whose) cross join lateral (
			select m.* from messages m
			where m.brand = $1 and m.customer = u.whose and m.stage = 'queued' and (m.not_before <= $3 or m.attempts > 0)
			order by m.urgency, m.version, m.ordinal, m.id limit 1) h
		 where h.not_before <= $3 and not exists (
			select 1 from messages p where p.brand = $1 and p.customer = h.customer and p.stage = 'posting')
		 order by customer`,
		`select `+outboundColumns+` from messages h
		 where h.brand = $1 and h.stage = 'queued' and h.not_before <= $3
		 and h.customer in (select value from json_each($2))
		 and not exists (select 1 from messages p where p.brand = $1 and p.customer = h.customer and p.stage = 'posting')
		 and not exists (select 1 from messages q where q.brand = $1 and q.customer = h.customer and q.stage = 'queued'
			and (q.not_before <= $3 or q.attempts > 0) and (q.urgency, q.version, q.ordinal, q.id) < (h.urgency, h.version, h.ordinal, h.id))
		 order by customer`)

	readyMessages = both(`select customer, id, urgency, segments from (` +
		readyOf(0) + ` union all ` + readyOf(1) + ` union all ` + readyOf(2) +
		`) r order by urgency, not_before, id limit $3`)

	// In the order of the index: PostgreSQL would else make a bitmap of it, with
	// everything that was in flight since it was last vacuumed.
	lapsedMessages = both(`select brand, customer, id, channel from messages
		where stage = 'posting' and lease <= ` + now + ` order by brand, customer limit $1`)
	overdueMessages = both(`select brand, customer, id, channel from messages
		where stage = 'queued' and expires > 0 and expires <= ` + now + ` order by expires, id limit $1`)
)

// readyOf reads one urgency, so that the index is read from what has waited
// longest, and what is due later is not read at all.
func readyOf(urgency int) string {
	return fmt.Sprintf(`select * from (select m.customer, m.id, m.urgency, m.segments, m.not_before from messages m
		where m.brand = $1 and m.channel = $2 and m.stage = 'queued' and m.urgency >= 0 and m.urgency = %d and m.not_before <= `+now+`
		and (m.expires = 0 or m.expires > `+now+`)
		and not exists (select 1 from messages p where p.brand = $1 and p.customer = m.customer and p.stage = 'posting')
		and not exists (select 1 from messages q where q.brand = $1 and q.customer = m.customer and q.stage = 'queued'
			and (q.not_before <= `+now+` or q.attempts > 0) and (q.urgency, q.version, q.ordinal, q.id) < (m.urgency, m.version, m.ordinal, m.id))
		order by m.not_before limit $3) u%d`, urgency, urgency)
}

// Heads implements gateway.Tx.
func (t *tx) Heads(ctx context.Context, brand conversation.BrandID, customers []conversation.CustomerID) ([]gateway.Outbound, error) {
	if len(customers) == 0 {
		return nil, nil
	}
	var heads []gateway.Outbound
	err := t.query(ctx, headMessages, func(scan scanner) error {
		m, err := scanOutbound(scan)
		heads = append(heads, m)
		return err
	}, string(brand), texts(customers, func(c conversation.CustomerID) conversation.CustomerID { return c }), t.Now().UnixMicro())
	return heads, t.fail("read heads", brand, err)
}

// scanOutbound reads outboundColumns.
func scanOutbound(scan scanner) (gateway.Outbound, error) {
	var m gateway.Outbound
	var f gateway.Flight
	var media, content string
	var created, after, expires, first, deadline, lease int64
	err := scan(&m.Customer, &m.ID, &m.Channel, &m.Medium, &m.To, &m.Author, &m.Text, &media, &m.Purpose, &m.Exempt,
		&m.Rule, &m.Asks, &m.Prompt, &m.Version, &m.Ordinal, &m.Epoch, &m.Segments,
		&created, &after, &expires, &m.Status, &m.Attempts, &first, &f.Node, &deadline, &lease, &content)
	if err != nil {
		return m, err
	}
	if content != "" {
		if err := json.Unmarshal([]byte(content), &m.Content); err != nil {
			return m, fmt.Errorf("content: %w", err)
		}
	}
	m.Created, m.After, m.Expires, m.FirstPosted = moment(created), moment(after), moment(expires), moment(first)
	if m.Status == gateway.PostingNow {
		f.Message, f.Customer, f.Attempt, f.Exempt = m.ID, m.Customer, m.Attempts, m.Exempt
		f.Deadline, f.Lease = moment(deadline), moment(lease)
		m.Flight = &f
	}
	list, err := decodeMedia(media)
	for _, one := range list {
		m.Media = append(m.Media, one.URL)
	}
	return m, err
}

var queuedMessages = both(`select ` + outboundColumns + ` from messages where brand = $1 and id = any($2) and stage = 'queued' order by id`)

// Queued implements gateway.Tx.
func (t *tx) Queued(ctx context.Context, brand conversation.BrandID, ids []conversation.MessageID) ([]gateway.Outbound, error) {
	var list []gateway.Outbound
	err := t.query(ctx, queuedMessages, func(scan scanner) error {
		m, err := scanOutbound(scan)
		list = append(list, m)
		return err
	}, string(brand), texts(ids, func(id conversation.MessageID) conversation.MessageID { return id }))
	return list, t.fail("read queued messages", brand, err)
}

var outbound = both(`select ` + outboundColumns + ` from messages where brand = $1 and id = $2 and stage <> 'received'`)

// Outbound implements gateway.Store.
func (s *Store) Outbound(ctx context.Context, brand conversation.BrandID, id conversation.MessageID) (gateway.Outbound, error) {
	m, err := gateway.Outbound{}, error(gateway.ErrNotFound)
	if e := s.read.query(ctx, outbound, func(scan scanner) error {
		m, err = scanOutbound(scan)
		return err
	}, string(brand), string(id)); e != nil {
		err = e
	}
	if err != nil {
		return gateway.Outbound{}, fmt.Errorf("message %s of %s: %w", id, brand, err)
	}
	return m, nil
}

// Ready implements gateway.Store.
func (s *Store) Ready(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID, limit int) ([]gateway.Ref, error) {
	var refs []gateway.Ref
	err := s.read.query(ctx, readyMessages, func(scan scanner) error {
		r := gateway.Ref{Brand: brand, Channel: channel}
		var urgency int
		err := scan(&r.Customer, &r.Message, &urgency, &r.Segments)
		r.Bulk = urgency > 0
		refs = append(refs, r)
		return err
	}, string(brand), string(channel), limit)
	if err != nil {
		return nil, fmt.Errorf("read what is ready on %s: %w", channel, err)
	}
	return refs, nil
}

// Lapsed implements gateway.Store.
func (s *Store) Lapsed(ctx context.Context, limit int) ([]gateway.Ref, error) {
	return s.refs(ctx, lapsedMessages, "lapsed", limit)
}

// Overdue implements gateway.Store.
func (s *Store) Overdue(ctx context.Context, limit int) ([]gateway.Ref, error) {
	return s.refs(ctx, overdueMessages, "overdue", limit)
}

func (s *Store) refs(ctx context.Context, st *statement, what string, limit int) ([]gateway.Ref, error) {
	var refs []gateway.Ref
	err := s.read.query(ctx, st, func(scan scanner) error {
		var r gateway.Ref
		err := scan(&r.Brand, &r.Customer, &r.Message, &r.Channel)
		refs = append(refs, r)
		return err
	}, limit)
	if err != nil {
		return nil, fmt.Errorf("read %s messages: %w", what, err)
	}
	return refs, nil
}

var flightOf = both(`select ` + now + `, coalesce(m.id, ''), coalesce(m.node, ''), coalesce(m.attempts, 0),
		coalesce(m.deadline, 0), coalesce(m.lease, 0), coalesce(m.exempt, false)
	from (select 1 as one) o
	left join messages m on m.brand = $1 and m.customer = $2 and m.stage = 'posting'`)

// InFlight implements gateway.Store.
func (s *Store) InFlight(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) (*gateway.Flight, time.Time, error) {
	f := gateway.Flight{Customer: customer}
	var at, deadline, lease int64
	err := s.read.one(ctx, flightOf, []any{&at, &f.Message, &f.Node, &f.Attempt, &deadline, &lease, &f.Exempt},
		string(brand), string(customer))
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read what is in flight: %w", err)
	}
	if f.Message == "" {
		heirs, err := s.read.owners(ctx, findMerged, brand, []string{string(customer)})
		switch heir := heirs[string(customer)]; {
		case err != nil:
			return nil, time.Time{}, fmt.Errorf("read what is in flight: %w", err)
		case heir != "": // what flew when they were merged still does
			return s.InFlight(ctx, brand, heir)
		}
		return nil, moment(at), nil
	}
	f.Deadline, f.Lease = moment(deadline), moment(lease)
	return &f, moment(at), nil
}
