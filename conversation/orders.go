package conversation

import (
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// maxChoices is how many orders are offered to choose from.
const maxChoices = 4

// anonymous reports a phone that names nobody: two accounts share it, or it
// was found to be somebody else's. There an order is only told by its number.
func (t *turn) anonymous() bool {
	return t.c.Customer.Detached || len(t.c.Customer.Accounts) > 1
}

// named finds the order whose number the text gives.
func (t *turn) named() (Order, bool) {
	for _, o := range t.c.Customer.Orders {
		if t.names(o.Number) || t.names(o.ID) {
			return o, true
		}
	}
	return Order{}, false
}

// names reports whether the text contains an order's number; "LU-1042" is also
// meant by "1042" where the digits are at least four.
func (t *turn) names(number string) bool {
	if number == "" {
		return false
	}
	whole := strings.Fields(understanding.Normalise(number))
	if len(whole) == 0 {
		return false
	}
	words := t.read.Words
	for i := 0; i+len(whole) <= len(words); i++ {
		if slices.Equal(words[i:i+len(whole)], whole) {
			return true
		}
	}
	last := whole[len(whole)-1]
	return len(last) >= 4 && isDigits(last) && slices.Contains(words, last)
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" && s != "" }

// onlyOrder is the order that can be meant without asking.
func (t *turn) onlyOrder() (Order, bool) {
	if o, ok := t.named(); ok {
		return o, true
	}
	if t.anonymous() || len(t.c.Customer.Orders) != 1 {
		return Order{}, false
	}
	return t.c.Customer.Orders[0], true
}

// which finds the order that a dialogue is about, or asks for it and reports
// false. eligible says which orders can be meant; none makes it say none.
func (t *turn) which(d Dialogue, eligible func(Order) bool, none string) (Order, bool) {
	if o, ok := t.named(); ok {
		return o, true
	}
	if t.c.Customer.Detached {
		t.say("order.detached")
		return Order{}, false
	}
	if t.anonymous() {
		t.askNumber(d, "order.number")
		return Order{}, false
	}
	var can []Order
	for _, o := range t.c.Customer.Orders {
		if eligible(o) {
			can = append(can, o)
		}
	}
	switch {
	case len(can) == 0 && len(t.c.Customer.Orders) == 0 && asksNumber[none]:
		t.askNumber(d, none) // they may have ordered with another phone
		return Order{}, false
	case len(can) == 0:
		t.say(none)
		return Order{}, false
	case len(can) == 1:
		return can[0], true
	}
	if o, ok := t.holding(can); ok {
		return o, true
	}
	if until, err := time.Parse(time.RFC3339, t.c.Slots[slotOrderUntil]); err == nil && t.now.Before(until) {
		if i := slices.IndexFunc(can, func(o Order) bool { return o.ID == t.c.Slots[slotOrder] }); i >= 0 {
			return can[i], true // the one that we just wrote about
		}
	}
	q := Question{Dialogue: d, Name: askWhichOrder, Subject: t.text("order.subject")}
	q.Options = t.orderOptions(can[:min(len(can), maxChoices)])
	t.ask(q, t.text("order.which", "options", numbered(q.Options)))
	return Order{}, false
}

// slotOrder remembers the order that a prompt was about, for as long as an
// answer to the prompt would be about it.
const (
	slotOrder      = "order"
	slotOrderUntil = "order_until"
)

// orderOptions are orders to choose from: by number, or by what is in them.
func (t *turn) orderOptions(orders []Order) []Option {
	words := articles(orders)
	list := make([]Option, len(orders))
	for i, o := range orders {
		list[i] = Option{
			Value: o.ID, Accept: append([]string{o.Number}, words[i]...),
			Label: t.text("order.label", "order.number", o.Number, "order.lines", lines(o.Lines), "order.placed", t.date(o.Placed)),
		}
	}
	return list
}

// holding finds the one order that the text means by what is in it ("ma lampe").
func (t *turn) holding(orders []Order) (Order, bool) {
	words := articles(orders)
	list := make([]understanding.Option, len(orders))
	for i := range list {
		list[i].Accept = words[i]
	}
	r := t.read
	r.HasNumber = false // "2 bougies" are no second order
	i, ok := r.Choose(list)
	if !ok {
		return Order{}, false
	}
	return orders[i], true
}

// articles are the names of what is in each order, and the words of them that
// are in no other.
func articles(orders []Order) [][]string {
	names, in := make([][]string, len(orders)), map[string]int{}
	for i, o := range orders {
		for _, l := range o.Lines {
			names[i] = append(names[i], cutRunes(l.Name, maxLineName))
		}
		for _, w := range articleWords(names[i]) {
			in[w]++
		}
	}
	for i := range names {
		names[i] = slices.Clip(names[i][:min(len(names[i]), shownLines)])
		for _, w := range articleWords(names[i]) {
			if in[w] == 1 {
				names[i] = append(names[i], w)
			}
		}
	}
	return names
}

// articleWords are the words of some names that say something, each once.
func articleWords(names []string) []string {
	words := strings.Fields(understanding.Normalise(strings.Join(names, " ")))
	slices.Sort(words)
	return slices.DeleteFunc(slices.Compact(words), func(w string) bool {
		return len(w) < 4 || isDigits(w) || among("pour avec sans dans with from", w)
	})
}

// asksNumber are the phrases that end with asking for an order's number.
var asksNumber = map[string]bool{"status.none": true, "return.none": true, "problem.none": true, "invoice.none": true}

// askNumber asks for the order's number, where nothing else may be shown.
func (t *turn) askNumber(d Dialogue, key string) {
	t.ask(Question{Dialogue: d, Name: askWhichOrder, Free: true, Subject: t.text("order.subject")}, t.text(key))
}

// orderChosen is the answer to "which order?": the dialogue goes on with it.
func (t *turn) orderChosen(q Question, value string) {
	orders := t.c.Customer.Orders
	i := slices.IndexFunc(orders, func(o Order) bool { return o.ID == value })
	if q.Free {
		o, ok := t.named()
		i = slices.IndexFunc(orders, func(x Order) bool { return ok && x.ID == o.ID })
	}
	if i < 0 {
		t.numberless(q, "order.unknown")
		return
	}
	o := orders[i]
	t.decide(Rule(string(q.Dialogue) + ".chosen"))
	switch q.Dialogue {
	case StatusDialogue:
		t.tellStatus(o)
		t.finish(StatusDialogue, onAnswered)
	case InvoiceDialogue:
		t.tellInvoice(o)
		t.finish(InvoiceDialogue, onAnswered)
	case CancelDialogue:
		if t.cancelOrder(o); t.asks == "" {
			t.finish(CancelDialogue, onAnswered)
		}
	case ReturnDialogue:
		t.askReturnOf(o)
	case ProblemDialogue:
		t.askProblemOf(o)
	case AddressDialogue:
		t.askAddressOf(o)
	case ReorderDialogue:
		t.confirmReorder(o, 0)
	}
}

// numberless ends a dialogue whose order the number does not find.
func (t *turn) numberless(q Question, why string) {
	t.decide(Rule(why))
	t.say(why)
	t.finish(q.Dialogue, onDeclined)
	t.came(orderUnknown)
}

// order finds the order that a dialogue remembers.
func (t *turn) order(d Dialogue) (Order, bool) {
	id := t.c.Slots[string(d)+".order"]
	i := slices.IndexFunc(t.c.Customer.Orders, func(o Order) bool { return o.ID == id })
	if id == "" || i < 0 {
		return Order{}, false
	}
	return t.c.Customer.Orders[i], true
}

// remembered is order, where the dialogue ends if there is none any more.
func (t *turn) remembered(d Dialogue) (Order, bool) {
	o, ok := t.order(d)
	if !ok {
		t.decide(Rule(string(d) + ".gone"))
		t.say(string(d) + ".none")
		t.finish(d, onDeclined)
	}
	return o, ok
}

func anyOrder(Order) bool { return true }

// underway are orders that are not with the customer yet.
func underway(o Order) bool {
	switch o.Status {
	case "delivered", "cancelled", "refunded":
		return false
	}
	return true
}

// unsent are orders that have not left the shop.
func unsent(o Order) bool { return o.Status == "placed" || o.Status == "" }

// bought are orders that can be sent back or ordered again.
func bought(o Order) bool { return o.Status != "cancelled" }
