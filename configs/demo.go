package configs

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

//go:embed demo.yaml
var demoYAML []byte

// DemoShop is the demo's seeded shop.
type DemoShop struct {
	Catalogue []conversation.Line // Quantity is what is in stock
	Phones    []DemoPhone
	Events    []DemoEvent // in the order of their times
}

// DemoPhone is a phone, and who holds it.
type DemoPhone struct {
	Number      conversation.Address
	Name        string
	About       string // "un panier de 249 €"
	Language    string
	Look        string // ios, android
	Suggestions []string
}

// DemoEvent is something that the shop told, and of whom. Its id is the same on
// every start, so that a demo that is started again on its data seeds nothing.
type DemoEvent struct {
	Who   gateway.Who
	Event conversation.Event
}

// Demo reads the embedded shop, as it looks at now.
func Demo(now time.Time) (*DemoShop, error) {
	return parseDemo("demo.yaml", demoYAML, now)
}

type demoFile struct {
	Catalogue []demoArticle  `yaml:"catalogue"`
	Customers []demoCustomer `yaml:"customers"`
}

type demoArticle struct {
	SKU   string  `yaml:"sku"`
	Name  string  `yaml:"name"`
	Price Decimal `yaml:"price"`
	Stock int     `yaml:"stock"`
}

type demoCustomer struct {
	ID          string        `yaml:"id"`
	Phone       string        `yaml:"phone"`
	First       string        `yaml:"first_name"`
	Last        string        `yaml:"last_name"`
	Email       string        `yaml:"email"`
	Language    string        `yaml:"language"`
	Look        string        `yaml:"look"`
	About       string        `yaml:"about"`
	Suggestions []string      `yaml:"suggestions"`
	VIP         bool          `yaml:"vip"`
	Value       Decimal       `yaml:"value"`
	Points      int64         `yaml:"points"`
	Tags        []string      `yaml:"tags"`
	Consents    []demoConsent `yaml:"consents"`
	Orders      []demoOrder   `yaml:"orders"`
	Cart        *demoCart     `yaml:"cart"`
	Returns     []demoReturn  `yaml:"returns"`
}

type demoOrder struct {
	Number   string        `yaml:"number"`
	Lines    []demoLine    `yaml:"lines"`
	Placed   time.Duration `yaml:"placed"` // ago
	Steps    []demoStep    `yaml:"steps"`
	Carrier  string        `yaml:"carrier"`
	Tracking string        `yaml:"tracking"`
	Invoice  string        `yaml:"invoice"`
	Expected time.Duration `yaml:"expected"` // from now
}

type demoCart struct {
	ID    string        `yaml:"id"`
	Lines []demoLine    `yaml:"lines"`
	Link  string        `yaml:"link"`
	Left  time.Duration `yaml:"left"` // ago
}

type demoReturn struct {
	ID        string        `yaml:"id"`
	Order     string        `yaml:"order"`
	Requested time.Duration `yaml:"requested"` // ago
	Received  time.Duration `yaml:"received"`  // ago; 0: not yet
}

// demoLine is "2 x BOU-FIG".
type demoLine struct {
	sku      string
	quantity int
}

func (l *demoLine) parse(word string) error {
	l.quantity, l.sku = 1, word
	if n, sku, ok := strings.Cut(word, " x "); ok {
		quantity, err := strconv.Atoi(n)
		if err != nil || quantity < 1 || quantity > 99 {
			return fmt.Errorf("%q is no quantity; write 2 x BOU-FIG", n)
		}
		l.quantity, l.sku = quantity, sku
	}
	return nil
}

// demoStep is "shipped 1d".
type demoStep struct {
	status string
	ago    time.Duration
}

var demoSteps = []string{"shipped", "out_for_delivery", "delivery_missed", "delivered", "cancelled", "refunded"}

func (s *demoStep) parse(word string) (err error) {
	status, ago, _ := strings.Cut(word, " ")
	if !slices.Contains(demoSteps, status) {
		return fmt.Errorf("%q is no step of an order; choose among %s%s", status, strings.Join(demoSteps, ", "), gateway.Suggest(status, demoSteps))
	}
	s.status = status
	s.ago, err = duration(ago)
	return err
}

// demoConsent is "sms marketing".
type demoConsent struct {
	medium  conversation.Medium
	purpose conversation.Purpose
}

func (c *demoConsent) parse(word string) error {
	medium, purpose, _ := strings.Cut(word, " ")
	c.medium, c.purpose = conversation.Medium(medium), conversation.Purpose(purpose)
	if c.medium != conversation.SMS && c.medium != conversation.WhatsApp || c.purpose != conversation.Marketing && c.purpose != conversation.Transactional {
		return fmt.Errorf("%q is no consent; write sms marketing", word)
	}
	return nil
}

func parseDemo(name string, data []byte, now time.Time) (*DemoShop, error) {
	d := newDecoder(name, func(string) (string, bool) { return "", false })
	var file demoFile
	d.decode(data, &file)
	s := seeder{decoder: d, now: now.UTC().Truncate(time.Second), articles: map[string]conversation.Line{}}
	for i, a := range file.Catalogue {
		price := s.money(fmt.Sprintf("catalogue[%d].price", i), a.Price)
		line := conversation.Line{SKU: a.SKU, Name: a.Name, Quantity: a.Stock, Price: price, Out: a.Stock == 0}
		s.articles[a.SKU] = line
		s.shop.Catalogue = append(s.shop.Catalogue, line)
	}
	for i := range file.Customers {
		s.customer(fmt.Sprintf("customers[%d]", i), &file.Customers[i])
	}
	if d.problems.failed() {
		return nil, d.problems
	}
	slices.SortStableFunc(s.shop.Events, func(a, b DemoEvent) int { return a.Event.Time.Compare(b.Event.Time) })
	return &s.shop, nil
}
