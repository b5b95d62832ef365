package conversation

import (
	"strings"
)

// What customers say of a cart that they left; each has its answer, cart.answer.*.
const (
	cartPrice    = "price"
	cartDelivery = "delivery"
	cartLater    = "later"
	cartNo       = "no"
)

// askCart asks, after an automation's words, what kept the customer.
func (t *turn) askCart(p *Prompt) (Question, string) {
	q := Question{
		Dialogue: CartDialogue, Name: "why", Purpose: p.Purpose, Subject: t.text("cart.subject"),
		Options: []Option{
			{Value: cartPrice, Label: t.text("cart.choice.price"), Accept: strings.Fields("prix cher chere couteux price expensive cost")},
			{Value: cartDelivery, Label: t.text("cart.choice.delivery"), Accept: strings.Fields("livraison port frais delai delivery shipping")},
			{Value: cartLater, Label: t.text("cart.choice.later"), Accept: []string{"plus tard", "later", "reflechis", "hesite", "thinking"}},
			{Value: cartNo, Label: t.text("cart.choice.no"), Accept: []string{"plus envie", "pas interesse", "pas interessee", "not interested", "no", "non", "rien"}},
		},
	}
	return q, t.text("cart.why", "options", numbered(q.Options))
}

func (t *turn) cartAnswered(q Question, value string) {
	t.decide(Rule("cart." + value))
	t.notice("cart.answered", "reason", value)
	link := ""
	if cart := t.c.Customer.Cart; cart != nil {
		link = cart.Link
		if value == cartNo { // we say that we speak of it no more
			declined := *cart
			declined.Declined = true
			t.c.Customer.Cart = &declined
		}
	}
	t.say("cart.answer."+value, "link", link)
	t.finish(CartDialogue, onAnswered)
	if value == cartPrice || value == cartDelivery || value == cartLater {
		t.came(cartHesitation)
	}
}
