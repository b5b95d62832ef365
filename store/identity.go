package store

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	findAddresses = both(`select address, customer from addresses where brand = $1 and address = any($2)`)
	findAccounts  = both(`select account, customer from accounts where brand = $1 and account = any($2)`)
	lockAccounts  = both(`select account, customer from accounts where brand = $1 and account = any($2) order by account for update`)
	addAddresses  = insert("addresses", "address text, customer text", "on conflict (brand, address) do nothing returning address")
	addAccounts   = insert("accounts", "account text, customer text", "on conflict (brand, account) do nothing returning account")
	moveAccounts  = update("accounts", "account text", "customer text")

	addCustomers     = insert("customers", "id text, profile text, created bigint, changed bigint", "")
	addConversations = insert("conversations",
		"customer text, state text, version bigint, epoch bigint, script text, data text, changed bigint", "")
)

// identity is what Lock found out about whom it was asked for.
type identity struct {
	ids      []conversation.CustomerID            // parallel to who, "" for an unknown one
	at       map[string]conversation.CustomerID   // address → its customer
	links    []link                               // what came with another address of the same person
	made     map[conversation.CustomerID]bool     // by this transaction
	added    map[conversation.CustomerID][]string // addresses that this transaction gave to customers who were known
	attached map[string]conversation.CustomerID   // account → its customer, for those that came with an address
	left     map[string]conversation.CustomerID   // account → the customer that it was moved from
	held     map[string]bool                      // accounts under lock of those who may be merged
}

// identify finds the customers and makes those that are missing. Keys,
// addresses, accounts, customers: every transaction locks in this order, and
// each kind sorted, so that two of them never wait for each other.
func (t *tx) identify(ctx context.Context, brand conversation.BrandID, who []gateway.Who) (*identity, error) {
	links := linksOf(who)
	addresses := named(who, func(w gateway.Who) string { return string(w.Address) })
	if len(links) > 0 {
		for _, l := range links {
			addresses = append(addresses, l.main, l.alias)
		}
		slices.Sort(addresses)
		addresses = slices.Compact(addresses)
	}
	accounts := named(who, func(w gateway.Who) string { return w.Account })
	for _, name := range append(slices.Clone(addresses), accounts...) {
		if !storable(name) {
			return nil, fmt.Errorf("%w: %q is not UTF-8 or holds U+0000", gateway.ErrData, name)
		}
	}
	at, err := t.owners(ctx, findAddresses, brand, addresses)
	if err != nil {
		return nil, err
	}
	f := &identity{
		ids: make([]conversation.CustomerID, len(who)), at: at, links: links,
		made: map[conversation.CustomerID]bool{}, added: map[conversation.CustomerID][]string{},
		attached: map[string]conversation.CustomerID{}, left: map[string]conversation.CustomerID{},
	}
	if err := t.mint(ctx, brand, addresses, f); err != nil {
		return nil, err
	}
	of, err := t.owners(ctx, findAccounts, brand, accounts)
	if err != nil {
		return nil, err
	}
	for i, w := range who {
		switch {
		case w.Customer != "":
			f.ids[i] = w.Customer
		case w.Address != "":
			f.ids[i] = at[string(w.Address)]
			if w.Account != "" {
				f.attached[w.Account] = f.ids[i]
				of[w.Account] = f.ids[i]
			}
		default:
			f.ids[i] = of[w.Account]
		}
	}
	return f, t.attach(ctx, brand, f)
}

