package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// maxSifted bounds the conversations that one page is looked for in: a page of
// what is rare may be short, and the next one reads on.
const maxSifted = 2000

// Conversations reads a page of the brand's conversations, the one that
// something was said in last first, and says where the next page begins, "" for
// none. It reads the newest messages backwards, as the desk's list of all does,
// so that no turn pays for this order.
func (s *Store) Conversations(ctx context.Context, brand conversation.BrandID, q gateway.ConversationQuery) (list []gateway.Listed, next string, err error) {
	fail := func(err error) ([]gateway.Listed, string, error) {
		return nil, "", fmt.Errorf("list conversations of %s: %w", brand, err)
	}
	limit, oldest := min(max(q.Limit, 1), maxPage), oldestID(q.Since)
	after, _ := placeOf(q.Cursor)
	below := after.Message
	for sifted := 0; sifted < maxSifted; {
		places, read, err := s.recent(ctx, brand, agents.ViewAll, below, limit+1)
		if err != nil {
			return fail(err)
		}
		ended := read == "" && len(places) <= limit
		for i, p := range places {
			if p.Message < oldest {
				places, ended = places[:i], true
				break
			}
		}
		rows, err := s.rows(ctx, places)
		if err != nil {
			return fail(err)
		}
		for i, r := range rows {
			c := r.Conversation
			if q.Owner != "" && c.State.Owner() != q.Owner || q.State != "" && c.State != q.State {
				continue
			}
			if len(list) == limit {
				return list, place{Message: below}.cursor(), nil
			}
			list = append(list, gateway.Listed{Conversation: c, Last: r.Last, Changed: r.Changed})
			below = places[i].Message
		}
		if ended {
			return list, "", nil
		}
		if below = read; below == "" {
			below = places[len(places)-1].Message
		}
		sifted += len(places)
	}
	return list, place{Message: below}.cursor(), nil
}

// oldestID is not above any id that the gateway minted at the time or later: ids
// of messages begin with when they were minted (RFC 9562, UUIDv7).
func oldestID(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	ms := t.UnixMilli()
	return fmt.Sprintf("%08x-%04x", ms>>16, ms&0xffff)
}
