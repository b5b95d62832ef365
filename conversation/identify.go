package conversation

// identify answers "is it really you?": an order that only we know of, the
// numbers that we write from, and where to report somebody who is not us. On a
// phone that two accounts share no order is named. Who asks whether a machine
// writes is told so.
func (t *turn) identify() {
	if t.read.Robot {
		t.decide("identity.robot")
		t.say("robot")
		return
	}
	t.decide("identity.asked")
	number := ""
	if orders := t.c.Customer.Orders; len(orders) > 0 && !t.anonymous() {
		number = orders[0].Number
	}
	t.say("identity", "order.number", number, "senders", t.brand.Identifies)
}
