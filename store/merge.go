package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Who wrote as a LID is one customer, who has the number another, until somebody
// says that they are one person. Then, under the lock of both, all that is the
// LID's becomes the number's, which takes over what it lacks. What was written
// for good under the former id stays there: the ledger's chain commits to it.
var (
	addMerged  = insert("merged", "former text, customer text, at bigint", "")
	findMerged = both(`select former, customer from merged where brand = $1 and former = any($2)`)
	formersOf  = both(`select former from merged where brand = $1 and customer = $2 order by former`)
	dropMerged = both(`delete from merged where brand = $1 and customer = $2`)

	addressesOf = both(`select address, customer from addresses where brand = $1 and customer = any($2)`)
	accountsOf  = both(`select account from accounts /* indexed by accounts_customer */ where brand = $1 and customer = any($2)`)
	moveAddress = both(`update addresses set customer = $3 where brand = $1 and address = $2`)

	// Whoever comes with a former id is locked out of the order of ids: whoever has
	// that lock is not waited for.
	takeCustomers = both(`select id, profile from customers where brand = $1 and id = any($2) order by id for update skip locked`)

	// Only what customers did on the phone itself overturns what they withdrew.
	overturning = both(`select medium, purpose, max(at) from consents
		where brand = $1 and customer = any($2) and state = 'given' and source = 'keyword' group by medium, purpose`)
	timersOf      = both(`select name, due, payload from timers where brand = $1 and customer = $2`)
	closeHandoffs = both(`update handoffs set closed = $3 where brand = $1 and customer = $2 and closed = 0`)
	// What was said since the last fence is not behind the other's.
	raiseMessages = both(`update messages /* indexed by messages_thread */ set epoch = $4
		where brand = $1 and customer = $2 and stage in ('queued', 'posting') and epoch = $3`)
)

// link is two addresses of one person; main is the number, where one of them is.
type link struct{ main, alias string }

// linksOf lists who came with two addresses, in their order. Two numbers are two
// people: consent does not follow a changed number.
func linksOf(who []gateway.Who) []link {
	var links []link
	for _, w := range who {
		main, alias := w.Address, w.Alias
		switch {
		case w.Customer != "" || main == "" || alias == "" || main == alias, main.IsPhone() && alias.IsPhone():
			continue
		case alias.IsPhone():
			main, alias = alias, main
		}
		if l := (link{string(main), string(alias)}); !slices.Contains(links, l) {
			links = append(links, l)
		}
	}
	return links
}

func isPhone(address string) bool { return conversation.Address(address).IsPhone() }

// wanted says whose the addresses are to be that nobody has and that came with
// another: whoever has the other, or one customer for both. A number goes to
// nobody who has one already.
func (t *tx) wanted(ctx context.Context, brand conversation.BrandID, f *identity) (map[string]conversation.CustomerID, error) {
	var ids []string
	for _, l := range f.links {
		if f.at[l.main] == "" && f.at[l.alias] != "" {
			ids = append(ids, string(f.at[l.alias]))
		}
	}
	has, err := t.owners(ctx, addressesOf, brand, ids)
	if err != nil {
		return nil, err
	}
	numbered := make(map[conversation.CustomerID]bool)
	for a, id := range has {
		numbered[id] = numbered[id] || isPhone(a)
	}
	wanted := make(map[string]conversation.CustomerID)
	for _, l := range f.links {
		of, other := cmp.Or(f.at[l.main], wanted[l.main]), cmp.Or(f.at[l.alias], wanted[l.alias])
		if of == "" {
			if of = other; of == "" || isPhone(l.main) && numbered[of] {
				if of, err = newCustomerID(); err != nil {
					return nil, err
				}
			}
			wanted[l.main] = of
			numbered[of] = numbered[of] || isPhone(l.main)
		}
		if other == "" {
			wanted[l.alias] = of
		}
	}
	return wanted, nil
}

