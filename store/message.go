package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	addReceived = insert("messages", `customer text, id text, stage text, status text, channel text, medium text, address text,
		carrier text, author text, body text, media text, detail text, version bigint, created bigint, changed bigint`, "")
	addMessages = insert("messages", `customer text, id text, stage text, status text, channel text, medium text, address text,
		author text, body text, media text, purpose text, urgency integer, exempt boolean, rule text, asks text, prompt text,
		version bigint, ordinal integer, epoch bigint, segments integer, created bigint, not_before bigint, expires bigint,
		attempts integer, node text, deadline bigint, lease bigint, first_posted bigint, changed bigint, content text`, "")

	cancelMessages = rows(
		`update messages m set stage = 'done', status = 'cancelled', rule = u.rule, changed = $5
		 from unnest($2::text[], $3::text[], $4::text[]) as u(customer, scope, rule)
		 where m.brand = $1 and m.customer = u.customer and m.stage = 'queued' and not m.exempt
		 and (u.scope = 'all' or m.purpose = u.scope or u.scope = 'assistant' and m.author not like 'agent:%')`,
		`update messages /* indexed by messages_waiting */ set stage = 'done', status = 'cancelled', rule = $4, changed = $5
		 where brand = $1 and customer = $2 and stage = 'queued' and not exempt
		and ($3 in ('all', purpose) or $3 = 'assistant' and author not like 'agent:%')`)

	postMessages = rows(
		`update messages m set stage = 'posting', status = 'posting', node = u.node, attempts = u.attempts, deadline = u.deadline, lease = u.lease,
			exempt = u.exempt, first_posted = case when m.first_posted = 0 then $9 else m.first_posted end, code = '', changed = $9
		 from unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::bigint[], $7::bigint[], $8::boolean[])
			as u(customer, id, node, attempts, deadline, lease, exempt)
		 where m.brand = $1 and m.customer = u.customer and m.id = u.id and m.stage in ('queued', 'posting')`,
		`update messages set stage = 'posting', status = 'posting', node = $4, attempts = $5, deadline = $6, lease = $7,
			exempt = $8, first_posted = case when first_posted = 0 then $9 else first_posted end, code = '', changed = $9
		 where brand = $1 and customer = $2 and id = $3 and stage in ('queued', 'posting')`)
)

// detail is what an inbound text said beside what has a column.
type detail struct {
	To       conversation.Address   `json:"to,omitempty"`
	Masked   bool                   `json:"masked,omitempty"`
	Replied  conversation.CarrierID `json:"replied,omitempty"`
	Quotes   string                 `json:"quotes,omitempty"`
	Reaction bool                   `json:"reaction,omitempty"`
	OptOut   string                 `json:"opt_out,omitempty"`
	Name     string                 `json:"name,omitempty"`
}

func (t *tx) writeReceived(ctx context.Context, brand conversation.BrandID, in []gateway.InboundRow) error {
	if len(in) == 0 {
		return nil
	}
	media, details := make([]string, len(in)), make([]string, len(in))
	for i, r := range in {
		m := r.Inbound
		var err error
		if details[i], err = encode(detail{m.To, m.Masked, m.Replied, m.Quotes, m.Reaction, m.OptOut, m.Name}); err != nil {
			return err
		}
		if media[i], err = encodeMedia(m.Media); err != nil {
			return err
		}
	}
	return t.put(ctx, addReceived, string(brand),
		texts(in, func(r gateway.InboundRow) conversation.CustomerID { return r.Customer }),
		texts(in, func(r gateway.InboundRow) conversation.MessageID { return r.ID }),
		same(len(in), string(gateway.Received)), same(len(in), string(gateway.Received)),
		texts(in, func(r gateway.InboundRow) conversation.ChannelID { return r.Inbound.Channel }),
		texts(in, func(r gateway.InboundRow) conversation.Medium { return r.Inbound.Medium }),
		texts(in, func(r gateway.InboundRow) conversation.Address { return r.Inbound.From }),
		texts(in, func(r gateway.InboundRow) conversation.CarrierID { return r.Inbound.Carrier }),
		same(len(in), "customer"),
		texts(in, func(r gateway.InboundRow) string { return r.Inbound.Text }),
		media, details,
		numbers(in, func(r gateway.InboundRow) int64 { return r.Version }),
		numbers(in, func(r gateway.InboundRow) int64 { return micros(r.Inbound.At) }),
		same(len(in), t.Now().UnixMicro()))
}

