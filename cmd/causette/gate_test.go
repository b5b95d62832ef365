package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio/twiliotest"
)

// What befalls a customer while offers to them stand in line.
type fate string

const (
	stops    fate = "STOP"
	objects  fate = "a withdrawal over the API"
	returns  fate = "a return"
	misses   fate = "a missed parcel"
	talks    fate = "an agent who takes over"
	buys     fate = "an order of the cart"
	nothings fate = "nothing"
)

var fates = []fate{stops, objects, returns, misses, talks, buys, nothings}

// life is one customer's generated history.
type lifetime struct {
	from   string
	agreed bool
	closed bool // where they live no offer goes out at this hour
	late   bool // where they live offers go out until the next minute
	fate   fate
	acked  time.Duration // when that was acknowledged, by the carrier's clock
	offers int
}

// mostOffers is the cap that the gate is given.
const mostOffers = 2

// gateNow is a gate with places of three sorts: offers go out all day in most,
// not at this hour in the Netherlands, and until the given minute in Luxembourg.
func gateNow(now time.Time, until time.Time) string {
	zone := func(t time.Time) time.Time { return t.In(time.FixedZone("", 0)) }
	shut := "20:00-21:00"
	if h := zone(now).Hour(); h > 11 {
		shut = "06:00-07:00"
	}
	shuts := zone(until).Format("15:04")
	if shuts == "00:00" { // a day ends at its last minute
		shuts = "23:59"
	}
	return fmt.Sprintf(`
gate:
  windows:
    "*": {binds: [order], everyday: "00:00-23:59"}
    FR: {binds: [order], everyday: "00:00-23:59"}
    NL: {binds: [marketing], everyday: %q}
    LU: {binds: [marketing], everyday: "00:00-%s"}
  caps: {marketing: {day: %d, week: 0}}
`, shut, shuts, mostOffers)
}

// live plays one history: offers, what befalls the customer in between, and more
// offers of whoever does not know yet.
func (r *lifetime) live(ctx context.Context, s *trial, doors []gateway.Door, dice *rand.Rand, within time.Duration) {
	who := gateway.Who{Address: conversation.Address(r.from)}
	accept := func(e conversation.Event) gateway.Outcome {
		e.Time = time.Now().UTC()
		out, err := doors[dice.IntN(len(doors))].Accept(ctx, brandID, who, e)
		if err != nil {
			s.t.Errorf("%s of %s: %v", e.Type, r.from, err)
		}
		return out
	}
	event := func(name string, kind conversation.EventType, shop *conversation.ShopEvent) {
		accept(conversation.Event{ID: conversation.EventID(name + ":" + r.from), Type: kind, Shop: shop})
	}
	zone, country := "UTC", "BE"
	switch {
	case r.closed:
		country = "NL"
	case r.late:
		country = "LU"
	}
	event("profile", "customer.updated", &conversation.ShopEvent{Customer: &conversation.Profile{Country: &country, Timezone: &zone}})
	cart := &conversation.Cart{ID: "cart-" + r.from, Total: conversation.Money{Amount: 4200, Currency: "EUR"},
		Lines: []conversation.Line{{SKU: "B", Name: "Bougie", Quantity: 1, Price: conversation.Money{Amount: 4200, Currency: "EUR"}}}, Updated: time.Now().UTC().Add(-time.Hour)}
	event("cart", "cart.updated", &conversation.ShopEvent{Cart: cart})
	if r.agreed {
		if err := consent(ctx, doors[0], r.from); err != nil {
			s.t.Error(err)
		}
	}
	offer := func() {
		r.offers++
		p := conversation.Prompt{ID: fmt.Sprintf("%s/%d", r.from, r.offers), Purpose: conversation.Marketing, To: who.Address,
			Text: fmt.Sprintf("Lumen : offre %d pour vous. STOP au 36105", r.offers), Expires: time.Now().UTC().Add(time.Hour)}
		if r.fate == buys {
			p.Cart = cart.ID
		}
		if _, err := request(ctx, doors[dice.IntN(len(doors))], p); err != nil {
			s.t.Errorf("offer to %s: %v", r.from, err)
		}
	}
	for range 1 + dice.IntN(mostOffers) {
		offer()
	}
	s.pause(ctx, time.Duration(dice.Int64N(int64(within))))
	order := conversation.Order{ID: "o-" + r.from, Number: "1042", Placed: time.Now().UTC(), Changed: time.Now().UTC(),
		Total: conversation.Money{Amount: 4200, Currency: "EUR"}, Lines: cart.Lines}
	switch r.fate {
	case stops:
		r.acked = s.deliverOne(ctx, &text{sid: "SM" + strings.Repeat("0", 20) + r.from[1:] + "0", from: r.from, body: "STOP"})
	case objects:
		accept(conversation.Event{ID: conversation.EventID("withdrawn:" + r.from), Type: conversation.ConsentRecorded, Consent: &conversation.Consent{
			Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Withdrawn, Source: "api", At: time.Now().UTC()}})
	case returns:
		event("return", "return.requested", &conversation.ShopEvent{Return: &conversation.Return{ID: "r1", Order: order.ID, Status: "requested", Changed: time.Now().UTC()}})
	case misses:
		order.Placed = order.Placed.AddDate(0, 0, -3)
		order.Status = "delivery_missed"
		event("missed", "order.delivery_missed", &conversation.ShopEvent{Order: &order})
	case talks:
		out := accept(conversation.Event{ID: conversation.EventID("claim:" + r.from), Type: conversation.AgentClaimed, Act: &conversation.Act{Agent: "lea"}})
		if out.Turn == nil || out.Turn.Refused != nil {
			s.t.Errorf("the claim of %s was not done: %+v", r.from, out.Turn)
		}
	case buys:
		order.Status = "placed"
		event("order", "order.placed", &conversation.ShopEvent{Order: &order})
	}
	if r.fate != stops {
		r.acked = s.played.Now()
	}
	for range dice.IntN(3) {
		offer()
	}
}

