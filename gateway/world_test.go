package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

const (
	brand   = conversation.BrandID("lumen")
	channel = conversation.ChannelID("lumen-sms")
)

// parrot is a script small enough to see through: the text says what to do.
//
//	say N     answers with N messages      stop   opts out: cancels all, fences, confirms
//	market    says something marketing     boom   panics
//	timer     is woken at once             job    asks the shop
//	wait      says how long people wait for an agent
//	events N  tells the shop of N events
//
// Agents claim, write and transfer, as far as they may.
type parrot struct{}

func (parrot) Version() string { return "parrot" }

// Again holds nothing back.
func (parrot) Again(conversation.Conversation, conversation.Message, time.Time) conversation.Verdict {
	return conversation.Verdict{Rule: "open"}
}

func (parrot) Preview(conversation.Conversation, conversation.Prompt, time.Time) conversation.Preview {
	return conversation.Preview{}
}

func (parrot) Step(c conversation.Conversation, e conversation.Event, _ time.Time) conversation.Turn {
	t := conversation.Turn{Next: c, Rule: "parrot"}
	say := func(format string, a ...any) *conversation.Message {
		t.Messages = append(t.Messages, conversation.Message{
			Channel: channel, Medium: conversation.SMS, To: t.Next.Address, Text: fmt.Sprintf(format, a...), Purpose: conversation.Answer, Rule: "parrot",
		})
		return &t.Messages[len(t.Messages)-1]
	}
	switch e.Type {
	case conversation.TimerDue:
		say("timer %s%s", e.Timer.Name, waits(e))
		return t
	case conversation.JobDone:
		say("job %s", e.Result.Link)
		return t
	case conversation.SendRefused:
		t.Consents = append(t.Consents, conversation.Consent{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Withdrawn, Source: "carrier", At: e.Time})
		return t
	case conversation.MessageReceived:
	default:
		if e.Act != nil {
			parrotActs(&t, e)
		}
		return t
	}
	t.Next.Address, t.Next.Channel = e.Message.From, e.Message.Channel
	word, rest, _ := strings.Cut(e.Message.Text, " ")
	switch word {
	case "say":
		n, _ := strconv.Atoi(rest)
		for i := range n {
			say("%s/%d", e.Message.Carrier, i)
		}
	case "market":
		say("%s/promo", e.Message.Carrier).Purpose = conversation.Marketing
	case "stop":
		t.Cancel, t.Fence = conversation.CancelAll, true
		t.Next.Epoch++
		say("%s/stopped", e.Message.Carrier).Exempt = true
	case "wait":
		say("wait%s", waits(e))
	case "timer":
		t.Timers = []conversation.Timer{{Name: "ring", Due: e.Time.Add(-time.Second)}}
	case "job":
		t.Jobs = []conversation.Job{{ID: "job-" + string(e.Message.Carrier), Kind: "reorder", Payload: []byte(`{}`)}}
	case "events":
		n, _ := strconv.Atoi(rest)
		for i := range n {
			t.Jobs = append(t.Jobs, conversation.Job{ID: fmt.Sprintf("event-%s-%d", e.Message.Carrier, i), Kind: "event", Payload: []byte(`{"type":"link.clicked"}`)})
		}
	case "boom":
		panic("boom")
	}
	return t
}

// waits is how the desk looked when the event came.
func waits(e conversation.Event) string {
	if e.Live == nil {
		return ""
	}
	return " " + e.Live.Wait.String()
}

// carrier is a played carrier in memory: it notes what it accepted and when,
// and each message meets the next of its fates.
type carrier struct {
	mu       sync.Mutex
	changed  *sync.Cond
	accepted []accepted
	fates    []fate
	tried    int
	inbound  []conversation.Inbound
	lists    bool // whether its list can be read
}

type accepted struct {
	gateway.Posting
	id conversation.CarrierID
	at time.Time
}

// fate is what happens to one attempt.
type fate struct {
	lose bool          // the carrier never takes it
	err  error         // what the sender is told
	hold chan struct{} // the answer waits for it to be closed
}

func newCarrier() *carrier {
	c := &carrier{lists: true}
	c.changed = sync.NewCond(&c.mu)
	return c
}

func (c *carrier) ID() conversation.ChannelID  { return channel }
func (c *carrier) Medium() conversation.Medium { return conversation.SMS }

func (c *carrier) Send(ctx context.Context, p gateway.Posting) (gateway.Receipt, error) {
	c.mu.Lock()
	var f fate
	if len(c.fates) > 0 {
		f, c.fates = c.fates[0], c.fates[1:]
	}
	c.tried++
	c.changed.Broadcast()
	c.mu.Unlock()
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			return gateway.Receipt{}, &gateway.SendError{Code: "timeout", Consequence: gateway.Ambiguous, Err: ctx.Err()}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.changed.Broadcast()
	id := conversation.CarrierID(fmt.Sprintf("SM%d", len(c.accepted)))
	if !f.lose {
		c.accepted = append(c.accepted, accepted{p, id, time.Now()})
	}
	if f.err != nil {
		return gateway.Receipt{}, f.err
	}
	return gateway.Receipt{Carrier: id, Status: gateway.Accepted}, nil
}

