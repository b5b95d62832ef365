package agents

import (
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/visitor"
)

// Brand is what the desk needs to know of a brand.
type Brand struct {
	ID        conversation.BrandID `json:"id"`
	Name      string               `json:"name"`
	Languages []string             `json:"languages"`
	Country   string               `json:"-"` // ISO 3166-1: of numbers without a +
	Zone      *time.Location       `json:"-"` // of the days and hours of reports; nil: UTC
}

// Channel is where a brand's customers are written to.
type Channel struct {
	ID     conversation.ChannelID
	Brand  conversation.BrandID
	Medium conversation.Medium
}

// Options is what a desk is made of.
type Options struct {
	Door     gateway.Door
	Store    Store
	Brands   []Brand
	Channels []Channel // in the order of the configuration
	Canned   []Canned

	TakeBack time.Duration // what an agent writes leaves so much later, and can be taken back until then
	Idle     time.Duration // after which who waits for an agent who is not there goes back to the queue; 0: never

	// Price is what one segment of a text costs on the channel to the number;
	// false where it is not known. nil: nowhere.
	Price func(conversation.ChannelID, conversation.Address) (sms.Price, bool)

	// Script is what a conversation runs on: it says which templates there are,
	// and how they read. nil: none.
	Script func(conversation.Conversation) (gateway.Script, error)

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: silent
}

// Canned is a text that agents send often; {name} (of the customer) and
// {agent} stay for the page to fill in.
type Canned struct {
	ID    string            `json:"id"`
	Title string            `json:"title"`
	Text  map[string]string `json:"text"` // by language
}

// Desk is the service behind REST and socket: every right is checked here, so
// each method takes who asks.
type Desk struct {
	door     gateway.Door
	store    Store
	brands   []Brand
	channels []Channel
	canned   []Canned
	takeBack time.Duration
	idle     time.Duration
	price    func(conversation.ChannelID, conversation.Address) (sms.Price, bool)
	script   func(conversation.Conversation) (gateway.Script, error)
	now      func() time.Time
	log      *slog.Logger

	seen     seen
	erasures chan struct{} // one was confirmed
	live     atomic.Pointer[map[conversation.BrandID]*conversation.Live]

	byEmail, byAddress *visitor.Throttle

	mu    sync.Mutex
	names map[conversation.AgentID]named // of agents, who are few
}

// named is an agent's name as it was read; it is read again after a while, since
// another node may have changed it.
type named struct {
	name string
	till time.Time
}

const nameKept = time.Minute

// New makes the desk.
func New(o Options) *Desk {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{door: o.Door, store: o.Store, brands: o.Brands, channels: o.Channels, canned: o.Canned,
		takeBack: o.TakeBack, idle: o.Idle, price: o.Price, script: o.Script, now: o.Now, log: o.Log, names: make(map[conversation.AgentID]named), erasures: make(chan struct{}, 1),
		byEmail: visitor.NewThrottle(loginEvery, loginBurst, throttledNames), byAddress: visitor.NewThrottle(addressEvery, addressBurst, throttledNames)}
}

// BrandsOf lists the brands whose conversations the agent sees.
func (d *Desk) BrandsOf(a Agent) []Brand {
	return slices.DeleteFunc(slices.Clone(d.brands), func(b Brand) bool { return !a.serves(b.ID) })
}

func idsOf(brands []Brand) []conversation.BrandID {
	var ids []conversation.BrandID
	for _, b := range brands {
		ids = append(ids, b.ID)
	}
	return ids
}

// Page is one page of a view.
type Page struct {
	Seq    int64     `json:"as_of_seq"` // of the log, taken before the page was read
	Counts Counts    `json:"counts"`
	Items  []Summary `json:"items"`
	Next   string    `json:"next"`
}

// Snapshot is one conversation as of a number of the log.
type Snapshot struct {
	Seq          int64  `json:"as_of_seq"`
	Conversation Detail `json:"conversation"`
}

// ThreadPage is a part of a thread, oldest first.
type ThreadPage struct {
	Seq   int64   `json:"as_of_seq"`
	Items []Entry `json:"items"`
	Next  string  `json:"next"` // what before takes to read on into the past; "" at the beginning
}

// TakeBack is how long an agent can take back what they wrote.
func (d *Desk) TakeBack() time.Duration { return d.takeBack }

// Canned lists the texts that agents send often.
func (d *Desk) Canned() []Canned { return d.canned }

// Errors of the desk beside *Refusal (409), *Forbidden (403), *Fault (422),
// gateway.ErrNotFound (404) and gateway.ErrBusy (503).
var (
	ErrWrongLogin    = errors.New("the e-mail address or the password is wrong")
	ErrTooManyLogins = errors.New("too many attempts to log in: wait a minute")
)

// Fault is an argument that cannot be: what is wrong with it and what to do.
type Fault struct{ Field, Detail string }

func (f *Fault) Error() string { return f.Field + ": " + f.Detail }
