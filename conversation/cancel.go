package conversation

import "slices"

// slotCancelDoubted remembers that the wish to cancel may be none.
const slotCancelDoubted = "cancel_order.doubted"

// askCancel is about cancelling an order: only people do that, and only until
// it has left.
func (t *turn) askCancel() {
	if t.keeps() {
		t.decide("cancel_order.kept")
		t.say("cancel_order.kept")
		return
	}
	t.decide("cancel_order.asked")
	doubted := ""
	if t.interrogative() || t.uses(wordsOfDoubtedCancel) {
		doubted = "yes"
	}
	t.slot(slotCancelDoubted, doubted)
	if o, ok := t.which(CancelDialogue, underway, "cancel_order.none"); ok {
		t.cancelOrder(o)
	}
}

// wordsOfDoubtedCancel are those beside which "cancel my order" may mean something
// else ("je ne peux pas annuler", "cancel just the shade"), in the seven languages.
const wordsOfDoubtedCancel = wordsOfNegation + " " + wordsForOnly + " juste just"

// ofOrder reports that what is to be cancelled is an order: it is named, or there
// is one that could be, and the text asks ("can I still cancel?").
func (t *turn) ofOrder() bool {
	_, ok := t.named()
	return ok || t.interrogative() && !t.anonymous() && slices.ContainsFunc(t.c.Customer.Orders, unsent)
}

// What keeps an order, in the seven languages.
var keeping = newPhrases(
	"pas annuler", "annulez pas", "annule pas", "annulez surtout", "annulez rien", "don't cancel", "not cancel", "never cancel",
	"no cancele", "no canceles", "no cancelen", "no cancelar", "nicht stornieren", "stornieren sie nicht", "storniert nicht",
	"non annullate", "non annullare", "niet annuleren", "annuleer niet", "não cancele", "não cancelem", "não cancelar",
)

// keeps reports who wants nothing cancelled ("n'annulez pas ma commande").
func (t *turn) keeps() bool {
	return !t.interrogative() && t.says(keeping)
}

// cancelOrder passes on that an order is to be cancelled; what may not have been
// meant is asked back.
func (t *turn) cancelOrder(o Order) {
	switch {
	case !unsent(o):
		t.say("cancel_order.sent", "order.number", o.Number)
	case t.c.Slots[slotCancelDoubted] != "":
		t.slot(slotCancelDoubted, "")
		t.slot("cancel_order.order", o.ID)
		t.ask(Question{
			Dialogue: CancelDialogue, Name: askConfirmCancel, Options: yesOrNo, Restated: true, Cancels: true,
			Subject: t.text("cancel_order.subject", "order.number", o.Number),
		}, t.text("cancel_order.confirm", "order.number", o.Number, "order.lines", lines(o.Lines)))
	default:
		t.notice("order.cancel_requested", "order", o.ID, "number", o.Number)
		t.say("cancel_order.passed", "order.number", o.Number)
		t.finish(CancelDialogue, onAnswered)
		t.matter = &o
		t.came(cancelAsked)
	}
}

func (t *turn) cancelAnswered(q Question, value string) {
	if q.Name == askWhichOrder {
		t.orderChosen(q, value)
		return
	}
	o, ok := t.remembered(CancelDialogue)
	switch {
	case !ok:
	case value == "yes":
		t.decide("cancel_order.confirmed")
		t.cancelOrder(o)
		t.finish(CancelDialogue, onAnswered)
	default:
		t.decide("cancel_order.kept")
		t.say("cancel_order.kept")
		t.finish(CancelDialogue, onDeclined)
	}
}
