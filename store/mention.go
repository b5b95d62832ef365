package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// A mention is read with its note, which says by whom, what and when.
const mentionColumns = `select m.brand, m.customer, m.note, m.agent, m.read, n.agent, n.body, n.at
	from mentions m join notes n on n.brand = m.brand and n.customer = m.customer and n.id = m.note`

var (
	readMentions = both(mentionColumns + ` where m.brand = $1 and m.agent = $2 and m.note < $3 order by m.note desc limit $4`)
	mentionsIn   = both(mentionColumns + ` where m.brand = $1 and m.note = any($2) and m.customer = $3 order by m.note, m.agent`)
	countUnread  = both(`select count(*) from mentions /* indexed by mentions_unread */ where brand = $1 and agent = $2 and read = 0`)
	markRead     = both(`update mentions set read = case when read = 0 then $3 else read end where agent = $1 and note = $2`)
)

// ReadMentions implements agents.MentionStore.
func (s *Store) ReadMentions(ctx context.Context, to conversation.AgentID, brands []conversation.BrandID, before conversation.MessageID, limit int) ([]agents.Mention, error) {
	limit = min(max(limit, 1), maxPage)
	var list []agents.Mention
	for _, b := range brands {
		of, err := s.mentions(ctx, readMentions, string(b), string(to), cmp.Or(string(before), above), limit)
		if err != nil {
			return nil, err
		}
		list = append(list, of...)
	}
	slices.SortFunc(list, func(a, b agents.Mention) int { return cmp.Compare(b.ID, a.ID) })
	list = list[:min(len(list), limit)]
	return list, s.callCustomers(ctx, list)
}

// MentionsIn implements agents.MentionStore.
func (s *Store) MentionsIn(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, notes []conversation.MessageID) ([]agents.Mention, error) {
	column := texts(notes, func(id conversation.MessageID) conversation.MessageID { return id })
	list, err := s.mentions(ctx, mentionsIn, string(brand), column, string(customer))
	if err != nil {
		return nil, err
	}
	return list, s.callCustomers(ctx, list)
}

func (s *Store) mentions(ctx context.Context, st *statement, args ...any) ([]agents.Mention, error) {
	var list []agents.Mention
	err := s.read.query(ctx, st, func(scan scanner) error {
		var m agents.Mention
		var read, at int64
		err := scan(&m.Brand, &m.Customer, &m.ID, &m.To, &read, &m.By, &m.Text, &at)
		m.Read, m.At = read != 0, moment(at)
		list = append(list, m)
		return err
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("read mentions: %w", err)
	}
	return list, nil
}

// callCustomers fills in how the customers are called.
func (s *Store) callCustomers(ctx context.Context, list []agents.Mention) error {
	byBrand := make(map[conversation.BrandID][]string)
	for _, m := range list {
		byBrand[m.Brand] = append(byBrand[m.Brand], string(m.Customer))
	}
	for brand, ids := range byBrand {
		names, err := s.called(ctx, brand, ids)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Brand == brand {
				list[i].Name = names[list[i].Customer]
			}
		}
	}
	return nil
}

// called says how customers are called.
func (s *Store) called(ctx context.Context, brand conversation.BrandID, ids []string) (map[conversation.CustomerID]string, error) {
	names := make(map[conversation.CustomerID]string, len(ids))
	err := s.read.query(ctx, readCustomers, func(scan scanner) error {
		var id conversation.CustomerID
		var profile []byte
		if err := scan(&id, &profile); err != nil {
			return err
		}
		var c conversation.Customer
		err := json.Unmarshal(profile, &c)
		names[id] = strings.TrimSpace(c.First + " " + c.Last)
		return err
	}, string(brand), ids)
	if err != nil {
		return nil, fmt.Errorf("read how customers of %s are called: %w", brand, err)
	}
	return names, nil
}

// Unread implements agents.MentionStore.
func (s *Store) Unread(ctx context.Context, to conversation.AgentID, brands []conversation.BrandID) (int, error) {
	total := 0
	for _, b := range brands {
		var n int
		if err := s.read.one(ctx, countUnread, []any{&n}, string(b), string(to)); err != nil {
			return 0, fmt.Errorf("count mentions of %s: %w", to, err)
		}
		total += n
	}
	return total, nil
}

// MarkRead implements agents.MentionStore.
func (s *Store) MarkRead(ctx context.Context, to conversation.AgentID, note conversation.MessageID, at time.Time) error {
	var found int64
	err := s.write(ctx, func(x *session) (err error) {
		found, err = x.exec(ctx, markRead, string(to), string(note), micros(at))
		return err
	})
	if err == nil && found == 0 {
		err = gateway.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("mark a mention of %s: %w", to, err)
	}
	return nil
}
