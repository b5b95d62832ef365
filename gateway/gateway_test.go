package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const ana = conversation.Address("+33612345678")

func TestATextIsAnsweredOnce(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		first := w.text(ana, "IN1", "say 1")
		again := w.text(ana, "IN1", "say 1")
		if first.Duplicate || !again.Duplicate {
			t.Errorf("duplicates: first %v, again %v", first.Duplicate, again.Duplicate)
		}
		list := w.awaitStatus(first.Customer, gateway.Accepted)
		if len(list) != 2 || list[0].Text != "say 1" || list[1].Text != "IN1/0" || list[1].Carrier == "" {
			t.Errorf("thread: %+v", list)
		}
	})
}

// A carrier's word that comes when the gateway has ended is refused, so that the
// carrier says it again: nobody is left to hear it.
func TestAReportAfterTheEndIsRefused(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.stop()
		for range 200 { // more than the line holds
			err := w.gateway.Report(t.Context(), gateway.Report{Brand: brand, Customer: "c1", Message: "m1", Status: gateway.Delivered, At: time.Now()})
			if !errors.Is(err, gateway.ErrBusy) {
				t.Fatal(err)
			}
		}
	})
}

func TestMessagesOfOneCustomerLeaveInOrder(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		var want []string
		for i := range 5 {
			w.text(ana, fmt.Sprintf("IN%d", i), "say 3")
			for j := range 3 {
				want = append(want, fmt.Sprintf("IN%d/%d", i, j))
			}
		}
		w.carrier.await(t, "15 messages", func() bool { return len(w.carrier.accepted) == 15 })
		if got := w.carrier.texts(); !slices.Equal(got, want) {
			t.Errorf("order at the carrier: %v", got)
		}
	})
}

func TestAnOptOutCancelsWhatWaitsAndIsAcknowledgedAfterWhatFlies(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url, func(o *gateway.Options) { o.Deadline, o.Lease = 10*time.Second, 20*time.Second })
		hold := make(chan struct{})
		w.carrier.next(fate{hold: hold})
		who := w.text(ana, "IN1", "say 3").Customer
		w.carrier.await(t, "the first attempt", func() bool { return w.carrier.tried == 1 })

		acknowledged := make(chan time.Time, 1)
		go func() {
			if _, err := w.gateway.Accept(context.Background(), brand, gateway.Who{Address: ana}, inbound(ana, "IN2", "stop")); err != nil {
				t.Error(err)
			}
			acknowledged <- time.Now()
		}()
		// The opt-out is committed when the thread shows the cancelled messages.
		for !slices.ContainsFunc(w.thread(who), func(m gateway.Stored) bool { return m.Status == gateway.Cancelled }) {
			<-w.commits
		}
		select {
		case <-acknowledged:
			t.Fatal("acknowledged while a message was in flight")
		default:
		}
		close(hold)
		<-acknowledged
		w.carrier.await(t, "the confirmation", func() bool { return len(w.carrier.accepted) == 2 })
		if got := w.carrier.texts(); !slices.Equal(got, []string{"IN1/0", "IN2/stopped"}) {
			t.Errorf("at the carrier: %v", got)
		}
	})
}

func TestAnOptOutInTheSameGroupWithdrawsWhatTheGroupSaid(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		const bea = conversation.Address("+33698765432")
		var all sync.WaitGroup
		for i := range 20 { // enough at once that groups hold both of a pair
			for _, from := range []conversation.Address{ana, bea} {
				all.Go(func() { w.text(from, fmt.Sprintf("IN%s-%d", from, i), "say 3") })
				all.Go(func() { w.text(from, fmt.Sprintf("ST%s-%d", from, i), "stop") })
			}
		}
		all.Wait()
		for _, from := range []conversation.Address{ana, bea} {
			who := w.text(from, "last"+string(from), "say 0").Customer
			w.awaitStatus(who, gateway.Accepted, gateway.Cancelled)
		}
	})
}

func TestAPanicIsPoisonAndTheNextTurnStartsFromTheStateBefore(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.text(ana, "IN1", "say 1")
		bad := w.text(ana, "IN2", "boom")
		good := w.text(ana, "IN3", "say 1")
		if !bad.Poisoned || good.Poisoned || good.Version != 2 {
			t.Errorf("poisoned %v %v, version %d", bad.Poisoned, good.Poisoned, good.Version)
		}
		if again := w.text(ana, "IN2", "boom"); !again.Duplicate {
			t.Error("poison was stepped twice")
		}
	})
}

