package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// lister is a store whose conversations automations list.
type lister interface {
	Conversations(ctx context.Context, brand conversation.BrandID, q gateway.ConversationQuery) ([]gateway.Listed, string, error)
}

func conversations(t *testing.T, open Opener) {
	t.Run("conversations come newest message first, sifted by owner, state and time, each once whatever the page", func(t *testing.T) {
		d := beginDesk(t, open)
		who := people10(9)
		ids := d.put(lumen, func(i int, c *conversation.Conversation) {
			switch i % 3 {
			case 0:
				c.State = conversation.AwaitingAgent
			case 1:
				c.State = conversation.WithAgent
			}
		}, who...)
		// Ids of messages begin with when they were minted.
		start := time.Date(2026, 11, 21, 9, 41, 0, 0, time.UTC)
		said := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
		var received []gateway.InboundRow
		for n := range 900 {
			ms := said(n).UnixMilli()
			id := fmt.Sprintf("%08x-%04x-7000-8000-%012x", ms>>16, ms&0xffff, n)
			received = append(received, inbound(ids[n%len(ids)], conversation.MessageID(id), "oui"))
		}
		d.write(gateway.Writes{Received: received}, who...)
		var all []conversation.CustomerID
		for n := len(ids) - 1; n >= 0; n-- {
			all = append(all, ids[n])
		}
		some := func(keep func(i int) bool) (list []conversation.CustomerID) {
			for _, id := range all {
				if keep(slices.Index(ids, id)) {
					list = append(list, id)
				}
			}
			return list
		}
		list := d.Store.(lister)
		for name, c := range map[string]struct {
			q    gateway.ConversationQuery
			want []conversation.CustomerID
		}{
			"all":               {gateway.ConversationQuery{}, all},
			"waiting":           {gateway.ConversationQuery{Owner: conversation.Queue}, some(func(i int) bool { return i%3 == 0 })},
			"with an agent":     {gateway.ConversationQuery{State: conversation.WithAgent}, some(func(i int) bool { return i%3 == 1 })},
			"both, and nobody":  {gateway.ConversationQuery{Owner: conversation.Queue, State: conversation.WithAgent}, nil},
			"since":             {gateway.ConversationQuery{Since: said(896)}, all[:4]},
			"since, and sifted": {gateway.ConversationQuery{Since: said(895), Owner: conversation.Assistant}, some(func(i int) bool { return i == 5 || i == 8 })},
			"since tomorrow":    {gateway.ConversationQuery{Since: said(100_000)}, nil},
		} {
			for limit := 1; limit <= 10; limit += 3 {
				var got []conversation.CustomerID
				for q := c.q; ; {
					q.Limit = limit
					page, next, err := list.Conversations(t.Context(), lumen, q)
					d.must(err)
					for _, l := range page {
						got = append(got, l.Conversation.Customer.ID)
						if l.Last == nil || l.Changed.IsZero() {
							t.Errorf("%s: %+v", name, l)
						}
					}
					if q.Cursor = next; next == "" || len(got) > len(all) {
						break
					}
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%s, %d a page: got %v, want %v", name, limit, got, c.want)
				}
			}
		}
		if page, next, err := list.Conversations(t.Context(), other, gateway.ConversationQuery{Limit: 10}); err != nil || len(page) > 0 || next != "" {
			t.Errorf("another brand's: %v %q %v", page, next, err)
		}
		if page, _, err := list.Conversations(t.Context(), lumen, gateway.ConversationQuery{Limit: 10, Cursor: "!"}); err != nil || len(page) != len(all) {
			t.Errorf("from a cursor that is none: %d %v", len(page), err)
		}
	})
}
