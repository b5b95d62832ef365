package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const bulkColumns = `brand, id, body, author, status, why, phase, cursor, total, considered, matched, created, changed`

var (
	addBulk   = both(`insert into bulks (` + bulkColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (brand, id) do nothing`)
	readBulk  = both(`select ` + bulkColumns + ` from bulks where brand = $1 and id = $2`)
	readBulks = both(`select ` + bulkColumns + ` from bulks where brand = $1 and id < $2 order by id desc limit $3`)
	moveBulk  = both(`update bulks set status = $4, why = '', changed = ` + now + ` where brand = $1 and id = $2 and status = $3
		returning ` + bulkColumns)
	takeBulk = both(`update bulks set node = $1, lease = ` + now + ` + $2
		where (brand, id) in (
			select brand, id from bulks /* indexed by bulks_work */ where phase <> 'over' and lease <= ` + now + ` and status in ('counting', 'running', 'cancelled')
			order by lease, brand, id limit 1 for update skip locked)
		returning ` + bulkColumns)
	// A command may have come meanwhile: then the status and the phase are its own,
	// and how far the runner came in the phase is kept all the same.
	keepBulk = both(`update bulks set
			cursor     = case when status = $4 or phase = $6 then $8 else cursor end,
			total      = case when status = $4 or phase = $6 then $9 else total end,
			considered = case when status = $4 or phase = $6 then $10 else considered end,
			matched    = case when status = $4 or phase = $6 then $11 else matched end,
			phase      = case when status = $4 then $6 else phase end,
			why        = case when status = $4 then $7 else why end,
			status     = case when status = $4 then $5 else status end,
			lease      = ` + now + ` + $12, changed = ` + now + `
		where brand = $1 and id = $2 and node = $3 and lease > ` + now + `
		returning ` + bulkColumns)
	tallyBulk = both(`select status, code, count(*) from prompts /* indexed by prompts_campaign */
		where brand = $1 and campaign = $2 and campaign <> '' group by status, code`)
	// What a cancelled job can still drop: what waits, and what was said and has not left.
	unsentPrompts = both(`select p.id, p.customer from prompts p /* indexed by prompts_campaign */
		where p.brand = $1 and p.campaign = $2 and p.campaign <> '' and p.id > $3
			and (p.status in ('scheduled', 'held', 'shown') or p.status = 'queued' and exists (
				select 1 from messages m /* indexed by messages_prompt */ where m.brand = $1 and m.prompt = p.id and m.prompt <> '' and m.stage = 'queued'))
		order by p.id limit $4`)
	// Their conversations are read by readConversations: joined, a server without
	// statistics reads all of the brand for each page.
	pageCustomers = both(`select id, profile from customers where brand = $1 and id > $2 order by id limit $3`)
)

func scanBulk(scan scanner) (gateway.Bulk, error) {
	var b gateway.Bulk
	var body string
	var created, changed int64
	p, c := &b.Progress, &b.Cursor
	err := scan(&b.Brand, &b.ID, &body, &b.By, &b.Status, &b.Why, &c.Phase, &c.After, &p.Total, &p.Considered, &p.Matched, &created, &changed)
	if err != nil {
		return b, err
	}
	b.Created, b.Changed = moment(created), moment(changed)
	if err := json.Unmarshal([]byte(body), &b.Order); err != nil {
		return b, fmt.Errorf("the order of job %s: %w", b.ID, err)
	}
	return b, nil
}

// AddBulk keeps a new job; one that is there stays as it is.
func (s *Store) AddBulk(ctx context.Context, b gateway.Bulk) error {
	body, err := encode(b.Order)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, addBulk, string(b.Brand), b.ID, body, b.By, string(b.Status), b.Why, string(b.Cursor.Phase), b.Cursor.After,
			b.Progress.Total, b.Progress.Considered, b.Progress.Matched, micros(b.Created), micros(b.Changed))
		return err
	})
	if err != nil {
		return fmt.Errorf("add a bulk job of %s: %w", b.Brand, err)
	}
	return nil
}

// Bulk reads a job; gateway.ErrNotFound for none.
func (s *Store) Bulk(ctx context.Context, brand conversation.BrandID, id string) (gateway.Bulk, error) {
	return oneBulk("read", brand, id, func(row func(scanner) error) error {
		return s.read.query(ctx, readBulk, row, string(brand), id)
	})
}

// oneBulk is the job that a statement returns.
func oneBulk(what string, brand conversation.BrandID, id string, query func(row func(scanner) error) error) (b gateway.Bulk, err error) {
	found := false
	err = query(func(scan scanner) (err error) {
		b, err = scanBulk(scan)
		found = true
		return err
	})
	if err == nil && !found {
		err = gateway.ErrNotFound
	}
	if err != nil {
		return gateway.Bulk{}, fmt.Errorf("%s bulk job %s of %s: %w", what, id, brand, err)
	}
	return b, nil
}

// Bulks reads jobs, the newest first, before the one of that id ("" from the newest).
func (s *Store) Bulks(ctx context.Context, brand conversation.BrandID, before string, limit int) ([]gateway.Bulk, error) {
	if before == "" {
		before = "~" // behind every id
	}
	var list []gateway.Bulk
	err := s.read.query(ctx, readBulks, func(scan scanner) error {
		b, err := scanBulk(scan)
		list = append(list, b)
		return err
	}, string(brand), before, limit)
	if err != nil {
		return nil, fmt.Errorf("list bulk jobs of %s: %w", brand, err)
	}
	return list, nil
}

// MoveBulk puts a job that stands at from to another status; gateway.ErrNotFound
// when it does not stand there.
func (s *Store) MoveBulk(ctx context.Context, brand conversation.BrandID, id string, from, to gateway.BulkStatus) (gateway.Bulk, error) {
	return oneBulk("move", brand, id, func(row func(scanner) error) error {
		return s.write(ctx, func(x *session) error {
			return x.query(ctx, moveBulk, row, string(brand), id, string(from), string(to))
		})
	})
}

// TakeBulk gives the node a job that has work to do and that nobody works on, for
// as long as lease; gateway.ErrNotFound when there is none.
func (s *Store) TakeBulk(ctx context.Context, node gateway.NodeID, lease time.Duration) (gateway.Bulk, error) {
	return oneBulk("take", "any brand", "with work", func(row func(scanner) error) error {
		return s.write(ctx, func(x *session) error {
			return x.query(ctx, takeBulk, row, string(node), lease.Microseconds())
		})
	})
}

// KeepBulk keeps how far the node came with a job that stood at from when it
// looked last, makes the status and the phase its own if it still does, and
// returns the job as it is. gateway.ErrNotFound: the node's lease is over. A lease
// of 0 gives the job back.
func (s *Store) KeepBulk(ctx context.Context, node gateway.NodeID, b gateway.Bulk, from gateway.BulkStatus, lease time.Duration) (gateway.Bulk, error) {
	return oneBulk("keep", b.Brand, b.ID, func(row func(scanner) error) error {
		return s.write(ctx, func(x *session) error {
			return x.query(ctx, keepBulk, row, string(b.Brand), b.ID, string(node), string(from), string(b.Status), string(b.Cursor.Phase), b.Why,
				b.Cursor.After, b.Progress.Total, b.Progress.Considered, b.Progress.Matched, lease.Microseconds())
		})
	})
}

// TallyBulk counts how the prompts of a job stand.
func (s *Store) TallyBulk(ctx context.Context, brand conversation.BrandID, id string) (gateway.BulkTally, error) {
	var t gateway.BulkTally
	err := s.read.query(ctx, tallyBulk, func(scan scanner) error {
		var status conversation.PromptStatus
		var code string
		var n int
		err := scan(&status, &code, &n)
		t.Add(status, code, n)
		return err
	}, string(brand), id)
	if err != nil {
		return gateway.BulkTally{}, fmt.Errorf("count the prompts of bulk job %s of %s: %w", id, brand, err)
	}
	return t, nil
}

// UnsentPrompts lists the prompts of a job that have not left, in the order of
// their ids, after the one of that id.
func (s *Store) UnsentPrompts(ctx context.Context, brand conversation.BrandID, job, after string, limit int) ([]gateway.PromptRow, error) {
	var list []gateway.PromptRow
	err := s.read.query(ctx, unsentPrompts, func(scan scanner) error {
		var p gateway.PromptRow
		err := scan(&p.ID, &p.Customer)
		list = append(list, p)
		return err
	}, string(brand), job, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list the prompts of bulk job %s of %s: %w", job, brand, err)
	}
	return list, nil
}

// PageCustomers reads customers with their conversations, in the order of ids,
// after the one of that id.
func (s *Store) PageCustomers(ctx context.Context, brand conversation.BrandID, after conversation.CustomerID, limit int) ([]conversation.Conversation, error) {
	found := make(map[conversation.CustomerID]*gateway.Row, limit)
	ids := make([]string, 0, limit)
	err := s.read.query(ctx, pageCustomers, func(scan scanner) error {
		var id string
		var profile []byte
		if err := scan(&id, &profile); err != nil {
			return err
		}
		r := &gateway.Row{}
		r.Conversation.Brand = brand
		if err := json.Unmarshal(profile, &r.Conversation.Customer); err != nil {
			return fmt.Errorf("profile of customer %s: %w", id, err)
		}
		r.Conversation.Customer.ID = conversation.CustomerID(id)
		ids = append(ids, id)
		found[r.Conversation.Customer.ID] = r
		return nil
	}, string(brand), string(after), limit)
	if err == nil && len(ids) > 0 {
		err = s.read.query(ctx, readConversations, func(scan scanner) error { return scanConversation(scan, found) }, string(brand), ids)
	}
	if err != nil {
		return nil, fmt.Errorf("read customers of %s: %w", brand, err)
	}
	list := make([]conversation.Conversation, len(ids))
	for i, id := range ids {
		list[i] = found[conversation.CustomerID(id)].Conversation
	}
	return list, nil
}
