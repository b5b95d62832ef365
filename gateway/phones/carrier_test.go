package phones

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// door is a gateway that commits what it is told, unless it is busy.
type door struct {
	mu      sync.Mutex
	busy    int // refusals left
	events  []conversation.Event
	reports []gateway.Report
	answer  func(conversation.Event)
}

func (d *door) Accept(_ context.Context, brand conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy > 0 {
		d.busy--
		return gateway.Outcome{}, fmt.Errorf("accept %s: %w", e.ID, gateway.ErrBusy)
	}
	if brand != "lumen" || who.Address != e.Message.From {
		return gateway.Outcome{}, fmt.Errorf("brand %q, address %q", brand, who.Address)
	}
	for _, known := range d.events {
		if known.ID == e.ID {
			return gateway.Outcome{Duplicate: true}, nil
		}
	}
	d.events = append(d.events, e)
	if d.answer != nil {
		go d.answer(e)
	}
	return gateway.Outcome{}, nil
}

func (d *door) Report(_ context.Context, r gateway.Report) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy > 0 {
		d.busy--
		return gateway.ErrBusy
	}
	d.reports = append(d.reports, r)
	return nil
}

// refuse makes the gateway busy for the next n knocks.
func (d *door) refuse(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy = n
}

func (d *door) statuses() []gateway.Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []gateway.Status
	for _, r := range d.reports {
		list = append(list, r.Status)
	}
	return list
}

func (d *door) texts() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []string
	for _, e := range d.events {
		list = append(list, e.Message.Text)
	}
	return list
}

const claire = conversation.Address("+33639980001")

// town is a carrier with an SMS line, a WhatsApp line, one phone and a gateway.
type town struct {
	*Carrier
	door     *door
	sms, wa  *Channel
	messages int
}

func newTown(t *testing.T, o Options) *town {
	t.Helper()
	if o.Seed == 0 {
		o.Seed = 7
	}
	o.Log = slog.New(slog.DiscardHandler)
	tw := &town{Carrier: NewCarrier(o), door: &door{}}
	t.Cleanup(tw.Close)
	open := func(l Line) *Channel {
		ch, err := tw.Open(l)
		if err != nil {
			t.Fatal(err)
		}
		return ch
	}
	tw.sms = open(Line{Channel: "lumen-sms", Brand: "lumen", Name: "Lumen", Medium: conversation.SMS, Address: "36106"})
	tw.wa = open(Line{Channel: "lumen-wa", Brand: "lumen", Name: "Lumen", Medium: conversation.WhatsApp, Address: "+33937000001"})
	tw.Connect(tw.door)
	if err := tw.Add(Phone{Number: claire, Name: "Claire", About: "panier de 249 €"}); err != nil {
		t.Fatal(err)
	}
	return tw
}

// posting is the next message of the gateway's to that phone.
func (tw *town) posting(to conversation.Address, text string) gateway.Posting {
	tw.messages++
	now := tw.clock.Now()
	return gateway.Posting{
		Brand: "lumen", Customer: "c1", Message: conversation.MessageID(fmt.Sprintf("m%d", tw.messages)), Attempt: 1,
		To: to, Text: text, Created: now, Posted: now, Expires: now.Add(time.Hour),
	}
}

func (tw *town) send(t *testing.T, ch *Channel, text string) gateway.Receipt {
	t.Helper()
	r, err := ch.Send(t.Context(), tw.posting(claire, text))
	if err != nil {
		t.Fatalf("send %q: %v", text, err)
	}
	return r
}

