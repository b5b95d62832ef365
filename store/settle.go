package store

import (
	"context"
	"log/slog"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	// The messages as they stand, and who has the carrier's id already.
	readAttempts = pair(
		`select u.n - 1, m.status, m.attempts, m.carrier, m.code, m.channel, m.prompt, m.purpose, m.not_before, m.expires, coalesce(o.id, '')
		 from unnest($2::text[], $3::text[], $4::text[]) with ordinality as u(customer, id, carrier, n)
		 cross join lateral (select * from messages
			where brand = $1 and id = u.id and customer = u.customer and stage <> 'received' offset 0) m
		 left join lateral (select id from messages
			where brand = $1 and channel = m.channel and carrier = u.carrier and carrier <> '' and stage <> 'received' offset 0) o on true
		 order by 1`,
		`select u.key, m.status, m.attempts, m.carrier, m.code, m.channel, m.prompt, m.purpose, m.not_before, m.expires, coalesce(o.id, '')
		 from json_each($2) u
		 cross join messages m on m.brand = $1 and m.id = u.value ->> 1 and m.customer = u.value ->> 0 and m.stage <> 'received'
		 left join messages o on o.brand = $1 and o.channel = m.channel and o.carrier = u.value ->> 2
			and o.carrier <> '' and o.stage <> 'received'
		 order by 1`)
	writeAttempts = update("messages", "id text",
		"stage text, status text, carrier text, code text, not_before bigint, expires bigint, changed bigint")
)

// attempt is an outbound message as settling sees it.
type attempt struct {
	customer  conversation.CustomerID
	id        conversation.MessageID
	status    gateway.Status
	attempts  int
	carrier   conversation.CarrierID
	code      string
	channel   conversation.ChannelID
	prompt    string
	purpose   conversation.Purpose
	notBefore time.Time
	expires   time.Time
	changed   bool
}

// Settle implements gateway.Tx.
func (t *tx) Settle(ctx context.Context, brand conversation.BrandID, s []gateway.Settlement) ([]gateway.Settled, error) {
	if len(s) == 0 {
		return nil, nil
	}
	settled, err := t.settle(ctx, brand, s)
	return settled, t.fail("settle", brand, err)
}

func (t *tx) settle(ctx context.Context, brand conversation.BrandID, s []gateway.Settlement) ([]gateway.Settled, error) {
	type key struct {
		customer conversation.CustomerID
		id       conversation.MessageID
	}
	type claim struct {
		channel conversation.ChannelID
		carrier conversation.CarrierID
	}
	messages := map[key]*attempt{}
	var order []*attempt
	owner := map[claim]conversation.MessageID{} // who has a carrier's id, this group included
	var out []gateway.Settled
	err := t.query(ctx, readAttempts, func(scan scanner) error {
		var i int
		var notBefore, expires int64
		var other conversation.MessageID
		a := &attempt{}
		if err := scan(&i, &a.status, &a.attempts, &a.carrier, &a.code, &a.channel, &a.prompt, &a.purpose, &notBefore, &expires, &other); err != nil {
			return err
		}
		a.customer, a.id, a.notBefore, a.expires = s[i].Customer, s[i].Message, moment(notBefore), moment(expires)
		if k := (key{a.customer, a.id}); messages[k] == nil {
			messages[k] = a
			order = append(order, a)
		}
		if other != "" {
			owner[claim{a.channel, s[i].Carrier}] = other
		}
		return nil
	}, string(brand), zipped{
		texts(s, func(s gateway.Settlement) conversation.CustomerID { return s.Customer }),
		texts(s, func(s gateway.Settlement) conversation.MessageID { return s.Message }),
		texts(s, func(s gateway.Settlement) conversation.CarrierID { return s.Carrier }),
	})
	if err != nil {
		return nil, err
	}
	for _, one := range s {
		a := messages[key{one.Customer, one.Message}]
		if a == nil || one.Attempt != 0 && one.Attempt != a.attempts {
			continue
		}
		c := claim{a.channel, one.Carrier}
		if one.Carrier != "" && a.carrier == "" {
			if has := owner[c]; has == "" || has == a.id {
				owner[c] = a.id
			} else {
				t.store.log.Warn("the carrier's id belongs to another message: left unbound",
					slog.String("brand", string(brand)), slog.String("message", string(a.id)), slog.String("other", string(has)))
				one.Carrier = ""
			}
		}
		if done, ok := a.apply(one); ok {
			out = append(out, done)
		}
	}
	return out, t.writeAttempts(ctx, brand, order)
}

// apply changes the message as a settlement says, and tells whether it did.
// The settlement that is returned says how the message stands now.
func (a *attempt) apply(s gateway.Settlement) (gateway.Settled, bool) {
	was, changed := a.status, false
	switch {
	case s.Status == gateway.Queued:
		if was == gateway.PostingNow {
			a.status, a.notBefore, changed = gateway.Queued, s.After, true
		}
		if was == gateway.Queued && s.Holds {
			a.notBefore, changed = s.After, true
			if !s.Expires.IsZero() {
				a.expires = s.Expires
			}
		}
	case s.Status.After(was):
		a.status, changed = s.Status, true
	}
	if s.Code != "" && s.Code != a.code && (changed || s.Status == was && a.code == "") {
		a.code, changed = s.Code, true
	}
	if s.Carrier != "" && a.carrier == "" {
		a.carrier, changed = s.Carrier, true
	}
	if !changed {
		return gateway.Settled{}, false
	}
	a.changed = true
	s.Status, s.Code, s.Carrier = a.status, a.code, a.carrier
	return gateway.Settled{
		Settlement: s, Was: was, Channel: a.channel, Prompt: a.prompt, Purpose: a.purpose,
		Posted: was == gateway.PostingNow && a.status != gateway.PostingNow, Attempts: a.attempts,
	}, true
}

func (t *tx) writeAttempts(ctx context.Context, brand conversation.BrandID, read []*attempt) error {
	var list []*attempt
	for _, a := range read {
		if a.changed {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return t.putAll(ctx, writeAttempts, len(list), "messages settled", string(brand),
		texts(list, func(a *attempt) conversation.MessageID { return a.id }),
		texts(list, func(a *attempt) string { return stage(a.status) }),
		texts(list, func(a *attempt) gateway.Status { return a.status }),
		texts(list, func(a *attempt) conversation.CarrierID { return a.carrier }),
		texts(list, func(a *attempt) string { return a.code }),
		moments(list, func(a *attempt) time.Time { return a.notBefore }),
		moments(list, func(a *attempt) time.Time { return a.expires }),
		same(len(list), t.now.UnixMicro()))
}