// apart lists, sorted, the customers whose addresses are said to be one person's.
func (f *identity) apart() []string {
	var ids []string
	for _, l := range f.links {
		if a, b := f.at[l.main], f.at[l.alias]; a != b {
			ids = append(ids, string(a), string(b))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (t *tx) accountsOf(ctx context.Context, brand conversation.BrandID, customers []string) ([]string, error) {
	if len(customers) == 0 {
		return nil, nil
	}
	return t.list(ctx, accountsOf, string(brand), customers)
}

// heirs finds whom those are now who come with the id of a customer who was merged.
func (t *tx) heirs(ctx context.Context, brand conversation.BrandID, who []gateway.Who, f *identity, found map[conversation.CustomerID]*gateway.Row) error {
	var gone []string
	for _, w := range who {
		if w.Customer != "" && found[w.Customer] == nil {
			gone = append(gone, string(w.Customer))
		}
	}
	heirs, err := t.owners(ctx, findMerged, brand, gone)
	if err != nil || len(heirs) == 0 {
		return err
	}
	locked, free := make(map[conversation.CustomerID]bool), make(map[conversation.CustomerID]bool)
	for _, id := range heirs {
		if found[id] != nil {
			locked[id] = true
		} else {
			free[id] = true
		}
	}
	whole, err := t.customers(ctx, readCustomers, brand, locked) // it may have been read in brief
	if err != nil {
		return err
	}
	for id, r := range whole {
		*found[id] = *r
	}
	taken, err := t.customers(ctx, takeCustomers, brand, free)
	if err != nil {
		return err
	}
	maps.Copy(found, taken)
	for id := range free {
		if taken[id] == nil {
			return fmt.Errorf("%w: whom a customer was merged into is locked, or no more", gateway.ErrTransient)
		}
	}
	for i, w := range who {
		if id := heirs[string(w.Customer)]; w.Customer != "" && found[w.Customer] == nil && id != "" {
			f.ids[i] = id
		}
	}
	return nil
}

var errApart = fmt.Errorf("%w: what was known of a person moved meanwhile", gateway.ErrTransient)

// unite makes one customer of those whom two addresses stand for, and tells those
// who were known of the addresses that are new to them.
func (t *tx) unite(ctx context.Context, brand conversation.BrandID, f *identity, found map[conversation.CustomerID]*gateway.Row) error {
	for _, id := range slices.Sorted(maps.Keys(f.added)) {
		if found[id] == nil {
			return errApart
		}
		if err := t.reached(ctx, brand, found[id], f.added[id]); err != nil {
			return err
		}
	}
	for _, l := range f.links {
		into, from := found[f.at[l.main]], found[f.at[l.alias]]
		switch {
		case f.at[l.main] == f.at[l.alias]:
			continue
		case into == nil || from == nil:
			return errApart
		}
		a, b := into.Conversation.Customer.ID, from.Conversation.Customer.ID
		has, err := t.owners(ctx, addressesOf, brand, []string{string(a), string(b)})
		if err != nil {
			return err
		}
		if has[l.main] != a || has[l.alias] != b {
			return errApart
		}
		numbers := make(map[conversation.CustomerID]bool)
		for address, id := range has {
			numbers[id] = numbers[id] || isPhone(address)
		}
		switch {
		case numbers[a] && numbers[b] && isPhone(l.main):
			err = t.readdress(ctx, brand, l, f, into, from)
		case numbers[a] && numbers[b]: // two numbers are two people
		case numbers[b]:
			err = t.merge(ctx, brand, f, found, from, into)
		default:
			err = t.merge(ctx, brand, f, found, into, from)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reached tells a customer who was known of another address that is theirs: of
// its number, and of what it stands on the list for.
func (t *tx) reached(ctx context.Context, brand conversation.BrandID, r *gateway.Row, addresses []string) error {
	c := &r.Conversation.Customer
	changed := false
	for _, a := range addresses {
		if !isPhone(a) {
			continue
		}
		has, err := t.owners(ctx, addressesOf, brand, []string{string(c.ID)})
		if err != nil {
			return err
		}
		for other := range has {
			if isPhone(other) && other != a {
				return errApart
			}
		}
		c.Phone, changed = conversation.Address(a), true
	}
	standing, err := t.suppressed(ctx, brand, addresses)
	if err != nil {
		return err
	}
	var list conversation.Customer
	for _, of := range standing {
		list.Consents = append(list.Consents, of...)
	}
	if len(list.Consents) > 0 {
		list.Silenced = slices.ContainsFunc(list.Consents, func(s conversation.Standing) bool { return s.Purpose == conversation.Transactional })
		overturned, err := t.overturned(ctx, brand, c.ID)
		if err != nil {
			return err
		}
		changed = r.Conversation.Restrict(&list, overturned) || changed
	}
	if !changed {
		return nil
	}
	return t.writeNow(ctx, brand, r)
}

// readdress gives a LID to another number: the person has a new one. Who had the
// old number keeps all that is theirs; what the person stopped stays stopped.
func (t *tx) readdress(ctx context.Context, brand conversation.BrandID, l link, f *identity, into, from *gateway.Row) error {
	c := &from.Conversation
	overturned, err := t.overturned(ctx, brand, into.Conversation.Customer.ID, c.Customer.ID)
	if err != nil {
		return err
	}
	into.Conversation.Restrict(&c.Customer, overturned)
	alias := conversation.Address(l.alias)
	if c.Address == alias {
		c.Address = c.Customer.Phone
	}
	c.Reach = slices.DeleteFunc(slices.Clone(c.Reach), func(r conversation.Reach) bool { return r.Address == alias })
	f.at[l.alias] = into.Conversation.Customer.ID
	return errors.Join(
		t.put(ctx, moveAddress, string(brand), l.alias, string(into.Conversation.Customer.ID)),
		t.writeNow(ctx, brand, into), t.writeNow(ctx, brand, from))
}

// merge makes all that is from's into's. While both have a message in flight they
// stay apart: one customer never has two.
func (t *tx) merge(ctx context.Context, brand conversation.BrandID, f *identity, found map[conversation.CustomerID]*gateway.Row, into, from *gateway.Row) error {
	if into.Flight != nil && from.Flight != nil {
		return nil
	}
	c, o := &into.Conversation, &from.Conversation
	a, b := c.Customer.ID, o.Customer.ID
	accounts, err := t.accountsOf(ctx, brand, []string{string(a), string(b)})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(accounts, func(x string) bool { return !f.held[x] && f.attached[x] == "" }) {
		return errApart
	}
	overturned, err := t.overturned(ctx, brand, a, b)
	if err != nil {
		return err
	}
	mine, others := c.Epoch, o.Epoch
	open := o.Desk.Open()
	theirs := c.Absorb(o, overturned)
	if err := t.mergeTimers(ctx, brand, a, b, theirs); err != nil {
		return err
	}
	if open && !theirs {
		if err := t.put(ctx, closeHandoffs, string(brand), string(b), t.Now().UnixMicro()); err != nil {
			return err
		}
	}
	err = errors.Join(
		t.put(ctx, raiseMessages, string(brand), string(a), mine, c.Epoch),
		t.put(ctx, raiseMessages, string(brand), string(b), others, c.Epoch))
	for i := range personal {
		if err == nil {
			err = t.mergeRows(ctx, brand, &personal[i], b, a)
		}
	}
	if err == nil {
		err = t.put(ctx, addMerged, string(brand), []string{string(b)}, []string{string(a)}, []int64{t.Now().UnixMicro()})
	}
	if err == nil {
		err = t.writeNow(ctx, brand, into)
	}
	if err != nil {
		return err
	}
	into.Merged = append(append(into.Merged, from.Merged...), b)
	into.Waiting += from.Waiting
	if from.Flight != nil {
		into.Flight = from.Flight
		into.Flight.Customer = a
	}
	delete(found, b)
	f.becomes(b, a)
	return nil
}

// becomes makes everything that was found to be one customer's another's.
func (f *identity) becomes(from, into conversation.CustomerID) {
	for i, id := range f.ids {
		if id == from {
			f.ids[i] = into
		}
	}
	for _, of := range []map[string]conversation.CustomerID{f.at, f.attached, f.left} {
		for name, id := range of {
			if id == from {
				of[name] = into
			}
		}
	}
	for account, id := range f.left {
		if f.attached[account] == id {
			delete(f.left, account)
		}
	}
}

// mergeRows does with a table's rows what the table's kind says.
func (t *tx) mergeRows(ctx context.Context, brand conversation.BrandID, h *holding, from, into conversation.CustomerID) error {
	of := mergers[h.table]
	var err error
	if of.move != nil {
		err = t.put(ctx, of.move, string(brand), string(from), string(into))
	}
	if of.drop != nil && err == nil {
		err = t.put(ctx, of.drop, string(brand), string(from))
	}
	return err
}

type merger struct{ move, drop *statement }

var mergers = func() map[string]merger {
	list := make(map[string]merger, len(personal))
	for i := range personal {
		h := &personal[i]
		move := fmt.Sprintf(`update %s set customer = $3 where brand = $1 and customer = $2`, h.from())
		drop := both(fmt.Sprintf(`delete from %s where brand = $1 and %s = $2`, h.table, h.whose()))
		switch h.merges {
		case moves:
			list[h.table] = merger{move: both(move)}
		case yields:
			list[h.table] = merger{both(fmt.Sprintf(`%s and %s not in (select %[2]s from %[3]s where brand = $1 and customer = $3)`, move, h.key, h.table)), drop}
		case goes:
			list[h.table] = merger{drop: drop}
		case remains:
		}
	}
	return list
}()

// mergeTimers makes one set of two: those of the dialogue that goes on, and of
// what lasts beyond one whichever is due first.
func (t *tx) mergeTimers(ctx context.Context, brand conversation.BrandID, into, from conversation.CustomerID, theirs bool) error {
	kept := make(map[string]conversation.Timer)
	for _, id := range []conversation.CustomerID{into, from} {
		err := t.query(ctx, timersOf, func(scan scanner) error {
			var x conversation.Timer
			var due int64
			if err := scan(&x.Name, &due, &x.Payload); err != nil {
				return err
			}
			x.Due = moment(due)
			old, there := kept[x.Name]
			switch {
			case !conversation.Lasting(x.Name) && (id == from) != theirs:
			case there && !x.Due.Before(old.Due):
			default:
				kept[x.Name] = x
			}
			return nil
		}, string(brand), string(id))
		if err != nil {
			return err
		}
	}
	if err := t.put(ctx, dropTimers, string(brand), string(into)); err != nil || len(kept) == 0 {
		return err
	}
	list := make([]conversation.Timer, 0, len(kept))
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		list = append(list, kept[name])
	}
	return t.put(ctx, setTimers, string(brand), same(len(list), string(into)),
		texts(list, func(x conversation.Timer) string { return x.Name }),
		moments(list, func(x conversation.Timer) time.Time { return x.Due }),
		texts(list, func(x conversation.Timer) string { return x.Payload }))
}

// overturned is when customers, under whatever ids, gave consent themselves.
func (t *tx) overturned(ctx context.Context, brand conversation.BrandID, customers ...conversation.CustomerID) (conversation.Overturned, error) {
	var ids []string
	for _, id := range customers {
		former, err := t.list(ctx, formersOf, string(brand), string(id))
		if err != nil {
			return nil, err
		}
		ids = append(append(ids, string(id)), former...)
	}
	type of struct {
		medium  conversation.Medium
		purpose conversation.Purpose
	}
	given := make(map[of]time.Time)
	err := t.query(ctx, overturning, func(scan scanner) error {
		var x of
		var at int64
		err := scan(&x.medium, &x.purpose, &at)
		given[x] = moment(at)
		return err
	}, string(brand), ids)
	return func(m conversation.Medium, p conversation.Purpose) time.Time { return given[of{m, p}] }, err
}

// writeNow writes a row that the group itself may have no turn for.
func (t *tx) writeNow(ctx context.Context, brand conversation.BrandID, r *gateway.Row) error {
	now := *r
	now.CustomerChanged, now.DeskChanged, now.NamesChanged = true, true, true
	rows := []*gateway.Row{&now}
	return errors.Join(t.writeRows(ctx, brand, rows), t.writeDesk(ctx, brand, rows), t.writeWords(ctx, brand, rows))
}

// former lists the ids under which a customer was known before, beside their own.
func (s *Store) former(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) ([]string, error) {
	former, err := s.read.list(ctx, formersOf, string(brand), string(customer))
	if err != nil {
		return nil, fmt.Errorf("read who a customer was before: %w", err)
	}
	return append([]string{string(customer)}, former...), nil
}
