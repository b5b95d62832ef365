package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway/twilio/twiliotest"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

// The brand and the channel of the proofs, as a merchant would configure them.
const (
	brandID   = conversation.BrandID("lumen")
	channelID = conversation.ChannelID("lumen-sms")
	publicURL = "https://text.lumen.example"
	webhook   = publicURL + "/hooks/twilio/lumen-sms"
	account   = "AC00000000000000000000000000000001"
	authToken = "0123456789abcdef0123456789abcdef"
	shortCode = "36105"
)

// Times of sending, as short as a configuration may make them: what dies with a
// node is taken over when its lease ends. The played list lags less than the
// gateway is told, by what a busy machine may add.
const (
	sendDeadline = time.Second
	sendLease    = 2 * sendDeadline
	listLag      = 900 * time.Millisecond
	playedLag    = 200 * time.Millisecond
)

// writeConfig writes a configuration into a folder of its own and returns its
// name. The lease is twice the send deadline, and what agents write leaves at
// once: what waits to be taken back is overtaken by what need not.
func writeConfig(t testing.TB, database, base string, deadline time.Duration) string {
	t.Helper()
	text := fmt.Sprintf(`
listen: 127.0.0.1:0
admin_listen: 127.0.0.1:0
public_url: %s
database: %q
scripts: %q
sending:
  deadline: %s
  lease: %s
  list_lag: %s
desk: {take_back: 0s}
brands:
  - id: %s
    name: Lumen
    languages: [fr, en]
    country: FR
    timezone: Europe/Paris
    currency: EUR
    burst_wait: 0s
    support: {phone: "+33123456789", email: aide@lumen.example}
channels:
  - id: %s
    brand: %s
    kind: twilio
    address: %q
    account_sid: %s
    auth_token: ${TWILIO_AUTH_TOKEN}
    base_url: %s
    messages_per_second: 2000
`, publicURL, database, scriptsOf(t, anytime), deadline, 2*deadline, listLag, brandID, channelID, brandID, shortCode, account, base)
	name := filepath.Join(t.TempDir(), "causette.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// configure changes the configuration of the trial's next nodes: what matches.
func (s *trial) configure(match, becomes string) { reconfigure(s.t, s.config, match, becomes) }

// reconfigure changes what matches in a configuration's file.
func reconfigure(t testing.TB, file, match, becomes string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	what := regexp.MustCompile(match)
	if !what.Match(text) {
		t.Fatalf("the configuration has no %q", match)
	}
	if err := os.WriteFile(file, what.ReplaceAllLiteral(text, []byte(becomes)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// anytime is a gate that knows no hours and no caps: a proof that is about
// something else does not depend on the day on which it runs.
const anytime = `
gate:
  windows:
    "*": {binds: [order], everyday: "00:00-23:59"}
    FR: {binds: [order], everyday: "00:00-23:59"}
  caps: {marketing: {day: 0, week: 0}}
`

// scriptsOf writes the embedded scripts with another gate into a folder of their
// own, and returns its name.
func scriptsOf(t testing.TB, gate string) string {
	t.Helper()
	folder := t.TempDir()
	of := filepath.Join(folder, string(brandID))
	if err := os.CopyFS(of, configs.Scripts(brandID)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(of, "gate.yaml"), []byte(gate), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// databases are both stores, each empty and private.
var databases = []struct {
	name string
	open func(testing.TB) string
}{
	{"sqlite", func(t testing.TB) string { return "file:" + filepath.Join(t.TempDir(), "causette.db") }},
	{"postgres", func(t testing.TB) string { return pgtest.URL(t) }},
}

// long says whether the proofs run whole.
func long() bool { return os.Getenv("CAUSETTE_PROOF") == "1" }

// seeds are those that this run proves: CAUSETTE_SEED's alone, all of them in a
// proof, a few in a test.
func seeds(t testing.TB, whole, few int) []uint64 {
	t.Helper()
	if text := os.Getenv("CAUSETTE_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("CAUSETTE_SEED: %v", err)
		}
		return []uint64{n}
	}
	n := few
	if long() {
		n = whole
	}
	list := make([]uint64, n)
	for i := range list {
		list[i] = uint64(i)
	}
	return list
}

// trial is one seeded world: customers who write, a Twilio on a bad day, a load
// balancer, the program's processes and their database.
type trial struct {
	t       *testing.T
	seed    uint64
	dice    *rand.Rand // of the test's own goroutine
	config  string
	played  *twiliotest.Server
	network *slowly
	router  *router
	store   *store.Store // beside the nodes, to look
	texts   []*text
	waves   []chan struct{} // each closed when its texts may be written

	mu    sync.Mutex
	begun int // waves
}

// text is something that a customer writes, until it is acknowledged.
type text struct {
	sid, from, body string
	wave            int
	at              time.Duration // after the wave's beginning
	twice           bool          // its webhook is delivered twice at once
}

// badDay is everything that a carrier does wrong, one request in four.
func badDay() twiliotest.Hostility {
	h := twiliotest.Hostile
	h.Faults = maps.Clone(h.Faults)
	h.Faults[twiliotest.AcceptStall] = .02
	h.Faults[twiliotest.Stall] = .01
	return h
}

// conditions are what a trial is held under. Its network loses one acknowledgement
// in twenty besides.
type conditions struct {
	day      twiliotest.Hostility
	slow     float64       // requests of the gateway that wait, between 0 and 1
	most     time.Duration // for so long at most
	deadline time.Duration // of sends; 0: sendDeadline
	gives    time.Duration // after which a sender gives up; 0: the deadline
}

func newTrial(t *testing.T, seed uint64, database string, under conditions) *trial {
	t.Helper()
	s := &trial{t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 0))}
	s.played = twiliotest.New(twiliotest.Options{
		AccountSID: account, AuthToken: authToken, Seed: seed, Hostility: under.day, ListLag: playedLag,
		// Where callbacks are slow, only the carrier's list tells in time.
		CallbackDelay: []time.Duration{10 * time.Millisecond, 300 * time.Millisecond, time.Second}[seed%3],
	})
	s.network = &slowly{Handler: s.played, often: under.slow, most: under.most, deadline: cmp.Or(under.gives, under.deadline, sendDeadline), dice: rand.New(rand.NewPCG(seed, 2)), requests: map[string]chan struct{}{}}
	carrier := httptest.NewServer(s.network)
	t.Cleanup(func() { s.played.Close(); carrier.Close() })
	s.router = newRouter(t, seed, .05)
	s.played.SetGateways(webhook, s.router.server.URL)
	s.config = writeConfig(t, database, carrier.URL, cmp.Or(under.deadline, sendDeadline))
	s.store = openDatabase(t, database)
	return s
}

// slowly is a network before a carrier: it holds some requests back, and drops
// those whose sender has given up meanwhile.
type slowly struct {
	http.Handler
	often    float64
	most     time.Duration
	deadline time.Duration // of sends: what takes as long does not arrive

	mu       sync.Mutex
	dice     *rand.Rand
	requests map[string]chan struct{} // closed at the first request to send to a number
}

// request is closed when the first message to the number is on its way.
func (n *slowly) request(to string) chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.requests[to] == nil {
		n.requests[to] = make(chan struct{})
	}
	return n.requests[to]
}

// came notes a request to send.
func (n *slowly) came(body []byte) {
	f, err := url.ParseQuery(string(body))
	if err != nil {
		return
	}
	first := n.request(f.Get("To"))
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-first:
	default:
		close(first)
	}
}

func (n *slowly) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.Method == http.MethodPost {
		n.came(body)
	}
	if d := n.delay(); r.Method == http.MethodPost && d > 0 {
		// The sender has given up at its deadline, and its end of the connection
		// is gone then; on a busy machine this end hears of it much later.
		if d >= n.deadline {
			<-r.Context().Done()
			return
		}
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		}
	}
	n.Handler.ServeHTTP(w, r)
}