// mint makes customers for the addresses that nobody has, or gives them to those
// who are known by another address. When another node makes one at the same
// moment, the address goes to whoever commits first and both use that customer.
func (t *tx) mint(ctx context.Context, brand conversation.BrandID, addresses []string, f *identity) error {
	wanted, err := t.wanted(ctx, brand, f)
	if err != nil {
		return err
	}
	var missing, ids []string
	for _, a := range addresses {
		if f.at[a] != "" {
			continue
		}
		id := wanted[a]
		if id == "" {
			if id, err = newCustomerID(); err != nil {
				return err
			}
		}
		missing, ids = append(missing, a), append(ids, string(id))
	}
	if len(missing) == 0 {
		return nil
	}
	known := make(map[conversation.CustomerID]bool, len(f.at))
	for _, id := range f.at {
		known[id] = true
	}
	won, err := t.claimTexts(ctx, addAddresses, missing, string(brand), missing, ids)
	if err != nil {
		return err
	}
	var fresh, claimed, lost []string
	for i, a := range missing {
		id := conversation.CustomerID(ids[i])
		switch {
		case !won[a]:
			lost = append(lost, a)
			continue
		case known[id]:
			f.added[id] = append(f.added[id], a)
		default:
			fresh, claimed = append(fresh, ids[i]), append(claimed, a)
			f.made[id] = true
		}
		f.at[a] = id
	}
	if len(fresh) > 0 {
		fresh, profiles, err := t.beginCustomers(ctx, brand, claimed, fresh)
		if err != nil {
			return err
		}
		n := len(fresh)
		at, zero, none := same(n, t.Now().UnixMicro()), make([]int64, n), make([]string, n)
		err = errors.Join(
			t.putAll(ctx, addCustomers, n, "customers made", string(brand), fresh, profiles, at, at),
			t.putAll(ctx, addConversations, n, "conversations made", string(brand), fresh, same(n, string(conversation.Idle)), zero, zero, none, same(n, "{}"), at))
		if err != nil {
			return err
		}
	}
	found, err := t.owners(ctx, findAddresses, brand, lost)
	if err != nil {
		return err
	}
	for _, a := range lost {
		if found[a] == "" {
			return fmt.Errorf("%w: the customer of a new address vanished", gateway.ErrTransient)
		}
		f.at[a] = found[a]
	}
	return nil
}

// attach makes the accounts stand for the customers that f says, and locks those
// of customers who may turn out to be somebody else.
func (t *tx) attach(ctx context.Context, brand conversation.BrandID, f *identity) error {
	leaving, err := t.accountsOf(ctx, brand, f.apart())
	if err != nil || len(f.attached)+len(leaving) == 0 {
		return err
	}
	var accounts []string
	for a := range f.attached {
		accounts = append(accounts, a)
	}
	slices.Sort(accounts)
	owner := func(a string) conversation.CustomerID { return f.attached[a] }
	won, err := t.claimTexts(ctx, addAccounts, accounts, string(brand), accounts, texts(accounts, owner))
	if err != nil {
		return err
	}
	locked := slices.Concat(accounts, leaving)
	slices.Sort(locked)
	locked = slices.Compact(locked)
	old, err := t.owners(ctx, lockAccounts, brand, locked)
	if err != nil {
		return err
	}
	if len(leaving) > 0 {
		f.held = make(map[string]bool, len(locked))
		for _, a := range locked {
			f.held[a] = true
		}
	}
	var moved []string
	for _, a := range accounts {
		if !won[a] && old[a] != f.attached[a] {
			f.left[a] = old[a]
			moved = append(moved, a)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return t.putAll(ctx, moveAccounts, len(moved), "accounts moved", string(brand), moved, texts(moved, owner))
}

// owners reads name → customer.
func (x *session) owners(ctx context.Context, s *statement, brand conversation.BrandID, names []string) (map[string]conversation.CustomerID, error) {
	found := make(map[string]conversation.CustomerID, len(names))
	if len(names) == 0 {
		return found, nil
	}
	err := x.query(ctx, s, func(scan scanner) error {
		var name string
		var id conversation.CustomerID
		err := scan(&name, &id)
		found[name] = id
		return err
	}, string(brand), names)
	return found, err
}

// named returns the sorted names of those who come without a customer's id.
func named(who []gateway.Who, of func(gateway.Who) string) []string {
	var names []string
	for _, w := range who {
		if n := of(w); w.Customer == "" && n != "" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// base32hex keeps the order of the bytes, so ids sort by the time they were
// made, in 26 characters where a UUID's usual form has 36.
var base32hex = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

func newCustomerID() (conversation.CustomerID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", errors.Join(errors.New("mint a customer's id"), err)
	}
	return conversation.CustomerID(base32hex.EncodeToString(id[:])), nil
}
