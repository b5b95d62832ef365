// Package gateway is the way of a message: a channel brings a customer's text
// in, one durable turn answers it, and the answer leaves through the outbox.
//
//	channel → Accept → queue → group (one transaction) → lane → channel
//	                             ▲                         │
//	         timers, jobs, claims, settlements ────────────┘
//
// Gateway.Accept acknowledges only after the commit: an event is either refused
// or wholly processed. The promise is one turn for each carrier message id, and
// one send for each message, unless the carrier's own list omits a message that
// it accepted.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/causette/causette/conversation"
)

// Route is a channel of a brand, and its pace.
type Route struct {
	Brand     conversation.BrandID
	Channel   Channel
	Account   string  // the carrier's account: a halted account halts all of its channels
	PerSecond float64 // segments a second; 0: as fast as the carrier answers
	Mute      bool    // an alphanumeric sender: nobody can answer it
	StopAt    string  // where customers text STOP to, as they see it
	Contents  bool    // the carrier takes approved templates
}

// Options is what a gateway is made of. Zero durations and sizes take the
// defaults of withDefaults, where each has its reason.
type Options struct {
	Store   Store
	Scripts Parse // compiles a stored script
	Routes  []Route
	Shops   map[conversation.BrandID]Shop
	Hears   map[conversation.BrandID]Listener // who is told what happens
	Log     *slog.Logger
	Metrics prometheus.Registerer // nil: not registered anywhere

	Deadline    time.Duration // a request is not written later than this after its commit
	Lease       time.Duration // nobody else touches a message in flight for this long
	ListLag     time.Duration // how far the carrier's list may lag behind what it accepted
	Expiry      time.Duration // a message that says nothing else is not sent later than this
	CatchUp     time.Duration // how often inbound messages are listed
	Queue       int           // events that may wait before 503
	GroupMax    int           // works in one transaction
	SplitBrands bool          // one transaction a brand: for a database that spreads brands
	SettleApart bool          // settlements have a writer of their own: for a database that takes several
	Keep        Keep
	Trace       func(Point) // nil: nobody watches

	// Live is how the desk of a brand looks now; it becomes a part of texts and
	// of timers, so it must cost nothing: a pointer that somebody else keeps
	// fresh and never writes to. nil: no desk.
	Live func(conversation.BrandID) *conversation.Live
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		value *time.Duration
		or    time.Duration
	}{
		{&o.Deadline, 8 * time.Second}, // Twilio's webhook waits 15 s for an acknowledgement that may wait for this
		{&o.Lease, 20 * time.Second},   // the deadline, and time to settle
		{&o.ListLag, 10 * time.Second}, // twice what Twilio's list was seen to lag
		{&o.Expiry, 4 * time.Hour},     // Twilio's own WhatsApp queue gives up then
		{&o.CatchUp, 5 * time.Minute},
		{&o.Keep.Keys, 7 * 24 * time.Hour}, // a carrier's list reaches back no further in a catch-up
		{&o.Keep.Answers, 24 * time.Hour},
		{&o.Keep.Log, 90 * 24 * time.Hour},
	} {
		if *d.value <= 0 {
			*d.value = d.or
		}
	}
	if o.Queue <= 0 {
		o.Queue = 4096 // about half a second of work at full load
	}
	if o.GroupMax <= 0 {
		o.GroupMax = 256 // larger ones gain nothing and lengthen the wait
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Gateway turns events into durable turns and says what they say.
type Gateway struct {
	opt     Options
	node    NodeID
	log     *slog.Logger
	scripts *scripts
	lanes   map[conversation.ChannelID]*lane
	queue   *queue
	flights flights
	metrics *metrics

	busy    atomic.Int64  // works in line and attempts in flight
	hard    chan struct{} // closed when nothing is to be waited for any more
	give    func()        // closes it
	ending  chan struct{} // closed when the drain has begun
	notices chan map[conversation.BrandID]int64
	timer   poke
	jobs    poke
	events  map[conversation.BrandID]poke // of the brands whose shops are told what happens
	missed  poke

	mu        sync.Mutex
	listeners []func(brand conversation.BrandID, seq int64)
	keepers   []func(conversation.BrandID, conversation.Inbound)
}

// New makes a gateway; Run makes it work.
func New(o Options) (*Gateway, error) {
	o = o.withDefaults()
	switch {
	case o.Store == nil:
		return nil, errors.New("a gateway needs a store")
	case o.Scripts == nil:
		return nil, errors.New("a gateway needs a way to compile scripts")
	case o.Lease < 2*o.Deadline:
		return nil, fmt.Errorf("the lease (%s) must be at least twice the send deadline (%s)", o.Lease, o.Deadline)
	}
	g := &Gateway{
		opt: o, node: NodeID(newID()), log: o.Log, scripts: newScripts(o.Store, o.Scripts),
		lanes: make(map[conversation.ChannelID]*lane), metrics: newMetrics(o.Metrics),
		hard: make(chan struct{}), ending: make(chan struct{}),
		notices: make(chan map[conversation.BrandID]int64, 1),
		timer:   newPoke(), jobs: newPoke(), missed: newPoke(), events: make(map[conversation.BrandID]poke),
	}
	g.give = sync.OnceFunc(func() { close(g.hard) })
	for brand := range o.Hears {
		g.events[brand] = newPoke()
	}
	own := 64
	for _, r := range o.Routes {
		if g.lanes[r.Channel.ID()] != nil {
			return nil, fmt.Errorf("two channels are called %q", r.Channel.ID())
		}
		g.lanes[r.Channel.ID()] = newLane(g, r)
		own += laneSlots
	}
	g.queue = newQueue(o.Queue, own, &g.busy)
	g.metrics.watchQueue(o.Metrics, g.queue)
	return g, nil
}

// Use stores a brand's checked script and makes it the current one:
// conversations adopt it when they are idle.
func (g *Gateway) Use(ctx context.Context, brand conversation.BrandID, s Script, source []byte) error {
	if err := g.opt.Store.PutScript(ctx, brand, s.Version(), source); err != nil {
		return fmt.Errorf("store the script of %s: %w", brand, err)
	}
	g.scripts.use(brand, s)
	return nil
}

// Run works until ctx ends, then drains: new events are refused, what was
// accepted is finished, what is in flight settles or reaches its deadline.
func (g *Gateway) Run(ctx context.Context) error {
	loops, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	for _, loop := range []func(context.Context){g.wakeTimers, g.askShops, g.takeOver, g.catchUp, g.prune, g.listen} {
		running.Go(func() { loop(loops) })
	}
	for _, l := range g.lanes {
		running.Go(func() { l.pump(loops) })
	}
	for brand, to := range g.opt.Hears {
		running.Go(func() { g.tellShop(loops, brand, to) })
	}
	var writing, telling sync.WaitGroup
	if g.opt.SettleApart {
		writing.Go(func() { g.write(g.queue.owns()) })
		writing.Go(func() { g.write(g.queue.events()) })
	} else {
		writing.Go(func() { g.write(g.queue) })
	}
	telling.Go(g.tell)

	<-ctx.Done()
	g.finish(&running, &writing, &telling)
	return nil
}

// finish refuses new events and finishes what was accepted: the loops first, that
// make some, then the writers, then who tells the other nodes.
func (g *Gateway) finish(running, writing, telling *sync.WaitGroup) {
	g.queue.refuse()
	close(g.ending)
	running.Wait()
	g.drain()
	g.queue.stop()
	writing.Wait()
	g.give()
	close(g.notices)
	telling.Wait()
}

// drain waits until every work in line is answered and every attempt in flight
// has settled; each ends by its deadline, and those that ask a carrier what
// became of them leave that to whoever holds the lease next.
func (g *Gateway) drain() {
	const look = time.Millisecond
	give := time.Now().Add(g.opt.Lease)
	for g.busy.Load() > 0 {
		if time.Now().After(give) {
			g.log.Error("stopping with work unfinished; the next start takes it over", "works", g.busy.Load())
			g.give()
			return
		}
		time.Sleep(look)
	}
}

// ended waits for d, or says that the gateway drains.
func (g *Gateway) ended(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return false
	case <-g.ending:
		return true
	}
}