func (n *slowly) delay() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.dice.Float64() >= n.often {
		return 0
	}
	return time.Duration(n.dice.Int64N(int64(n.most)))
}

// openDatabase opens an empty database and brings its schema up.
func openDatabase(t testing.TB, url string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), url, store.Options{Logger: slog.New(slog.DiscardHandler)})
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

// Texts that the assistant answers with one message each, at once.
var answered = []string{"AIDE", "HELP", "STOP", "START", "Quels sont vos horaires ?"}

// write invents what the customers write: one text in each wave, so long a time
// after its beginning. That is little, well within the answers that an hour has,
// and now and then the same again, so that answers differ in nothing but their id.
func (s *trial) write(customers, waves int, within time.Duration) {
	for range waves {
		s.waves = append(s.waves, make(chan struct{}))
	}
	for c := range customers {
		from := phone(c)
		for i := range waves {
			s.texts = append(s.texts, &text{
				sid:   fmt.Sprintf("SM%08x%08x%016x", s.seed, c, i),
				from:  from,
				body:  answered[s.dice.IntN(len(answered))],
				wave:  i,
				at:    time.Duration(s.dice.Int64N(int64(within))),
				twice: s.dice.IntN(6) == 0,
			})
		}
	}
}

// begin lets the next wave of texts be written, if one is left.
func (s *trial) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.begun < len(s.waves) {
		close(s.waves[s.begun])
		s.begun++
	}
}

// phone is the number of the nth customer.
func phone(n int) string { return fmt.Sprintf("+336120%05d", n) }

// deliver has the carrier deliver every text until it is acknowledged, and
// returns when all are.
func (s *trial) deliver(ctx context.Context) {
	var all sync.WaitGroup
	for _, x := range s.texts {
		for range map[bool]int{false: 1, true: 2}[x.twice] {
			all.Go(func() {
				select {
				case <-s.waves[x.wave]:
				case <-ctx.Done():
				}
				s.pause(ctx, x.at)
				s.deliverOne(ctx, x)
			})
		}
	}
	all.Wait()
}

// deliverOne delivers a text until it is acknowledged, and returns when that was
// by the carrier's clock.
func (s *trial) deliverOne(ctx context.Context, x *text) time.Duration {
	for ctx.Err() == nil {
		d, err := s.played.Write(ctx, twiliotest.Text{Sid: x.sid, From: x.from, To: shortCode, Body: x.body})
		if err == nil && d.Status == http.StatusOK {
			return d.Acked
		}
		if err == nil && d.Status != http.StatusBadGateway && d.Status != http.StatusServiceUnavailable {
			s.t.Errorf("the webhook of %s was answered %d %s", x.sid, d.Status, d.Answer)
			break
		}
		s.pause(ctx, 40*time.Millisecond)
	}
	return s.played.Now()
}

// pause lets the played world's time pass.
func (s *trial) pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// settled waits until nothing is queued or in flight any more and returns what
// happened. Whether there is more to come only the database knows, so it is
// asked again and again.
func (s *trial) settled(ctx context.Context) *history {
	s.t.Helper()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		h, err := readHistory(ctx, s.store)
		if err == nil && h.quiet() {
			return h
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			if err != nil {
				s.t.Fatalf("seed %d: cannot read what happened: %v", s.seed, err)
			}
			s.t.Fatalf("seed %d: not quiet in time:\n%s", s.seed, strings.Join(h.unsettled(), "\n"))
		}
	}
}