func (t *tx) writeMessages(ctx context.Context, brand conversation.BrandID, out []gateway.Outbound) error {
	if len(out) == 0 {
		return nil
	}
	media, contents := make([]string, len(out)), make([]string, len(out))
	flights := make([]gateway.Flight, len(out)) // zero for what is queued
	attempts, first := make([]int64, len(out)), make([]int64, len(out))
	exempt := make([]bool, len(out))
	for i, m := range out {
		var list []conversation.Media
		for _, u := range m.Media {
			list = append(list, conversation.Media{URL: u})
		}
		var err error
		if media[i], err = encodeMedia(list); err != nil {
			return err
		}
		if m.Content != nil {
			if contents[i], err = encode(m.Content); err != nil {
				return err
			}
		}
		exempt[i], attempts[i], first[i] = m.Exempt, int64(m.Attempts), micros(m.FirstPosted)
		switch {
		case m.Status == gateway.PostingNow && m.Flight != nil:
			flights[i] = *m.Flight
			attempts[i] = int64(m.Flight.Attempt)
			if first[i] == 0 {
				first[i] = t.Now().UnixMicro()
			}
		case m.Status == gateway.Queued, m.Status == gateway.Cancelled: // withdrawn by a later turn of its own group
		default:
			return fmt.Errorf("message %s: %s is no status to begin with", m.ID, m.Status)
		}
	}
	type om = gateway.Outbound
	return t.put(ctx, addMessages, string(brand),
		texts(out, func(m om) conversation.CustomerID { return m.Customer }),
		texts(out, func(m om) conversation.MessageID { return m.ID }),
		texts(out, func(m om) string { return stage(m.Status) }),
		texts(out, func(m om) gateway.Status { return m.Status }),
		texts(out, func(m om) conversation.ChannelID { return m.Channel }),
		texts(out, func(m om) conversation.Medium { return m.Medium }),
		texts(out, func(m om) conversation.Address { return m.To }),
		texts(out, func(m om) string { return m.Author }),
		texts(out, func(m om) string { return m.Text }),
		media,
		texts(out, func(m om) conversation.Purpose { return m.Purpose }),
		numbers(out, func(m om) int { return urgency(m.Purpose) }),
		exempt,
		texts(out, func(m om) conversation.Rule { return m.Rule }),
		texts(out, func(m om) string { return m.Asks }),
		texts(out, func(m om) string { return m.Prompt }),
		numbers(out, func(m om) int64 { return m.Version }),
		numbers(out, func(m om) int { return m.Ordinal }),
		numbers(out, func(m om) int64 { return m.Epoch }),
		numbers(out, func(m om) int { return m.Segments }),
		moments(out, func(m om) time.Time { return m.Created }),
		moments(out, func(m om) time.Time { return m.After }),
		moments(out, func(m om) time.Time { return m.Expires }),
		attempts,
		texts(flights, func(f gateway.Flight) gateway.NodeID { return f.Node }),
		moments(flights, func(f gateway.Flight) time.Time { return f.Deadline }),
		moments(flights, func(f gateway.Flight) time.Time { return f.Lease }),
		first,
		same(len(out), t.Now().UnixMicro()),
		contents)
}

// stage is what the indexes look at.
func stage(s gateway.Status) string {
	switch s {
	case gateway.Queued, gateway.PostingNow, gateway.Received:
		return string(s)
	}
	return "done"
}

// urgency orders purposes for the sender: answers come before bulk.
func urgency(p conversation.Purpose) int {
	switch p {
	case conversation.Marketing:
		return 2
	case conversation.Transactional:
		return 1
	}
	return 0
}

func (t *tx) withdraw(ctx context.Context, brand conversation.BrandID, w []gateway.Withdrawal) error {
	var cancels []gateway.Withdrawal
	for _, c := range w {
		if c.Scope != conversation.CancelNothing {
			cancels = append(cancels, c)
		}
	}
	if len(cancels) == 0 {
		return nil
	}
	return t.put(ctx, cancelMessages, string(brand),
		texts(cancels, func(c gateway.Withdrawal) conversation.CustomerID { return c.Customer }),
		texts(cancels, func(c gateway.Withdrawal) conversation.Cancel { return c.Scope }),
		texts(cancels, func(c gateway.Withdrawal) conversation.Rule { return c.Rule }),
		t.Now().UnixMicro())
}

// Post implements gateway.Tx.
func (t *tx) Post(ctx context.Context, brand conversation.BrandID, f []gateway.Flight) error {
	if len(f) == 0 {
		return nil
	}
	exempt := make([]bool, len(f))
	for i := range f {
		exempt[i] = f[i].Exempt
	}
	err := t.putAll(ctx, postMessages, len(f), "messages were queued or in flight", string(brand),
		texts(f, func(f gateway.Flight) conversation.CustomerID { return f.Customer }),
		texts(f, func(f gateway.Flight) conversation.MessageID { return f.Message }),
		texts(f, func(f gateway.Flight) gateway.NodeID { return f.Node }),
		numbers(f, func(f gateway.Flight) int { return f.Attempt }),
		moments(f, func(f gateway.Flight) time.Time { return f.Deadline }),
		moments(f, func(f gateway.Flight) time.Time { return f.Lease }),
		exempt, t.Now().UnixMicro())
	return t.fail("post messages", brand, err)
}

func encodeMedia(m []conversation.Media) (string, error) {
	if len(m) == 0 {
		return "", nil
	}
	return encode(m)
}

func decodeMedia(s string) ([]conversation.Media, error) {
	if s == "" {
		return nil, nil
	}
	var m []conversation.Media
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	return m, nil
}
