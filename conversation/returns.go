package conversation

import "strings"

// askReturn begins a return, an exchange or a refund; where one is under way,
// it says how far it is.
func (t *turn) askReturn() {
	t.decide("return.asked")
	if r := t.c.Customer.Returns; len(r) > 0 && !t.anonymous() && r[0].Status != "" && !t.uses(wordsForExchange) {
		key := "return." + r[0].Status
		if _, ok := phrases[key]; ok {
			t.say(key, "date", t.date(r[0].Changed))
			return
		}
	} else if len(r) == 0 && t.says(t.escalation.list(listReturning)) {
		t.decide("return.unknown")
		t.say("return.unknown")
		t.came(returnUnknown)
		return
	}
	if o, ok := t.which(ReturnDialogue, returnable, "return.none"); ok {
		t.askReturnOf(o)
	}
}

// returnable are orders that the customer has, or is about to have.
func returnable(o Order) bool { return !unsent(o) && bought(o) && o.Status != "refunded" }

// Words that choose an exchange or a refund, in the seven languages.
const (
	wordsForExchange = "echange echanger echangez exchange swap cambio cambiar umtausch umtauschen tauschen scambio ruilen omruilen troca trocar"
	wordsForRefund   = "rembourser remboursement remboursez rembourse refund money reembolso erstattung geld rimborso terugbetaling reembolsar"
)

// askReturnOf asks whether the customer wants another article or their money.
func (t *turn) askReturnOf(o Order) {
	t.slot("return.order", o.ID)
	q := Question{
		Dialogue: ReturnDialogue, Name: askReturn, Subject: t.text("return.subject", "order.number", o.Number),
		Options: []Option{
			{Value: "exchange", Label: t.text("return.choice.exchange"), Accept: strings.Fields(wordsForExchange)},
			{Value: "refund", Label: t.text("return.choice.refund"), Accept: strings.Fields(wordsForRefund)},
		},
	}
	t.ask(q, t.text("return.which", "order.number", o.Number, "options", numbered(q.Options)))
}

func (t *turn) returnAnswered(q Question, value string) {
	if q.Name == askWhichOrder {
		t.orderChosen(q, value)
		return
	}
	o, ok := t.remembered(ReturnDialogue)
	if !ok {
		return
	}
	t.decide(Rule("return." + value))
	t.notice("return.wanted", "order", o.ID, "number", o.Number, "kind", value)
	t.say("return.how_to_"+value, "order.number", o.Number)
	t.finish(ReturnDialogue, onAnswered)
}