func (tw *town) states(t *testing.T, n conversation.Address) []State {
	t.Helper()
	list, err := tw.Messages(n)
	if err != nil {
		t.Fatal(err)
	}
	var states []State
	for _, m := range list {
		states = append(states, m.State)
	}
	return states
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestAMessageReachesThePhoneAndIsReportedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		r := tw.send(t, tw.sms, "Bonjour Claire, votre panier vous attend…")
		if r.Status != gateway.Accepted || r.Segments != 1 || r.Carrier == "" {
			t.Errorf("receipt %+v", r)
		}
		synctest.Wait()
		equal(t, "states", tw.states(t, claire), []State{Delivered})
		equal(t, "reports", tw.door.statuses(), []gateway.Status{gateway.Sent, gateway.Delivered})
		got := tw.door.reports[1]
		if got.Carrier != r.Carrier || got.Message != "m1" || got.Attempt != 1 || got.Brand != "lumen" || got.Customer != "c1" {
			t.Errorf("the report does not name its message: %+v", got)
		}
		if err := tw.See(claire, "lumen-sms"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := len(tw.door.reports); n != 2 {
			t.Errorf("SMS told the sender that it was read: %d reports", n)
		}
	})
}

func TestWhatsAppTellsThatAMessageWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		tw.send(t, tw.wa, "Bonjour !")
		synctest.Wait()
		if u := tw.phones[claire].holder().Unread["lumen-wa"]; u != 1 {
			t.Errorf("%d unread, want 1", u)
		}
		if err := tw.See(claire, "lumen-wa"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		equal(t, "reports", tw.door.statuses(), []gateway.Status{gateway.Sent, gateway.Delivered, gateway.Read})
		if u := tw.phones[claire].holder().Unread; u != nil {
			t.Errorf("still unread: %v", u)
		}
	})
}

func TestTheNetworkMisbehavesOnDemand(t *testing.T) {
	after := func(d time.Duration) func(*testing.T, *town) {
		return func(*testing.T, *town) { time.Sleep(d) }
	}
	tests := []struct {
		name    string
		network Network
		then    func(*testing.T, *town)
		state   State
		reports []gateway.Status
	}{
		{"a delay holds the message", Network{DelayMS: 3000}, after(2999 * time.Millisecond), Accepted, nil},
		{"and then lets it through", Network{DelayMS: 3000}, after(3 * time.Second), Delivered, []gateway.Status{gateway.Sent, gateway.Delivered}},
		{"a loss is reported undelivered", Network{Loss: 100}, nil, Undelivered, []gateway.Status{gateway.Undelivered}},
		{"a phone that is off keeps the message waiting", Network{Off: true}, after(59 * time.Minute), Sent, []gateway.Status{gateway.Sent}},
		{"until it is switched on", Network{Off: true}, func(t *testing.T, tw *town) {
			if _, err := tw.Change(claire, func(p *Phone) { p.Network.Off = false }); err != nil {
				t.Fatal(err)
			}
		}, Delivered, []gateway.Status{gateway.Sent, gateway.Sent, gateway.Delivered}},
		{"or the message expires", Network{Off: true}, after(time.Hour), Undelivered, []gateway.Status{gateway.Sent, gateway.Undelivered}},
		{"reports come last first and twice", Network{Shuffled: true}, nil, Delivered, []gateway.Status{gateway.Delivered, gateway.Sent, gateway.Delivered}},
		{"reports do not come at all", Network{Unreported: true}, nil, Delivered, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tw := newTown(t, Options{})
				if _, err := tw.Change(claire, func(p *Phone) { p.Network = tt.network }); err != nil {
					t.Fatal(err)
				}
				tw.send(t, tw.sms, "Bonjour")
				if tt.then != nil {
					tt.then(t, tw)
				}
				synctest.Wait()
				equal(t, "states", tw.states(t, claire), []State{tt.state})
				equal(t, "reports", tw.door.statuses(), tt.reports)
			})
		})
	}
}

