package gateway_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// gated is a parrot that says prompts, and whose gate answers as it is told.
type gated struct {
	parrot
	mu    sync.Mutex
	again []func(now time.Time) conversation.Verdict // of each time that it is asked; the last one of all later ones
	asked []conversation.Message
}

func (g *gated) Step(c conversation.Conversation, e conversation.Event, now time.Time) conversation.Turn {
	t := conversation.Turn{Next: c, Rule: "gated"}
	p := e.Prompt
	switch e.Type {
	case conversation.PromptRequested:
		t.Messages = []conversation.Message{{Channel: channel, Medium: conversation.SMS, To: p.To, Text: p.Text, Purpose: p.Purpose, Prompt: p.ID, Rule: "prompt.sent", Expires: p.Expires}}
		t.Prompts = []conversation.PromptChange{{ID: p.ID, Status: conversation.PromptQueued, Prompt: p, Verdict: conversation.Verdict{Rule: "open"}}}
		t.Next.Prompts = append(slices.Clip(c.Prompts), conversation.Pending{Prompt: *p, Status: conversation.PromptQueued})
	case conversation.PromptCancelled:
		if d := e.Delivery; d != nil && d.Status == "queued" {
			t.Recall = d.Message
			t.Prompts = []conversation.PromptChange{{ID: p.ID, Status: conversation.PromptDropped}}
		}
	case conversation.TimerDue, conversation.SendRefused:
		n := conversation.Notice{Type: "seen", Data: map[string]string{"as": "nothing"}}
		if e.Delivery != nil {
			n.Data["as"] = e.Delivery.Status
		}
		if e.Refusal != nil {
			n.Data["prompt"] = e.Refusal.Prompt
		}
		t.Publish = []conversation.Notice{n}
	default:
		return g.parrot.Step(c, e, now)
	}
	return t
}

func (g *gated) Again(_ conversation.Conversation, m conversation.Message, now time.Time) conversation.Verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, m)
	if len(g.again) == 0 {
		return conversation.Verdict{Rule: "open"}
	}
	answer := g.again[0]
	if len(g.again) > 1 {
		g.again = g.again[1:]
	}
	return answer(now)
}

func (g *gated) then(v ...func(time.Time) conversation.Verdict) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.again = v
}

func open(time.Time) conversation.Verdict { return conversation.Verdict{Rule: "open", Why: "nothing"} }

func refused(time.Time) conversation.Verdict {
	return conversation.Verdict{Rule: "consent.withdrawn", Code: "opted_out", Why: "the customer withdrew consent"}
}

func holds(d time.Duration) func(time.Time) conversation.Verdict {
	return func(now time.Time) conversation.Verdict {
		return conversation.Verdict{Rule: "hours.FR", Waits: "hours", At: now.Add(d), Why: "it is late"}
	}
}

func newGated(t *testing.T, url string) (*world, *gated) {
	t.Helper()
	g := &gated{}
	return newScripted(t, url, g), g
}

// prompt asks for one, and returns the customer.
func (w *world) prompt(id string, change ...func(*conversation.Prompt)) conversation.CustomerID {
	w.t.Helper()
	p := conversation.Prompt{ID: id, Purpose: conversation.Marketing, To: ana, Text: "offer " + id}
	for _, f := range change {
		f(&p)
	}
	out, err := w.gateway.Accept(w.t.Context(), brand, gateway.Who{Address: p.To}, conversation.Event{
		ID: conversation.EventID("prompt:" + id), Type: conversation.PromptRequested, Time: time.Now().UTC(), Prompt: &p})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Customer
}

type promptReader interface {
	Prompt(ctx context.Context, brand conversation.BrandID, id string) (gateway.PromptRow, []gateway.Stored, error)
}

// awaitPrompt waits until a prompt and its newest message stand so.
func (w *world) awaitPrompt(id string, status conversation.PromptStatus, message gateway.Status) gateway.PromptRow {
	w.t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		row, said, err := w.store.(promptReader).Prompt(w.t.Context(), brand, id)
		if err == nil && row.Status == status && len(said) > 0 && said[len(said)-1].Status == message {
			return row
		}
		select {
		case <-w.commits:
		case <-late.C:
			w.t.Fatalf("prompt %s is %s, its messages %+v, want %s and %s (%v)", id, row.Status, said, status, message, err)
		}
	}
}

