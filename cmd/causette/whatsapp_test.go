package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/whatsapp"
	"github.com/causette/causette/gateway/whatsapp/whatsapptest"
	"github.com/causette/causette/store"
)

// playedEnv tells a child where WhatsApp is played: an address, and the key that
// signs its certificates.
const playedEnv = "CAUSETTE_PROOF_WHATSAPP"

func playWhatsApp(where string) {
	address, root, ok := strings.Cut(where, " ")
	if !ok {
		return
	}
	key, err := hex.DecodeString(root)
	if err != nil || len(key) != len(whatsmeow.WACertPubKey) {
		panic(playedEnv + " holds no key")
	}
	whatsmeow.WACertPubKey = [32]byte(key)
	whatsAppNetwork = whatsapptest.Client(address)
}

const linkedID = conversation.ChannelID("lumen-wa")

// chatter is a WhatsApp on a bad day, with a linked phone and contacts who write.
type chatter struct {
	*whatsapptest.Server
	t        *testing.T
	seed     uint64
	config   string
	store    *store.Store
	phone    *whatsapptest.Contact
	contacts []*whatsapptest.Contact
	each     int // texts of a contact

	mu   sync.Mutex
	dice *rand.Rand
}

func newChatter(t *testing.T, seed uint64, database string) *chatter {
	t.Helper()
	c := &chatter{Server: whatsapptest.New(t), t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 7)), each: 3}
	count := 6
	if long() {
		count, c.each = 20, 10
	}
	c.config = writeConfig(t, database, "http://127.0.0.1:1", 2*time.Second)
	c.configure(`(?s)channels:.*`, fmt.Sprintf("channels:\n  - {id: %s, brand: %s, kind: whatsapp, address: \"+33937000001\", per_minute: 600, per_day: 100000}\n", linkedID, brandID))
	c.store = openDatabase(t, database)
	c.phone = c.Contact("Lumen", "33937000001", "100000000000001")
	for i := range count {
		c.contacts = append(c.contacts, c.Contact(fmt.Sprintf("Client %d", i), fmt.Sprintf("336120000%02d", i), fmt.Sprintf("2000000000000%02d", i)))
	}
	c.link()
	return c
}

