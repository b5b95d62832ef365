package phones

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Options are a carrier's bounds and surroundings; the zero value is ready to use.
type Options struct {
	Clock       Clock        // nil: SystemClock
	Seed        uint64       // of ids and losses, so that a rehearsal repeats; 0: another one at each start
	MaxPhones   int          // 0: 200
	MaxMessages int          // kept on each phone; 0: 500
	MaxLedger   int          // lines kept; 0: 10,000
	MaxPictures int64        // bytes kept of pictures sent; 0: 64 MiB
	PublicURL   string       // before the URLs of pictures: http://127.0.0.1:8080; "" leaves them relative
	Origins     []string     // pages that may open the socket; none: those of the host that was asked
	Log         *slog.Logger // nil: slog.Default()
}

// Carrier is the network between the gateway and the phones.
type Carrier struct {
	options Options
	clock   Clock
	log     *slog.Logger
	epoch   string // in every id: another life never mints the same

	ctx    context.Context // of everything said to the gateway
	cancel context.CancelFunc
	work   sync.WaitGroup // pipes and sockets

	mu       sync.Mutex
	closed   bool
	door     gateway.Door // nil until Connect
	random   *rand.Rand
	network  Network
	once     Network // on top, for the next send alone
	channels []*Channel
	phones   map[conversation.Address]*phone
	order    []*phone // as they were added
	messages map[conversation.CarrierID]*message
	minted   uint64
	places   uint64
	agenda   agenda
	ledger   ledger
	feed     feed
	album    album
	sockets  int
}

// phone is a phone and what the carrier keeps of it.
type phone struct {
	Phone
	thread    []*message // oldest first, by the time the carrier took them
	keys      map[string]*message
	texts     pipe                                 // to the gateway
	reports   pipe                                 // to the gateway
	forgotten map[conversation.ChannelID]time.Time // the newest of the brand's messages that is no longer kept
}

// message is a message and what became of it.
type message struct {
	Message
	phone   *phone
	channel *Channel
	posting gateway.Posting // of the brand's
	reached time.Time       // of a phone's text: when the carrier took it
	waits   bool            // of the brand's: for the phone to be on
	seen    bool            // of the brand's: on the phone's screen
}

