package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	putTickets = insert("tickets", `customer text, status text, owner text, priority integer, reason text, plain integer, value bigint,
		queued bigint, waits bigint, until bigint, offered text, hold bigint, team text, due bigint, resolve_by bigint, changed bigint`,
		`on conflict (brand, customer) do update set status = excluded.status, owner = excluded.owner, priority = excluded.priority,
			reason = excluded.reason, plain = excluded.plain, value = excluded.value, queued = excluded.queued,
			waits = excluded.waits, until = excluded.until, offered = excluded.offered, hold = excluded.hold, team = excluded.team,
			due = excluded.due, resolve_by = excluded.resolve_by, changed = excluded.changed`)
	dropTickets = both(`delete from tickets where brand = $1 and customer = any($2)`)
	addNotes    = insert("notes", `customer text, id text, event text, kind text, agent text, type text, body text, steps text, data text, rule text,
		version bigint, at bigint`, "")
	addMentions = insert("mentions", "agent text, note text, customer text", "on conflict (brand, agent, note) do nothing")
	addWords    = insert("words", "word text, customer text", "on conflict (brand, word, customer) do nothing")
)

// writeDesk keeps the desk's row of the conversations whose Desk changed.
func (t *tx) writeDesk(ctx context.Context, brand conversation.BrandID, rows []*gateway.Row) error {
	var desks []*gateway.Row
	var gone []string
	for _, r := range rows {
		switch {
		case !r.DeskChanged:
		case r.Conversation.Desk == nil:
			gone = append(gone, string(r.Conversation.Customer.ID))
		default:
			desks = append(desks, r)
		}
	}
	if len(gone) > 0 {
		if err := t.put(ctx, dropTickets, string(brand), gone); err != nil {
			return err
		}
	}
	if len(desks) == 0 {
		return nil
	}
	type row = *gateway.Row
	return t.put(ctx, putTickets, string(brand),
		texts(desks, func(r row) conversation.CustomerID { return r.Conversation.Customer.ID }),
		texts(desks, func(r row) conversation.DeskStatus { return r.Conversation.Desk.Status }),
		texts(desks, func(r row) conversation.AgentID { return r.Conversation.Desk.Owner }),
		numbers(desks, func(r row) int { return rank(r.Conversation.Desk.Priority) }),
		texts(desks, func(r row) string { return r.Conversation.Desk.Reason }),
		numbers(desks, func(r row) int {
			if r.Conversation.Customer.VIP {
				return 0
			}
			return 1
		}),
		numbers(desks, func(r row) int64 {
			if cart := r.Conversation.Customer.Cart; cart != nil {
				return cart.Total.Amount
			}
			return 0
		}),
		moments(desks, func(r row) time.Time { return r.Conversation.Desk.Queued }),
		moments(desks, func(r row) time.Time { return r.Conversation.Desk.Waits }),
		moments(desks, func(r row) time.Time { return r.Conversation.Desk.Until }),
		texts(desks, func(r row) conversation.AgentID { return r.Conversation.Desk.Offered }),
		moments(desks, func(r row) time.Time { return r.Conversation.Desk.Hold }),
		texts(desks, func(r row) string { return r.Conversation.Desk.Team }),
		numbers(desks, func(r row) int64 {
			if due := r.Conversation.Desk.Due; !due.IsZero() {
				return micros(due)
			}
			return math.MaxInt64 // after all that are due
		}),
		moments(desks, func(r row) time.Time { return r.Conversation.Desk.ResolveBy }),
		same(len(desks), t.Now().UnixMicro()))
}

// rank is a priority's place in the queue.
func rank(p conversation.Priority) int {
	switch p {
	case conversation.Urgent:
		return 0
	case conversation.High:
		return 1
	}
	return 2
}

func (t *tx) writeNotes(ctx context.Context, brand conversation.BrandID, n []gateway.NoteRow) error {
	if len(n) == 0 {
		return nil
	}
	steps, data := make([]string, len(n)), make([]string, len(n))
	for i, r := range n {
		var err error
		if len(r.Steps) > 0 {
			if steps[i], err = encode(r.Steps); err != nil {
				return err
			}
		}
		if len(r.Data) > 0 {
			if data[i], err = encode(r.Data); err != nil {
				return err
			}
		}
	}
	type row = gateway.NoteRow
	err := t.put(ctx, addNotes, string(brand),
		texts(n, func(r row) conversation.CustomerID { return r.Customer }),
		texts(n, func(r row) conversation.MessageID { return r.ID }),
		texts(n, func(r row) conversation.EventID { return r.Event }),
		texts(n, func(r row) string { return r.Kind }),
		texts(n, func(r row) conversation.AgentID { return r.Agent }),
		texts(n, func(r row) string { return r.Type }),
		texts(n, func(r row) string { return r.Text }),
		steps, data,
		texts(n, func(r row) conversation.Rule { return r.Rule }),
		numbers(n, func(r row) int64 { return r.Version }),
		moments(n, func(r row) time.Time { return r.At }))
	if err != nil {
		return err
	}
	return t.writeMentions(ctx, brand, n)
}

