package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio/twiliotest"
)

// race is one customer's: what was queued and in flight, and when STOP was
// acknowledged.
type race struct {
	from  string
	stop  *text
	asked []*text
	sent  time.Duration // when STOP was first delivered, by the carrier's clock
	acked time.Duration // when it was first acknowledged
}

// run plays one race: automations keep asking for offers, the customer writes,
// and STOP comes in between, its webhook once or more often.
func (r *race) run(ctx context.Context, s *trial, doors []gateway.Door, dice *rand.Rand) {
	who := gateway.Who{Address: conversation.Address(r.from)}
	accept := func(e conversation.Event) {
		e.Time = time.Now().UTC()
		if _, err := doors[dice.IntN(len(doors))].Accept(ctx, brandID, who, e); err != nil {
			s.t.Errorf("%s: %v", e.Type, err)
		}
	}
	accept(conversation.Event{ID: conversation.EventID("consent:" + r.from), Type: conversation.ConsentRecorded, Consent: &conversation.Consent{
		Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "form", At: time.Now().UTC().Add(-time.Hour),
	}})
	offer := func(i int) {
		id := fmt.Sprintf("%s/%d", r.from, i)
		accept(conversation.Event{ID: conversation.EventID("prompt:" + id), Type: conversation.PromptRequested, Prompt: &conversation.Prompt{
			ID: id, Purpose: conversation.Marketing, Text: fmt.Sprintf("Offre %d pour vous. STOP au 36105", i%2), // two look alike at the carrier
			Channel: channelID, Medium: conversation.SMS, To: who.Address,
		}})
	}
	offers := 1 + dice.IntN(4)
	for i := range offers {
		offer(i)
	}

	var all sync.WaitGroup
	for _, x := range r.asked {
		all.Go(func() {
			s.pause(ctx, x.at)
			s.deliverOne(ctx, x)
		})
	}
	acks := make([]time.Duration, 1+dice.IntN(3))
	offsets := make([]time.Duration, len(acks))
	for i := range acks {
		offsets[i] = r.stop.at
		if i > 0 {
			offsets[i] += time.Duration(dice.Int64N(int64(raceDeadline)))
		}
	}
	if dice.IntN(4) > 0 { // else STOP may come before anything left
		select {
		case <-s.network.request(r.from):
		case <-ctx.Done():
		}
	}
	r.sent = s.played.Now() + slices.Min(offsets)
	for i := range acks {
		all.Go(func() {
			s.pause(ctx, offsets[i])
			acks[i] = s.deliverOne(ctx, r.stop)
		})
	}
	for i := range 6 { // whoever writes the offers does not know yet
		s.pause(ctx, raceDeadline/6)
		offer(offers + i)
	}
	all.Wait()
	r.acked = slices.Min(acks)
}

// judge returns what reached the customer after STOP was acknowledged, its
// confirmation aside, and how much reached them while STOP was on its way. What
// the customer wrote after STOP, or what was processed after it, is answered: that
// is not what was stopped.
func (r *race) judge(h *history, accepted []twiliotest.Message) (wrong []string, nearly int) {
	var stop turnTaken
	event := gateway.InboundEvent(conversation.Inbound{Channel: channelID, Carrier: conversation.CarrierID(r.stop.sid)}).ID
	for _, t := range h.turns {
		if t.Event.ID == event {
			stop = t
		}
	}
	if len(stop.Messages) != 1 {
		return []string{fmt.Sprintf("STOP of %s has %d confirmations", r.from, len(stop.Messages))}, 0
	}
	confirmed := false
	for _, m := range accepted {
		said := h.said[conversation.MessageID(m.Message)]
		switch {
		case said == nil: // judged by the whole history
		case said.ID == stop.Messages[0].ID:
			confirmed = true
		case said.Purpose == conversation.Marketing && said.version > stop.version:
			wrong = append(wrong, fmt.Sprintf("%s was offered something by a turn after STOP's", r.from))
		case m.At > r.acked && said.version < stop.version:
			wrong = append(wrong, fmt.Sprintf("%s got %s (%s, attempt %d) %v after STOP was acknowledged", r.from, m.Message, said.Purpose, m.Attempt, m.At-r.acked))
		case m.At > r.sent && said.version < stop.version:
			nearly++
		}
	}
	if said := h.said[stop.Messages[0].ID]; !confirmed && !(said != nil && said.gaveUp()) { // how many are given up the whole history judges
		wrong = append(wrong, fmt.Sprintf("STOP of %s was not confirmed", r.from))
	}
	return wrong, nearly
}

// Customers opt out while messages are queued, in flight, slow, late and in
// doubt. By the carrier's clock nothing reaches them after STOP was
// acknowledged, but its confirmation. On PostgreSQL two nodes share the traffic.
func TestProofOptOut(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			n := 50
			if long() {
				n = 2000
			}
			seed := seeds(t, 1, 1)[0]
			s := newTrial(t, seed, db.open(t), conditions{day: badDay(), slow: .5, most: raceDeadline + raceDeadline/3, gives: raceDeadline})
			doors, stop := s.nodes(db.name)
			races := make([]*race, n)
			for i := range races {
				r := &race{from: phone(i), stop: &text{sid: fmt.Sprintf("SM%032x", i), from: phone(i), body: "STOP"}}
				r.stop.at = time.Duration(s.dice.Int64N(int64(raceDeadline)))
				for k := range s.dice.IntN(3) {
					r.asked = append(r.asked, &text{
						sid: fmt.Sprintf("SM%016x%016x", i+1, k), from: r.from, body: "Quels sont vos horaires ?",
						at: time.Duration(s.dice.Int64N(int64(2 * raceDeadline))),
					})
				}
				races[i] = r
				s.texts = append(append(s.texts, r.stop), r.asked...)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
			defer cancel()
			inParallel(n, func(i int) { races[i].run(ctx, s, doors, rand.New(rand.NewPCG(seed, uint64(i)))) })
			s.settled(ctx)
			s.played.Close()
			stop()
			s.judgeRaces(races)
		})
	}
}

// judgeRaces judges every race, and that they were worth running.
func (s *trial) judgeRaces(races []*race) {
	s.t.Helper()
	h, err := readHistory(s.t.Context(), s.store)
	if err != nil {
		s.t.Fatal(err)
	}
	accepted := s.played.Accepted()
	wrong := h.judge(s.texts, s.router, accepted)
	byPhone := byPhone(accepted)
	turns := map[string][]turnTaken{} // of each customer, so that a race reads its own
	for _, t := range h.turns {
		if m := t.Event.Message; m != nil {
			turns[string(m.From)] = append(turns[string(m.From)], t)
		}
	}
	near, cancelled := 0, 0
	for _, r := range races {
		late, nearly := r.judge(&history{turns: turns[r.from], said: h.said}, byPhone[r.from])
		wrong, near = append(wrong, late...), near+nearly
	}
	for _, m := range h.said {
		if m.stored.Status == gateway.Cancelled {
			cancelled++
		}
	}
	s.t.Logf("%d races: %d messages reached the carrier, %d of them while STOP was on its way; %d were cancelled",
		len(races), len(accepted), near, cancelled)
	if cancelled < len(races)/2 || long() && near < len(races)/10 { // a few races on a busy machine may all miss the moment
		wrong = append(wrong, "too few messages were queued or in flight when STOP came: this proves nothing")
	}
	if len(wrong) > 0 {
		s.t.Errorf("seed %d:\n%s", s.seed, strings.Join(wrong[:min(len(wrong), 50)], "\n"))
	}
}
