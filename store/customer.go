package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// customerColumns is a customer with the conversation and what is under way.
const customerColumns = `c.id, c.profile, v.state, v.version, v.epoch, v.script, v.data,
	(select count(*) from messages q where q.brand = $1 and q.customer = c.id and q.stage = 'queued'),
	coalesce(m.id, ''), coalesce(m.node, ''), coalesce(m.attempts, 0),
	coalesce(m.deadline, 0), coalesce(m.lease, 0), coalesce(m.exempt, false)`

var (
	// Locking and reading are two statements: a statement that waits for a
	// lock goes on with the snapshot from before the wait, and would read the
	// conversation as it was.
	lockCustomers = both(`select id from customers where brand = $1 and id = any($2) order by id for update`)
	// "offset 0" keeps PostgreSQL from merging the subqueries into one join,
	// which it plans as a scan of the brand while the tables are young.
	readCustomers = pair(`select `+customerColumns+` from unnest($2::text[]) u(id)
		cross join lateral (select id, profile from customers
			where brand = $1 and id = u.id offset 0) c
		cross join lateral (select state, version, epoch, script, data from conversations
			where brand = $1 and customer = u.id offset 0) v
		left join lateral (select id, node, attempts, deadline, lease, exempt from messages
			where brand = $1 and customer = u.id and stage = 'posting' offset 0) m on true`,
		`select `+customerColumns+` from json_each($2) u
		cross join customers c on c.brand = $1 and c.id = u.value
		cross join conversations v on v.brand = $1 and v.customer = c.id
		left join messages m on m.brand = $1 and m.customer = c.id and m.stage = 'posting'`)

	changeConversations = update("conversations", "customer text",
		"state text, version bigint, epoch bigint, script text, data text, changed bigint")
	changeCustomers = update("customers", "id text", "profile text, changed bigint")
)

// Lock implements gateway.Tx.
func (t *tx) Lock(ctx context.Context, brand conversation.BrandID, who []gateway.Who) ([]*gateway.Row, error) {
	rows, err := t.lock(ctx, brand, who)
	t.turns += len(who)
	return rows, t.fail("lock customers", brand, err)
}

func (t *tx) lock(ctx context.Context, brand conversation.BrandID, who []gateway.Who) ([]*gateway.Row, error) {
	f, err := t.identify(ctx, brand, who)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, id := range f.ids {
		if id != "" {
			ids = append(ids, string(id))
		}
	}
	for _, id := range f.left {
		ids = append(ids, string(id))
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if t.engine == postgres && len(ids) > 0 {
		if _, err := t.exec(ctx, lockCustomers, string(brand), ids); err != nil {
			return nil, err
		}
	}
	found, err := t.customers(ctx, brand, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]*gateway.Row, len(who))
	asked := map[conversation.CustomerID]bool{}
	for i, id := range f.ids {
		if r := found[id]; r != nil {
			r.New = f.made[id]
			rows[i] = r
			asked[id] = true
		}
	}
	return rows, t.relist(ctx, brand, f, found, asked)
}

// relist brings the profiles' lists of accounts in line with where the
// accounts are. A customer that nobody asked for is written at once.
func (t *tx) relist(ctx context.Context, brand conversation.BrandID, f *identity, found map[conversation.CustomerID]*gateway.Row, asked map[conversation.CustomerID]bool) error {
	for account, id := range f.attached {
		if r := found[id]; r != nil && !slices.Contains(r.Conversation.Customer.Accounts, account) {
			r.Conversation.Customer.Accounts = append(r.Conversation.Customer.Accounts, account)
			slices.Sort(r.Conversation.Customer.Accounts)
			r.CustomerChanged = true
		}
	}
	var others []*gateway.Row
	for account, id := range f.left {
		r := found[id]
		if r == nil {
			continue
		}
		c := &r.Conversation.Customer
		c.Accounts = slices.DeleteFunc(c.Accounts, func(a string) bool { return a == account })
		if !r.CustomerChanged && !asked[id] {
			others = append(others, r)
		}
		r.CustomerChanged = true
	}
	return t.writeCustomers(ctx, brand, others)
}