func TestASendThatFailsStatesItsConsequence(t *testing.T) {
	tests := []struct {
		name    string
		network Network
		to      conversation.Address
		text    string
		want    gateway.Consequence
		kept    int
	}{
		{"throttled: again later", Network{Throttled: true}, claire, "a", gateway.Retry, 0},
		{"nobody has the number", Network{Invalid: true}, claire, "a", gateway.Invalid, 0},
		{"that is no number", Network{}, "0612", "a", gateway.Invalid, 0},
		{"a WhatsApp user without a number gets no SMS", Network{}, "whatsapp:FR.12", "a", gateway.Unreachable, 0},
		{"nothing to say", Network{}, claire, "", gateway.GiveUp, 0},
		{"accepted without an answer", Network{Unanswered: 100}, claire, "a", gateway.Ambiguous, 1},
		{"lost on the way to the carrier", Network{Unheard: 100}, claire, "a", gateway.Ambiguous, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tw := newTown(t, Options{})
				if err := tw.SetNetwork(tt.network); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				p := tw.posting(tt.to, tt.text)
				_, err := tw.sms.Send(ctx, p)
				var s *gateway.SendError
				if !errors.As(err, &s) || s.Consequence != tt.want {
					t.Fatalf("got %v, want consequence %s", err, tt.want)
				}
				found, complete, err := tw.sms.Lookup(t.Context(), p)
				if err != nil || !complete || len(found) != tt.kept {
					t.Errorf("lookup: %v, complete %v, %v; want %d", found, complete, err, tt.kept)
				}
			})
		})
	}
}

func TestASendAfterItsDeadlineNeverReachesTheCarrier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := tw.sms.Send(ctx, tw.posting(claire, "trop tard"))
		var s *gateway.SendError
		if !errors.As(err, &s) || s.Consequence != gateway.Retry {
			t.Errorf("got %v, want retry", err)
		}
		if lines, _ := tw.Ledger(0); len(lines) != 0 {
			t.Errorf("the ledger has %v", lines)
		}
	})
}

func TestLookupTellsOnlyWhatItKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{MaxMessages: 2})
		p := tw.posting(claire, "Votre colis est parti")
		want, err := tw.sms.Send(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		tw.send(t, tw.sms, "autre chose")
		synctest.Wait()
		found, complete, err := tw.sms.Lookup(t.Context(), p)
		if err != nil || !complete || len(found) != 1 || found[0].Carrier != want.Carrier || found[0].Status != gateway.Delivered {
			t.Errorf("found %v, complete %v, %v", found, complete, err)
		}
		if found, _, _ := tw.wa.Lookup(t.Context(), p); len(found) != 0 {
			t.Errorf("another line has it: %v", found)
		}
		tw.send(t, tw.sms, "encore autre chose")
		if found, complete, _ := tw.sms.Lookup(t.Context(), p); len(found) != 0 || complete {
			t.Errorf("it is no longer kept, so absence means nothing: %v, complete %v", found, complete)
		}
	})
}

func TestWhoeverIsTextedHasAPhoneUntilTheNetworkIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{MaxPhones: 2})
		if _, err := tw.sms.Send(t.Context(), tw.posting("+33639980002", "a")); err != nil {
			t.Fatal(err)
		}
		_, err := tw.sms.Send(t.Context(), tw.posting("+33639980003", "a"))
		var s *gateway.SendError
		if !errors.As(err, &s) || s.Code != codeFull {
			t.Errorf("got %v, want %s", err, codeFull)
		}
	})
}

func TestTheLedgerKeepsTheNewestLinesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{MaxLedger: 4})
		for i := range 3 {
			tw.send(t, tw.sms, fmt.Sprint(i))
			synctest.Wait()
		}
		lines, complete := tw.Ledger(0)
		if complete || len(lines) != 4 {
			t.Fatalf("%d lines, complete %v", len(lines), complete)
		}
		var acts []Act
		for i, l := range lines {
			acts = append(acts, l.Act)
			if l.Seq != uint64(9+i) {
				t.Errorf("line %d has number %d", i, l.Seq)
			}
		}
		equal(t, "acts", acts, []Act{ActAccepted, ActDelivered, ActReported, ActReported})
		if _, complete := tw.Ledger(8); !complete {
			t.Error("nothing after line 8 is missing")
		}
	})
}

func TestTwoLivesOfACarrierNeverMintTheSameID(t *testing.T) {
	ids := map[conversation.CarrierID]bool{}
	for range 20 {
		c := NewCarrier(Options{})
		for range 50 {
			ids[c.mint()] = true
		}
		c.Close()
	}
	if len(ids) != 1000 {
		t.Errorf("%d different ids of 1000", len(ids))
	}
}