// NewCarrier starts a carrier without phones. Close stops it.
func NewCarrier(o Options) *Carrier {
	o.MaxPhones = cmp.Or(o.MaxPhones, 200)
	o.MaxMessages = cmp.Or(o.MaxMessages, 500)
	o.MaxLedger = cmp.Or(o.MaxLedger, 10_000)
	o.MaxPictures = cmp.Or(o.MaxPictures, 64<<20)
	if o.Clock == nil {
		o.Clock = SystemClock{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Seed == 0 {
		var b [8]byte
		crand.Read(b[:]) // never fails since Go 1.24
		o.Seed = binary.NativeEndian.Uint64(b[:])
	}
	random := rand.New(rand.NewPCG(o.Seed, 0))
	c := &Carrier{
		options:  o,
		clock:    o.Clock,
		log:      o.Log,
		random:   random,
		epoch:    fmt.Sprintf("%016x", random.Uint64()),
		phones:   map[conversation.Address]*phone{},
		messages: map[conversation.CarrierID]*message{},
		ledger:   ledger{ring: make([]Entry, o.MaxLedger)},
		feed:     feed{changed: make(chan struct{})},
		album:    album{limit: o.MaxPictures},
	}
	c.album.life = c.epoch
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// Connect tells the carrier where the gateway is. Until then texts wait as if
// the gateway were busy.
func (c *Carrier) Connect(d gateway.Door) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.door = d
}

// Close ends everything under way and waits for it. A text that the gateway has
// not acknowledged stays unacknowledged.
func (c *Carrier) Close() {
	c.mu.Lock()
	c.closed = true
	if c.agenda.stop != nil {
		c.agenda.stop()
	}
	c.mu.Unlock()
	c.cancel()
	c.work.Wait()
}

// Add puts a phone on the network.
func (c *Carrier) Add(p Phone) error {
	if err := p.check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phones[p.Number] != nil {
		return refuse("phone_exists", "there is a phone with the number %s", p.Number)
	}
	_, err := c.add(p)
	return err
}

func (c *Carrier) add(p Phone) (*phone, error) {
	if len(c.order) >= c.options.MaxPhones {
		return nil, refuse("too_many_phones", "the network has its %d phones", c.options.MaxPhones)
	}
	ph := &phone{Phone: p, keys: map[string]*message{}, forgotten: map[conversation.ChannelID]time.Time{}}
	c.phones[p.Number] = ph
	c.order = append(c.order, ph)
	c.published(ph)
	return ph, nil
}

// find returns the phone with that number.
func (c *Carrier) find(n conversation.Address) (*phone, error) {
	if p := c.phones[n]; p != nil {
		return p, nil
	}
	return nil, refuse("unknown_phone", "no phone has the number %s", n)
}

// Change edits a phone: everything but its number. Messages that waited for it
// to be switched on are delivered.
func (c *Carrier) Change(n conversation.Address, edit func(*Phone)) (Phone, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.find(n)
	if err != nil {
		return Phone{}, err
	}
	changed := p.Phone
	changed.Suggestions = slices.Clone(p.Suggestions)
	edit(&changed)
	changed.Number = n
	if err := changed.check(); err != nil {
		return Phone{}, err
	}
	p.Phone = changed
	c.published(p)
	c.reconsider(p)
	return changed, nil
}

// Network returns the carrier's own switches.
func (c *Carrier) Network() Network {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.network
}

// SetNetwork moves the carrier's own switches. What is on the air keeps the
// delay that it left with.
func (c *Carrier) SetNetwork(n Network) error {
	if err := n.check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.network = n
	c.feed.publish(Update{Network: &n})
	for _, p := range c.order {
		c.reconsider(p)
	}
	return nil
}

// Once puts n on top of everything for the next send alone.
func (c *Carrier) Once(n Network) error {
	if err := n.check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.once = n
	return nil
}

// Ledger lists the lines after seq, oldest first. complete is false when some of
// them are no longer kept.
func (c *Carrier) Ledger(seq uint64) (lines []Entry, complete bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ledger.since(seq)
}

// Messages lists what the carrier keeps of a phone's threads, in the order in
// which it took them.
func (c *Carrier) Messages(n conversation.Address) ([]Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.find(n)
	if err != nil {
		return nil, err
	}
	list := make([]Message, len(p.thread))
	for i, m := range p.thread {
		list[i] = m.Message
	}
	return list, nil
}

// Await returns the first message of the brand on the phone behind place that
// matches, and waits for it if need be. A Text's own place is the one to give.
func (c *Carrier) Await(ctx context.Context, n conversation.Address, place uint64, matches func(Message) bool) (Message, error) {
	for {
		c.mu.Lock()
		changed := c.feed.changed
		c.mu.Unlock()
		list, err := c.Messages(n)
		if err != nil {
			return Message{}, err
		}
		slices.SortStableFunc(list, func(a, b Message) int { return cmp.Compare(a.Place, b.Place) })
		for _, m := range list {
			if m.From == FromBrand && m.Place > place && matches(m) {
				return m, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("await a message on %s: %w", n, context.Cause(ctx))
		}
	}
}

// mint makes the next id. It is unique over the carrier's lives, since the
// gateway remembers ids longer than the carrier does.
func (c *Carrier) mint() conversation.CarrierID {
	c.minted++
	return conversation.CarrierID(fmt.Sprintf("PH%s%08x", c.epoch, c.minted))
}

// keep adds a message to its phone's thread; the oldest makes room.
func (c *Carrier) keep(m *message) {
	p := m.phone
	if len(p.thread) >= c.options.MaxMessages {
		old := p.thread[0]
		p.thread = slices.Delete(p.thread, 0, 1)
		delete(c.messages, old.ID)
		delete(p.keys, old.Key)
		if old.From == FromBrand {
			p.forgotten[old.channel.line.Channel] = old.At
		}
		c.feed.publish(Update{Gone: &Gone{Phone: p.Number, ID: old.ID}})
	}
	p.thread = append(p.thread, m)
	c.messages[m.ID] = m
	if m.Key != "" {
		p.keys[m.Key] = m
	}
}

// move sets a message's state and tells the pages.
func (c *Carrier) move(m *message, to State, code string) {
	m.State, m.Code, m.Changed = to, code, c.clock.Now()
	c.shown(m)
}

// shown tells the pages of a message as it is now.
func (c *Carrier) shown(m *message) {
	if c.messages[m.ID] != m {
		return // it made room already
	}
	now := m.Message
	c.feed.publish(Update{Message: &now})
}

// published tells the pages of a phone as it is now.
func (c *Carrier) published(p *phone) { c.feed.publish(Update{Phone: p.holder()}) }

func (p *phone) holder() *Holder {
	h := &Holder{Phone: p.Phone}
	for _, m := range p.thread {
		if m.From == FromBrand && m.Place > 0 && !m.seen {
			if h.Unread == nil {
				h.Unread = map[conversation.ChannelID]int{}
			}
			h.Unread[m.channel.line.Channel]++
		}
	}
	return h
}

// note writes a line of the ledger about a message.
func (c *Carrier) note(act Act, m *message, code string) {
	c.ledger.write(Entry{
		At: c.clock.Now(), Act: act, Channel: m.Channel, Phone: m.Phone, Carrier: m.ID,
		Message: m.posting.Message, Attempt: m.posting.Attempt, Text: m.Text, Code: code,
	})
}

// befalls throws the dice for a share of percent.
func (c *Carrier) befalls(percent int) bool { return percent > 0 && c.random.IntN(100) < percent }