// link has the phone scan the code, as `causette pair` shows it.
func (c *chatter) link() {
	c.t.Helper()
	sessions, err := whatsapp.OpenSessions(c.t.Context(), c.store.Pool(), c.store.File(), slog.New(slog.DiscardHandler))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.store.Pool() == nil {
		defer sessions.Close()
	}
	ch, err := whatsapp.New(whatsapp.Config{ID: linkedID, Brand: brandID, Address: "+33937000001", Node: "pair", Store: c.store, Sessions: sessions, Network: c.Client()})
	if err != nil {
		c.t.Fatal(err)
	}
	steps, err := ch.Pair(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	scanned := false
	for s := range steps {
		if s.Err != nil {
			c.t.Fatal(s.Err)
		}
		if !s.Done && !scanned {
			scanned = true
			if err := c.Scan(c.t.Context(), c.phone, s.Code); err != nil {
				c.t.Fatal(err)
			}
		}
	}
}

// house builds the program in this process, which does not run yet.
func (c *chatter) house() (*app, *store.Store) {
	c.t.Helper()
	whatsAppNetwork = c.Client()
	c.t.Cleanup(func() { whatsAppNetwork = nil })
	cfg, err := configs.Load(c.config, os.LookupEnv)
	if err != nil {
		c.t.Fatal(err)
	}
	st, err := openStore(c.t.Context(), cfg, false, slog.New(slog.DiscardHandler))
	if err != nil {
		c.t.Fatal(err)
	}
	a, err := build(c.t.Context(), cfg, st, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return a, st
}

func (c *chatter) draw(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dice.IntN(n)
}

// misbehave cuts connections now and then, and loses what is sent or what
// acknowledges it, until ctx ends.
func (c *chatter) misbehave(ctx context.Context) {
	c.Decide(func(string) whatsapptest.Fate {
		switch n := c.draw(100); {
		case n < 4:
			return whatsapptest.Fate{Lost: true}
		case n < 8:
			return whatsapptest.Fate{Cut: true}
		case n < 10:
			return whatsapptest.Fate{Silent: true}
		}
		return whatsapptest.Fate{}
	})
	for ctx.Err() == nil {
		select {
		case <-time.After(time.Duration(500+c.draw(2500)) * time.Millisecond):
			c.Drop(c.phone)
		case <-ctx.Done():
		}
	}
	c.Decide(nil)
}

func (c *chatter) id(contact, text int) string {
	return fmt.Sprintf("3A%02d%04d%012d", contact, text, c.seed)
}

// write has every contact write, each at their own pace.
func (c *chatter) write(ctx context.Context, pause time.Duration) {
	var all sync.WaitGroup
	for i, who := range c.contacts {
		all.Go(func() {
			for j := range c.each {
				select {
				case <-time.After(time.Duration(c.draw(int(pause)))):
				case <-ctx.Done():
					return
				}
				if err := who.Text(c.phone, c.id(i, j), answered[(i+j)%len(answered)]); err != nil && !errors.Is(err, whatsapptest.ErrNoDevice) {
					c.t.Errorf("seed %d: %v", c.seed, err)
				}
			}
		})
	}
	all.Wait()
}

// settled waits until every text has its turn and every message has left.
func (c *chatter) settled(ctx context.Context) *history {
	h := &history{}
	for {
		now, err := readHistory(ctx, c.store)
		if err == nil {
			h = now
		}
		if err == nil && h.quiet() && c.Waiting(c.phone) == 0 && c.taken(h) == len(c.contacts)*c.each {
			return h
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			c.t.Errorf("seed %d: %d turns, %d unacknowledged, unsettled: %v", c.seed, c.taken(h), c.Waiting(c.phone), h.unsettled())
			return h
		}
	}
}

func (c *chatter) taken(h *history) int {
	n := 0
	for _, turn := range h.turns {
		if turn.Event.Type == conversation.MessageReceived {
			n++
		}
	}
	return n
}

// judge: every text has one turn, and every reply is on its contact's phone once,
// decrypted.
func (c *chatter) judge(h *history) (wrong []string) {
	wrong = h.logIsWhole()
	turns := map[conversation.EventID]int{}
	for _, turn := range h.turns {
		turns[turn.Event.ID]++
	}
	shown := map[conversation.CarrierID][]string{}
	for i, who := range c.contacts {
		for j := range c.each {
			if n := turns[conversation.EventID("in:"+string(linkedID)+":"+c.id(i, j))]; n != 1 {
				wrong = append(wrong, fmt.Sprintf("text %d of %s has %d turns", j, who.Name, n))
			}
		}
		for _, m := range who.Heard() {
			shown[conversation.CarrierID(m.ID)] = append(shown[conversation.CarrierID(m.ID)], m.Message.GetConversation())
		}
	}
	withdrawn := map[string]int{} // after an attempt of which nobody knows whether it arrived
	for id, m := range h.said {
		at := shown[m.stored.Carrier]
		delete(shown, m.stored.Carrier)
		if m.stored.Status == gateway.Cancelled && m.stored.Attempts > 0 {
			withdrawn[m.Text]++
		}
		switch {
		case m.stored.Status == gateway.Cancelled && len(at) == 0: // by a STOP that came before it left
		case m.stored.Status != gateway.Sent:
			wrong = append(wrong, fmt.Sprintf("%s by %s is %q after %d attempts, code %q", id, m.Rule, m.stored.Status, m.stored.Attempts, m.stored.Code))
		case len(at) != 1 || at[0] != m.Text:
			var trouble []string
			for _, who := range c.contacts {
				trouble = append(trouble, who.Trouble(string(m.stored.Carrier))...)
			}
			wrong = append(wrong, fmt.Sprintf("%s by %s came %d times after %d attempts: %q, to the phone as %q, carrier %q", id, m.Rule, len(at), m.stored.Attempts, at, trouble, m.stored.Carrier))
		}
	}
	for id, text := range shown {
		if len(text) == 1 && withdrawn[text[0]] > 0 {
			withdrawn[text[0]]--
			continue
		}
		wrong = append(wrong, fmt.Sprintf("%s, which no turn said, was shown: %q", id, text))
	}
	if len(h.said) < len(c.contacts)*c.each/2 {
		wrong = append(wrong, fmt.Sprintf("only %d replies: this proves little", len(h.said)))
	}
	return wrong
}

// The program is killed again and again while twenty contacts write over a bad
// line: every text has one turn, every reply arrives once and decrypts.
func TestProofWhatsAppCrash(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			for _, seed := range seeds(t, 5, 1) {
				c := newChatter(t, seed, db.open(t))
				t.Setenv(playedEnv, c.Address()+" "+func() string { r := c.Root(); return hex.EncodeToString(r[:]) }())
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				lives := 2
				if long() {
					lives = 6
				}
				var beside sync.WaitGroup
				bad, better := context.WithCancel(ctx)
				beside.Go(func() { c.misbehave(bad) })
				beside.Go(func() { c.write(ctx, time.Duration(lives)*time.Second) })
				ended := map[string]int{}
				for n := range lives {
					p := plan{Point: gateway.Points[(int(seed)*lives+n)%len(gateway.Points)], Nth: 1 + int64(c.draw(6)), Signal: syscall.SIGKILL}
					child := startChild(t, &p, "serve", "--config", c.config)
					if _, ok := child.address(t); ok {
						select {
						case <-child.exited:
							ended[string(p.Point)]++
						case <-time.After(10 * time.Second):
							ended["elsewhere"]++
						}
					}
					child.kill()
				}
				last := startChild(t, nil, "serve", "--config", c.config)
				if _, ok := last.address(t); !ok {
					t.Fatal(last.tail())
				}
				better()
				beside.Wait()
				h := c.settled(ctx)
				if code := last.drain(t); code != exitDone {
					t.Errorf("seed %d: exit %d:\n%s", seed, code, last.tail())
				}
				if wrong := c.judge(h); len(wrong) > 0 {
					t.Errorf("seed %d:\n%s\nthe last node's log:\n%s", seed, strings.Join(wrong, "\n"), last.tail())
				}
				t.Logf("seed %d: %d turns, %d replies, ended at %v", seed, len(h.turns), len(h.said), ended)
				cancel()
			}
		})
	}
}