func (c *carrier) Lookup(_ context.Context, p gateway.Posting) ([]gateway.Receipt, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.lists {
		return nil, false, errors.New("the list cannot be read")
	}
	var found []gateway.Receipt
	for _, a := range c.accepted {
		if a.To == p.To && a.Text == p.Text && !a.at.Before(p.Posted.Add(-time.Second)) {
			found = append(found, gateway.Receipt{Carrier: a.id, Status: gateway.Accepted})
		}
	}
	return found, true, nil
}

func (c *carrier) Inbound(_ context.Context, _ time.Time, accept func(conversation.Inbound) error) error {
	c.mu.Lock()
	list := c.inbound
	c.mu.Unlock()
	for _, in := range list {
		if err := accept(in); err != nil {
			return err
		}
	}
	return nil
}

// next gives the coming attempts their fates.
func (c *carrier) next(f ...fate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fates = append(c.fates, f...)
}

// await waits until the carrier's state satisfies ok.
func (c *carrier) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.AfterFunc(20*time.Second, c.changed.Broadcast)
	defer late.Stop()
	deadline := time.Now().Add(19 * time.Second)
	c.mu.Lock()
	defer c.mu.Unlock()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s; accepted %v", what, c.texts())
		}
		c.changed.Wait()
	}
}

// texts lists what was accepted, in order. The caller holds the lock.
func (c *carrier) texts() []string {
	list := make([]string, len(c.accepted))
	for i, a := range c.accepted {
		list[i] = a.Text
	}
	return list
}

// world is a gateway at work on a real database.
type world struct {
	apart   bool // as serve has it: two writers on PostgreSQL
	t       *testing.T
	script  gateway.Script
	store   gateway.Store
	carrier *carrier
	gateway *gateway.Gateway
	commits chan struct{} // pinged after each commit
	stop    func()
}

type adjust func(*gateway.Options)

// engines runs a test on both stores.
func engines(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "causette.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, pgtest.URL(t)) })
}

func openStore(t *testing.T, url string) gateway.Store {
	t.Helper()
	st, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return st
}

func newWorld(t *testing.T, url string, adjustments ...adjust) *world {
	t.Helper()
	return newScripted(t, url, parrot{}, adjustments...)
}

func newScripted(t *testing.T, url string, script gateway.Script, adjustments ...adjust) *world {
	t.Helper()
	w := &world{t: t, script: script, store: openStore(t, url), apart: strings.HasPrefix(url, "postgres"), carrier: newCarrier(), commits: make(chan struct{}, 1)}
	w.start(adjustments...)
	return w
}

// start runs a gateway; a second call is a second node on the same store.
func (w *world) start(adjustments ...adjust) {
	w.t.Helper()
	o := gateway.Options{
		Store: w.store, Scripts: func(conversation.BrandID, []byte) (gateway.Script, error) { return w.script, nil },
		Routes:   []gateway.Route{{Brand: brand, Channel: w.carrier}},
		Deadline: 500 * time.Millisecond, Lease: time.Second, ListLag: 50 * time.Millisecond,
		SettleApart: w.apart,
	}
	for _, a := range adjustments {
		a(&o)
	}
	g, err := gateway.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := g.Use(w.t.Context(), brand, w.script, []byte("parrot")); err != nil {
		w.t.Fatal(err)
	}
	g.Subscribe(func(conversation.BrandID, int64) {
		select {
		case w.commits <- struct{}{}:
		default:
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := g.Run(ctx); err != nil {
			w.t.Error(err)
		}
	}()
	w.gateway = g
	w.stop = sync.OnceFunc(func() { cancel(); <-ended })
	w.t.Cleanup(w.stop)
}

// text lets a customer text, and returns what the gateway acknowledged.
func (w *world) text(from conversation.Address, id, text string) gateway.Outcome {
	w.t.Helper()
	out, err := w.gateway.Accept(w.t.Context(), brand, gateway.Who{Address: from}, inbound(from, id, text))
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	return out
}

func inbound(from conversation.Address, id, text string) conversation.Event {
	return gateway.InboundEvent(conversation.Inbound{
		Carrier: conversation.CarrierID(id), Channel: channel, Medium: conversation.SMS, From: from, To: "36105", Text: text, At: time.Now().UTC(),
	})
}

// thread reads the customer's messages, oldest first.
func (w *world) thread(who conversation.CustomerID) []gateway.Stored {
	w.t.Helper()
	list, err := w.store.Thread(w.t.Context(), brand, who, "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// awaitStatus waits until every outbound message of the customer has a status
// of the list, and returns the thread.
func (w *world) awaitStatus(who conversation.CustomerID, want ...gateway.Status) []gateway.Stored {
	w.t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		list := w.thread(who)
		ok := true
		for _, m := range list {
			if m.Inbound {
				continue
			}
			found := false
			for _, s := range want {
				found = found || m.Status == s
			}
			ok = ok && found
		}
		if ok {
			return list
		}
		select {
		case <-w.commits:
		case <-late.C:
			w.t.Fatalf("messages did not become %v: %+v", want, list)
		}
	}
}
