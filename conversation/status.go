package conversation

import "slices"

// askStatus answers "où est mon colis ?": the order named, else those under
// way, else the last one.
func (t *turn) askStatus() {
	t.decide("status.asked")
	if o, ok := t.named(); ok {
		t.tellStatus(o)
		return
	}
	if t.anonymous() {
		t.which(StatusDialogue, anyOrder, "status.none")
		return
	}
	orders := t.c.Customer.Orders
	if len(orders) > 1 {
		if o, ok := t.holding(orders); ok {
			t.tellStatus(o)
			return
		}
	}
	open := t.underway()
	switch {
	case len(orders) == 0:
		t.askNumber(StatusDialogue, "status.none")
	case len(open) == 0:
		t.tellStatus(orders[0])
	case t.uses(wordsForDelivered) && t.says(t.escalation.list(listUnreceived)) && t.tellDelivered():
	default:
		for _, o := range open[:min(len(open), 3)] {
			t.tellStatus(o)
		}
	}
}

// Words for what a carrier says of a parcel that it left, in the seven languages.
const wordsForDelivered = "livre livree delivered entregado entregada zugestellt geliefert consegnato consegnata bezorgd geleverd entregue"

// tellDelivered tells of the newest order that a carrier says it delivered.
func (t *turn) tellDelivered() bool {
	i := slices.IndexFunc(t.c.Customer.Orders, func(o Order) bool { return o.Status == "delivered" })
	if i >= 0 {
		t.tellStatus(t.c.Customer.Orders[i])
	}
	return i >= 0
}

// underway are the orders that the customer waits for.
func (t *turn) underway() []Order {
	return slices.DeleteFunc(slices.Clone(t.c.Customer.Orders), func(o Order) bool { return !underway(o) })
}

// tellStatus says where an order is.
func (t *turn) tellStatus(o Order) {
	key := "status." + o.Status
	if _, ok := phrases[key]; !ok {
		key = "status.placed"
	}
	expected := ""
	if o.Expected.After(t.now) {
		expected = t.date(o.Expected)
	}
	t.say(key,
		"order.number", o.Number, "order.lines", lines(o.Lines), "order.carrier", o.Carrier,
		"order.tracking", o.Tracking, "order.expected", expected, "order.changed", t.date(o.Changed))
	if t.why == "" {
		t.decide("status.told")
	}
	t.told, t.matter = append(t.told, o), &o
}
