package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store/pgtest"
)

// turns is a group of typical turns: each has a key, a customer under lock, a
// text received, an answer in flight at once, the conversation's new state and
// a row of the log. Then the answers are accepted, in a group of their own.
type turns struct {
	s    gateway.Store
	n    int // groups so far
	size int
	pool int // customers
}

const benchBrand conversation.BrandID = "lumen"

func (b *turns) turn(ctx context.Context) ([]gateway.Flight, error) {
	b.n++
	var flights []gateway.Flight
	err := b.s.Group(ctx, gateway.GroupID(fmt.Sprintf("g%09d", b.n)), []conversation.BrandID{benchBrand}, func(tx gateway.Tx) error {
		now := tx.Now()
		keys, who := make([]conversation.EventID, b.size), make([]gateway.Who, b.size)
		for i := range keys {
			n := b.n*b.size + i
			keys[i] = conversation.EventID(fmt.Sprintf("in:lumen-sms:SM%032x", uint64(n)*0x9e3779b97f4a7c15))
			who[i].Address = benchAddress(n * 7919 % b.pool)
		}
		if _, err := tx.Fresh(ctx, benchBrand, keys)(); err != nil {
			return err
		}
		rows, err := tx.Lock(ctx, benchBrand, who)
		if err != nil {
			return err
		}
		var w gateway.Writes
		var log []gateway.Entry
		for i, r := range rows {
			c := &r.Conversation
			c.Version++
			c.Channel, c.Address, c.Medium, c.WroteAt, c.Disclosed = "lumen-sms", who[i].Address, conversation.SMS, now, true
			c.Slots = map[string]string{"order": "1042", "step": "quantity"}
			c.Budget = conversation.Budget{Since: now, Said: 1}
			w.Rows = append(w.Rows, r)
			id := fmt.Sprintf("%016x%010d", now.UnixMicro(), i)
			w.Received = append(w.Received, gateway.InboundRow{
				ID: conversation.MessageID(id + "a"), Customer: c.Customer.ID, Version: c.Version,
				Inbound: conversation.Inbound{
					Carrier: conversation.CarrierID(keys[i][13:]), Channel: "lumen-sms", Medium: conversation.SMS,
					From: who[i].Address, To: "36105", Text: "où est mon colis ?", At: now,
				}})
			f := gateway.Flight{
				Message: conversation.MessageID(id + "b"), Customer: c.Customer.ID, Node: "node-1", Attempt: 1,
				Deadline: now.Add(8 * time.Second), Lease: now.Add(20 * time.Second),
			}
			flights = append(flights, f)
			w.Messages = append(w.Messages, gateway.Outbound{
				Message: conversation.Message{
					Channel: "lumen-sms", Medium: conversation.SMS, To: who[i].Address, Purpose: conversation.Answer, Rule: "status.order",
					Text: "Votre commande 1042 est en route : https://lumen.example/t/1042. Livraison prévue demain entre 9 h et 13 h.", Expires: now.Add(time.Hour),
				},
				ID: f.Message, Customer: c.Customer.ID, Author: "assistant", Version: c.Version, Segments: 1,
				Created: now, Status: gateway.PostingNow, Flight: &f,
			})
			log = append(log, gateway.Entry{
				Type: "message.received", Customer: c.Customer.ID, Version: c.Version, At: now,
				Payload: []byte(`{"rule":"status.order","text":"où est mon colis ?","said":["Votre commande 1042 est en route : https://lumen.example/t/1042. Livraison prévue demain entre 9 h et 13 h."],"steps":[]}`),
			})
		}
		if err := tx.Write(ctx, benchBrand, w); err != nil {
			return err
		}
		_, err = tx.Append(ctx, benchBrand, log)
		return err
	})
	return flights, err
}