// flaky is a door whose commits fail now and then, before or after, and which
// panics.
type flaky struct {
	gateway.Door
	draw func(int) int
}

func (f flaky) Accept(ctx context.Context, brand conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	switch f.draw(40) {
	case 0, 1:
		return gateway.Outcome{}, gateway.ErrBusy
	case 2:
		panic("a fault of the handler")
	case 3:
		_, _ = f.Door.Accept(ctx, brand, who, e)
		return gateway.Outcome{}, gateway.ErrBusy // it was committed, and nobody heard
	}
	return f.Door.Accept(ctx, brand, who, e)
}

// The same without kills, in one process: the race detector watches.
func TestProofWhatsAppFaults(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			c := newChatter(t, seeds(t, 1, 1)[0], db.open(t))
			a, st := c.house()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			running, stop := context.WithCancel(context.Background())
			var all sync.WaitGroup
			all.Go(func() { a.devices[0].Run(running, flaky{a.gateway, c.draw}) })
			all.Go(func() { _ = a.gateway.Run(running) })
			bad, better := context.WithCancel(ctx)
			all.Go(func() { c.misbehave(bad) })
			c.write(ctx, 2*time.Second)
			better()
			h := c.settled(ctx)
			stop()
			all.Wait()
			if err := errors.Join(a.close(), st.Close()); err != nil {
				t.Error(err)
			}
			if wrong := c.judge(h); len(wrong) > 0 {
				t.Errorf("seed %d:\n%s", c.seed, strings.Join(wrong, "\n"))
			}
		})
	}
}