// writeMentions keeps who is named in the notes.
func (t *tx) writeMentions(ctx context.Context, brand conversation.BrandID, n []gateway.NoteRow) error {
	var named, notes, customers []string
	for _, r := range n {
		for _, a := range r.Mentions {
			named, notes, customers = append(named, string(a)), append(notes, string(r.ID)), append(customers, string(r.Customer))
		}
	}
	if len(named) == 0 {
		return nil
	}
	return t.put(ctx, addMentions, string(brand), named, notes, customers)
}

// writeWords adds what the customers whose names changed are found by.
func (t *tx) writeWords(ctx context.Context, brand conversation.BrandID, rows []*gateway.Row) error {
	var words, customers []string
	for _, r := range rows {
		if !r.NamesChanged {
			continue
		}
		for _, w := range wordsOf(&r.Conversation.Customer) {
			words, customers = append(words, w), append(customers, string(r.Conversation.Customer.ID))
		}
	}
	if len(words) == 0 {
		return nil
	}
	return t.put(ctx, addWords, string(brand), words, customers)
}

// maxWord bounds a word of the index, in bytes.
const maxWord = 100

// wordsOf is what a customer is found by, each once.
func wordsOf(c *conversation.Customer) []string {
	words := append(wordsIn(c.First+" "+c.Last), wordsIn(c.Email)...)
	for _, o := range c.Orders {
		words = append(words, wordsIn(o.Number)...)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// wordsIn is a text as words to look for: in lower case, without accents.
func wordsIn(text string) []string {
	plain := strings.Map(func(r rune) rune {
		if r == 0 || r >= 0x300 && r < 0x370 { // combining marks
			return -1
		}
		return r
	}, norm.NFKD.String(strings.ToLower(strings.ToValidUTF8(text, ""))))
	words := strings.Fields(plain)
	for i, w := range words {
		if w = strings.TrimLeft(w, "#"); len(w) > maxWord {
			w = strings.ToValidUTF8(w[:maxWord], "")
		}
		words[i] = w
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

var (
	readDraft = both(`select body from drafts where brand = $1 and customer = $2 and agent = $3`)
	putDraft  = both(`insert into drafts (brand, customer, agent, body, at) values ($1, $2, $3, $4, $5)
		on conflict (brand, customer, agent) do update set body = excluded.body, at = excluded.at`)
	dropDraft = both(`delete from drafts where brand = $1 and customer = $2 and agent = $3`)
	readHead  = both(`select seq from brands where brand = $1`)
	readEpoch = both(`select id from installation`)
	readActed = both(`select version from notes /* indexed by notes_event */ where brand = $1 and event = $2 and customer = $3 limit 1`)
)

// Draft implements agents.Store.
func (s *Store) Draft(ctx context.Context, agent conversation.AgentID, brand conversation.BrandID, customer conversation.CustomerID) (string, error) {
	var text string
	err := s.read.one(ctx, readDraft, []any{&text}, string(brand), string(customer), string(agent))
	if err != nil && !errors.Is(err, gateway.ErrNotFound) {
		return "", fmt.Errorf("read a draft of %s: %w", agent, err)
	}
	return text, nil
}

// PutDraft implements agents.Store.
func (s *Store) PutDraft(ctx context.Context, agent conversation.AgentID, brand conversation.BrandID, customer conversation.CustomerID, text string, at time.Time) error {
	st, args := putDraft, []any{string(brand), string(customer), string(agent), text, micros(at)}
	if text == "" {
		st, args = dropDraft, args[:3]
	}
	err := s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, st, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a draft of %s: %w", agent, err)
	}
	return nil
}

// Head implements agents.Store.
func (s *Store) Head(ctx context.Context, brand conversation.BrandID) (seq int64, epoch string, err error) {
	if err = s.read.one(ctx, readHead, []any{&seq}, string(brand)); err == nil || errors.Is(err, gateway.ErrNotFound) {
		err = s.read.one(ctx, readEpoch, []any{&epoch})
	}
	if err != nil {
		return 0, "", fmt.Errorf("read the head of %s: %w", brand, err)
	}
	return seq, epoch, nil
}

// Acted implements agents.Store. It answers for a duplicate, of which the
// gateway only knows that it came before.
func (s *Store) Acted(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, act conversation.EventID) (version int64, err error) {
	if err := s.read.one(ctx, readActed, []any{&version}, string(brand), string(act), string(customer)); err != nil {
		return 0, fmt.Errorf("look for act %s: %w", act, err)
	}
	return version, nil
}
