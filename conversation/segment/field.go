package segment

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
)

// field is something that is known of a customer.
type field struct {
	name    string
	kind    kind
	example string
	args    []vocabulary // in parentheses behind the name
	vocabulary
	dated  bool // of a list: "within" may follow
	phrase map[string]phrase

	flag   func(*conversation.Conversation) bool
	pair   func(*conversation.Conversation, []string) bool
	word   func(*conversation.Conversation, []string) string                 // "": not known
	number func(*conversation.Conversation) (int64, bool)                    // false: not known
	money  func(c *conversation.Conversation, currency string) (int64, bool) // false: not known in that currency; "": in any
	moment func(*conversation.Conversation) time.Time                        // zero: never
	list   func(*conversation.Conversation, *condition, time.Time) bool
}

// kind is what a field's values are.
type kind int

const (
	flag kind = iota
	pair
	word
	number
	money
	moment
	list
)

// comparisons are those that a kind of field takes.
func (k kind) comparisons() []comparison {
	switch k {
	case word:
		return []comparison{equal, differs, in, known}
	case number, money:
		return []comparison{equal, differs, less, atMost, more, atLeast, known}
	case moment:
		return []comparison{within, olderThan, before, since, known}
	}
	return nil
}

func (k kind) written() []string {
	var list []string
	for _, c := range k.comparisons() {
		list = append(list, string(c))
	}
	return list
}

// vocabulary is what the values of a field may be.
type vocabulary struct {
	known   []string // none: any
	fold    fold
	letters int // as many; 0: any
	such    string
}

type fold int

const (
	asWritten fold = iota
	lower
	upper
)

var (
	media    = vocabulary{known: []string{string(conversation.SMS), string(conversation.WhatsApp)}, fold: lower}
	purposes = vocabulary{known: []string{string(conversation.Transactional), string(conversation.Marketing)}, fold: lower}
	statuses = vocabulary{known: []string{"placed", "shipped", "out_for_delivery", "delivery_missed", "delivered", "cancelled", "refunded"}, fold: lower}
	tongue   = vocabulary{fold: lower, letters: 2, such: "fr"}
	country  = vocabulary{fold: upper, letters: 2, such: "FR"}
	region   = vocabulary{fold: upper}
)

// fields are all that the language knows, by name.
var fields = func() map[string]*field {
	list := []*field{
		{name: "everyone", kind: flag, example: "everyone", flag: func(*conversation.Conversation) bool { return true }},
		{name: "vip", kind: flag, example: "vip", flag: func(c *conversation.Conversation) bool { return c.Customer.VIP }},
		{name: "returning", kind: flag, example: "returning", flag: returning},
		{name: "conversation_open", kind: flag, example: "conversation_open", flag: open},

		{name: "name", kind: word, example: "name known", word: func(c *conversation.Conversation, _ []string) string { return c.Customer.First }},
		{name: "email", kind: word, example: "email known", word: func(c *conversation.Conversation, _ []string) string { return c.Customer.Email }},
		{name: "language", kind: word, example: "language = fr", vocabulary: tongue, word: func(c *conversation.Conversation, _ []string) string { return c.Customer.Language }},
		{name: "country", kind: word, example: "country in (FR, BE)", vocabulary: country, word: func(c *conversation.Conversation, _ []string) string {
			return cmp.Or(c.Customer.Country, c.Customer.Place.Country)
		}},
		{name: "region", kind: word, example: `region = "TX"`, vocabulary: region, word: func(c *conversation.Conversation, _ []string) string {
			return cmp.Or(c.Customer.Region, c.Customer.Place.Region)
		}},
		{name: "timezone", kind: word, example: `timezone = "Europe/Paris"`, word: timezone},
		{name: "prefers", kind: word, example: "prefers = whatsapp", vocabulary: media, word: func(c *conversation.Conversation, _ []string) string { return string(c.Customer.Prefers) }},
		{name: "preference", kind: word, example: `preference(size) = "M"`, args: []vocabulary{{}}, word: func(c *conversation.Conversation, args []string) string {
			return c.Customer.Preferences[args[0]]
		}},
		{name: "last_status", kind: word, example: "last_status = delivered", vocabulary: statuses, word: func(c *conversation.Conversation, _ []string) string {
			if len(c.Customer.Orders) == 0 {
				return ""
			}
			return c.Customer.Orders[0].Status
		}},

		{name: "consent", kind: pair, example: "consent(sms, marketing)", args: []vocabulary{media, purposes}, pair: consents},
		{name: "withdrawn", kind: pair, example: "withdrawn(sms, marketing)", args: []vocabulary{media, purposes}, pair: func(c *conversation.Conversation, args []string) bool {
			return c.Customer.Consent(conversation.Medium(args[0]), conversation.Purpose(args[1])) == conversation.Withdrawn
		}},

		{name: "points", kind: number, example: "points >= 500", number: func(c *conversation.Conversation) (int64, bool) {
			if c.Customer.Points == nil {
				return 0, false
			}
			return *c.Customer.Points, true
		}},
		{name: "orders", kind: number, example: "orders >= 2", number: func(c *conversation.Conversation) (int64, bool) { return ordered(c), true }},
		{name: "returns", kind: number, example: "returns >= 1", number: func(c *conversation.Conversation) (int64, bool) { return int64(len(c.Customer.Returns)), true }},

		{name: "value", kind: money, example: "value >= 100 EUR", money: func(c *conversation.Conversation, currency string) (int64, bool) {
			return amount(c.Customer.Value, currency)
		}},
		{name: "spent", kind: money, example: "spent >= 100 EUR", money: spent},
		{name: "last_total", kind: money, example: "last_total >= 50 EUR", money: func(c *conversation.Conversation, currency string) (int64, bool) {
			if len(c.Customer.Orders) == 0 {
				return 0, false
			}
			return amount(c.Customer.Orders[0].Total, currency)
		}},
		{name: "cart", kind: money, example: "cart >= 50 EUR", money: func(c *conversation.Conversation, currency string) (int64, bool) {
			if c.Customer.Cart == nil {
				return 0, false
			}
			return amount(c.Customer.Cart.Total, currency)
		}},

		{name: "wrote", kind: moment, example: "wrote within 30d", moment: func(c *conversation.Conversation) time.Time { return c.WroteAt }},
		{name: "touched", kind: moment, example: "touched older than 7d", moment: func(c *conversation.Conversation) time.Time {
			if n := len(c.Customer.Touches); n > 0 {
				return c.Customer.Touches[n-1].At
			}
			return time.Time{}
		}},
		{name: "clicked", kind: moment, example: "clicked within 30d", moment: func(c *conversation.Conversation) time.Time { return c.Customer.Clicked }},
		{name: "last_order", kind: moment, example: "last_order older than 60d", moment: func(c *conversation.Conversation) time.Time {
			if len(c.Customer.Orders) == 0 {
				return time.Time{}
			}
			return c.Customer.Orders[0].Placed
		}},
		{name: "cart_changed", kind: moment, example: "cart_changed older than 1d", moment: func(c *conversation.Conversation) time.Time {
			if c.Customer.Cart == nil {
				return time.Time{}
			}
			return c.Customer.Cart.Updated
		}},

		{name: "tag", kind: list, example: `tag "pro"`, list: func(c *conversation.Conversation, d *condition, _ time.Time) bool {
			return slices.ContainsFunc(c.Customer.Tags, d.like)
		}},
		{name: "bought", kind: list, example: `bought "LAMPE-*"`, dated: true, list: bought},
		{name: "in_cart", kind: list, example: `in_cart "LAMPE-*"`, list: func(c *conversation.Conversation, d *condition, _ time.Time) bool {
			return c.Customer.Cart != nil && anyNamed(c.Customer.Cart.Lines, d)
		}},
	}
	byName := make(map[string]*field, len(list))
	for _, f := range list {
		f.phrase = phrases[f.name]
		byName[f.name] = f
	}
	return byName
}()

