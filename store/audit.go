package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

var (
	addAudit = both(`insert into audit (brand, id, agent, kind, customer, detail, at) values ($1, $2, $3, $4, $5, $6, $7)`)

	readAudit = both(`select id, agent, kind, customer, detail, at from audit where brand = $1 and id < $2 order by id desc limit $3`)
	// The acts of everybody, and of one agent, whom an index finds.
	readActs = both(`select id, agent, type, customer, data, at from notes /* indexed by notes_acts */
		where brand = $1 and id < $2 and type >= 'agent.' and type < 'agent/' order by id desc limit $3`)
	readActsOf = both(`select id, agent, type, customer, data, at from notes /* indexed by notes_agent */
		where agent = $4 and agent <> '' and brand = $1 and id < $2 order by id desc limit $3`)
)

// AddAudit implements agents.AuditStore.
func (s *Store) AddAudit(ctx context.Context, a agents.Audited) error {
	detail := ""
	if len(a.Detail) > 0 {
		var err error
		if detail, err = encode(a.Detail); err != nil {
			return err
		}
	}
	err := s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, addAudit, string(a.Brand), a.ID, string(a.Agent), a.Kind, string(a.Customer), detail, micros(a.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the audit's %s: %w", a.Kind, err)
	}
	return nil
}

// ReadAudit implements agents.AuditStore: of each brand the acts in its threads
// and the audit's own rows, put together by id. What is looked for may be rare,
// so a window of rows at a time is read; a page that it does not fill is short,
// and the next one reads on.
func (s *Store) ReadAudit(ctx context.Context, q agents.AuditRead) (list []agents.Audited, next string, err error) {
	q.Limit = min(max(q.Limit, 1), maxPage)
	if q.Before == "" {
		q.Before = above
	}
	floor := "" // down to which every source has been read
	for _, b := range q.Brands {
		acts, args := readActs, []any{}
		if q.Agent != "" {
			acts, args = readActsOf, []any{string(q.Agent)}
		}
		for _, source := range []struct {
			st   *statement
			args []any
		}{{acts, args}, {readAudit, nil}} {
			part, read, err := s.audited(ctx, b, q, source.st, source.args)
			if err != nil {
				return nil, "", fmt.Errorf("read the audit of %s: %w", b, err)
			}
			list, floor = append(list, part...), max(floor, read)
		}
	}
	list = slices.DeleteFunc(list, func(a agents.Audited) bool { return a.ID < floor })
	slices.SortFunc(list, func(a, b agents.Audited) int { return cmp.Compare(b.ID, a.ID) })
	switch {
	case len(list) > q.Limit:
		list = list[:q.Limit]
		next = list[q.Limit-1].ID
	case floor != "":
		next = floor
	}
	return list, next, nil
}

// audited reads one source backwards. It says down to which id it read, ""
// when it read all or found enough.
func (s *Store) audited(ctx context.Context, brand conversation.BrandID, q agents.AuditRead, st *statement, more []any) (list []agents.Audited, read string, err error) {
	below := q.Before
	for range maxWindows {
		seen := 0
		err := s.read.query(ctx, st, func(scan scanner) error {
			a := agents.Audited{Brand: brand}
			var detail string
			var at int64
			if err := scan(&a.ID, &a.Agent, &a.Kind, &a.Customer, &detail, &at); err != nil {
				return err
			}
			seen++
			below, a.At = a.ID, moment(at)
			if !q.Wants(a) || len(list) > q.Limit {
				return nil
			}
			list = append(list, a)
			if detail == "" {
				return nil
			}
			return json.Unmarshal([]byte(detail), &list[len(list)-1].Detail)
		}, append([]any{string(brand), below, window}, more...)...)
		if err != nil || seen < window || len(list) > q.Limit {
			return list, "", err
		}
	}
	return list, below, nil
}