// judge says which offers the customer must not have got, by the carrier's
// clock: what was in flight when the shop told something may still arrive, what
// an opt-out or an agent stopped may not.
func (r *lifetime) judge(offers []twiliotest.Message, shut time.Duration) (wrong []string) {
	arrives := raceDeadline + 100*time.Millisecond // the send deadline, and the way there
	for _, m := range offers {
		switch late := m.At - r.acked; {
		case !r.agreed:
			wrong = append(wrong, fmt.Sprintf("%s got %q and never agreed", r.from, m.Body))
		case r.closed:
			wrong = append(wrong, fmt.Sprintf("%s got %q outside hours", r.from, m.Body))
		case r.late && m.At > shut+arrives:
			wrong = append(wrong, fmt.Sprintf("%s got %q %v after the hours ended", r.from, m.Body, m.At-shut))
		case r.fate == nothings:
		case (r.fate == stops || r.fate == objects || r.fate == talks) && late > 0, late > arrives:
			wrong = append(wrong, fmt.Sprintf("%s got %q %v after %s", r.from, m.Body, late, r.fate))
		}
	}
	if len(offers) > mostOffers {
		wrong = append(wrong, fmt.Sprintf("%s got %d offers, %d a day are promised", r.from, len(offers), mostOffers))
	}
	return wrong
}

// slower paces the trial's channel, so that offers stand in line.
func (s *trial) slower(perSecond int) {
	s.configure("messages_per_second: 2000", fmt.Sprintf("messages_per_second: %d", perSecond))
}

// gated gives the trial another gate.
func (s *trial) gated(gate string) {
	s.configure("(?m)^scripts: .*$", fmt.Sprintf("scripts: %q", scriptsOf(s.t, gate)))
}

// Offers stand in a slow line before a hostile carrier while customers opt out,
// return what they bought, miss parcels, buy their carts and talk with agents,
// and, where the proof runs whole, while the hour ends. By the carrier's clock
// none arrives that must not.
func TestProofGate(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			seed := seeds(t, 1, 1)[0]
			s := newTrial(t, seed, db.open(t), conditions{day: badDay(), slow: .3, most: raceDeadline / 2, gives: raceDeadline})
			// Luxembourg's hours end in the middle of the whole proof; in the small one
			// they do not.
			n, within, least := 70, 3*time.Second, 5*time.Minute
			if long() {
				n, least = 1500, 10*time.Second
			}
			end := time.Now().Add(least).Truncate(time.Minute).Add(time.Minute)
			if long() {
				within = time.Until(end) + 15*time.Second
			}
			s.gated(gateNow(time.Now(), end))
			s.slower(max(n/int(within/time.Second), 1)) // the line is as long as the histories
			doors, stop := s.nodes(db.name)
			shut := s.played.Now() + time.Until(end)
			lives := make([]*lifetime, n)
			for i := range lives {
				lives[i] = &lifetime{from: phone(i), agreed: s.dice.IntN(8) > 0, closed: s.dice.IntN(8) == 0, late: s.dice.IntN(4) == 0, fate: fates[i%len(fates)]}
				lives[i].late = lives[i].late && !lives[i].closed
			}
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
			defer cancel()
			var all sync.WaitGroup
			for i, r := range lives {
				all.Go(func() { r.live(ctx, s, doors, rand.New(rand.NewPCG(seed, uint64(i))), within) })
			}
			all.Wait()
			s.settled(ctx)
			s.played.Close()
			stop()
			s.judgeLives(lives, shut)
		})
	}
}

// judgeLives judges every history, and that there was something to hold back.
func (s *trial) judgeLives(lives []*lifetime, shut time.Duration) {
	s.t.Helper()
	h, err := readHistory(s.t.Context(), s.store)
	if err != nil {
		s.t.Fatal(err)
	}
	offers := map[string][]twiliotest.Message{}
	for _, m := range s.played.Accepted() {
		if said := h.said[conversation.MessageID(m.Message)]; said != nil && said.Purpose == conversation.Marketing {
			offers[m.To] = append(offers[m.To], m)
		}
	}
	wrong, reached, stopped, ends := h.logIsWhole(), 0, 0, map[string]int{}
	for _, r := range lives {
		wrong = append(wrong, r.judge(offers[r.from], shut)...)
		reached += len(offers[r.from])
		for k := range r.offers {
			end, err := s.final(s.t.Context(), fmt.Sprintf("%s/%d", r.from, k+1))
			if err != nil {
				wrong = append(wrong, fmt.Sprintf("offer %d to %s: %v", k+1, r.from, err))
			}
			ends[end]++
		}
	}
	for _, m := range h.said {
		if m.stored.Status == gateway.Cancelled || m.stored.Status == gateway.Expired {
			stopped++
		}
	}
	s.t.Logf("%d histories: %d offers reached the carrier, %d were stopped in line; they ended as %v", len(lives), reached, stopped, ends)
	least, held := 1, 1 // of a small proof it depends on the machine's speed which of the two is more
	if long() {
		least, held = len(lives)/4, len(lives)/20
	}
	if reached < least || stopped < held {
		wrong = append(wrong, "too little left, or too little was stopped in line: this proves nothing")
	}
	if len(wrong) > 0 {
		s.t.Errorf("seed %d:\n%s", s.seed, strings.Join(wrong[:min(len(wrong), 50)], "\n"))
	}
}