// logged waits for so many entries of a type, and returns their payloads.
func (w *world) logged(kind string, n int) []string {
	w.t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		entries, err := w.store.Log(w.t.Context(), brand, 0, 1000)
		if err != nil {
			w.t.Fatal(err)
		}
		var list []string
		for _, e := range entries {
			if e.Type == kind {
				list = append(list, string(e.Payload))
			}
		}
		if len(list) >= n {
			return list
		}
		select {
		case <-w.commits:
		case <-late.C:
			w.t.Fatalf("%d of %d %s in the log", len(list), n, kind)
		}
	}
}

func TestWhatTheSecondGateRefusesNeverLeaves(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w, g := newGated(t, url)
		g.then(refused)
		w.prompt("p1")
		row := w.awaitPrompt("p1", conversation.PromptDropped, gateway.Cancelled)
		if row.Verdict.Code != "opted_out" || row.Request.Text != "offer p1" {
			t.Errorf("row %+v", row)
		}
		if log := w.logged("message.stopped", 1); !strings.Contains(log[0], `"rule":"consent.withdrawn"`) || !strings.Contains(log[0], `"prompt":"p1"`) {
			t.Errorf("log %v", log)
		}
		if seen := w.logged("seen", 1); !strings.Contains(seen[0], "cancelled") {
			t.Errorf("the conversation heard %v", seen)
		}
		w.text(ana, "IN1", "say 1")
		w.carrier.await(t, "the answer", func() bool { return len(w.carrier.accepted) == 1 })
		if got := w.carrier.texts(); !slices.Equal(got, []string{"IN1/0"}) {
			t.Errorf("said %v", got)
		}
	})
}

func TestWhatTheSecondGateHoldsLeavesAtItsTime(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w, g := newGated(t, url)
		g.then(holds(time.Hour)) // in its own turn, and when the pump comes
		who := w.prompt("p1")
		row := w.awaitPrompt("p1", conversation.PromptHeld, gateway.Queued)
		if row.Verdict.Rule != "hours.FR" {
			t.Errorf("row %+v", row)
		}
		thread := w.thread(who)
		if wait := time.Until(thread[0].After); wait < 59*time.Minute || wait > time.Hour {
			t.Errorf("it waits %s", wait)
		}
		w.text(ana, "IN1", "say 1") // an answer does not wait for it
		w.carrier.await(t, "the answer", func() bool { return len(w.carrier.accepted) == 1 })
		g.then(holds(0), open) // a time that has come is looked at again a moment later
		w.prompt("p2")
		w.carrier.await(t, "the other", func() bool { return slices.Contains(w.carrier.texts(), "offer p2") })
		w.awaitPrompt("p2", conversation.PromptQueued, gateway.Accepted)
		w.awaitPrompt("p1", conversation.PromptHeld, gateway.Queued)
	})
}

func TestTheSecondGateIsAskedAtEachAttempt(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w, g := newGated(t, url)
		w.carrier.next(fate{lose: true, err: &gateway.SendError{Code: "20429", Consequence: gateway.Retry, Err: errors.New("busy")}})
		g.then(open, refused)
		w.prompt("p1")
		w.awaitPrompt("p1", conversation.PromptDropped, gateway.Cancelled)
		w.carrier.mu.Lock()
		defer w.carrier.mu.Unlock()
		if len(w.carrier.accepted) != 0 || w.carrier.tried != 1 {
			t.Errorf("tried %d times, accepted %v", w.carrier.tried, w.carrier.texts())
		}
	})
}

func TestAnAnswerIsNotAskedAbout(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w, g := newGated(t, url)
		g.then(refused)
		w.text(ana, "IN1", "say 2")
		w.carrier.await(t, "the answers", func() bool { return len(w.carrier.accepted) == 2 })
		g.mu.Lock()
		defer g.mu.Unlock()
		if len(g.asked) != 0 {
			t.Errorf("asked about %+v", g.asked)
		}
	})
}