func TestPoisonHarmsNobodyElseInItsGroup(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				from := conversation.Address(fmt.Sprintf("+336000000%02d", i))
				text := "say 1"
				if i%7 == 0 {
					text = "boom"
				}
				if out := w.text(from, fmt.Sprintf("IN%d", i), text); out.Poisoned != (i%7 == 0) {
					t.Errorf("%d: poisoned %v", i, out.Poisoned)
				}
			})
		}
		all.Wait()
		w.carrier.await(t, "54 answers", func() bool { return len(w.carrier.accepted) == 54 })
	})
}

func ambiguous() *gateway.SendError {
	return &gateway.SendError{Code: "reset", Consequence: gateway.Ambiguous, Err: errors.New("connection reset")}
}

func TestAnAmbiguousSendIsLookedUp(t *testing.T) {
	for _, test := range []struct {
		name   string
		text   string
		fate   fate
		status gateway.Status
		at     int // messages at the carrier in the end
	}{
		{"what the carrier has is bound", "say 1", fate{err: ambiguous()}, gateway.Accepted, 1},
		{"a reply that it lost is said once more", "say 1", fate{lose: true, err: ambiguous()}, gateway.Accepted, 1},
		{"marketing that it has is bound", "market", fate{err: ambiguous()}, gateway.Accepted, 1},
		{"marketing that it lost is dropped", "market", fate{lose: true, err: ambiguous()}, gateway.Failed, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, url string) {
				w := newWorld(t, url)
				w.carrier.next(test.fate)
				who := w.text(ana, "IN1", test.text).Customer
				list := w.awaitStatus(who, test.status)
				if got := len(w.carrier.texts()); got != test.at {
					t.Errorf("%d messages at the carrier, want %d", got, test.at)
				}
				if test.status == gateway.Accepted && list[1].Carrier == "" {
					t.Error("not bound to the carrier's id")
				}
			})
		})
	}
}

func TestAnUnreadableListEndsInUnknownAndNeverInASecondSend(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url, func(o *gateway.Options) { o.Expiry = 700 * time.Millisecond })
		w.carrier.lists = false
		w.carrier.next(fate{err: ambiguous()})
		who := w.text(ana, "IN1", "say 1").Customer
		w.awaitStatus(who, gateway.Unknown)
		if w.carrier.tried != 1 {
			t.Errorf("tried %d times", w.carrier.tried)
		}
	})
}

func TestConsequencesOfSendErrors(t *testing.T) {
	fail := func(c gateway.Consequence) fate {
		return fate{lose: true, err: &gateway.SendError{Code: "x", Consequence: c, After: time.Millisecond, Err: errors.New("refused")}}
	}
	for _, test := range []struct {
		name   string
		fate   fate
		status gateway.Status
	}{
		{"what was not processed is sent again", fail(gateway.Retry), gateway.Accepted},
		{"what is wrong for good fails", fail(gateway.GiveUp), gateway.Failed},
		{"an opt-out at the carrier fails the message", fail(gateway.OptedOut), gateway.Failed},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, url string) {
				w := newWorld(t, url)
				w.carrier.next(test.fate)
				who := w.text(ana, "IN1", "say 1").Customer
				w.awaitStatus(who, test.status)
			})
		})
	}
	t.Run("a country that the account may not text is closed, and the others are not", func(t *testing.T) {
		engines(t, func(t *testing.T, url string) {
			w := newWorld(t, url)
			refusal := fail(gateway.GiveUp)
			refusal.err.(*gateway.SendError).Halts = gateway.WholeCountry
			w.carrier.next(refusal)
			w.awaitStatus(w.text(ana, "IN1", "say 1").Customer, gateway.Failed)
			w.awaitStatus(w.text("+33698765432", "IN2", "say 1").Customer, gateway.Failed)
			w.awaitStatus(w.text("+4915123456789", "IN3", "say 1").Customer, gateway.Accepted)
			if w.carrier.tried != 2 {
				t.Errorf("tried %d times", w.carrier.tried)
			}
		})
	})
	t.Run("a halted account sends nothing and keeps what waits", func(t *testing.T) {
		engines(t, func(t *testing.T, url string) {
			w := newWorld(t, url)
			refusal := fail(gateway.Retry)
			refusal.err.(*gateway.SendError).Halts = gateway.WholeAccount
			w.carrier.next(refusal)
			w.awaitStatus(w.text(ana, "IN1", "say 1").Customer, gateway.Queued)
			w.awaitStatus(w.text("+33698765432", "IN2", "say 1").Customer, gateway.Queued)
			if halted := w.gateway.Halted(); halted[channel] != "x" || w.carrier.tried != 1 {
				t.Errorf("halted %v, tried %d times", halted, w.carrier.tried)
			}
		})
	})
	t.Run("an opt-out at the carrier is recorded in the ledger", func(t *testing.T) {
		engines(t, func(t *testing.T, url string) {
			w := newWorld(t, url)
			w.carrier.next(fail(gateway.OptedOut))
			who := w.text(ana, "IN1", "say 1").Customer
			w.awaitStatus(who, gateway.Failed)
			rows, err := w.store.Consents(t.Context(), brand, who)
			if err != nil || len(rows) != 1 || rows[0].Source != "carrier" {
				t.Errorf("ledger: %+v, %v", rows, err)
			}
		})
	})
}

