package conversation

import (
	"cmp"
	"slices"
	"strings"
)

// Bounds of what the customer's row keeps.
const (
	maxAccounts = 8
	maxLines    = 30
	maxTags     = 30
)

// statusOf is what a shop's event says of an order, where the order does not.
var statusOf = map[EventType]string{
	"order.placed":           "placed",
	"order.shipped":          "shipped",
	"order.out_for_delivery": "out_for_delivery",
	"order.delivery_missed":  "delivery_missed",
	"order.delivered":        "delivered",
	"order.cancelled":        "cancelled",
	"order.refunded":         "refunded",
	"return.requested":       "requested",
	"return.received":        "received",
}

// shopTold keeps what a shop tells of its customer. Shops tell late, twice and
// out of order: what is older than what is known changes nothing.
func (t *turn) shopTold(e *ShopEvent) {
	t.decide("facts." + Rule(t.e.Type))
	c := &t.c.Customer
	if e.Account != "" && !slices.Contains(c.Accounts, e.Account) && len(c.Accounts) < maxAccounts {
		c.Accounts = append(slices.Clip(c.Accounts), e.Account)
		c.Detached = false // the shop says anew whose number it is
	}
	if e.Customer != nil {
		t.profile(e.Customer)
	}
	if e.Cart != nil {
		t.cart(e.Cart)
	}
	if e.Order != nil {
		orders := c.Orders
		t.orderTold(*e.Order)
		stood := slices.EqualFunc(orders, c.Orders, func(a, b Order) bool { return a.ID == b.ID && a.Status == b.Status })
		if d := t.c.Desk; d != nil && d.Until.IsZero() && !stood {
			t.snoozeEnded("snooze.order_moved")
		}
	}
	if e.Return != nil {
		t.returnTold(*e.Return)
	}
	if e.Points != nil && !t.at().Before(c.PointsAt) {
		n := *e.Points
		c.Points, c.PointsAt = &n, t.at()
	}
	if e.Product != nil {
		t.stock(e.Product)
	}
}

// profile sets what the shop gave of the customer themselves.
func (t *turn) profile(p *Profile) {
	c := &t.c.Customer
	if t.at().Before(c.Updated) {
		t.decide("facts.late")
		return
	}
	c.Updated = t.at()
	for _, field := range [...]struct {
		to   *string
		from *string
	}{{&c.First, p.First}, {&c.Last, p.Last}, {&c.Email, p.Email}, {&c.Timezone, p.Timezone}, {&c.Country, p.Country}, {&c.Region, p.Region}} {
		if field.from != nil {
			*field.to = cutRunes(strings.TrimSpace(*field.from), maxValue)
		}
	}
	if p.Language != nil && c.Language == "" { // what they write outweighs what a form said
		c.Language = strings.ToLower(cmp.Or(strings.SplitN(*p.Language, "-", 2)[0], ""))
	}
	if p.Prefers != nil {
		c.Prefers = *p.Prefers
	}
	if p.VIP != nil {
		c.VIP = *p.VIP
	}
	if p.Value != nil {
		c.Value = *p.Value
	}
	if p.Points != nil && !t.at().Before(c.PointsAt) {
		n := *p.Points
		c.Points, c.PointsAt = &n, t.at()
	}
	if p.Tags != nil {
		c.Tags = slices.Clone(p.Tags[:min(len(p.Tags), maxTags)])
	}
}

// cart keeps the open cart; an empty one is none.
func (t *turn) cart(cart *Cart) {
	c := &t.c.Customer
	next := *cart
	if next.Updated.IsZero() {
		next.Updated = t.at()
	}
	if next.Updated.Before(c.CartAt) {
		t.decide("facts.late")
		return
	}
	c.CartAt = next.Updated
	if len(next.Lines) == 0 && next.Total.Amount == 0 {
		c.Cart = nil
		return
	}
	next.Lines = slices.Clone(next.Lines[:min(len(next.Lines), maxLines)])
	next.Declined = c.Cart != nil && c.Cart.ID == next.ID && c.Cart.Declined
	c.Cart = &next
}

