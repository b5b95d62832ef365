package bulk_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/segment"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/bulk"
)

func TestEverybodyOfTheSegmentIsAskedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(1000)
		m.busy = 30 // the door is busy at first
		m.status = func(p conversation.Prompt) (conversation.PromptStatus, string) {
			switch {
			case strings.HasSuffix(p.ID, "0"):
				return conversation.PromptRefused, "no_consent"
			case strings.HasSuffix(p.ID, "2"):
				return conversation.PromptHeld, ""
			}
			return conversation.PromptQueued, ""
		}
		b := begin(t, m, nil)
		stop := run(t, b)
		job := start(t, b, order(nil))
		time.Sleep(time.Minute)
		got := read(t, b, job.ID)
		stop()
		if got.Status != gateway.BulkDone || got.Progress != (gateway.BulkProgress{Total: 500, Considered: 1000, Matched: 500}) {
			t.Errorf("got %+v", got)
		}
		if got.Tally.Refused["no_consent"] != 100 || got.Tally.Held != 100 || got.Tally.Queued != 300 {
			t.Errorf("tally %+v", got.Tally)
		}
		for i, c := range m.customers {
			_, asked := m.asked[gateway.BulkPrefix(job.ID)+string(c.Customer.ID)]
			if asked != (i%2 == 0) {
				t.Fatalf("customer %d: asked %v", i, asked)
			}
		}
		if m.again != 0 {
			t.Errorf("%d were asked for twice", m.again)
		}
	})
}

func TestAJobKeepsToItsPace(t *testing.T) {
	for _, perMinute := range []int{6, 60, 600, 6000} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory(40_000)
			b := begin(t, m, nil)
			stop := run(t, b)
			began := time.Now()
			job := start(t, b, order(func(o *gateway.BulkOrder) { o.PerMinute = perMinute }))
			time.Sleep(3 * time.Minute)
			if status := read(t, b, job.ID).Status; status != gateway.BulkRunning {
				t.Errorf("%d a minute: %s", perMinute, status)
			}
			stop()
			n, first := 0, time.Time{}
			for _, at := range m.asked {
				n++
				if first.IsZero() || at.Before(first) {
					first = at
				}
			}
			if want := 3 * perMinute; n < want*9/10-1 || n > want+perMinute/60+1 {
				t.Errorf("%d a minute: %d in three minutes, the first after %s", perMinute, n, first.Sub(began))
			}
		})
	}
}

func TestJobsGiveWayToTheDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(50_000)
		m.step = time.Millisecond
		var live atomic.Pointer[conversation.Live]
		b := begin(t, m, func(o *bulk.Options) {
			o.Patience = 10 * time.Minute
			o.Live = func(conversation.BrandID) *conversation.Live { return live.Load() }
		})
		stop := run(t, b)
		job := start(t, b, order(func(o *gateway.BulkOrder) { o.PerMinute = 6000 }))
		minute := func() int {
			from := m.count()
			time.Sleep(time.Minute)
			return m.count() - from
		}
		if n := minute(); n < 5400 || n > 6100 {
			t.Errorf("%d a minute while nobody waits", n)
		}
		live.Store(&conversation.Live{Wait: 15 * time.Minute})
		time.Sleep(30 * time.Second)
		if n := minute(); n < 2700 || n > 3400 {
			t.Errorf("%d a minute while people wait", n)
		}
		live.Store(&conversation.Live{Wait: 21 * time.Minute})
		time.Sleep(30 * time.Second)
		if n := minute(); n != 0 {
			t.Errorf("%d a minute while people wait for very long", n)
		}
		if got := read(t, b, job.ID); got.Status != gateway.BulkRunning || !strings.Contains(got.Why, "21m") {
			t.Errorf("got %+v", got)
		}
		live.Store(&conversation.Live{Wait: 0})
		time.Sleep(30 * time.Second)
		if n := minute(); n < 5400 || n > 6100 {
			t.Errorf("%d a minute when nobody waits any more", n)
		}
		if got := read(t, b, job.ID); got.Why != "" {
			t.Errorf("got %+v", got)
		}
		stop()
	})
}

func TestTheFirstSliceWaitsForAGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(10_000)
		b := begin(t, m, nil)
		stop := run(t, b)
		job := start(t, b, order(func(o *gateway.BulkOrder) { o.Slice = 5 }))
		time.Sleep(time.Hour)
		got := read(t, b, job.ID)
		if got.Status != gateway.BulkSliced || m.count() != got.Progress.Matched {
			t.Errorf("got %+v, asked %d", got, m.count())
		}
		if n := m.count(); n < 190 || n > 310 {
			t.Errorf("%d of 5000 are 5 %%", n)
		}
		if _, err := b.Command(t.Context(), brand, job.ID, gateway.BulkResume); !errors.Is(err, gateway.ErrBulkState) {
			t.Errorf("resumed: %v", err)
		}
		tell(t, b, job.ID, gateway.BulkContinue)
		time.Sleep(time.Hour)
		got = read(t, b, job.ID)
		if got.Status != gateway.BulkDone || got.Progress.Considered != 10_000 || got.Progress.Matched != 5000 || m.count() != 5000 || m.again != 0 {
			t.Errorf("got %+v, asked %d", got, m.count())
		}
		stop()
	})
}

func TestAJobIsPausedAndResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(2000)
		b := begin(t, m, nil)
		stop := run(t, b)
		job := start(t, b, order(func(o *gateway.BulkOrder) { o.PerMinute = 300 }))
		time.Sleep(time.Minute)
		tell(t, b, job.ID, gateway.BulkPause)
		time.Sleep(10 * time.Second)
		n := m.count()
		time.Sleep(time.Hour)
		if got := read(t, b, job.ID); got.Status != gateway.BulkPaused || m.count() != n || n < 280 || n > 360 {
			t.Errorf("got %+v, asked %d, then %d", got, n, m.count())
		}
		tell(t, b, job.ID, gateway.BulkResume)
		time.Sleep(10 * time.Minute)
		if got := read(t, b, job.ID); got.Status != gateway.BulkDone || m.count() != 1000 || got.Progress.Considered != 2000 || m.again != 0 {
			t.Errorf("got %+v, asked %d, %d again", got, m.count(), m.again)
		}
		stop()
	})
}

func TestACancelledJobDropsWhatHasNotLeft(t *testing.T) {
	for name, before := range map[string]func(t *testing.T, b *bulk.Bulk, job string){
		"while it runs": func(*testing.T, *bulk.Bulk, string) {},
		"while it is paused": func(t *testing.T, b *bulk.Bulk, job string) {
			tell(t, b, job, gateway.BulkPause)
			time.Sleep(time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(4000)
				m.status = func(p conversation.Prompt) (conversation.PromptStatus, string) {
					if strings.HasSuffix(p.ID, "2") {
						return conversation.PromptQueued, "" // and gone
					}
					return conversation.PromptHeld, ""
				}
				b := begin(t, m, nil)
				stop := run(t, b)
				job := start(t, b, order(func(o *gateway.BulkOrder) { o.PerMinute = 600 }))
				time.Sleep(time.Minute)
				before(t, b, job.ID)
				tell(t, b, job.ID, gateway.BulkCancel)
				time.Sleep(10 * time.Minute)
				got := read(t, b, job.ID)
				stop()
				if got.Status != gateway.BulkCancelled || m.count() > 700 || got.Tally.Held != 0 || got.Tally.Queued == 0 || got.Tally.Ended != len(m.cancelled) || len(m.cancelled) < 400 {
					t.Errorf("got %+v, asked %d, cancelled %d", got, m.count(), len(m.cancelled))
				}
				if _, err := b.Command(t.Context(), brand, job.ID, gateway.BulkResume); !errors.Is(err, gateway.ErrBulkState) {
					t.Errorf("resumed: %v", err)
				}
			})
		})
	}
}

func TestAnotherNodeGoesOnWhereOneDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(4000)
		b := begin(t, m, nil)
		stop := run(t, b)
		job := start(t, b, order(func(o *gateway.BulkOrder) { o.PerMinute = 600 }))
		time.Sleep(time.Minute)
		m.mu.Lock()
		m.node = "somebody else" // whoever had it is not heard of any more
		m.mu.Unlock()
		stop()
		m.mu.Lock()
		m.lease = time.Now().Add(20 * time.Second)
		m.mu.Unlock()
		other := begin(t, m, nil)
		stop = run(t, other)
		n := m.count()
		time.Sleep(15 * time.Second)
		if m.count() != n {
			t.Errorf("%d were asked for while the lease lasted", m.count()-n)
		}
		time.Sleep(5 * time.Minute)
		if got := read(t, other, job.ID); got.Status != gateway.BulkDone || m.count() != 2000 {
			t.Errorf("got %+v, asked %d", got, m.count())
		}
		stop()
	})
}

