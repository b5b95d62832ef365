package api

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// incoming is one event that may go through the door.
type incoming struct {
	id    string // as the source named it
	who   gateway.Who
	event conversation.Event
}

// shapes says what the data of each type of event holds, and reads it.
var shapes = map[conversation.EventType]struct {
	known []string
	read  func(d object, at time.Time, e *conversation.ShopEvent)
}{
	"cart.updated":           {cartFields, readCart},
	"cart.abandoned":         {cartFields, readCart},
	"order.placed":           {orderFields, readOrder("placed")},
	"order.shipped":          {orderFields, readOrder("shipped")},
	"order.out_for_delivery": {orderFields, readOrder("out_for_delivery")},
	"order.delivery_missed":  {orderFields, readOrder("delivery_missed")},
	"order.delivered":        {orderFields, readOrder("delivered")},
	"order.cancelled":        {orderFields, readOrder("cancelled")},
	"order.refunded":         {orderFields, readOrder("refunded")},
	"return.requested":       {returnFields, readReturn("requested")},
	"return.received":        {returnFields, readReturn("received")},
	"subscription.renewing":  {renewalFields, readRenewal},
	"points.changed":         {[]string{"points"}, readPoints},
	"product.viewed":         {lineFields, readProduct},
	"product.back_in_stock":  {lineFields, readProduct},
	"customer.updated":       {profileFields, readProfile},
}

