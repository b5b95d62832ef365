package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
)

// write is a writer: it takes whatever is in line and makes it durable in one
// transaction, until the queue has stopped and is empty. A node has one; where
// the database takes several at once, what the gateway owes itself has another.
// What customers write is in one line, so its order is kept.
func (g *Gateway) write(q *queue) {
	var batch []*work
	for {
		batch = q.take(g.opt.GroupMax, batch)
		if len(batch) == 0 {
			return
		}
		if !g.opt.SplitBrands {
			g.commit(batch)
			continue
		}
		for _, part := range byBrand(batch) {
			g.commit(part)
		}
	}
}

// byBrand splits a batch into one part a brand, each in its order.
func byBrand(batch []*work) [][]*work {
	var parts [][]*work
	at := make(map[conversation.BrandID]int)
	for _, w := range batch {
		i, ok := at[w.brand]
		if !ok {
			i = len(parts)
			at[w.brand] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], w)
	}
	return parts
}

// Times of a group: it is tried again until commitPatience has passed, after
// which its callers are told to come again; a single attempt may take
// commitTimeout. A COMMIT without an answer is asked about until it is known.
const (
	commitPatience = 5 * time.Second
	commitTimeout  = 10 * time.Second
	commitPause    = 5 * time.Millisecond
)

// commit makes one batch durable and answers its callers. What the database
// refuses as data is found by bisection and stored as poison; what it refuses
// for now is tried again.
func (g *Gateway) commit(batch []*work) {
	started := time.Now()
	pause := commitPause
	for {
		gr, err := g.attempt(batch)
		switch {
		case err == nil:
			g.at(PointCommitted)
			gr.publish()
			g.at(PointPublished)
			return
		case errors.Is(err, ErrData) && len(batch) > 1:
			half := len(batch) / 2
			g.commit(batch[:half])
			g.commit(batch[half:])
			return
		case errors.Is(err, ErrData):
			g.log.Error("poison: the database refuses this event", "brand", batch[0].brand, "error", err)
			g.bury(batch[0], err)
			return
		case time.Since(started) > commitPatience:
			g.log.Error("commit refused", "events", len(batch), "error", err)
			g.metrics.refused.Add(float64(len(batch)))
			g.catchUpSoon()
			for _, w := range batch {
				g.answer(w, verdict{err: fmt.Errorf("%w: %v", ErrBusy, err)})
			}
			return
		}
		g.log.Warn("commit tried again", "events", len(batch), "error", err)
		time.Sleep(pause)
		pause = min(2*pause, 500*time.Millisecond)
	}
}

// attempt runs the batch as one transaction. On any error nothing is durable
// and everything that was reserved is given back.
func (g *Gateway) attempt(batch []*work) (*group, error) {
	for _, w := range batch {
		w.forget()
	}
	gr := newGroup(g, batch)
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	id := GroupID(newID())
	err := g.opt.Store.Group(ctx, id, gr.ids(), func(tx Tx) error { return gr.run(ctx, tx) })
	if errors.Is(err, ErrCommitUnknown) {
		err = g.resolveCommit(id, gr.ids()[0], err)
	}
	if err != nil {
		gr.abandon()
		return nil, err
	}
	g.metrics.group.Observe(float64(len(batch)))
	return gr, nil
}

// resolveCommit rereads the group's id until the database answers: nothing is
// acknowledged, sent or tried again on a guess.
func (g *Gateway) resolveCommit(id GroupID, brand conversation.BrandID, cause error) error {
	pause := commitPause
	for {
		ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
		there, err := g.opt.Store.Committed(ctx, brand, id)
		cancel()
		switch {
		case err == nil && there:
			return nil
		case err == nil:
			return fmt.Errorf("%w: the commit did not arrive: %v", ErrTransient, cause)
		}
		g.log.Warn("commit unknown, asking again", "error", err)
		time.Sleep(pause)
		pause = min(2*pause, time.Second)
	}
}

// bury stores an event that the database refuses with its error, so that it is
// acknowledged once and agents see it, and answers its caller.
func (g *Gateway) bury(w *work, cause error) {
	if w.event == nil {
		g.answer(w, verdict{err: cause})
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	err := g.opt.Store.Group(ctx, GroupID(newID()), []conversation.BrandID{w.brand}, func(tx Tx) error {
		if w.event.ID != "" {
			fresh, err := tx.Fresh(ctx, w.brand, []conversation.EventID{w.event.ID})()
			if err != nil {
				return err
			}
			if !fresh[0] {
				return nil
			}
		}
		p := poisonOf(w, cause, tx.Now())
		return tx.Write(ctx, w.brand, Writes{Poison: []Poison{p}})
	})
	if err != nil {
		g.answer(w, verdict{err: fmt.Errorf("%w: %v", ErrBusy, err)})
		return
	}
	g.metrics.poisoned.Inc()
	g.answer(w, verdict{outcome: Outcome{Poisoned: true, Customer: w.who.Customer}})
}

// answer tells whoever waits for a work what became of it.
func (g *Gateway) answer(w *work, v verdict) {
	w.done <- v
	g.busy.Add(-1)
}

// poisonOf describes an event that could not be processed. The body is kept as
// JSON, which escapes whatever the database would not take.
func poisonOf(w *work, cause error, now time.Time) Poison {
	body, err := json.Marshal(w.event)
	if err != nil {
		body, _ = json.Marshal(map[string]string{"id": string(w.event.ID), "type": string(w.event.Type)})
	}
	customer := w.who.Customer
	if w.row != nil {
		customer = w.row.Conversation.Customer.ID
	}
	return Poison{Customer: customer, Event: w.event.ID, Body: body, Error: clip(cause.Error(), 2000), At: now}
}

// clip shortens a text to at most n bytes, on a rune's border.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// newID mints an id that increases with time.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(fmt.Sprintf("no randomness: %v", err)) // crypto/rand never fails on the systems we run on
	}
	return id.String()
}

// sortedBrands lists the brands of a batch, in order: the lock order.
func sortedBrands(batch []*work) []conversation.BrandID {
	var ids []conversation.BrandID
	for _, w := range batch {
		if !slices.Contains(ids, w.brand) {
			ids = append(ids, w.brand)
		}
	}
	slices.Sort(ids)
	return ids
}
