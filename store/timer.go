package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	setTimers = insert("timers", "customer text, name text, due bigint, payload text",
		"on conflict (brand, customer, name) do update set due = excluded.due, payload = excluded.payload")
	unsetTimers = rows(
		`delete from timers t using unnest($2::text[], $3::text[]) as u(customer, name)
		 where t.brand = $1 and t.customer = u.customer and t.name = u.name`,
		`delete from timers where brand = $1 and customer = $2 and name = $3`)
	takeTimers = rows(
		`delete from timers t using unnest($2::text[], $3::text[], $4::bigint[]) with ordinality as u(customer, name, due, n)
		 where t.brand = $1 and t.customer = u.customer and t.name = u.name and t.due = u.due returning u.n - 1`,
		`delete from timers where brand = $1 and customer = $2 and name = $3 and due = $4`)
	// One more than asked for, due or not: it tells when to look again.
	dueTimers = both(`select brand, customer, name, due, payload, due <= ` + now + `
		from timers order by due, brand, customer, name limit $1`)
)

// Due implements gateway.Store.
func (s *Store) Due(ctx context.Context, limit int) (due []gateway.TimerRef, next time.Time, err error) {
	err = s.read.query(ctx, dueTimers, func(scan scanner) error {
		var t gateway.TimerRef
		var at int64
		var is bool
		if err := scan(&t.Brand, &t.Customer, &t.Name, &at, &t.Payload, &is); err != nil {
			return err
		}
		t.Due = moment(at)
		switch {
		case is && len(due) < limit:
			due = append(due, t)
		case next.IsZero():
			next = t.Due
		}
		return nil
	}, limit+1)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read due timers: %w", err)
	}
	return due, next, nil
}

// timerKey is which timer of the brand.
type timerKey struct {
	customer conversation.CustomerID
	name     string
}

// TakeTimers implements gateway.Tx.
func (t *tx) TakeTimers(ctx context.Context, brand conversation.BrandID, timers []gateway.TimerRef) ([]bool, error) {
	if len(timers) == 0 {
		return nil, nil
	}
	hit, err := t.claim(ctx, takeTimers, len(timers), func(scan scanner) (i int, err error) {
		err = scan(&i)
		return i, err
	}, string(brand),
		texts(timers, func(r gateway.TimerRef) conversation.CustomerID { return r.Customer }),
		texts(timers, func(r gateway.TimerRef) string { return r.Name }),
		moments(timers, func(r gateway.TimerRef) time.Time { return r.Due }))
	if err != nil {
		return hit, t.fail("take timers", brand, err)
	}
	// A timer that is listed twice is taken once, whichever the engine names: the
	// first time.
	first := make(map[gateway.TimerRef]int, len(timers))
	for i, r := range timers {
		r.Due, r.Payload = moment(micros(r.Due)), ""
		if j, twice := first[r]; twice {
			hit[j], hit[i] = hit[j] || hit[i], false
			continue
		}
		first[r] = i
	}
	return hit, nil
}

// writeTimers unsets, then sets; of two timers of one name the last counts.
func (t *tx) writeTimers(ctx context.Context, brand conversation.BrandID, set, unset []gateway.TimerRef) error {
	if len(unset) > 0 {
		err := t.put(ctx, unsetTimers, string(brand),
			texts(unset, func(r gateway.TimerRef) conversation.CustomerID { return r.Customer }),
			texts(unset, func(r gateway.TimerRef) string { return r.Name }))
		if err != nil {
			return err
		}
	}
	last := map[timerKey]int{}
	var net []gateway.TimerRef
	for _, r := range set {
		k := timerKey{r.Customer, r.Name}
		if i, ok := last[k]; ok {
			net[i] = r
			continue
		}
		last[k] = len(net)
		net = append(net, r)
	}
	if len(net) == 0 {
		return nil
	}
	return t.put(ctx, setTimers, string(brand),
		texts(net, func(r gateway.TimerRef) conversation.CustomerID { return r.Customer }),
		texts(net, func(r gateway.TimerRef) string { return r.Name }),
		moments(net, func(r gateway.TimerRef) time.Time { return r.Due }),
		texts(net, func(r gateway.TimerRef) string { return r.Payload }))
}
