// Package configs reads the gateway's configuration and keeps what is shipped
// with the program: the annotated example, the price table, the demo's shop and
// the default scripts.
//
// Load reads a file, Parse its bytes. Both collect every problem before they
// give up, each as file:line: field: what is wrong; what to do.
package configs

import (
	"net/netip"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
)

// Config is a checked configuration: every field is filled, bounded and, where
// it names something, known. Relative paths in it start at the folder of the
// file that it was read from.
type Config struct {
	Listen      string   `yaml:"listen"`          // host:port of webhooks, API, phones and console
	AdminListen string   `yaml:"admin_listen"`    // host:port of metrics, health and profiles
	PublicURL   string   `yaml:"public_url"`      // how carriers and customers reach Listen; signatures depend on it; no final slash
	Proxies     []string `yaml:"trusted_proxies"` // networks of the proxies before Listen, whose X-Forwarded-For is believed
	Secret      string   `yaml:"secret"`          // keys the ledger of consents and the list of who is not written to; "" for one that the database keeps
	Database    string   `yaml:"database"`        // file:PATH or postgres://…
	Scripts     string   `yaml:"scripts"`         // folder with one folder a brand; "" for the embedded ones
	Prices      string   `yaml:"prices"`          // price table; "" for the embedded one
	Media       string   `yaml:"media"`           // folder of the photos and files that customers send

	Queue    int       `yaml:"queue"` // events that may wait for the writer; beyond it 503
	Sending  Sending   `yaml:"sending"`
	API      API       `yaml:"api"`
	Keep     Keep      `yaml:"keep"`
	Desk     Desk      `yaml:"desk"`
	Brands   []Brand   `yaml:"brands"`
	Channels []Channel `yaml:"channels"`

	Tariff sms.Tariff `yaml:"-"` // what Prices holds

	problems Problems
}

// Sending is how messages leave.
type Sending struct {
	Deadline time.Duration `yaml:"deadline"` // a request to a carrier is not written after it
	Lease    time.Duration `yaml:"lease"`    // nobody else touches a message in flight before it ends
	ListLag  time.Duration `yaml:"list_lag"` // how long a carrier's list may omit what it accepted
}

// API bounds what one key may ask.
type API struct {
	PerSecond float64 `yaml:"requests_per_second"`
	Burst     int     `yaml:"burst"`
}

// Keep is how long rows are kept.
type Keep struct {
	Keys    time.Duration `yaml:"keys"`    // deduplication keys: at least as long as a source may repeat itself
	Answers time.Duration `yaml:"answers"` // answers to Idempotency-Keys
	Log     time.Duration `yaml:"log"`

	// Of customers; 0: for ever. The ledger of consents and the list of who is not
	// written to are kept whatever these say.
	Messages      time.Duration `yaml:"messages"` // and the photos in them
	Notes         time.Duration `yaml:"notes"`
	Prompts       time.Duration `yaml:"prompts"`
	Conversations time.Duration `yaml:"conversations"` // since anything happened to a customer: then all of theirs goes
}

// Gateway is Keep in the gateway's words.
func (k Keep) Gateway() gateway.Keep {
	return gateway.Keep{Keys: k.Keys, Answers: k.Answers, Log: k.Log,
		Messages: k.Messages, Notes: k.Notes, Prompts: k.Prompts, Conversations: k.Conversations}
}

// Brand is one shop.
type Brand struct {
	ID        conversation.BrandID `yaml:"id"`
	Name      string               `yaml:"name"`
	Languages []string             `yaml:"languages"` // ISO 639-1, the first is the default
	Country   string               `yaml:"country"`   // ISO 3166-1: the region of phone numbers without a +
	Timezone  string               `yaml:"timezone"`  // IANA
	Currency  string               `yaml:"currency"`  // ISO 4217
	Support   Support              `yaml:"support"`
	Escalate  Escalate             `yaml:"escalate"`
	BurstWait time.Duration        `yaml:"burst_wait"`    // how long a text may wait for the rest of the thought
	UploadURL string               `yaml:"upload_url"`    // where customers leave a photo; "" when there is no such page
	DoubleOpt bool                 `yaml:"double_opt_in"` // START is asked back before it counts as consent
	Discreet  bool                 `yaml:"discreet"`      // check says where a text tells a locked phone what was bought

	// Prefer is the order in which the media are tried for what nobody asked for;
	// none: where the customer wrote last. Fallback is how long WhatsApp has to
	// deliver it before it goes as SMS; 0: only what failed does.
	Prefer   []conversation.Medium `yaml:"prefer"`
	Fallback time.Duration         `yaml:"fallback_after"`

	Join *Join `yaml:"join"` // nil: the join page promises no frequency

	Links *Links `yaml:"links"` // nil: links are texted as they are
	Shop  *Shop  `yaml:"shop"`  // nil: reorders go to an agent
}

// Support is where customers reach people.
type Support struct {
	Phone string `yaml:"phone"` // E.164
	Email string `yaml:"email"`
}

// Escalate says when an agent is called.
type Escalate struct {
	CartValue Decimal `yaml:"cart_value"` // a cart from this value on; 0: never for its value
	VIP       bool    `yaml:"vip"`
}

// CartLimit is the cart value from which an agent is called, in the brand's
// currency; the zero Money means never.
func (b *Brand) CartLimit() conversation.Money {
	amount, err := b.Escalate.CartValue.Minor(b.Currency)
	if err != nil || amount == 0 {
		return conversation.Money{}
	}
	return conversation.Money{Amount: amount, Currency: b.Currency}
}