// names lists the fields, for errors.
var names = sync.OnceValue(func() []string { return slices.Sorted(maps.Keys(fields)) })

// amount is a sum in a currency; "" asks in none, only whether it is known.
func amount(m conversation.Money, currency string) (int64, bool) {
	return m.Amount, m.Currency != "" && (currency == "" || m.Currency == currency)
}

// counts says which orders were bought: nobody keeps what was cancelled.
func counts(o *conversation.Order) bool { return o.Status != "cancelled" }

func ordered(c *conversation.Conversation) (n int64) {
	for i := range c.Customer.Orders {
		if counts(&c.Customer.Orders[i]) {
			n++
		}
	}
	return n
}

// spent adds up the orders that are remembered, in one currency.
func spent(c *conversation.Conversation, currency string) (sum int64, known bool) {
	for i := range c.Customer.Orders {
		o := &c.Customer.Orders[i]
		if n, ok := amount(o.Total, currency); ok && counts(o) {
			sum, known = sum+n, true
		}
	}
	return sum, known
}

// consents says who may be written to so: consent was given, and nothing that
// stands over it says otherwise.
func consents(c *conversation.Conversation, args []string) bool {
	k, purpose := &c.Customer, conversation.Purpose(args[1])
	return !k.Silenced && k.Consent(conversation.Medium(args[0]), purpose) == conversation.Given &&
		(purpose != conversation.Marketing || !k.Suspended && !k.Detached)
}

// returning says whether goods are on their way back.
func returning(c *conversation.Conversation) bool {
	return slices.ContainsFunc(c.Customer.Returns, func(r conversation.Return) bool { return r.Status != "refunded" })
}

// open says whether the customer waits for somebody, or somebody for them.
func open(c *conversation.Conversation) bool {
	return c.Desk.Open() || len(c.Questions) > 0
}

func timezone(c *conversation.Conversation, _ []string) string {
	if zones := c.Customer.Place.Zones; c.Customer.Timezone == "" && len(zones) == 1 {
		return zones[0]
	}
	return c.Customer.Timezone
}

func bought(c *conversation.Conversation, d *condition, now time.Time) bool {
	for i := range c.Customer.Orders {
		o := &c.Customer.Orders[i]
		if counts(o) && (d.op != within || now.Sub(o.Placed) <= d.span) && anyNamed(o.Lines, d) {
			return true
		}
	}
	return false
}

func anyNamed(lines []conversation.Line, d *condition) bool {
	for i := range lines {
		if d.names(&lines[i]) {
			return true
		}
	}
	return false
}

// Fields lists what a segment can ask for, each with an example, for editors.
func Fields() []string {
	list := slices.Clone(names())
	for i, n := range list {
		list[i] = fields[n].example
	}
	return list
}

// keyword says which words cannot be values without quotes.
func keyword(w string) bool {
	switch strings.ToLower(w) {
	case "and", "or", "not", "in", "within", "older", "than", "known", "before", "since":
		return true
	}
	return false
}
