package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/whatsapp/whatsapptest"
	"github.com/causette/causette/store/pgtest"
)

// Two processes have one device: the second waits for the lease, and connects
// within 30 s of the first's death.
func TestAnotherProcessTakesADeviceOver(t *testing.T) {
	c := newChatter(t, 1, pgtest.URL(t))
	r := c.Root()
	t.Setenv(playedEnv, c.Address()+" "+hex.EncodeToString(r[:]))
	lease := "4s" // a test's patience; the proof has the usual one
	if long() {
		lease = "20s"
	}
	c.configure(`lease: \S+`, "lease: "+lease)
	first := startChild(t, nil, "serve", "--config", c.config)
	if _, ok := first.address(t); !ok {
		t.Fatal(first.tail())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c.await(ctx, "the first's connection", func() bool { return c.Online(c.phone) })
	second := startChild(t, nil, "serve", "--config", c.config)
	if _, ok := second.address(t); !ok {
		t.Fatal(second.tail())
	}
	if err := c.contacts[0].Text(c.phone, c.id(0, 0), "HELP"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.contacts[0].Await(ctx, 0); err != nil {
		t.Fatalf("no answer by the first: %v\n%s", err, first.tail())
	}
	died := time.Now()
	first.kill()
	if err := c.contacts[1].Text(c.phone, c.id(1, 0), "HELP"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.contacts[1].Await(ctx, 0); err != nil {
		t.Fatalf("no answer by the second: %v\n%s", err, second.tail())
	}
	took := time.Since(died)
	t.Logf("taken over, and answered, after %v with a lease of %s", took.Round(time.Millisecond), lease)
	if took > 30*time.Second {
		t.Errorf("the second answered %v after the first's death, 30 s at most", took)
	}
	if code := second.drain(t); code != exitDone {
		t.Errorf("exit %d:\n%s", code, second.tail())
	}
	if n := len(c.contacts[0].Heard()); n != 1 {
		t.Errorf("the first contact got %d answers", n)
	}
}

func (c *chatter) configure(match, becomes string) { reconfigure(c.t, c.config, match, becomes) }

func (c *chatter) await(ctx context.Context, what string, holds func() bool) {
	c.t.Helper()
	beat := time.NewTicker(10 * time.Millisecond)
	defer beat.Stop()
	for !holds() {
		select {
		case <-beat.C:
		case <-ctx.Done():
			c.t.Fatalf("%s did not come about", what)
		}
	}
}

// Somebody texts by SMS and goes on by WhatsApp: it is one conversation. What
// WhatsApp refuses goes out as an SMS, once.
func TestWhatsAppAndSMSAreOneConversation(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			c := newChatter(t, 2, db.open(t))
			c.configure(`(?m)^channels:$`, "channels:\n  - {id: lumen-sms, brand: lumen, kind: phones, address: \"36105\"}")
			c.configure(`per_minute: 600`, "proactive: true, per_minute: 600")
			a, st := c.house()
			running, stop := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- a.run(running, nil) }()
			t.Cleanup(func() {
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if err := st.Close(); err != nil {
					t.Error(err)
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c.await(ctx, "the connection", func() bool { return !a.devices[0].Pausing() })

			ana := c.contacts[0]
			number := conversation.Address("+" + ana.Number.User)
			text := gateway.InboundEvent(conversation.Inbound{Carrier: "S1", Channel: "lumen-sms", Medium: conversation.SMS, From: number, To: "36105", Text: "AIDE", At: time.Now().UTC()})
			out, err := a.gateway.Accept(ctx, brandID, gateway.Who{Address: number}, text)
			if err != nil {
				t.Fatal(err)
			}
			if err := ana.Text(c.phone, c.id(0, 0), "Quels sont vos horaires ?"); err != nil {
				t.Fatal(err)
			}
			answer, err := ana.Await(ctx, 0)
			if err != nil {
				t.Fatal(err)
			}
			if said := answer.Message.GetConversation(); strings.Contains(said, "automatique") {
				t.Errorf("the assistant introduces itself twice: %q", said)
			}
			if err := ana.Receipt(c.phone, answer.ID, types.ReceiptTypeRead); err != nil {
				t.Fatal(err)
			}
			c.await(ctx, "the read receipt", func() bool {
				thread, err := st.Thread(ctx, brandID, out.Customer, "", 100)
				if err != nil {
					t.Fatal(err)
				}
				return len(thread) == 4 && thread[0].Status == gateway.Read // the newest
			})

			a.composing(brandID, out.Customer, true)
			c.await(ctx, "that somebody writes", func() bool {
				return slices.ContainsFunc(c.Seen(), func(s whatsapptest.Seen) bool { return s.Tag == "chatstate" && s.Type == "composing" })
			})

			// An order's news go where she wrote last, and WhatsApp refuses.
			c.Decide(func(string) whatsapptest.Fate { return whatsapptest.Fate{Code: "404"} })
			order := &conversation.Order{ID: "o1", Number: "1042", Status: "placed", Placed: time.Now().UTC(), Changed: time.Now().UTC()}
			if _, err := a.gateway.Accept(ctx, brandID, gateway.Who{Address: number}, conversation.Event{ID: "o1", Type: "order.placed", Time: time.Now().UTC(), Shop: &conversation.ShopEvent{Order: order}}); err != nil {
				t.Fatal(err)
			}
			_, err = request(ctx, a.gateway, conversation.Prompt{ID: "p1", Purpose: conversation.Transactional, To: number, Order: "o1",
				Routes: a.gateway.Routes(brandID, number), Place: gateway.PlaceOf(number), Text: "Votre commande 1042 est partie.", Expires: time.Now().UTC().Add(time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			var thread []gateway.Stored
			c.await(ctx, "the SMS", func() bool {
				if thread, err = st.Thread(ctx, brandID, out.Customer, "", 100); err != nil {
					t.Fatal(err)
				}
				return len(thread) > 4 && thread[0].Channel == "lumen-sms" && thread[0].Status == gateway.Delivered
			})
			var by []string
			for _, m := range thread {
				by = append(by, fmt.Sprint(m.Channel, " ", m.Code))
			}
			if len(thread) != 6 || thread[1].Channel != linkedID || thread[1].Code != "404" {
				t.Errorf("the news went out by %v", by)
			}
		})
	}
}
