package bulk

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/segment"
	"github.com/causette/causette/gateway"
)

const (
	pageSize   = 256 // customers read at once
	sampleSize = 200 // customers whose verdicts a count asks for
)

// Count says what an order's segment means, how many customers that are, and of
// some of them what the gate would say of the prompt now.
func (b *Bulk) Count(ctx context.Context, brand conversation.BrandID, o gateway.BulkOrder) (gateway.BulkCount, error) {
	now := time.Now().UTC()
	s, err := parse(o.Segment)
	if err != nil {
		return gateway.BulkCount{}, err
	}
	count := gateway.BulkCount{Segment: s.String(), Explained: map[string]string{}, At: now}
	for _, language := range []string{"fr", "en"} {
		count.Explained[language] = s.Explain(language)
	}
	var some sample
	for after := conversation.CustomerID(""); ; {
		page, err := b.opt.Store.PageCustomers(ctx, brand, after, pageSize)
		if err != nil {
			return count, fmt.Errorf("count the segment: %w", err)
		}
		for i := range page {
			if s.Match(&page[i], now) {
				count.Matched++
				some.add(page[i].Customer.ID, addressOf(&page[i]))
			}
		}
		count.Considered += len(page)
		if len(page) < pageSize {
			break
		}
		after = page[len(page)-1].Customer.ID
	}
	return count, b.judge(ctx, brand, o, now, &count, some.list)
}

// judge asks the gate of a sample.
func (b *Bulk) judge(ctx context.Context, brand conversation.BrandID, o gateway.BulkOrder, now time.Time, count *gateway.BulkCount, some []recipient) error {
	if b.opt.Preview == nil || o.Prompt.Template == "" && o.Prompt.Text == "" {
		return nil
	}
	count.Verdicts = make(map[string]int)
	for _, r := range some {
		c := conversation.Conversation{Customer: conversation.Customer{ID: r.id, Phone: r.to}}
		p := promptOf(&gateway.Bulk{ID: "count", Brand: brand, Order: o}, &c, now)
		preview, err := b.opt.Preview(ctx, brand, gateway.Who{Customer: r.id}, p)
		if err != nil {
			return fmt.Errorf("ask the gate of a customer: %w", err)
		}
		v := preview.Verdict
		switch {
		case v.Open():
			count.Verdicts["open"]++
		case v.Code != "":
			count.Verdicts[v.Code]++
		default:
			count.Verdicts["held"]++
		}
	}
	return nil
}

// recipient is a customer and where they are reached.
type recipient struct {
	id conversation.CustomerID
	to conversation.Address
}

// addressOf is where a customer is reached: by their phone, else as they wrote last.
func addressOf(c *conversation.Conversation) conversation.Address {
	return cmp.Or(c.Customer.Phone, c.Address)
}

// sample keeps some of many, evenly spread, without knowing how many will come:
// whenever it is full, every second one goes.
type sample struct {
	list []recipient
	skip int // so many between two that are kept, less one
	seen int
}

func (s *sample) add(id conversation.CustomerID, to conversation.Address) {
	if s.skip == 0 {
		s.skip = 1
	}
	if s.seen++; (s.seen-1)%s.skip != 0 {
		return
	}
	if len(s.list) == 2*sampleSize {
		for i := range sampleSize {
			s.list[i] = s.list[2*i]
		}
		s.list, s.skip = s.list[:sampleSize], 2*s.skip
		if (s.seen-1)%s.skip != 0 {
			return
		}
	}
	s.list = append(s.list, recipient{id, to})
}

// parse reads a segment; its error is an order's.
func parse(text string) (*segment.Segment, error) {
	s, err := segment.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: segment: %w", gateway.ErrBulkOrder, err)
	}
	return s, nil
}
