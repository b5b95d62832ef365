package agents

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Change is what happened to one conversation among the log's rows that were
// read. It tells how things stand now, which may be later than Seq: a page
// applies it by version.
type Change struct {
	Seq          int64 // of the conversation's last row among those read
	Brand        conversation.BrandID
	Customer     conversation.CustomerID
	Conversation *Summary  // nil when the customer is gone
	Entries      []Entry   // what was said, noted or done, and messages whose status changed; oldest first
	Mentions     []Mention // of the notes among them; To says who should hear of each
}

const maxRows = 1000 // of the log, read at once

// Since reads up to limit rows of the brand's log after a number, and returns
// one change for each conversation that they are about, in the order of Seq.
// The last one's Seq is where to go on; no change means that there are no rows.
func (d *Desk) Since(ctx context.Context, by Agent, brand conversation.BrandID, after int64, limit int) ([]Change, error) {
	if err := Allow(by, See, brand); err != nil {
		return nil, err
	}
	rows, err := d.store.Log(ctx, brand, after, min(max(limit, 1), maxRows))
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	touched := make(map[conversation.CustomerID]*touch)
	var changes []Change
	of := func(customer conversation.CustomerID) *touch {
		t := touched[customer]
		if t == nil {
			t = &touch{customer: customer, messages: make(map[string]bool)}
			touched[customer] = t
		}
		return t
	}
	for _, r := range rows {
		of(r.Customer).add(r)
		var merged gateway.Merged
		if r.Type == gateway.CustomerMerged && json.Unmarshal(r.Payload, &merged) == nil && merged.To != "" {
			r.Version = 1 // all that was said to either is new to who had only one of them open
			of(merged.To).add(r)
		}
	}
	for _, t := range touched {
		c, err := d.change(ctx, brand, t)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Seq, b.Seq) })
	return changes, nil
}

// touch is what a part of the log says of one conversation.
type touch struct {
	customer conversation.CustomerID
	seq      int64
	version  int64           // the first turn's, 0 when there was none
	messages map[string]bool // whose status changed
}

func (t *touch) add(r gateway.Entry) {
	t.seq = r.Seq
	if r.Version > 0 && (t.version == 0 || r.Version < t.version) {
		t.version = r.Version
	}
	var status struct {
		Message string `json:"message"`
	}
	if r.Type == "message.status" && json.Unmarshal(r.Payload, &status) == nil && status.Message != "" {
		t.messages[status.Message] = true
	}
}

// maxPages bounds how far back of a thread is read for one change; what is
// older comes when the page asks for it.
const maxPages = 4

// change reads how a conversation stands, and the thread from the first turn on.
func (d *Desk) change(ctx context.Context, brand conversation.BrandID, t *touch) (Change, error) {
	c := Change{Seq: t.seq, Brand: brand, Customer: t.customer}
	row, err := d.store.Detail(ctx, brand, t.customer)
	if errors.Is(err, gateway.ErrNotFound) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read what changed: %w", err)
	}
	s := d.summary(row)
	c.Conversation = &s
	var told, read []Item
	for page, before := 0, ""; page < maxPages; page++ {
		items, err := d.store.Items(ctx, brand, t.customer, before, newest)
		if err != nil {
			return c, fmt.Errorf("read what changed: %w", err)
		}
		read = append(read, items...)
		older := false
		for _, i := range items {
			turn := t.version > 0 && i.version() >= t.version
			if turn || t.messages[i.id()] {
				told = append(told, i)
			}
			delete(t.messages, i.id())
			older = older || !turn
		}
		if len(items) < newest || older && len(t.messages) == 0 {
			break
		}
		before = items[len(items)-1].id()
	}
	if c.Entries, err = d.entriesOf(ctx, brand, told, read); err != nil {
		return c, fmt.Errorf("read what changed: %w", err)
	}
	c.Mentions, err = d.mentionsIn(ctx, brand, t.customer, told)
	return c, err
}

// mentionsIn reads who is named in the notes among the items.
func (d *Desk) mentionsIn(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, items []Item) ([]Mention, error) {
	var notes []conversation.MessageID
	for _, i := range items {
		if i.Note != nil && i.Note.Kind == "note" {
			notes = append(notes, i.Note.ID)
		}
	}
	if len(notes) == 0 {
		return nil, nil
	}
	list, err := d.store.MentionsIn(ctx, brand, customer, notes)
	if err != nil {
		return nil, fmt.Errorf("read who was named: %w", err)
	}
	return d.calledBy(ctx, list), nil
}

func (i Item) version() int64 {
	if i.Message != nil {
		return i.Message.Version
	}
	return i.Note.Version
}
