package conversation

import (
	"slices"
	"strconv"
	"testing"
	"time"
)

// told runs shop events one after another; each has its own hour.
func told(t *testing.T, s *Script, c Conversation, events ...Event) Conversation {
	t.Helper()
	for i, e := range events {
		e.ID = EventID("e" + strconv.Itoa(i))
		if e.Time.IsZero() {
			e.Time = monday
		}
		c = s.Step(c, e, monday.Add(24*time.Hour)).Next
	}
	return c
}

func orderEvent(kind EventType, id string, at time.Time, change ...func(*Order)) Event {
	o := &Order{ID: id}
	for _, c := range change {
		c(o)
	}
	return Event{Type: kind, Time: at, Shop: &ShopEvent{Order: o}}
}

func TestShopsTellLateTwiceAndOutOfOrder(t *testing.T) {
	s := defaultScript(t)
	placed := orderEvent("order.placed", "o1", monday, func(o *Order) { o.Number, o.Lines = "LU-1", []Line{{Name: "Lampe"}} })
	shipped := orderEvent("order.shipped", "o1", monday.Add(time.Hour), func(o *Order) { o.Carrier = "Colissimo" })
	delivered := orderEvent("order.delivered", "o1", monday.Add(2*time.Hour))
	for _, order := range [][]Event{
		{placed, shipped, delivered}, {delivered, shipped, placed}, {shipped, delivered, placed, shipped, placed}, {delivered, placed, shipped},
	} {
		c := told(t, s, Begin("lumen", "c1"), order...)
		if len(c.Customer.Orders) != 1 {
			t.Fatalf("%d orders", len(c.Customer.Orders))
		}
		o := c.Customer.Orders[0]
		if o.Status != "delivered" || o.Carrier != "Colissimo" || o.Number != "LU-1" || len(o.Lines) != 1 {
			t.Errorf("the order became %+v", o)
		}
	}
}

func TestOnlyTheNewestOrdersAreKept(t *testing.T) {
	s := defaultScript(t)
	var events []Event
	for i := range 25 {
		at := monday.Add(-time.Duration(i*i%25) * time.Hour)
		events = append(events, orderEvent("order.placed", strconv.Itoa(i), at, func(o *Order) { o.Placed = at }))
	}
	c := told(t, s, Begin("lumen", "c1"), events...)
	orders := c.Customer.Orders
	if len(orders) != MaxOrders {
		t.Fatalf("%d orders are kept", len(orders))
	}
	if !slices.IsSortedFunc(orders, func(a, b Order) int { return b.Placed.Compare(a.Placed) }) || !orders[0].Placed.Equal(monday) {
		t.Error("the newest are not first")
	}
}

func TestACartBecomesAnOrder(t *testing.T) {
	s := defaultScript(t)
	cart := Event{Type: "cart.updated", Time: monday, Shop: &ShopEvent{Cart: &Cart{ID: "c1", Lines: []Line{{Name: "Lampe"}}, Total: Money{9900, "EUR"}, Updated: monday}}}
	old := Event{Type: "cart.updated", Time: monday.Add(-time.Hour), Shop: &ShopEvent{Cart: &Cart{ID: "c0", Lines: []Line{{Name: "Vase"}}, Updated: monday.Add(-time.Hour)}}}
	ordered := orderEvent("order.placed", "o1", monday.Add(time.Minute))
	if c := told(t, s, Begin("lumen", "c1"), cart, old); c.Customer.Cart == nil || c.Customer.Cart.ID != "c1" {
		t.Errorf("an older cart replaced the newer: %+v", c.Customer.Cart)
	}
	c := told(t, s, Begin("lumen", "c1"), cart, ordered, old, cart)
	if c.Customer.Cart != nil {
		t.Errorf("a cart that was bought came back: %+v", c.Customer.Cart)
	}
	empty := Event{Type: "cart.updated", Time: monday, Shop: &ShopEvent{Cart: &Cart{ID: "c1", Updated: monday.Add(time.Hour)}}}
	if c := told(t, s, Begin("lumen", "c1"), cart, empty); c.Customer.Cart != nil {
		t.Error("an empty cart is none")
	}
}

