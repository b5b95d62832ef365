package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// maxPage bounds a page of a list.
const maxPage = 100

// Lists of what people work with come from tickets. The others are read from
// the newest messages backwards, so that no turn pays for the order in which
// conversations are listed: of each window of messages those are kept that are
// the newest of their customer.
const (
	window     = 500
	maxWindows = 20 // a page of one person who writes without end is cut short, and the next page reads on
)

var (
	listMine = both(`select customer, changed, 0, 0, 0 from tickets
		/* indexed by tickets_owner */ where brand = $1 and owner = $2 and status in ('assigned', 'snoozed')`)
	listQueue = both(`select customer, queued, priority, plain, due from tickets /* indexed by tickets_queue */
		where brand = $1 and status = 'queued' and (priority, plain, due, queued, customer) > ($2, $3, $4, $5, $6)
		order by priority, plain, due, queued, customer limit $7`)
	listAll = both(fmt.Sprintf(newest, "", window))
	listBot = both(fmt.Sprintf(newest, `and not exists (select 1 from tickets t
		where t.brand = $1 and t.customer = r.customer and t.status <> 'resolved')`, window))

	// Each counts an index that holds nothing else.
	countMine  = both(`select count(*) from tickets /* indexed by tickets_owner */ where brand = $1 and owner = $2 and status in ('assigned', 'snoozed')`)
	countQueue = both(`select count(*) from tickets /* indexed by tickets_queue */ where brand = $1 and status = 'queued'`)
	countAll   = both(`select count(*) from conversations where brand = $1`)
	countDesk  = both(`select count(*) from tickets /* indexed by tickets_open */ where brand = $1 and status <> 'resolved'`)

	lastMessages = pair(
		`select m.customer, `+storedOf+` from unnest($2::text[]) u(customer)
		 cross join lateral (select * from messages x where x.brand = $1 and x.customer = u.customer order by x.id desc limit 1) m`,
		`select m.customer, `+storedOf+` from (select (
			select x.id from messages x where x.brand = $1 and x.customer = value order by x.id desc limit 1) as newest from json_each($2)) r
		 cross join messages m on m.brand = $1 and m.id = r.newest`)
	changedAt = both(`select customer, changed from conversations where brand = $1 and customer = any($2)`)
)

// newest reads one window below $2: each row says whether it is to be listed. How
// much a window is stands in the statement: PostgreSQL would plan for a tenth of
// the brand else.
const newest = `select r.customer, r.id, not exists (select 1 from messages n
		where n.brand = $1 and n.customer = r.customer and n.id > r.id) %s
	from (select customer, id from messages where brand = $1 and id < $2 order by id desc limit %d) r order by r.id desc`

var storedOf = "m." + strings.ReplaceAll(storedColumns, ", ", ", m.")

// place is where a conversation stands in a list: all fields ascend.
type place struct {
	Priority, Plain int
	Due             int64  `json:",omitempty"` // the queue: until when to answer
	At              int64  // the queue: since when; mine: minus when it changed
	Message         string `json:",omitempty"` // all, bot: the newest
	Brand           conversation.BrandID
	Customer        conversation.CustomerID
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.Priority, q.Priority), cmp.Compare(p.Plain, q.Plain), cmp.Compare(p.Due, q.Due), cmp.Compare(p.At, q.At),
		cmp.Compare(q.Message, p.Message), cmp.Compare(p.Customer, q.Customer), cmp.Compare(p.Brand, q.Brand))
}

func (p place) cursor() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("encode a cursor: %v", err))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// placeOf reads a cursor; one that nobody gave out begins from the start.
func placeOf(cursor string) (p place, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	ok = err == nil && cursor != "" && json.Unmarshal(b, &p) == nil
	return p, ok
}

// List implements agents.Store.
func (s *Store) List(ctx context.Context, q agents.Query) (rows []agents.Row, next string, err error) {
	q.Limit = min(max(q.Limit, 1), maxPage)
	if strings.TrimSpace(q.Search) != "" {
		rows, err = s.search(ctx, q)
	} else {
		rows, next, err = s.list(ctx, q)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list %s: %w", q.View, err)
	}
	return rows, next, nil
}

func (s *Store) list(ctx context.Context, q agents.Query) ([]agents.Row, string, error) {
	after, going := placeOf(q.Cursor)
	var places []place
	floor := "" // the oldest message that every brand has been read down to
	for _, b := range q.Brands {
		var err error
		var of []place
		switch q.View {
		case agents.ViewMine:
			of, err = s.mine(ctx, b, q.Agent)
		case agents.ViewQueue:
			of, err = s.queue(ctx, b, after, going, q.Limit+1)
		default:
			var read string
			of, read, err = s.recent(ctx, b, q.View, after.Message, q.Limit+1)
			floor = max(floor, read)
		}
		if err != nil {
			return nil, "", err
		}
		places = append(places, of...)
	}
	places = slices.DeleteFunc(places, func(p place) bool {
		return going && p.compare(after) <= 0 || p.Message < floor
	})
	slices.SortFunc(places, place.compare)
	next := ""
	switch {
	case len(places) > q.Limit:
		places = places[:q.Limit]
		next = places[q.Limit-1].cursor()
	case floor != "":
		next = place{Message: floor}.cursor()
	}
	rows, err := s.rows(ctx, places)
	return rows, next, err
}

