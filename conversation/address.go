package conversation

import "strings"

// askAddress is about sending an order somewhere else.
func (t *turn) askAddress() {
	t.decide("address.asked")
	if o, ok := t.which(AddressDialogue, underway, "address.none"); ok {
		t.askAddressOf(o)
	}
}

// askAddressOf asks for the new address, as long as the parcel is here.
func (t *turn) askAddressOf(o Order) {
	if !unsent(o) {
		t.decide("address.too_late")
		t.say("address.too_late", "order.number", o.Number, "order.tracking", o.Tracking)
		t.finish(AddressDialogue, onDeclined)
		return
	}
	t.slot("address.order", o.ID)
	t.ask(Question{Dialogue: AddressDialogue, Name: askAddress, Free: true, Subject: t.text("address.subject", "order.number", o.Number)},
		t.text("address.give", "order.number", o.Number))
}

// addressAnswered reads the new address back before anything is changed: an
// order is at stake.
func (t *turn) addressAnswered(q Question, value string) {
	switch q.Name {
	case askWhichOrder:
		t.orderChosen(q, value)
		return
	case askAddress:
		if o, ok := t.order(AddressDialogue); ok && !addressed(value) {
			t.decide("address.incomplete")
			t.askAddressOf(o)
			return
		}
		t.decide("address.given")
		t.slot("address.new", oneLine(value))
		t.ask(Question{Dialogue: AddressDialogue, Name: askConfirmAddress, Options: yesOrNo, Restated: true, Subject: t.text("address.subject")},
			t.text("address.confirm", "address", listed+t.c.Slots["address.new"]))
		return
	}
	o, ok := t.order(AddressDialogue)
	switch {
	case !ok || !unsent(o):
		t.decide("address.too_late")
		t.say("address.too_late", "order.number", o.Number, "order.tracking", o.Tracking)
		t.finish(AddressDialogue, onDeclined)
	case value == "yes":
		t.decide("address.confirmed")
		t.notice("address.changed", "order", o.ID, "number", o.Number, "address", t.c.Slots["address.new"])
		t.say("address.done", "order.number", o.Number)
		t.finish(AddressDialogue, onAnswered)
	default:
		t.decide("address.again")
		t.askAddressOf(o)
	}
}

// leastAddress is how many words an address has at least that has no number and no postcode.
const leastAddress = 5

// addressed reports what may be an address: "oui" is none, nor is a question.
func addressed(s string) bool {
	return strings.ContainsAny(s, "0123456789") || len(strings.Fields(s)) >= leastAddress && !strings.Contains(s, "?")
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