// Accept implements Door.
func (g *Gateway) Accept(ctx context.Context, brand conversation.BrandID, who Who, e conversation.Event) (Outcome, error) {
	if e.ID == "" {
		return Outcome{}, errors.New("an event needs an id")
	}
	clean(&e)
	w := newWork(brand, who)
	w.event = &e
	switch e.Type {
	case conversation.MessageReceived:
		e.Live = g.live(brand)
	case conversation.PromptRequested:
		e.Live, e.Prompt = g.live(brand), g.complete(brand, e.Prompt)
	}
	if err := g.queue.offer(w, !urgent(&e)); err != nil {
		g.metrics.refused.Inc()
		g.catchUpSoon()
		return Outcome{}, err
	}
	select {
	case v := <-w.done:
		if v.err == nil {
			v.err = g.awaitFence(ctx, brand, v.flight)
		}
		return v.outcome, v.err
	case <-ctx.Done():
		return Outcome{}, ctx.Err() // the turn goes on; whoever comes again finds a duplicate
	}
}

// urgent says whether somebody waits for the event's turn, or waits to be left
// alone: it goes before what automations ask for.
func urgent(e *conversation.Event) bool {
	switch e.Type {
	case conversation.MessageReceived, conversation.JoinRequested:
		return true
	case conversation.ConsentRecorded:
		return e.Consent != nil && e.Consent.State == conversation.Withdrawn
	}
	return e.Act != nil
}