// mine are so few that they are all read: an agent has what they can work on.
func (s *Store) mine(ctx context.Context, brand conversation.BrandID, agent conversation.AgentID) ([]place, error) {
	list, err := s.places(ctx, brand, listMine, string(brand), string(agent))
	for i := range list {
		list[i].At = -list[i].At
	}
	return list, err
}

func (s *Store) queue(ctx context.Context, brand conversation.BrandID, after place, going bool, limit int) ([]place, error) {
	if !going {
		after.Priority = -1
	}
	return s.places(ctx, brand, listQueue, string(brand), after.Priority, after.Plain, after.Due, after.At, string(after.Customer), limit)
}

func (s *Store) places(ctx context.Context, brand conversation.BrandID, st *statement, args ...any) ([]place, error) {
	var list []place
	err := s.read.query(ctx, st, func(scan scanner) error {
		p := place{Brand: brand}
		err := scan(&p.Customer, &p.At, &p.Priority, &p.Plain, &p.Due)
		list = append(list, p)
		return err
	}, args...)
	return list, err
}

// above is above every message's id.
const above = "~"

// recent walks the brand's messages backwards from below an id. It says down
// to which id it read, "" when it read them all or found enough.
func (s *Store) recent(ctx context.Context, brand conversation.BrandID, view agents.View, below string, limit int) (list []place, read string, err error) {
	st := listAll
	if view == agents.ViewBot {
		st = listBot
	}
	if below == "" {
		below = above
	}
	for range maxWindows {
		seen := 0
		err := s.read.query(ctx, st, func(scan scanner) error {
			p := place{Brand: brand}
			var listed bool
			err := scan(&p.Customer, &p.Message, &listed)
			seen++
			below = p.Message
			if listed {
				list = append(list, p)
			}
			return err
		}, string(brand), below)
		if err != nil || seen < window || len(list) >= limit {
			return list, "", err
		}
	}
	return list, below, nil
}

// rows reads the conversations of a list, a batch a brand, in the list's order.
func (s *Store) rows(ctx context.Context, places []place) ([]agents.Row, error) {
	byBrand := make(map[conversation.BrandID][]string)
	for _, p := range places {
		byBrand[p.Brand] = append(byBrand[p.Brand], string(p.Customer))
	}
	type key struct {
		brand    conversation.BrandID
		customer conversation.CustomerID
	}
	found := make(map[key]agents.Row, len(places))
	for brand, ids := range byBrand {
		wanted := make(map[conversation.CustomerID]bool, len(ids))
		for _, id := range ids {
			wanted[conversation.CustomerID(id)] = true
		}
		customers, err := s.read.customers(ctx, readCustomers, brand, wanted)
		if err != nil {
			return nil, err
		}
		last := make(map[conversation.CustomerID]*gateway.Stored, len(ids))
		err = s.read.query(ctx, lastMessages, func(scan scanner) error {
			var id conversation.CustomerID
			m, err := scanStored(func(dest ...any) error { return scan(append([]any{&id}, dest...)...) })
			last[id] = &m
			return err
		}, string(brand), ids)
		if err != nil {
			return nil, err
		}
		changed := make(map[conversation.CustomerID]time.Time, len(ids))
		err = s.read.query(ctx, changedAt, func(scan scanner) error {
			var id conversation.CustomerID
			var at int64
			err := scan(&id, &at)
			changed[id] = moment(at)
			return err
		}, string(brand), ids)
		if err != nil {
			return nil, err
		}
		for id, r := range customers {
			found[key{brand, id}] = agents.Row{Conversation: r.Conversation, Last: last[id], Changed: changed[id]}
		}
	}
	rows := make([]agents.Row, 0, len(places))
	for _, p := range places {
		if r, ok := found[key{p.Brand, p.Customer}]; ok {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// Detail implements agents.Store.
func (s *Store) Detail(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) (agents.Row, error) {
	rows, err := s.rows(ctx, []place{{Brand: brand, Customer: customer}})
	if err == nil && len(rows) == 0 {
		err = gateway.ErrNotFound
	}
	if err != nil {
		return agents.Row{}, fmt.Errorf("read a conversation of %s: %w", brand, err)
	}
	return rows[0], nil
}

// Counts implements agents.Store.
func (s *Store) Counts(ctx context.Context, q agents.Query) (agents.Counts, error) {
	var total agents.Counts
	for _, b := range q.Brands {
		var mine, queue, all, desk int
		for _, c := range []struct {
			st   *statement
			into *int
			args []any
		}{
			{countMine, &mine, []any{string(b), string(q.Agent)}},
			{countQueue, &queue, []any{string(b)}},
			{countAll, &all, []any{string(b)}},
			{countDesk, &desk, []any{string(b)}},
		} {
			if err := s.read.one(ctx, c.st, []any{c.into}, c.args...); err != nil {
				return agents.Counts{}, fmt.Errorf("count conversations of %s: %w", b, err)
			}
		}
		total.Mine, total.Queue, total.All, total.Bot = total.Mine+mine, total.Queue+queue, total.All+all, total.Bot+all-desk
	}
	return total, nil
}