// orderTold keeps an order: a new one goes to its place by date, a known one
// takes what is newer and keeps what the event left out.
func (t *turn) orderTold(o Order) {
	if o.Status == "" {
		o.Status = statusOf[t.e.Type]
	}
	if o.Changed.IsZero() {
		o.Changed = t.at()
	}
	if o.Status == "delivery_missed" {
		o.Missed = latest(o.Missed, o.Changed)
	}
	o.Lines = slices.Clone(o.Lines[:min(len(o.Lines), maxLines)])
	c := &t.c.Customer
	list := slices.Clone(c.Orders)
	if i := slices.IndexFunc(list, func(x Order) bool { return x.ID == o.ID }); i >= 0 {
		list[i] = merged(list[i], o)
	} else {
		if o.Placed.IsZero() {
			o.Placed = o.Changed
		}
		list = append(list, o)
		if c.Cart != nil && !o.Placed.Before(c.Cart.Updated) && t.e.Type == "order.placed" {
			c.Cart, c.CartAt = nil, o.Placed // it became the order
			t.cartOrdered()
		}
	}
	slices.SortStableFunc(list, func(a, b Order) int { return b.Placed.Compare(a.Placed) })
	c.Orders = list[:min(len(list), MaxOrders)]
}

// cartOrdered withdraws the question about a cart that has been bought.
func (t *turn) cartOrdered() {
	if slices.ContainsFunc(t.c.Questions, func(q Question) bool { return q.Dialogue == CartDialogue }) {
		t.c.Questions = slices.DeleteFunc(slices.Clone(t.c.Questions), func(q Question) bool { return q.Dialogue == CartDialogue })
		if t.c.State == AskingCart {
			t.move(onAnswered)
		}
	}
}

// merged is an order after an event: each field that only one of the two has,
// and of those that both have the newer.
func merged(known, told Order) Order {
	older, newer := known, told
	if told.Changed.Before(known.Changed) {
		older, newer = told, known
	}
	o := newer
	o.Number = cmp.Or(newer.Number, older.Number)
	o.Status = cmp.Or(newer.Status, older.Status)
	o.Carrier = cmp.Or(newer.Carrier, older.Carrier)
	o.Tracking = cmp.Or(newer.Tracking, older.Tracking)
	o.Invoice = cmp.Or(newer.Invoice, older.Invoice)
	o.Total = cmp.Or(newer.Total, older.Total)
	o.Expected = cmp.Or(newer.Expected, older.Expected)
	o.Placed = cmp.Or(known.Placed, told.Placed)
	o.Missed = latest(known.Missed, told.Missed)
	if len(o.Lines) == 0 {
		o.Lines = older.Lines
	}
	return o
}

// returnTold keeps a return; a refund of its order settles it.
func (t *turn) returnTold(r Return) {
	if r.Status == "" {
		r.Status = statusOf[t.e.Type]
	}
	if r.Changed.IsZero() {
		r.Changed = t.at()
	}
	c := &t.c.Customer
	list := slices.Clone(c.Returns)
	i := slices.IndexFunc(list, func(x Return) bool { return x.ID == r.ID })
	switch {
	case i < 0:
		list = append(list, r)
	case r.Changed.Before(list[i].Changed):
		t.decide("facts.late")
		return
	default:
		list[i] = r
	}
	slices.SortStableFunc(list, func(a, b Return) int { return b.Changed.Compare(a.Changed) })
	c.Returns = list[:min(len(list), MaxOrders)]
}

// stock marks an article as to be had or not, wherever the customer has it.
func (t *turn) stock(p *Line) {
	out := p.Out
	if t.e.Type == "product.back_in_stock" {
		out = false
	} else if t.e.Type == "product.viewed" {
		return
	}
	mark := func(list []Line) []Line {
		list = slices.Clone(list)
		for i := range list {
			if list[i].SKU == p.SKU {
				list[i].Out = out
			}
		}
		return list
	}
	c := &t.c.Customer
	if c.Cart != nil {
		cart := *c.Cart
		cart.Lines = mark(cart.Lines)
		c.Cart = &cart
	}
	c.Orders = slices.Clone(c.Orders)
	for i := range c.Orders {
		c.Orders[i].Lines = mark(c.Orders[i].Lines)
	}
}