func TestAnArticleIsBackInStock(t *testing.T) {
	s := defaultScript(t)
	out := orderEvent("order.delivered", "o1", monday, func(o *Order) { o.Lines = []Line{{SKU: "a", Name: "Tasse", Out: true}, {SKU: "b", Out: true}} })
	back := Event{Type: "product.back_in_stock", Shop: &ShopEvent{Product: &Line{SKU: "a"}}}
	viewed := Event{Type: "product.viewed", Shop: &ShopEvent{Product: &Line{SKU: "b"}}}
	c := told(t, s, Begin("lumen", "c1"), out, viewed, back)
	if l := c.Customer.Orders[0].Lines; l[0].Out || !l[1].Out {
		t.Errorf("the lines are %+v", l)
	}
}

func TestAProfileIsKeptAndAnOlderOneIsNot(t *testing.T) {
	s := defaultScript(t)
	first := func(name string, at time.Time) Event {
		points := int64(len(name))
		return Event{Type: "customer.updated", Time: at, Shop: &ShopEvent{Account: "42", Customer: &Profile{First: &name, Points: &points}}}
	}
	c := told(t, s, Begin("lumen", "c1"), first("Ana", monday), first("Anne-Marie", monday.Add(-time.Hour)))
	if c.Customer.First != "Ana" || *c.Customer.Points != 3 || !slices.Equal(c.Customer.Accounts, []string{"42"}) {
		t.Errorf("the customer is %+v", c.Customer)
	}
}

func TestHours(t *testing.T) {
	s := defaultScript(t)
	paris, err := s.zone("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", text, paris)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct{ name, now, opens string }{
		{"in the middle of a Tuesday", "2026-11-24 11:00", ""},
		{"a minute before opening", "2026-11-24 08:59", "2026-11-24 09:00"},
		{"at closing", "2026-11-24 18:00", "2026-11-25 09:00"},
		{"on a Sunday", "2026-11-22 12:00", "2026-11-23 09:00"},
		{"on Saturday evening", "2026-11-21 20:00", "2026-11-23 09:00"},
		{"on Christmas, a Friday", "2026-12-25 11:00", "2026-12-26 10:00"},
		{"on Easter Monday", "2026-04-06 11:00", "2026-04-07 09:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			open, opens := s.hours.at(at(c.now))
			if open != (c.opens == "") || c.opens != "" && !opens.Equal(at(c.opens)) {
				t.Errorf("open %t, opens %s; want %s", open, opens, c.opens)
			}
		})
	}
	if open, opens := new(hours).at(monday); open || !opens.IsZero() {
		t.Error("hours without a day are open")
	}
}

func TestAmountsAndDatesAreWrittenAsPeopleDo(t *testing.T) {
	s := defaultScript(t)
	fr, en := turn{Script: s, lang: "fr"}, turn{Script: s, lang: "en"}
	for got, want := range map[string]string{
		fr.money(Money{14990, "EUR"}): "149,90 €", en.money(Money{14990, "EUR"}): "€149.90", en.money(Money{5, "USD"}): "$0.05",
		fr.money(Money{100000, "CHF"}): "1000,00 CHF", en.money(Money{100, "CHF"}): "1.00 CHF",
		fr.points(1245): "1245", fr.points(12450): "12 450", en.points(1234567): "1,234,567",
		fr.day(monday): "lundi 23 novembre à 10 h 41", en.day(monday): "Monday 23 November at 10:41",
		fr.date(monday.AddDate(0, 0, 8)): "mardi 1er décembre", fr.day(time.Time{}): "",
	} {
		if got != want {
			t.Errorf("written %q, want %q", got, want)
		}
	}
}