// live is how the desk looks as an event comes.
func (g *Gateway) live(brand conversation.BrandID) *conversation.Live {
	if g.opt.Live == nil {
		return nil
	}
	return g.opt.Live(brand)
}

// Report implements Door.
func (g *Gateway) Report(ctx context.Context, r Report) error {
	if r.Message == "" || r.Customer == "" {
		return errors.New("a report needs a message and a customer")
	}
	s := settling{Brand: r.Brand, Settlement: Settlement{
		Message: r.Message, Customer: r.Customer, Status: r.Status, Carrier: r.Carrier, Code: r.Code, At: r.At,
	}}
	if s.Status.Rank() >= Delivered.Rank() && s.Status != Delivered && s.Status != Read {
		s.Attempt = r.Attempt // an earlier attempt's failure says nothing of the current one
	}
	if r.Error != nil || s.Status == Failed || s.Status == Undelivered {
		if err := g.explain(ctx, r, &s); err != nil {
			return err
		}
	}
	err := g.own(s)
	if err == nil {
		g.flights.settled(r.Message)
	}
	return err
}

// explain gives a reported failure the consequence that its code has; that of a
// prompt is an event, whatever the code, since another medium may say it.
func (g *Gateway) explain(ctx context.Context, r Report, s *settling) error {
	m, err := g.opt.Store.Outbound(ctx, r.Brand, r.Message)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %v", ErrBusy, err)
	}
	l := g.lanes[m.Channel]
	if l == nil {
		return nil
	}
	if r.Error != nil {
		l.contain(r.Error, m.To)
		settlement, event := l.outcome(posting(r.Brand, m, m.FirstPosted), r.Error)
		s.Event = event
		if settlement.Status == Queued {
			s.Settlement.Status, s.Settlement.After, s.Settlement.Attempt = Queued, settlement.After, r.Attempt
			return nil
		}
	}
	if s.Event == nil && m.Prompt != "" {
		s.Event = l.refusal(m.ID, m.Prompt, s.Code, r.At)
	}
	return nil
}

// settling is a settlement for the writer, with the event that it causes.
type settling struct {
	Brand conversation.BrandID
	Settlement
	Event *conversation.Event
}

// own puts the gateway's own settlement in line and waits for the commit.
func (g *Gateway) own(s settling) error {
	w := newWork(s.Brand, Who{Customer: s.Customer, Brief: s.Event == nil && s.Status != Queued})
	w.settle, w.event = &s.Settlement, s.Event
	if err := g.queue.push(context.Background(), w); err != nil {
		return err
	}
	err := g.heard(w).err
	if errors.Is(err, ErrUnknownCustomer) {
		return nil // a report of somebody who was erased
	}
	return err
}

// heard is what a writer says of the gateway's own work; ErrBusy where they have
// ended, or are not waited for any more.
func (g *Gateway) heard(w *work) verdict {
	select {
	case v := <-w.done:
		return v
	case <-g.hard:
	}
	select {
	case v := <-w.done:
		return v
	default:
		return verdict{err: ErrBusy}
	}
}

// halt stops every lane that an error stops.
func (g *Gateway) halt(l *lane, f *SendError) {
	l.halt(f.Code)
	if f.Halts != WholeAccount || l.account == "" {
		return
	}
	for _, other := range g.lanes {
		if other.account == l.account {
			other.halt(f.Code)
		}
	}
}

// Halted lists the channels that send nothing, with why.
func (g *Gateway) Halted() map[conversation.ChannelID]string {
	halted := make(map[conversation.ChannelID]string)
	for id, l := range g.lanes {
		if why := l.why(); why != "" {
			halted[id] = why
		}
	}
	return halted
}

// every runs do at once and then each period, until ctx ends.
func (g *Gateway) every(ctx context.Context, period time.Duration, do func()) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
