package conversation

// askInvoice sends the invoice of an order, as a link.
func (t *turn) askInvoice() {
	t.decide("invoice.asked")
	if o, ok := t.which(InvoiceDialogue, anyOrder, "invoice.none"); ok {
		t.tellInvoice(o)
	}
}

func (t *turn) tellInvoice(o Order) {
	if o.Invoice == "" {
		t.notice("invoice.requested", "order", o.ID)
		t.say("invoice.later", "order.number", o.Number)
		return
	}
	t.say("invoice.link", "order.number", o.Number, "link", o.Invoice)
}

// tellPoints says the balance of points: to nobody but their owner.
func (t *turn) tellPoints() {
	t.decide("points.asked")
	if p := t.c.Customer.Points; p != nil && !t.anonymous() {
		t.say("points.balance", "points", t.points(*p))
		return
	}
	t.say("points.none")
}