func TestAJobFailsRatherThanSurprises(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*gateway.BulkOrder)
		status func(conversation.Prompt) (conversation.PromptStatus, string)
		why    string
		asked  int
	}{
		"more than were confirmed": {change: func(o *gateway.BulkOrder) { o.Confirm = 400 }, why: "the segment has 500 customers and 400 were confirmed: count it again"},
		"a template that is not there": {status: func(conversation.Prompt) (conversation.PromptStatus, string) {
			return conversation.PromptRefused, "unknown_template"
		}, why: "because of unknown_template", asked: 256},
		"too late": {change: func(o *gateway.BulkOrder) {
			o.PerMinute, o.Prompt.Expires = 60, time.Now().Add(time.Minute)
		}, why: "its prompts expired before everybody was asked for", asked: 65},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(1000)
				if c.status != nil {
					m.status = c.status
				}
				b := begin(t, m, nil)
				stop := run(t, b)
				job := start(t, b, order(c.change))
				time.Sleep(time.Hour)
				got := read(t, b, job.ID)
				stop()
				if got.Status != gateway.BulkFailed || got.Why != c.why || m.count() > c.asked {
					t.Errorf("got %+v, asked %d", got, m.count())
				}
			})
		})
	}
}

func TestAnOrderIsCheckedBeforeItIsAJob(t *testing.T) {
	b := begin(t, newMemory(10), nil)
	for name, change := range map[string]func(*gateway.BulkOrder){
		"no purpose":             func(o *gateway.BulkOrder) { o.Prompt.Purpose = "spam" },
		"neither":                func(o *gateway.BulkOrder) { o.Prompt.Text = "" },
		"both":                   func(o *gateway.BulkOrder) { o.Prompt.Template = "welcome" },
		"too long":               func(o *gateway.BulkOrder) { o.Prompt.Text = strings.Repeat("a", 1601) },
		"an order's dialogue":    func(o *gateway.BulkOrder) { o.Prompt.Opens = conversation.ReviewDialogue },
		"expired":                func(o *gateway.BulkOrder) { o.Prompt.Expires = time.Now().Add(-time.Second) },
		"no such pace":           func(o *gateway.BulkOrder) { o.PerMinute = -1 },
		"no such slice":          func(o *gateway.BulkOrder) { o.Slice = 100 },
		"not counted":            func(o *gateway.BulkOrder) { o.Confirm = 0 },
		"a variable of nothing":  func(o *gateway.BulkOrder) { o.Prompt.Variables = map[string]string{"": "x"} },
		"a segment with a fault": func(o *gateway.BulkOrder) { o.Segment = "vipp" },
	} {
		_, err := b.Start(t.Context(), brand, "test", order(change))
		if !errors.Is(err, gateway.ErrBulkOrder) {
			t.Errorf("%s: %v", name, err)
		}
		var fault *segment.Error
		if errors.As(err, &fault) != (name == "a segment with a fault") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.Command(t.Context(), brand, "nothing", gateway.BulkPause); !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("an unknown job: %v", err)
	}
	if _, err := b.Command(t.Context(), brand, "nothing", "begone"); !errors.Is(err, gateway.ErrBulkOrder) {
		t.Errorf("an unknown command: %v", err)
	}
}

func TestASegmentIsCountedAndExplained(t *testing.T) {
	m := newMemory(10_000)
	previewed := 0
	b := begin(t, m, func(o *bulk.Options) {
		o.Preview = func(_ context.Context, _ conversation.BrandID, who gateway.Who, p conversation.Prompt) (conversation.Preview, error) {
			previewed++
			if who.Customer == "" || p.To == "" {
				t.Errorf("previewed %+v for %+v", p, who)
			}
			switch previewed % 4 {
			case 0:
				return conversation.Preview{Verdict: conversation.Verdict{Waits: "hours"}}, nil
			case 1:
				return conversation.Preview{Verdict: conversation.Verdict{Code: "no_consent"}}, nil
			}
			return conversation.Preview{}, nil
		}
	})
	began := time.Now()
	got, err := b.Count(t.Context(), brand, order(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("10,000 customers in %s", time.Since(began))
	if got.Considered != 10_000 || got.Matched != 5000 || got.Segment != "vip" || got.Explained["fr"] != "Le client est VIP." || got.Explained["en"] == "" {
		t.Errorf("got %+v", got)
	}
	if v := got.Verdicts; previewed < 200 || previewed > 400 || v["open"]+v["held"]+v["no_consent"] != previewed || v["open"] < v["held"] {
		t.Errorf("%d previewed: %v", previewed, v)
	}
	if _, err := b.Count(t.Context(), brand, gateway.BulkOrder{Segment: "("}); !errors.Is(err, gateway.ErrBulkOrder) {
		t.Errorf("got %v", err)
	}
}
