package conversation

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
	var open []Order
	for _, o := range orders {
		if underway(o) {
			open = append(open, o)
		}
	}
	switch {
	case len(orders) == 0:
		t.askNumber(StatusDialogue, "status.none")
	case len(open) == 0:
		t.tellStatus(orders[0])
	default:
		for _, o := range open[:min(len(open), 3)] {
			t.tellStatus(o)
		}
	}
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
