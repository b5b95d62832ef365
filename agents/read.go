package agents

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/causette/causette/conversation"
)

// Bounds of what is asked for at once.
const (
	maxPage     = 200
	defaultPage = 50
	maxSearch   = 200     // bytes
	maxDraft    = 10_000  // bytes
	maxCursor   = 4 << 10 // bytes
)

// List reads a page of a view. Without brands it is of all that the agent serves.
func (d *Desk) List(ctx context.Context, by Agent, q Query) (Page, error) {
	q, err := d.checkQuery(by, q)
	if err != nil {
		return Page{}, err
	}
	p := Page{Items: []Summary{}}
	if len(q.Brands) == 0 {
		return p, nil
	}
	// The log's number is taken first: what changes meanwhile is told again.
	if len(q.Brands) == 1 {
		if p.Seq, _, err = d.store.Head(ctx, q.Brands[0]); err != nil {
			return Page{}, fmt.Errorf("list conversations: %w", err)
		}
	}
	rows, next, err := d.store.List(ctx, q)
	if err != nil {
		return Page{}, fmt.Errorf("list conversations: %w", err)
	}
	if p.Counts, err = d.store.Counts(ctx, q); err != nil {
		return Page{}, fmt.Errorf("count conversations: %w", err)
	}
	for _, r := range rows {
		p.Items = append(p.Items, d.summary(r))
	}
	p.Next = next
	return p, nil
}

func (d *Desk) checkQuery(by Agent, q Query) (Query, error) {
	if err := Allow(by, See, ""); err != nil {
		return q, err
	}
	for _, b := range q.Brands {
		if err := Allow(by, See, b); err != nil {
			return q, err
		}
	}
	if len(q.Brands) == 0 {
		q.Brands = idsOf(d.BrandsOf(by))
	}
	q.Agent, q.Search = by.ID, strings.TrimSpace(q.Search)
	switch {
	case !slices.Contains([]View{ViewMine, ViewQueue, ViewBot, ViewAll}, q.View):
		return q, &Fault{"view", "must be mine, queue, bot or all"}
	case len(q.Search) > maxSearch:
		return q, &Fault{"q", fmt.Sprintf("is longer than %d bytes", maxSearch)}
	case len(q.Cursor) > maxCursor:
		return q, &Fault{"cursor", "is none of ours"}
	}
	q.Limit = pageOf(q.Limit)
	return q, nil
}

// pageOf bounds how many rows are read at once.
func pageOf(limit int) int {
	if limit <= 0 {
		return defaultPage
	}
	return min(limit, maxPage)
}

// Conversation reads one conversation.
func (d *Desk) Conversation(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID) (Snapshot, error) {
	if err := Allow(by, See, brand); err != nil {
		return Snapshot{}, err
	}
	seq, _, err := d.store.Head(ctx, brand)
	if err != nil {
		return Snapshot{}, fmt.Errorf("read conversation: %w", err)
	}
	c, err := d.detail(ctx, by, brand, customer)
	return Snapshot{Seq: seq, Conversation: c}, err
}

func (d *Desk) detail(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID) (Detail, error) {
	row, err := d.store.Detail(ctx, brand, customer)
	if err != nil {
		return Detail{}, fmt.Errorf("read conversation: %w", err)
	}
	draft, err := d.store.Draft(ctx, by.ID, brand, customer)
	if err != nil {
		return Detail{}, fmt.Errorf("read draft: %w", err)
	}
	return d.show(row, by, draft), nil
}

// Thread reads what was said, noted and done before an entry ("" from the end).
func (d *Desk) Thread(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID, before string, limit int) (ThreadPage, error) {
	if err := Allow(by, See, brand); err != nil {
		return ThreadPage{}, err
	}
	if len(before) > maxCursor {
		return ThreadPage{}, &Fault{"before", "is no entry's id"}
	}
	seq, _, err := d.store.Head(ctx, brand)
	if err != nil {
		return ThreadPage{}, fmt.Errorf("read thread: %w", err)
	}
	limit = pageOf(limit)
	items, err := d.store.Items(ctx, brand, customer, before, limit)
	if err != nil {
		return ThreadPage{}, fmt.Errorf("read thread: %w", err)
	}
	list, err := d.entries(ctx, brand, items)
	if err != nil {
		return ThreadPage{}, fmt.Errorf("read thread: %w", err)
	}
	p := ThreadPage{Seq: seq, Items: list}
	if len(items) == limit {
		p.Next = items[len(items)-1].id()
	}
	return p, nil
}

// PutDraft keeps what the agent began to write; an empty text forgets it.
func (d *Desk) PutDraft(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID, text string) error {
	if err := Allow(by, MayWrite, brand); err != nil {
		return err
	}
	if len(text) > maxDraft {
		return &Fault{"text", fmt.Sprintf("is longer than %d bytes", maxDraft)}
	}
	if err := d.store.PutDraft(ctx, by.ID, brand, customer, strings.ToValidUTF8(text, "�"), d.moment()); err != nil {
		return fmt.Errorf("keep draft: %w", err)
	}
	return nil
}

// Head is the newest number of the brand's log, and the log's epoch.
func (d *Desk) Head(ctx context.Context, by Agent, brand conversation.BrandID) (seq int64, epoch string, err error) {
	if err := Allow(by, See, brand); err != nil {
		return 0, "", err
	}
	return d.store.Head(ctx, brand)
}
