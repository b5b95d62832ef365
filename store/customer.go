package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const flightColumns = `coalesce(m.id, ''), coalesce(m.node, ''), coalesce(m.attempts, 0), coalesce(m.deadline, 0),
	coalesce(m.lease, 0), coalesce(m.exempt, false), coalesce(m.channel, ''), coalesce(m.prompt, ''), coalesce(m.purpose, ''),
	coalesce(m.carrier, ''), coalesce(m.code, '')`

var (
	// Locking and reading are statements of their own: one that waits for a
	// lock goes on with the snapshot from before the wait, and would read the
	// conversation as it was. Only the row that is locked is read anew.
	lockCustomers = both(`select id, profile from customers where brand = $1 and id = any($2) order by id for update`)
	readCustomers = both(`select id, profile from customers where brand = $1 and id = any($2)`)

	readConversations = both(`select customer, state, version, epoch, script, data from conversations
		where brand = $1 and customer = any($2)`)
	// How many messages wait, and the one in flight. Each customer is looked up for
	// themselves: a server whose statistics are older than a bulk job would read
	// everything that is queued.
	readUnderWay = pair(
		`select u.customer, w.waiting, `+flightColumns+`
		from unnest($2::text[]) u(customer)
		cross join lateral (select count(*) as waiting from messages q where q.brand = $1 and q.customer = u.customer and q.stage = 'queued') w
		left join lateral (select * from messages p where p.brand = $1 and p.customer = u.customer and p.stage = 'posting' limit 1) m on true
		where w.waiting > 0 or m.id is not null`,
		`select u.value, (select count(*) from messages q where q.brand = $1 and q.customer = u.value and q.stage = 'queued') as waiting, `+flightColumns+`
		from json_each($2) u
		left join messages m on m.brand = $1 and m.customer = u.value and m.stage = 'posting'
		where waiting > 0 or m.id is not null`)

	changeConversations = update("conversations", "customer text",
		"state text, version bigint, epoch bigint, script text, data text, changed bigint")
	changeCustomers = update("customers", "id text", "profile text, changed bigint")
)

// Lock implements gateway.Tx.
func (t *tx) Lock(ctx context.Context, brand conversation.BrandID, who []gateway.Who) ([]*gateway.Row, error) {
	rows, err := t.lock(ctx, brand, who)
	return rows, t.fail("lock customers", brand, err)
}

