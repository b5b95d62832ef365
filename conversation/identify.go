package conversation

// identify answers "is it really you?": an order that only we know of, the
// numbers that we write from, and where to report somebody who is not us. On a
// phone that two accounts share no order is named. Who asks whether a machine
// writes is told so.
func (t *turn) identify() {
	rule, key := Rule("identity.asked"), "identity"
	if t.read.Robot {
		rule, key = "identity.robot", "robot"
	}
	t.decide(rule)
	number := ""
	if orders := t.c.Customer.Orders; len(orders) > 0 && !t.anonymous() {
		number = orders[0].Number
	}
	t.say(key, "order.number", number, "senders", t.brand.Identifies)
}
