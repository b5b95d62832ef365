package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
)

// bare writes the rows of turns and of their settlements without the gateway:
// what the store alone can do. The log's payloads and the answer's words are
// those that serve wrote in the same database.
type bare struct {
	st      *store.Store
	answer  string
	turn    []byte // a turn's log payload
	status  []byte // a status's
	next    atomic.Int64
	written atomic.Int64 // turns
}

func newBare(ctx context.Context, st *store.Store, answer string) (*bare, error) {
	b := &bare{st: st, answer: answer}
	log, err := st.Log(ctx, brand, 0, 5000)
	if err != nil {
		return nil, err
	}
	for _, e := range log {
		switch e.Type {
		case string(conversation.MessageReceived):
			b.turn = e.Payload
		case "message.status":
			b.status = e.Payload
		}
	}
	if b.turn == nil || b.status == nil {
		return nil, errors.New("the log holds no turn and its status to copy")
	}
	return b, nil
}

// rate commits groups of size turns, each with the settlements of the group
// before, from so many workers at once, and returns turns a second.
func (b *bare) rate(ctx context.Context, size, workers int, d time.Duration) (float64, error) {
	began := time.Now()
	from := b.written.Load()
	errs := make([]error, workers)
	var working sync.WaitGroup
	for w := range workers {
		working.Go(func() {
			var sent []gateway.Settlement
			for errs[w] == nil && time.Since(began) < d && ctx.Err() == nil {
				if size > 1 {
					sent, errs[w] = b.group(ctx, size, sent)
					continue
				}
				// One transaction a turn: the settlement has one of its own too.
				if sent, errs[w] = b.group(ctx, 1, nil); errs[w] == nil {
					_, errs[w] = b.group(ctx, 0, sent)
				}
			}
		})
	}
	working.Wait()
	return float64(b.written.Load()-from) / time.Since(began).Seconds(), errors.Join(errs...)
}

// group is the gateway's recipe with nothing but the rows.
func (b *bare) group(ctx context.Context, turns int, sent []gateway.Settlement) ([]gateway.Settlement, error) {
	var who []gateway.Who
	var keys []conversation.EventID
	sids := make([]conversation.CarrierID, turns)
	for i := range sids {
		n := b.next.Add(1)
		sids[i] = conversation.CarrierID("SMbare" + strconv.FormatInt(time.Now().UnixNano(), 36) + "x" + strconv.FormatInt(n, 10))
		keys = append(keys, conversation.EventID("in:"+channelID(0)+":"+string(sids[i])))
		who = append(who, gateway.Who{Address: conversation.Address(address(int(n * 61_803 % customers)))})
	}
	for _, s := range sent {
		who = append(who, gateway.Who{Customer: s.Customer, Brief: true})
	}
	var flying []gateway.Settlement
	err := b.st.Group(ctx, newGroupID(), []conversation.BrandID{brand}, func(tx gateway.Tx) error {
		flying = nil
		if turns > 0 {
			if _, err := tx.Fresh(ctx, brand, keys)(); err != nil {
				return err
			}
		}
		rows, err := tx.Lock(ctx, brand, who)
		if err != nil {
			return err
		}
		var log []gateway.Entry
		if len(sent) > 0 {
			for i := range sent {
				sent[i].Flight = rows[turns+i].Flight
			}
			settled, err := tx.Settle(ctx, brand, sent)
			if err != nil {
				return err
			}
			for _, s := range settled {
				log = append(log, gateway.Entry{Type: "message.status", Customer: s.Customer, Payload: b.status, At: tx.Now()})
			}
		}
		var w gateway.Writes
		for i, sid := range sids {
			log = append(log, b.say(&w, rows[i], sid, tx.Now()))
			flying = append(flying, gateway.Settlement{
				Message: w.Messages[i].ID, Customer: w.Messages[i].Customer, Attempt: 1,
				Status: gateway.Accepted, Carrier: "SMout" + sid, At: tx.Now(),
			})
		}
		if turns > 0 {
			if err := tx.Write(ctx, brand, w); err != nil {
				return err
			}
		}
		_, err = tx.Append(ctx, brand, log)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("bare commit: %w", err)
	}
	b.written.Add(int64(turns))
	return flying, nil
}

// say adds the rows of one answered text.
func (b *bare) say(w *gateway.Writes, r *gateway.Row, sid conversation.CarrierID, now time.Time) gateway.Entry {
	c := &r.Conversation
	c.Version++
	c.WroteAt = now
	id := c.Customer.ID
	flight := &gateway.Flight{
		Message: conversation.MessageID(newID()), Customer: id, Node: "bench", Attempt: 1,
		Deadline: now.Add(8 * time.Second), Lease: now.Add(20 * time.Second),
	}
	w.Rows = append(w.Rows, r)
	w.Received = append(w.Received, gateway.InboundRow{
		ID: conversation.MessageID(newID()), Customer: id, Version: c.Version,
		Inbound: conversation.Inbound{Carrier: sid, Channel: conversation.ChannelID(channelID(0)), Medium: conversation.SMS, From: c.Customer.Phone, Text: keyword, At: now},
	})
	w.Messages = append(w.Messages, gateway.Outbound{
		Message: conversation.Message{
			Channel: conversation.ChannelID(channelID(0)), Medium: conversation.SMS, To: c.Customer.Phone, Text: b.answer,
			Purpose: conversation.Answer, Exempt: true, Rule: "help.keyword", Expires: now.Add(4 * time.Hour),
		},
		ID: flight.Message, Customer: id, Author: "assistant", Version: c.Version, Segments: 1, Created: now,
		Status: gateway.PostingNow, Flight: flight, Attempts: 1, FirstPosted: now,
	})
	return gateway.Entry{Type: string(conversation.MessageReceived), Customer: id, Version: c.Version, Payload: b.turn, At: now}
}
