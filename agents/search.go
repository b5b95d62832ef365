package agents

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
)

// TextQuery looks for words in what was said and noted: all of them, the last
// one perhaps not yet typed to its end.
type TextQuery struct {
	Text   string
	Brand  conversation.BrandID // "": all that the agent serves
	Cursor string
	Limit  int
}

// Found is an entry of somebody's thread.
type Found struct {
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Name     string                  `json:"name"` // the customer's
	Entry    Entry                   `json:"entry"`
}

// FoundPage is a page of what was found, newest first.
type FoundPage struct {
	Items []Found `json:"items"`
	Next  string  `json:"next"`
}

// TextStore finds texts by their words.
type TextStore interface {
	// FindTexts reads the texts of the brands that hold all of the words, the
	// last one as a beginning, newest first, before an item's id ("" from the end).
	FindTexts(ctx context.Context, brands []conversation.BrandID, text, before string, limit int) ([]FoundText, error)
	// IndexTexts makes up to so many further texts findable, and says how many
	// they were. What was written within lag is left for later where
	// transactions may end in another order than their ids.
	IndexTexts(ctx context.Context, lag time.Duration, limit int) (int, error)
	// Busy says whether turns have used much of the only writer's time since it
	// was last asked: what can wait should.
	Busy() bool
}

// FoundText is an item with whose thread it stands in.
type FoundText struct {
	Brand    conversation.BrandID
	Customer conversation.CustomerID
	Name     string
	Item     Item
}

// SearchMessages looks for words in what was said and noted.
func (d *Desk) SearchMessages(ctx context.Context, by Agent, q TextQuery) (FoundPage, error) {
	if err := Allow(by, See, q.Brand); err != nil {
		return FoundPage{}, err
	}
	q.Text = strings.TrimSpace(q.Text)
	switch {
	case len(q.Text) > maxSearch:
		return FoundPage{}, &Fault{"q", fmt.Sprintf("is longer than %d bytes", maxSearch)}
	case len(q.Cursor) > maxCursor:
		return FoundPage{}, &Fault{"cursor", "is none of ours"}
	}
	page := FoundPage{Items: []Found{}}
	brands := idsOf(d.brandsAsked(by, q.Brand))
	q.Limit = pageOf(q.Limit)
	list, err := d.store.FindTexts(ctx, brands, q.Text, q.Cursor, q.Limit)
	if err != nil {
		return FoundPage{}, fmt.Errorf("search: %w", err)
	}
	for _, f := range list {
		page.Items = append(page.Items, Found{Brand: f.Brand, Customer: f.Customer, Name: f.Name, Entry: d.entry(ctx, f.Item)})
	}
	if len(list) == q.Limit {
		page.Next = list[len(list)-1].Item.id()
	}
	return page, nil
}

// The index follows behind the turns, in small pieces: after each it rests ten
// times as long as the piece took, so that at most a tenth of a processor, and
// of SQLite's one writer, goes there. A piece holds up the turns that come
// meanwhile, so it is as large as what takes a few milliseconds, and where turns
// come one after the other there is one of the smallest a second.
const (
	indexLeast = 16
	indexMost  = 500
	indexPiece = 5 * time.Millisecond
	indexRest  = 10
	indexEvery = time.Second      // looks at whether something is new, and works where turns keep the writer busy
	indexLag   = 60 * time.Second // a group ends within 30 s, and nodes' clocks agree within as many
)

// IndexTexts makes what was said and noted findable until ctx ends. Every node
// may run it.
func (d *Desk) IndexTexts(ctx context.Context) {
	rest := time.NewTimer(0)
	defer rest.Stop()
	for batch := indexLeast; ; {
		select {
		case <-ctx.Done():
			return
		case <-rest.C:
		}
		begun := time.Now()
		n, err := d.store.IndexTexts(ctx, indexLag, batch)
		took := time.Since(begun)
		switch {
		case err != nil && ctx.Err() == nil:
			d.log.Warn("cannot index texts; they will be found later", "error", err)
			rest.Reset(indexEvery)
		case n == 0:
			rest.Reset(indexEvery)
		default:
			pause := indexRest * took
			switch {
			case d.store.Busy():
				pause, batch = max(pause, indexEvery), indexLeast
			case took > indexPiece:
				batch = max(batch/2, indexLeast)
			case n == batch:
				batch = min(batch*2, indexMost)
			}
			rest.Reset(pause)
		}
	}
}
