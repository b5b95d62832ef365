package configs

import (
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// seeder makes events of the demo's customers.
type seeder struct {
	*decoder
	now      time.Time
	articles map[string]conversation.Line
	shop     DemoShop
}

const demoCurrency = "EUR"

func (s *seeder) money(path string, d Decimal) conversation.Money {
	amount, err := d.Minor(demoCurrency)
	if err != nil {
		s.fail(path, s.at(path), err.Error(), "write fewer decimals")
	}
	return conversation.Money{Amount: amount, Currency: demoCurrency}
}

// customer seeds one, beginning a day before their first order.
func (s *seeder) customer(path string, c *demoCustomer) {
	checker{s.decoder}.phone(path+".phone", c.Phone)
	s.shop.Phones = append(s.shop.Phones, DemoPhone{Number: conversation.Address(c.Phone), Name: c.First, About: c.About,
		Language: c.Language, Look: c.Look, Suggestions: c.Suggestions})
	who := gateway.Who{Address: conversation.Address(c.Phone), Account: c.ID}
	n := 0
	tell := func(kind conversation.EventType, ago time.Duration, fill func(*conversation.Event)) {
		n++
		e := conversation.Event{ID: conversation.EventID(fmt.Sprintf("demo:%s:%d", c.ID, n)), Type: kind, Time: s.now.Add(-ago)}
		fill(&e)
		s.shop.Events = append(s.shop.Events, DemoEvent{who, e})
	}
	told := func(kind conversation.EventType, ago time.Duration, what conversation.ShopEvent) {
		what.Account = c.ID
		tell(kind, ago, func(e *conversation.Event) { e.Shop = &what })
	}

	known := 30 * day
	for _, o := range c.Orders {
		known = max(known, o.Placed+day)
	}
	value := s.money(path+".value", c.Value)
	told("customer.updated", known, conversation.ShopEvent{Customer: &conversation.Profile{First: &c.First, Last: &c.Last, Email: &c.Email,
		Language: &c.Language, VIP: &c.VIP, Value: &value, Points: &c.Points, Tags: c.Tags}})
	for _, given := range c.Consents {
		tell(conversation.ConsentRecorded, known, func(e *conversation.Event) {
			e.Consent = &conversation.Consent{Medium: given.medium, Purpose: given.purpose, State: conversation.Given, Source: "form",
				Wording: "J'accepte de recevoir les offres de Lumen.", Evidence: map[string]string{"form": "compte-3"}, At: e.Time}
		})
	}
	for i := range c.Orders {
		s.order(fmt.Sprintf("%s.orders[%d]", path, i), &c.Orders[i], told)
	}
	if c.Cart != nil {
		lines, total := s.lines(path+".cart.lines", c.Cart.Lines)
		told("cart.abandoned", c.Cart.Left, conversation.ShopEvent{Cart: &conversation.Cart{ID: c.Cart.ID, Lines: lines, Total: total,
			Link: c.Cart.Link, Updated: s.now.Add(-c.Cart.Left)}})
	}
	for _, r := range c.Returns {
		told("return.requested", r.Requested, conversation.ShopEvent{Return: &conversation.Return{ID: r.ID, Order: r.Order, Status: "requested", Changed: s.now.Add(-r.Requested)}})
		if r.Received > 0 {
			told("return.received", r.Received, conversation.ShopEvent{Return: &conversation.Return{ID: r.ID, Order: r.Order, Status: "received", Changed: s.now.Add(-r.Received)}})
		}
	}
}

// order tells what became of one, step by step.
func (s *seeder) order(path string, o *demoOrder, told func(conversation.EventType, time.Duration, conversation.ShopEvent)) {
	lines, total := s.lines(path+".lines", o.Lines)
	order := conversation.Order{ID: o.Number, Number: o.Number, Status: "placed", Lines: lines, Total: total, Invoice: o.Invoice,
		Placed: s.now.Add(-o.Placed), Changed: s.now.Add(-o.Placed)}
	placed := order
	told("order.placed", o.Placed, conversation.ShopEvent{Order: &placed})
	last := o.Placed
	for i, step := range o.Steps {
		at := fmt.Sprintf("%s.steps[%d]", path, i)
		if step.ago > last {
			s.fail(at, s.at(at), "is before what it follows", "write the steps in order")
		}
		last = step.ago
		order.Status, order.Changed = step.status, s.now.Add(-step.ago)
		order.Carrier, order.Tracking = o.Carrier, o.Tracking
		if _, said := s.decoder.lines[path+".expected"]; said && step.status != "delivered" {
			order.Expected = s.now.Add(o.Expected)
		}
		next := order
		told(conversation.EventType("order."+step.status), step.ago, conversation.ShopEvent{Order: &next})
	}
}

// lines looks articles up and adds them up.
func (s *seeder) lines(path string, from []demoLine) (lines []conversation.Line, total conversation.Money) {
	total.Currency = demoCurrency
	for i, l := range from {
		article, ok := s.articles[l.sku]
		if !ok {
			at := fmt.Sprintf("%s[%d]", path, i)
			var known []string
			for _, a := range s.shop.Catalogue {
				known = append(known, a.SKU)
			}
			s.fail(at, s.at(at), fmt.Sprintf("%q is not in the catalogue", l.sku), "name an article of it"+gateway.Suggest(l.sku, known))
			continue
		}
		article.Quantity = l.quantity
		total.Amount += int64(l.quantity) * article.Price.Amount
		lines = append(lines, article)
	}
	return lines, total
}