// eventTypes are the known ones, sorted.
var eventTypes = func() []string {
	var names []string
	for name := range shapes {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return names
}()

const (
	maxID     = 200
	maxFuture = time.Hour // a shop's clock may be wrong by so much
	maxLines  = 100
)

var (
	eventFields    = []string{"id", "type", "time", "customer", "data"}
	customerFields = append([]string{"phone", "external_id"}, profileFields...)
	cartFields     = []string{"id", "lines", "total", "link"}
	orderFields    = []string{"id", "number", "lines", "total", "carrier", "tracking", "invoice", "expected", "placed"}
	returnFields   = []string{"id", "order"}
	renewalFields  = []string{"id", "number", "lines", "total", "renews"}
	lineFields     = []string{"sku", "name", "quantity", "price", "out_of_stock"}
	profileFields  = []string{"first_name", "last_name", "email", "language", "timezone", "country", "vip", "lifetime_value", "points", "tags"}
)

// event reads one event. What it returns is whole only if no fault was noted.
func (r *reader) event(v any, at string) incoming {
	o, ok := r.object(v, at, eventFields)
	if !ok {
		return incoming{}
	}
	in := incoming{id: o.needText("id", maxID, "send one that stays the same when you send the event again")}
	in.event = conversation.Event{
		ID:   conversation.EventID("api:" + in.id),
		Type: conversation.EventType(o.choice("type", eventTypes...)),
		Time: o.moment("time"),
		Shop: &conversation.ShopEvent{},
	}
	if in.event.Time.IsZero() {
		in.event.Time = r.now.Truncate(time.Microsecond)
	}
	if in.event.Time.After(r.now.Add(maxFuture)) {
		o.fault(at+"/time", "lies in the future; send when it happened")
	}
	o.who(&in)
	shape, known := shapes[in.event.Type]
	if !known {
		return in
	}
	data, there := o.fields["data"]
	if !there || data == nil {
		data = map[string]any{}
	}
	if d, ok := r.object(data, at+"/data", shape.known); ok {
		shape.read(d, in.event.Time, in.event.Shop)
	}
	return in
}

// who reads whom an event is about, and what else is said of them.
func (o object) who(in *incoming) {
	v, at, ok := o.get("customer")
	if !ok {
		o.missing("customer", `send {"phone": "+33612345678"} or {"external_id": "c_42"}`)
		return
	}
	c, ok := o.object(v, at, customerFields)
	if !ok {
		return
	}
	in.who = gateway.Who{Address: c.phone("phone"), Account: c.text("external_id", maxID)}
	_, _, phone := c.get("phone")
	_, _, account := c.get("external_id")
	if !phone && !account {
		c.fault(at, "names nobody; send phone, external_id or both")
	}
	in.event.Shop.Account = in.who.Account
	var p conversation.Profile
	if c.profile(&p) {
		in.event.Shop.Customer = &p
	}
}

func readCart(d object, at time.Time, e *conversation.ShopEvent) {
	e.Cart = &conversation.Cart{ID: d.needText("id", maxID, "send the cart's id"), Lines: d.lines(), Total: d.money("total"), Link: d.link("link"), Updated: at}
	if _, _, there := d.get("total"); !there {
		d.missing("total", `send {"amount": 14990, "currency": "EUR"}`)
	}
}

func readOrder(status string) func(object, time.Time, *conversation.ShopEvent) {
	return func(d object, at time.Time, e *conversation.ShopEvent) {
		o := conversation.Order{ID: d.needText("id", maxID, "send the order's id"), Number: d.text("number", maxID), Status: status,
			Lines: d.lines(), Total: d.money("total"), Carrier: d.text("carrier", 100), Tracking: d.link("tracking"),
			Invoice: d.link("invoice"), Expected: d.moment("expected"), Placed: d.moment("placed"), Changed: at}
		if status == "placed" {
			o.Number = cmp.Or(o.Number, o.ID)
			if o.Placed.IsZero() {
				o.Placed = at
			}
			if _, _, there := d.get("total"); !there {
				d.missing("total", `send {"amount": 14990, "currency": "EUR"}`)
			}
			if len(o.Lines) == 0 {
				if _, _, there := d.get("lines"); !there {
					d.missing("lines", "send what was ordered: customers ask about it and order it again")
				}
			}
		}
		e.Order = &o
	}
}

func readReturn(status string) func(object, time.Time, *conversation.ShopEvent) {
	return func(d object, at time.Time, e *conversation.ShopEvent) {
		e.Return = &conversation.Return{ID: d.needText("id", maxID, "send the return's id"),
			Order: d.needText("order", maxID, "send the id of the order that comes back"), Status: status, Changed: at}
	}
}

// readRenewal checks a subscription that renews. A conversation keeps orders and
// no subscriptions, so that nothing of it stays on the customer: an order that
// does not exist yet must not answer "where is my parcel".
func readRenewal(d object, _ time.Time, _ *conversation.ShopEvent) {
	d.needText("id", maxID, "send the subscription's id")
	d.text("number", maxID)
	d.lines()
	d.money("total")
	d.moment("renews")
	if _, _, there := d.get("renews"); !there {
		d.missing("renews", "send when it renews")
	}
}

func readPoints(d object, _ time.Time, e *conversation.ShopEvent) {
	if n, ok := d.whole("points", 0, 1e12); ok {
		e.Points = &n
	} else if _, _, there := d.get("points"); !there {
		d.missing("points", "send the new balance")
	}
}

func readProduct(d object, _ time.Time, e *conversation.ShopEvent) {
	line := d.line()
	e.Product = &line
}

func readProfile(d object, _ time.Time, e *conversation.ShopEvent) {
	said := e.Customer != nil // beside the phone, in customer
	if !said {
		e.Customer = &conversation.Profile{}
	}
	if !d.profile(e.Customer) && !said {
		d.fault(d.at, "changes nothing; send at least one of %s", strings.Join(profileFields, ", "))
	}
}

func (o object) lines() []conversation.Line {
	var lines []conversation.Line
	o.list("lines", maxLines, func(v any, at string) {
		if l, ok := o.object(v, at, lineFields); ok {
			lines = append(lines, l.line())
		}
	})
	return lines
}

// line reads an article from the object itself.
func (o object) line() conversation.Line {
	l := conversation.Line{SKU: o.needText("sku", maxID, "send the article's reference"), Name: o.needText("name", 300, "send what customers call it"),
		Quantity: 1, Price: o.money("price")}
	if n, ok := o.whole("quantity", 1, 100_000); ok {
		l.Quantity = int(n)
	}
	l.Out, _ = o.boolean("out_of_stock")
	return l
}

// profile reads what a shop may set on a customer, and says whether anything is.
func (o object) profile(p *conversation.Profile) bool {
	set := false
	text := func(to **string, name string, value string) {
		if _, _, there := o.get(name); there {
			*to, set = &value, true
		}
	}
	text(&p.First, "first_name", o.text("first_name", 100))
	text(&p.Last, "last_name", o.text("last_name", 100))
	text(&p.Email, "email", o.email("email"))
	text(&p.Language, "language", o.language("language"))
	text(&p.Timezone, "timezone", o.timezone("timezone"))
	text(&p.Country, "country", o.country("country"))
	if b, ok := o.boolean("vip"); ok {
		p.VIP, set = &b, true
	}
	if _, _, there := o.get("lifetime_value"); there {
		m := o.money("lifetime_value")
		p.Value, set = &m, true
	}
	if n, ok := o.whole("points", 0, 1e12); ok {
		p.Points, set = &n, true
	}
	tags := []string{}
	if o.list("tags", 50, func(v any, at string) {
		tag, ok := v.(string)
		if tag = strings.TrimSpace(strings.ReplaceAll(tag, "\x00", "")); !ok || tag == "" || len(tag) > 60 {
			o.fault(at, "is no tag; send text of 1 to 60 bytes")
		}
		tags = append(tags, tag)
	}) {
		p.Tags, set = tags, true
	}
	return set
}