// Location is the brand's time zone.
func (b *Brand) Location() *time.Location {
	zone, err := time.LoadLocation(b.Timezone)
	if err != nil { // a checked brand names a zone that loads
		return time.UTC
	}
	return zone
}

// Join is what the join page promises.
type Join struct {
	Messages int    `yaml:"messages"` // marketing, at most
	Per      string `yaml:"per"`      // day, week, month
	Privacy  string `yaml:"privacy"`  // a page on how the brand treats data; "": none is shown
}

// Shop is where confirmed reorders are sent, and where it is told what happens,
// as signed webhooks (Standard Webhooks 1.0).
type Shop struct {
	URL    string `yaml:"url"`        // of reorders; "": an agent takes them
	Events string `yaml:"events_url"` // of events; "": it hears of none
	Secret string `yaml:"secret"`     // whsec_ and base64 of 24 to 64 bytes; two with a space between them while they rotate
	// AllowPrivate lets URL lead to loopback and private addresses, for tests
	// and for a shop on the same machine.
	AllowPrivate bool `yaml:"allow_private"`
}

// Kind is what carries a channel.
type Kind string

// Kinds of channels.
const (
	Twilio   Kind = "twilio"
	WhatsApp Kind = "whatsapp" // whatsmeow
	Phones   Kind = "phones"   // simulated
)

// Channel is one sender of one brand.
type Channel struct {
	ID         conversation.ChannelID `yaml:"id"`
	Brand      conversation.BrandID   `yaml:"brand"`
	Kind       Kind                   `yaml:"kind"`
	Address    string                 `yaml:"address"` // short code, E.164, or "whatsapp:" and E.164
	AccountSID string                 `yaml:"account_sid"`
	AuthToken  string                 `yaml:"auth_token"`
	BaseURL    string                 `yaml:"base_url"`
	Rate       float64                `yaml:"messages_per_second"`
	StopAt     string                 `yaml:"stop_at"` // of a sender name: the number that hears STOP

	// Of kind whatsapp, which WhatsApp may ban: whether prompts go out on it and
	// not answers alone, and how many messages at most.
	Proactive bool `yaml:"proactive"`
	PerMinute int  `yaml:"per_minute"`
	PerDay    int  `yaml:"per_day"`
}

// Mute says whether nobody can answer the channel: its sender is a name.
func (c *Channel) Mute() bool { return senderName.MatchString(c.Address) }

// Stop is where customers text STOP to, as they see it.
func (c *Channel) Stop() string {
	if c.StopAt != "" {
		return c.StopAt
	}
	return strings.TrimPrefix(c.Address, whatsAppPrefix)
}

// Medium is what the channel's customers hold in their hands.
func (c *Channel) Medium() conversation.Medium {
	if c.Kind == WhatsApp || isWhatsApp(c.Address) {
		return conversation.WhatsApp
	}
	return conversation.SMS
}

// TrustedProxies are the networks in Proxies.
func (c *Config) TrustedProxies() []netip.Prefix {
	var list []netip.Prefix
	for _, p := range c.Proxies {
		if network, err := network(p); err == nil { // of a checked Config all are
			list = append(list, network)
		}
	}
	return list
}

// Brand finds a brand, nil when there is none of that id.
func (c *Config) Brand(id conversation.BrandID) *Brand {
	for i := range c.Brands {
		if c.Brands[i].ID == id {
			return &c.Brands[i]
		}
	}
	return nil
}

// Problems returns everything that was noticed in a configuration that can run:
// a checked Config holds no error, so all of them are warnings.
func (c *Config) Problems() Problems { return c.problems }

// Warnings is what a person should look at although the gateway can run.
func (c *Config) Warnings() Problems { return c.problems.Warnings() }

// Defaults of what a file may leave out.
const (
	DefaultListen      = "127.0.0.1:8080"
	DefaultAdminListen = "127.0.0.1:9464"
	DefaultDatabase    = "file:causette.db"
	DefaultMedia       = "media"
	DefaultQueue       = 4096 // half a second of work at full load
	DefaultTwilioURL   = "https://api.twilio.com"
	DefaultDeadline    = 8 * time.Second
	DefaultLease       = 20 * time.Second
	DefaultListLag     = 10 * time.Second
	// Three years after the last contact, as the CNIL recommends for prospects:
	// https://www.cnil.fr/fr/les-durees-de-conservation-des-donnees
	DefaultKeep = 3 * 365 * day

	DefaultBurstWait = 3 * time.Second
	DefaultFallback  = 30 * time.Minute // a phone that was in a tunnel has it by then
)

func (c *Config) defaults() {
	*c = Config{
		Listen:      DefaultListen,
		AdminListen: DefaultAdminListen,
		Database:    DefaultDatabase,
		Media:       DefaultMedia,
		Queue:       DefaultQueue,
		Sending:     Sending{Deadline: DefaultDeadline, Lease: DefaultLease, ListLag: DefaultListLag},
		API:         API{PerSecond: 50, Burst: 100},
		Keep:        Keep{Keys: 7 * day, Answers: day, Log: 90 * day, Messages: DefaultKeep, Notes: DefaultKeep, Prompts: DefaultKeep, Conversations: DefaultKeep},
		Desk:        Desk{Assign: Offer, TakeBack: DefaultTakeBack, Idle: DefaultIdle, Busy: DefaultBusy},
	}
}

func (b *Brand) defaults() { b.BurstWait, b.Fallback = DefaultBurstWait, DefaultFallback }
