package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	putSuppressions = rows(
		`insert into suppressions (brand, address, medium, purpose, source, at, kept)
			select b.brand, u.address, u.medium, u.purpose, u.source, u.at, `+now+` from brands b, unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
				as u(address, medium, purpose, source, at) where b.brand = $1
			on conflict (brand, address, medium, purpose) do update set at = greatest(suppressions.at, excluded.at), kept = excluded.kept`,
		`insert into suppressions (brand, address, medium, purpose, source, at, kept) values ($1, $2, $3, $4, $5, $6, `+now+`)
			on conflict (brand, address, medium, purpose) do update set at = max(suppressions.at, excluded.at), kept = excluded.kept`)
	findSuppressed = both(`select address, medium, purpose, at from suppressions where brand = $1 and address = any($2) order by address, medium, purpose`)
)

var _ gateway.SuppressionStore = (*Store)(nil)

// Suppress implements gateway.SuppressionStore.
func (s *Store) Suppress(ctx context.Context, brand conversation.BrandID, list []gateway.Suppression) ([]conversation.CustomerID, error) {
	secret, err := s.Secret(ctx)
	if err == nil {
		err = s.ensure(ctx, brand)
	}
	if err == nil {
		err = s.transact(ctx, func(x *session) error { return x.suppress(ctx, secret, brand, list) })
	}
	if err != nil {
		return nil, fmt.Errorf("suppress addresses of %s: %w", brand, err)
	}
	// Asked for after the commit: who comes from now on is found on the list.
	var names []string
	for _, l := range list {
		names = append(names, string(l.Address), "whatsapp:"+string(l.Address))
	}
	owners, err := s.read.owners(ctx, findAddresses, brand, names)
	if err != nil {
		return nil, fmt.Errorf("find suppressed customers of %s: %w", brand, err)
	}
	customers := make([]conversation.CustomerID, len(list))
	for i, l := range list {
		if customers[i] = owners[string(l.Address)]; customers[i] == "" {
			customers[i] = owners["whatsapp:"+string(l.Address)]
		}
	}
	return customers, nil
}

func (x *session) suppress(ctx context.Context, secret gateway.Secret, brand conversation.BrandID, list []gateway.Suppression) error {
	// Each once, in the order of the key: two imports at once do not wait for each other.
	key := func(l gateway.Suppression) string {
		return secret.Address(brand, l.Address) + string(l.Medium) + " " + string(l.Purpose)
	}
	latest := make(map[string]gateway.Suppression, len(list))
	for _, l := range list {
		k := key(l)
		if old, there := latest[k]; !there || old.At.Before(l.At) {
			latest[k] = l
		}
	}
	var keys []string
	for k := range latest {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	list = make([]gateway.Suppression, len(keys))
	for i, k := range keys {
		list[i] = latest[k]
	}
	if len(list) == 0 {
		return nil
	}
	type row = gateway.Suppression
	return x.put(ctx, putSuppressions, string(brand),
		texts(list, func(r row) string { return secret.Address(brand, r.Address) }),
		texts(list, func(r row) conversation.Medium { return r.Medium }),
		texts(list, func(r row) conversation.Purpose { return r.Purpose }),
		texts(list, func(r row) string { return r.Source }),
		moments(list, func(r row) time.Time { return r.At }))
}

// beginCustomers makes the profiles of those who are seen for the first time: withdrawn from
// whatever their addresses stand on the list for. Each id comes once, whatever its addresses.
func (t *tx) beginCustomers(ctx context.Context, brand conversation.BrandID, addresses, ids []string) (each, profiles []string, err error) {
	var list []conversation.Customer
	at := make(map[string]int, len(ids))
	for i, a := range addresses {
		n, there := at[ids[i]]
		if !there {
			n = len(list)
			at[ids[i]], each = n, append(each, ids[i])
			list = append(list, conversation.Customer{ID: conversation.CustomerID(ids[i])})
		}
		if to := conversation.Address(a); to.IsPhone() {
			list[n].Phone = to
		}
	}
	standing, err := t.suppressed(ctx, brand, addresses)
	if err != nil {
		return nil, nil, err
	}
	for i, a := range addresses {
		c := &list[at[ids[i]]]
		for _, s := range standing[a] {
			if c.Consent(s.Medium, s.Purpose) == "" {
				c.Consents = append(c.Consents, s)
			}
			c.Silenced = c.Silenced || s.Purpose == conversation.Transactional
		}
	}
	profiles = make([]string, len(list))
	for i := range list {
		if profiles[i], err = encode(list[i]); err != nil {
			return nil, nil, err
		}
	}
	return each, profiles, nil
}

// suppressed is how addresses stand on the list.
func (t *tx) suppressed(ctx context.Context, brand conversation.BrandID, addresses []string) (map[string][]conversation.Standing, error) {
	of := make(map[string][]string, len(addresses))
	hashes := make([]string, len(addresses))
	for i, a := range addresses {
		hashes[i] = t.secret.Address(brand, conversation.Address(a))
		of[hashes[i]] = append(of[hashes[i]], a)
	}
	list := make(map[string][]conversation.Standing)
	err := t.query(ctx, findSuppressed, func(scan scanner) error {
		var hash string
		var at int64
		s := conversation.Standing{State: conversation.Withdrawn}
		if err := scan(&hash, &s.Medium, &s.Purpose, &at); err != nil {
			return err
		}
		s.At = moment(at)
		for _, a := range of[hash] {
			list[a] = append(list[a], s)
		}
		return nil
	}, string(brand), hashes)
	return list, err
}