func (t *tx) lock(ctx context.Context, brand conversation.BrandID, who []gateway.Who) ([]*gateway.Row, error) {
	f, err := t.identify(ctx, brand, who)
	if err != nil {
		return nil, err
	}
	whole := make(map[conversation.CustomerID]bool, len(who))
	for i, id := range f.ids {
		if id != "" {
			whole[id] = whole[id] || !who[i].Brief
		}
	}
	for _, id := range f.left {
		whole[id] = true
	}
	for _, id := range f.apart() {
		whole[conversation.CustomerID(id)] = true
	}
	for id := range f.added {
		whole[id] = true
	}
	found, err := t.customers(ctx, lockCustomers, brand, whole)
	if err == nil {
		err = t.heirs(ctx, brand, who, f, found)
	}
	if err == nil {
		err = t.unite(ctx, brand, f, found)
	}
	if err != nil {
		return nil, err
	}
	for i, w := range who {
		if w.Customer == "" && w.Address != "" {
			f.ids[i] = f.at[string(w.Address)]
		}
	}
	rows := make([]*gateway.Row, len(who))
	asked := map[conversation.CustomerID]bool{}
	for i, id := range f.ids {
		if r := found[id]; r != nil {
			r.New = f.made[id]
			rows[i] = r
			asked[id] = true
		} else if id != "" && who[i].Customer == "" {
			// Erased between being found and being locked: who comes with the
			// address now is somebody new.
			return nil, fmt.Errorf("%w: the customer of an address vanished", gateway.ErrTransient)
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

// customers reads customers by id, with the statement that reads or locks them.
// Those that are not wanted whole are read only as far as something waits for
// them to be.
func (x *session) customers(ctx context.Context, customers *statement, brand conversation.BrandID, whole map[conversation.CustomerID]bool) (map[conversation.CustomerID]*gateway.Row, error) {
	found := make(map[conversation.CustomerID]*gateway.Row, len(whole))
	if len(whole) == 0 {
		return found, nil
	}
	var ids, read []string
	for id, wanted := range whole {
		ids = append(ids, string(id))
		if wanted {
			read = append(read, string(id))
		}
	}
	slices.Sort(ids)
	profiles := make(map[conversation.CustomerID][]byte, len(whole))
	under := make(map[conversation.CustomerID]underWay)
	add := func(id conversation.CustomerID) {
		r := &gateway.Row{}
		r.Conversation.Brand, r.Conversation.Customer.ID = brand, id
		found[id] = r
	}
	askUnderWay := func() error {
		return x.ask(ctx, readUnderWay, func(scan scanner) error { return scanUnderWay(scan, under) }, string(brand), ids)
	}
	askCustomers := func() error {
		return x.ask(ctx, customers, func(scan scanner) error {
			var id conversation.CustomerID
			var profile []byte
			err := scan(&id, &profile)
			add(id)
			profiles[id] = profile
			return err
		}, string(brand), ids)
	}
	scanConversation := func(scan scanner) error { return scanConversation(scan, found) }
	var err error
	if x.engine == sqliteEngine { // nothing to lock: who has a message in flight is there
		err = askUnderWay()
		ids = slices.DeleteFunc(ids, func(id string) bool {
			c := conversation.CustomerID(id)
			brief := !whole[c] && under[c].flight != nil && under[c].waiting == 0
			if brief {
				add(c)
			}
			return brief
		})
		if len(ids) > 0 {
			err = errors.Join(err, askCustomers())
		}
	} else {
		err = errors.Join(askCustomers(), askUnderWay())
	}
	if len(read) > 0 {
		err = errors.Join(err, x.ask(ctx, readConversations, scanConversation, string(brand), read))
	}
	if err := errors.Join(err, x.hear(ctx)); err != nil {
		return nil, err
	}
	for id, u := range under {
		if r := found[id]; r != nil {
			r.Waiting, r.Flight = u.waiting, u.flight
		}
	}
	read = read[:0]
	for id, r := range found {
		if !whole[id] && r.Waiting > 0 {
			read = append(read, string(id))
			whole[id] = true
		}
	}
	if len(read) > 0 {
		if err := x.query(ctx, readConversations, scanConversation, string(brand), read); err != nil {
			return nil, err
		}
	}
	for id, r := range found {
		if !whole[id] {
			continue
		}
		if err := json.Unmarshal(profiles[id], &r.Conversation.Customer); err != nil {
			return nil, fmt.Errorf("profile of customer %s: %w", id, err)
		}
		r.Conversation.Customer.ID = id
	}
	return found, nil
}

func scanConversation(scan scanner, found map[conversation.CustomerID]*gateway.Row) error {
	var id conversation.CustomerID
	var data []byte
	var c conversation.Conversation
	if err := scan(&id, &c.State, &c.Version, &c.Epoch, &c.Script, &data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return fmt.Errorf("conversation of customer %s: %w", id, err)
	}
	if r := found[id]; r != nil {
		c.Brand, c.Customer = r.Conversation.Brand, r.Conversation.Customer
		r.Conversation = c
	}
	return nil
}

// underWay is what a customer has queued, and in flight.
type underWay struct {
	waiting int
	flight  *gateway.Flight
}

func scanUnderWay(scan scanner, under map[conversation.CustomerID]underWay) error {
	var f gateway.Flight
	var u underWay
	var deadline, lease int64
	if err := scan(&f.Customer, &u.waiting, &f.Message, &f.Node, &f.Attempt, &deadline, &lease, &f.Exempt,
		&f.Channel, &f.Prompt, &f.Purpose, &f.Carrier, &f.Code); err != nil {
		return err
	}
	if f.Message != "" {
		f.Deadline, f.Lease = moment(deadline), moment(lease)
		u.flight = &f
	}
	under[f.Customer] = u
	return nil
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
	err := t.putAll(ctx, changeConversations, len(rows), "conversations written", string(brand),
		texts(rows, func(r *gateway.Row) conversation.CustomerID { return r.Conversation.Customer.ID }),
		texts(rows, func(r *gateway.Row) conversation.State { return r.Conversation.State }),
		numbers(rows, func(r *gateway.Row) int64 { return r.Conversation.Version }),
		numbers(rows, func(r *gateway.Row) int64 { return r.Conversation.Epoch }),
		texts(rows, func(r *gateway.Row) string { return r.Conversation.Script }),
		data, same(len(rows), t.Now().UnixMicro()))
	if err != nil {
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
	return t.putAll(ctx, changeCustomers, len(rows), "customers written", string(brand),
		texts(rows, func(r *gateway.Row) conversation.CustomerID { return r.Conversation.Customer.ID }),
		profiles, same(len(rows), t.Now().UnixMicro()))
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
		rows, err = s.read.customers(ctx, readCustomers, brand, map[conversation.CustomerID]bool{id: true})
	}
	if err == nil && id != "" && rows[id] == nil {
		var heirs map[string]conversation.CustomerID
		if heirs, err = s.read.owners(ctx, findMerged, brand, []string{string(id)}); err == nil && heirs[string(id)] != "" {
			id = heirs[string(id)]
			rows, err = s.read.customers(ctx, readCustomers, brand, map[conversation.CustomerID]bool{id: true})
		}
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