// customers reads customers by id.
func (x *session) customers(ctx context.Context, brand conversation.BrandID, ids []string) (map[conversation.CustomerID]*gateway.Row, error) {
	found := make(map[conversation.CustomerID]*gateway.Row, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	err := x.query(ctx, readCustomers, func(scan scanner) error {
		var profile, data []byte
		var fl gateway.Flight
		var deadline, lease int64
		r := &gateway.Row{}
		c := &r.Conversation
		err := scan(&c.Customer.ID, &profile, &c.State, &c.Version, &c.Epoch, &c.Script, &data,
			&r.Waiting, &fl.Message, &fl.Node, &fl.Attempt, &deadline, &lease, &fl.Exempt)
		if err != nil {
			return err
		}
		id := c.Customer.ID
		if err := json.Unmarshal(profile, &c.Customer); err != nil {
			return fmt.Errorf("profile of customer %s: %w", id, err)
		}
		if err := json.Unmarshal(data, c); err != nil {
			return fmt.Errorf("conversation of customer %s: %w", id, err)
		}
		c.Brand = brand
		if fl.Message != "" {
			fl.Customer, fl.Deadline, fl.Lease = id, moment(deadline), moment(lease)
			r.Flight = &fl
		}
		found[id] = r
		return nil
	}, string(brand), ids)
	return found, err
}

// writeRows writes the conversations, and the customers that changed.
func (t *tx) writeRows(ctx context.Context, brand conversation.BrandID, rows []*gateway.Row) error {
	if len(rows) == 0 {
		return nil
	}
	data := make([]string, len(rows))
	var changed []*gateway.Row
	for i, r := range rows {
		var err error
		if data[i], err = encode(r.Conversation); err != nil {
			return err
		}
		if r.CustomerChanged {
			changed = append(changed, r)
		}
	}
	n, err := t.exec(ctx, changeConversations, string(brand),
		texts(rows, func(r *gateway.Row) conversation.CustomerID { return r.Conversation.Customer.ID }),
		texts(rows, func(r *gateway.Row) conversation.State { return r.Conversation.State }),
		numbers(rows, func(r *gateway.Row) int64 { return r.Conversation.Version }),
		numbers(rows, func(r *gateway.Row) int64 { return r.Conversation.Epoch }),
		texts(rows, func(r *gateway.Row) string { return r.Conversation.Script }),
		data, same(len(rows), t.now.UnixMicro()))
	if err := all(n, err, len(rows), "conversations written"); err != nil {
		return err
	}
	return t.writeCustomers(ctx, brand, changed)
}

func (t *tx) writeCustomers(ctx context.Context, brand conversation.BrandID, rows []*gateway.Row) error {
	if len(rows) == 0 {
		return nil
	}
	profiles := make([]string, len(rows))
	for i, r := range rows {
		var err error
		if profiles[i], err = encode(r.Conversation.Customer); err != nil {
			return err
		}
	}
	n, err := t.exec(ctx, changeCustomers, string(brand),
		texts(rows, func(r *gateway.Row) conversation.CustomerID { return r.Conversation.Customer.ID }),
		profiles, same(len(rows), t.now.UnixMicro()))
	return all(n, err, len(rows), "customers written")
}

// Conversation implements gateway.Store.
func (s *Store) Conversation(ctx context.Context, brand conversation.BrandID, who gateway.Who) (conversation.Conversation, error) {
	id := who.Customer
	var err error
	if id == "" {
		find, name := findAddresses, string(who.Address)
		if name == "" {
			find, name = findAccounts, who.Account
		}
		var found map[string]conversation.CustomerID
		if found, err = s.read.owners(ctx, find, brand, []string{name}); err == nil {
			id = found[name]
		}
	}
	var rows map[conversation.CustomerID]*gateway.Row
	if err == nil {
		rows, err = s.read.customers(ctx, brand, []string{string(id)})
	}
	if err == nil && rows[id] == nil {
		err = gateway.ErrNotFound
	}
	if err != nil {
		return conversation.Conversation{}, fmt.Errorf("read a conversation of %s: %w", brand, err)
	}
	return rows[id].Conversation, nil
}

func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b), nil
}