func TestATimerIsSteppedOnceOnTwoNodes(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.start() // a second node
		w.text(ana, "IN1", "timer")
		w.carrier.await(t, "the timer's message", func() bool { return len(w.carrier.accepted) > 0 })
		w.text(ana, "IN2", "say 1")
		w.carrier.await(t, "the answer", func() bool { return len(w.carrier.accepted) > 1 })
		if got := w.carrier.texts(); !slices.Equal(got, []string{"timer ring", "IN2/0"}) {
			t.Errorf("at the carrier: %v", got)
		}
	})
}

type slowShop struct{ asked int }

func (s *slowShop) Do(_ context.Context, _ conversation.BrandID, _ conversation.Customer, j conversation.Job) (conversation.Result, error) {
	s.asked++
	return conversation.Result{Link: "https://lumen.example/pay/" + j.ID}, nil
}

func TestAJobIsAskedOfTheShopAndItsAnswerSaid(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		shop := &slowShop{}
		w := newWorld(t, url, func(o *gateway.Options) { o.Shops = map[conversation.BrandID]gateway.Shop{brand: shop} })
		w.text(ana, "IN1", "job")
		w.carrier.await(t, "the link", func() bool { return len(w.carrier.accepted) == 1 })
		if got := w.carrier.texts()[0]; got != "job https://lumen.example/pay/job-IN1" {
			t.Errorf("said %q", got)
		}
	})
}

func TestWhatNoWebhookBroughtIsCaughtUpOnce(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url, func(o *gateway.Options) { o.CatchUp = 20 * time.Millisecond })
		w.text(ana, "IN1", "say 1")
		w.carrier.mu.Lock()
		for _, id := range []string{"IN1", "IN2"} {
			w.carrier.inbound = append(w.carrier.inbound, *inbound(ana, id, "say 1").Message)
		}
		w.carrier.mu.Unlock()
		w.carrier.await(t, "the missed text's answer", func() bool { return len(w.carrier.accepted) == 2 })
		if got := w.carrier.texts(); !slices.Equal(got, []string{"IN1/0", "IN2/0"}) {
			t.Errorf("at the carrier: %v", got)
		}
	})
}

func TestAFullQueueRefusesAndAStoppedGatewayFinishesWhatItAccepted(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url, func(o *gateway.Options) { o.Queue = 4 })
		var mu sync.Mutex
		accepted, refused := 0, 0
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				from := conversation.Address(fmt.Sprintf("+33600000%03d", i))
				_, err := w.gateway.Accept(context.Background(), brand, gateway.Who{Address: from}, inbound(from, fmt.Sprint(i), "say 1"))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					accepted++
				case errors.Is(err, gateway.ErrBusy):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.stop()
		if accepted == 0 || accepted+refused != 200 {
			t.Errorf("accepted %d, refused %d", accepted, refused)
		}
		if got := len(w.carrier.texts()); got != accepted {
			t.Errorf("%d answers at the carrier for %d accepted texts", got, accepted)
		}
		if _, err := w.gateway.Accept(context.Background(), brand, gateway.Who{Address: ana}, inbound(ana, "late", "say 1")); !errors.Is(err, gateway.ErrBusy) {
			t.Errorf("a stopped gateway said %v", err)
		}
	})
}