func TestWhatIsHeldBeyondItsEndIsTooLate(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w, g := newGated(t, url)
		g.then(holds(2 * time.Hour))
		w.prompt("p1", func(p *conversation.Prompt) { p.Expires = time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond) })
		w.awaitPrompt("p1", conversation.PromptExpired, gateway.Expired)
		if seen := w.logged("seen", 1); !strings.Contains(seen[0], "expired") {
			t.Errorf("the conversation heard %v", seen)
		}
		g.then(holds(20 * time.Hour)) // without an end it outlives the usual four hours
		who := w.prompt("p2")
		w.awaitPrompt("p2", conversation.PromptHeld, gateway.Queued)
		m, err := w.store.Outbound(t.Context(), brand, w.find(who, "offer p2").ID)
		if err != nil || !m.Expires.After(m.After) {
			t.Errorf("it leaves after %v and expires at %v: %v", m.After, m.Expires, err)
		}
	})
}

func TestAPromptIsTakenBackBeforeItLeaves(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w, g := newGated(t, url)
		cancel := func(id string) {
			t.Helper()
			_, err := w.gateway.Accept(t.Context(), brand, gateway.Who{Address: ana}, conversation.Event{
				ID: conversation.EventID("cancel:" + id), Type: conversation.PromptCancelled, Time: time.Now().UTC(), Prompt: &conversation.Prompt{ID: id}})
			if err != nil {
				t.Fatal(err)
			}
		}
		g.then(holds(time.Hour))
		w.prompt("p1")
		w.awaitPrompt("p1", conversation.PromptHeld, gateway.Queued)
		cancel("p1")
		w.awaitPrompt("p1", conversation.PromptDropped, gateway.Cancelled)
		g.then(open)
		w.prompt("p2")
		w.awaitPrompt("p2", conversation.PromptQueued, gateway.Accepted)
		cancel("p2") // it has left
		w.awaitPrompt("p2", conversation.PromptQueued, gateway.Accepted)
	})
}

func TestAFailureOfAPromptIsAnEventWhicheverItsCode(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w, _ := newGated(t, url)
		w.carrier.next(fate{lose: true, err: &gateway.SendError{Code: "63016", Consequence: gateway.Template, Err: errors.New("closed window")}})
		w.prompt("p1")
		w.awaitPrompt("p1", conversation.PromptQueued, gateway.Failed)
		if seen := w.logged("seen", 1); !strings.Contains(seen[0], `"prompt":"p1"`) || !strings.Contains(seen[0], "failed") {
			t.Errorf("the conversation heard %v", seen)
		}
		// A carrier that takes it, and says later that it was not delivered.
		who := w.prompt("p2")
		w.awaitPrompt("p2", conversation.PromptQueued, gateway.Accepted)
		m := w.find(who, "offer p2")
		report := func(s gateway.Status) {
			t.Helper()
			if err := w.gateway.Report(t.Context(), gateway.Report{Brand: brand, Customer: who, Message: m.ID, Attempt: 1, Carrier: m.Carrier, Status: s, Code: "30003", At: time.Now().UTC()}); err != nil {
				t.Fatal(err)
			}
		}
		report(gateway.Undelivered)
		report(gateway.Undelivered)
		if seen := w.logged("seen", 2); len(seen) != 2 || !strings.Contains(seen[1], `"prompt":"p2"`) {
			t.Errorf("the conversation heard %v", seen)
		}
		// One that was delivered did not fail, whatever comes late.
		w.prompt("p3")
		w.awaitPrompt("p3", conversation.PromptQueued, gateway.Accepted)
		m = w.find(who, "offer p3")
		report(gateway.Delivered)
		report(gateway.Failed)
		if seen := w.logged("seen", 3); strings.Contains(seen[2], "p3") {
			t.Errorf("the conversation heard %v", seen)
		}
	})
}
