package store

import (
	"context"
	"log/slog"
	"slices"
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
	// Which of the carriers' ids are bound already, each looked up for itself.
	readBound = pair(
		`select u.channel, u.carrier, m.id from unnest($2::text[], $3::text[]) u(channel, carrier) cross join lateral (select id from messages
			where brand = $1 and channel = u.channel and carrier = u.carrier and carrier <> '' and stage <> 'received' offset 0) m`,
		`select m.channel, m.carrier, m.id from json_each($2) u
		 cross join messages m /* indexed by messages_carrier */ on m.brand = $1 and m.channel = u.value ->> 0 and m.carrier = u.value ->> 1
			and m.carrier <> '' and m.stage <> 'received'`)
	writeAttempts = update("messages", "id text", "stage text, status text, carrier text, code text, changed bigint")
	holdAttempts  = update("messages", "id text", "not_before bigint, expires bigint")
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
	held      bool // not_before or expires changed
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
	found, err := t.attempts(ctx, brand, s)
	if err != nil {
		return nil, err
	}
	var out []gateway.Settled
	for _, one := range s {
		a := found.messages[attemptKey{one.Customer, one.Message}]
		if a == nil || one.Attempt != 0 && one.Attempt != a.attempts {
			continue
		}
		c := binding{a.channel, one.Carrier}
		if one.Carrier != "" && a.carrier == "" {
			if has := found.bound[c]; has == "" || has == a.id {
				found.bound[c] = a.id
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
	return out, t.writeAttempts(ctx, brand, found.order)
}

// attempts are the messages that settlements speak of, as they stand.
type attempts struct {
	messages map[attemptKey]*attempt
	order    []*attempt
	bound    map[binding]conversation.MessageID // who has a carrier's id, this group included
}

type attemptKey struct {
	customer conversation.CustomerID
	id       conversation.MessageID
}

// binding is an id of a channel's carrier.
type binding struct {
	channel conversation.ChannelID
	carrier conversation.CarrierID
}

func (f *attempts) add(a *attempt) {
	if k := (attemptKey{a.customer, a.id}); f.messages[k] == nil {
		f.messages[k] = a
		f.order = append(f.order, a)
	}
}

// attempts reads the messages that were not found in flight when their customers
// were locked, and those that are put back, whose times it has to know; and who has
// the carriers' ids.
func (t *tx) attempts(ctx context.Context, brand conversation.BrandID, s []gateway.Settlement) (*attempts, error) {
	f := &attempts{messages: make(map[attemptKey]*attempt, len(s)), bound: make(map[binding]conversation.MessageID)}
	var unread []gateway.Settlement
	for _, one := range s {
		if one.Flight == nil || one.Status == gateway.Queued {
			unread = append(unread, one)
		}
	}
	if len(unread) > 0 {
		err := t.ask(ctx, readAttempts, func(scan scanner) error { return scanAttempt(scan, unread, f) }, string(brand), zipped{
			texts(unread, func(s gateway.Settlement) conversation.CustomerID { return s.Customer }),
			texts(unread, func(s gateway.Settlement) conversation.MessageID { return s.Message }),
			texts(unread, func(s gateway.Settlement) conversation.CarrierID { return s.Carrier }),
		})
		if err != nil {
			return nil, err
		}
	}
	binds := slices.DeleteFunc(slices.Clone(s), func(s gateway.Settlement) bool {
		return s.Flight == nil || s.Carrier == "" || s.Flight.Carrier != ""
	})
	if len(binds) > 0 {
		err := t.ask(ctx, readBound, func(scan scanner) error {
			var b binding
			var id conversation.MessageID
			err := scan(&b.channel, &b.carrier, &id)
			f.bound[b] = id
			return err
		}, string(brand), zipped{
			texts(binds, func(s gateway.Settlement) conversation.ChannelID { return s.Flight.Channel }),
			texts(binds, func(s gateway.Settlement) conversation.CarrierID { return s.Carrier }),
		})
		if err != nil {
			return nil, err
		}
	}
	if err := t.hear(ctx); err != nil {
		return nil, err
	}
	for _, one := range s {
		if p := one.Flight; p != nil {
			f.add(&attempt{
				customer: one.Customer, id: one.Message, status: gateway.PostingNow, attempts: p.Attempt,
				carrier: p.Carrier, code: p.Code, channel: p.Channel, prompt: p.Prompt, purpose: p.Purpose,
			})
		}
	}
	return f, nil
}

func scanAttempt(scan scanner, s []gateway.Settlement, f *attempts) error {
	var i int
	var notBefore, expires int64
	var other conversation.MessageID
	a := &attempt{}
	if err := scan(&i, &a.status, &a.attempts, &a.carrier, &a.code, &a.channel, &a.prompt, &a.purpose, &notBefore, &expires, &other); err != nil {
		return err
	}
	a.customer, a.id, a.notBefore, a.expires = s[i].Customer, s[i].Message, moment(notBefore), moment(expires)
	f.add(a)
	if other != "" {
		f.bound[binding{a.channel, s[i].Carrier}] = other
	}
	return nil
}

// apply changes the message as a settlement says, and tells whether it did.
// The settlement that is returned says how the message stands now.
func (a *attempt) apply(s gateway.Settlement) (gateway.Settled, bool) {
	was, changed := a.status, false
	switch {
	case s.Status == gateway.Queued:
		if was == gateway.PostingNow {
			a.status, a.notBefore, a.held, changed = gateway.Queued, s.After, true, true
		}
		if was == gateway.Queued && s.Holds {
			a.notBefore, a.held, changed = s.After, true, true
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
	s.Status, s.Code, s.Carrier, s.Flight = a.status, a.code, a.carrier, nil
	return gateway.Settled{
		Settlement: s, Was: was, Channel: a.channel, Prompt: a.prompt, Purpose: a.purpose,
		Posted: was == gateway.PostingNow && a.status != gateway.PostingNow, Attempts: a.attempts,
	}, true
}

func (t *tx) writeAttempts(ctx context.Context, brand conversation.BrandID, read []*attempt) error {
	var list, held []*attempt
	for _, a := range read {
		if a.changed {
			list = append(list, a)
		}
		if a.held {
			held = append(held, a)
		}
	}
	id := func(a *attempt) conversation.MessageID { return a.id }
	if len(held) > 0 {
		if err := t.putAll(ctx, holdAttempts, len(held), "messages held", string(brand), texts(held, id),
			moments(held, func(a *attempt) time.Time { return a.notBefore }),
			moments(held, func(a *attempt) time.Time { return a.expires })); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	return t.putAll(ctx, writeAttempts, len(list), "messages settled", string(brand), texts(list, id),
		texts(list, func(a *attempt) string { return stage(a.status) }),
		texts(list, func(a *attempt) gateway.Status { return a.status }),
		texts(list, func(a *attempt) conversation.CarrierID { return a.carrier }),
		texts(list, func(a *attempt) string { return a.code }),
		same(len(list), t.Now().UnixMicro()))
}