func (b *turns) settle(ctx context.Context, flights []gateway.Flight) error {
	b.n++
	return b.s.Group(ctx, gateway.GroupID(fmt.Sprintf("g%09d", b.n)), []conversation.BrandID{benchBrand}, func(tx gateway.Tx) error {
		who := make([]gateway.Who, len(flights))
		settlements := make([]gateway.Settlement, len(flights))
		log := make([]gateway.Entry, len(flights))
		for i, f := range flights {
			who[i] = gateway.Who{Customer: f.Customer, Brief: true}
			settlements[i] = gateway.Settlement{
				Message: f.Message, Customer: f.Customer, Attempt: 1, Status: gateway.Accepted, At: tx.Now(),
				Carrier: conversation.CarrierID(fmt.Sprintf("SM%032x", uint64(b.n*b.size+i)*0x9e3779b97f4a7c15)),
			}
			log[i] = gateway.Entry{Type: "message.status", Customer: f.Customer, At: tx.Now(), Payload: []byte(`{"message":"m","status":"accepted","was":"posting"}`)}
		}
		rows, err := tx.Lock(ctx, benchBrand, who)
		if err != nil {
			return err
		}
		for i, r := range rows {
			settlements[i].Flight = r.Flight
		}
		if _, err := tx.Settle(ctx, benchBrand, settlements); err != nil {
			return err
		}
		_, err = tx.Append(ctx, benchBrand, log)
		return err
	})
}

func benchAddress(i int) conversation.Address {
	return conversation.Address(fmt.Sprintf("+336%08d", i))
}

// fill makes the customers beforehand.
func (b *turns) fill(ctx context.Context) error {
	for from := 0; from < b.pool; from += 1000 {
		b.n++
		err := b.s.Group(ctx, gateway.GroupID(fmt.Sprintf("g%09d", b.n)), []conversation.BrandID{benchBrand}, func(tx gateway.Tx) error {
			who := make([]gateway.Who, min(1000, b.pool-from))
			for i := range who {
				who[i].Address = benchAddress(from + i)
			}
			_, err := tx.Lock(ctx, benchBrand, who)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkGroup is one operation a turn with its settlement, fsync on, 20,000
// customers. Compare "1" with "256" to see what groups are for.
func BenchmarkGroup(b *testing.B) {
	engines := []struct {
		name string
		url  func(b *testing.B) string
	}{
		{"sqlite", func(b *testing.B) string { return filepath.Join(b.TempDir(), "causette.db") }},
		{"postgres", func(b *testing.B) string {
			server, err := pgtest.Start(b.Context(), pgtest.Options{Durable: true})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := server.Stop(); err != nil {
					b.Error(err)
				}
			})
			url, err := server.Database(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			return url
		}},
	}
	if url := os.Getenv("CAUSETTE_BENCH_POSTGRES"); url != "" {
		engines[1].url = func(*testing.B) string { return url }
	}
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			s := openFile(b, e.url(b))
			t := &turns{s: s, size: 256, pool: 20000}
			if err := t.fill(b.Context()); err != nil {
				b.Fatal(err)
			}
			for _, size := range []int{1, 16, 256} {
				b.Run(fmt.Sprintf("of %d", size), func(b *testing.B) { t.size = size; t.bench(b) })
			}
		})
	}
}

func (b *turns) bench(t *testing.B) {
	done := 0
	before := cpu()
	var turning, settling time.Duration
	for t.Loop() {
		if done++; done%b.size != 1 && b.size > 1 {
			continue // a group was made for this turn already
		}
		start := time.Now()
		flights, err := b.turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		turned := time.Now()
		if err := b.settle(t.Context(), flights); err != nil {
			t.Fatal(err)
		}
		turning += turned.Sub(start)
		settling += time.Since(turned)
	}
	groups := (done + b.size - 1) / b.size
	count := float64(groups * b.size)
	t.ReportMetric(0, "ns/op")
	t.ReportMetric(count/(turning+settling).Seconds(), "turns/s")
	t.ReportMetric((cpu()-before).Seconds()*1e6/count, "cpu-µs/turn") // this process alone
	t.ReportMetric(turning.Seconds()*1e6/float64(count), "µs/turn")
	t.ReportMetric(settling.Seconds()*1e6/float64(count), "µs/settle")
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
