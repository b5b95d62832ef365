package conversation

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// jobReorder is the job that asks the shop for an order like an earlier one.
const jobReorder = "reorder"

// ReorderPayload is what a confirmed reorder asks of the shop, as JSON in the
// job's payload.
type ReorderPayload struct {
	Order    string   `json:"order"`              // the order that is ordered again
	Accounts []string `json:"accounts,omitempty"` // the customer's, at the shop
	Phone    Address  `json:"phone,omitempty"`
	Lines    []Line   `json:"lines"`
}

// Bounds of what may be ordered by text.
const maxQuantity = 20

// askReorder offers the last order, or a choice among the recent ones.
func (t *turn) askReorder() {
	t.decide("reorder.asked")
	if o, ok := t.named(); ok {
		t.confirmReorder(o, t.quantityBeside(o))
		return
	}
	if t.anonymous() {
		t.which(ReorderDialogue, bought, "reorder.none")
		return
	}
	recent := t.recent()
	switch {
	case len(recent) == 0:
		t.say("reorder.none")
		return
	case len(recent) == 1 || t.uses(wordsForLast):
		t.confirmReorder(recent[0], t.quantityBeside(recent[0]))
		return
	}
	if o, ok := t.holding(recent); ok {
		t.confirmReorder(o, t.quantityBeside(o))
		return
	}
	q := Question{Dialogue: ReorderDialogue, Name: askWhichReorder, Subject: t.text("reorder.subject")}
	q.Options = t.orderOptions(recent)
	q.Options[0].Accept = append(q.Options[0].Accept, strings.Fields(wordsForLast)...)
	t.ask(q, t.text("reorder.which", "options", numbered(q.Options)))
}

// Words that mean the order that came last, in the seven languages.
const wordsForLast = "derniere dernier last ultimo ultima letzte letzten laatste"

// recent are the orders worth offering again: the newest, each set of articles once.
func (t *turn) recent() []Order {
	var list []Order
	seen := map[string]bool{}
	for _, o := range t.c.Customer.Orders {
		if !bought(o) || len(o.Lines) == 0 || seen[lines(o.Lines)] {
			continue
		}
		seen[lines(o.Lines)] = true
		if list = append(list, o); len(list) == 3 {
			break
		}
	}
	return list
}

// quantityBeside is the number in the text, unless it is the order's own. In a long
// text it is the one in digits ("la même chose que la dernière fois mais en 2 exemplaires").
func (t *turn) quantityBeside(o Order) int {
	n, one := t.read.Number, t.read.HasNumber
	if !one {
		digits := slices.DeleteFunc(slices.Clone(t.read.Words), func(w string) bool { return !isDigits(w) })
		if one = len(digits) == 1 && len(digits[0]) < 3; one {
			n, _ = strconv.Atoi(digits[0])
		}
	}
	if !one || strings.HasSuffix(o.Number, strconv.Itoa(n)) {
		return 0
	}
	return n
}

// confirmReorder says what would be ordered and at what price, and asks for a
// yes. quantity is of the one article; 0 is as before.
func (t *turn) confirmReorder(o Order, quantity int) {
	available := slices.DeleteFunc(slices.Clone(o.Lines), func(l Line) bool { return l.Out })
	gone := slices.DeleteFunc(slices.Clone(o.Lines), func(l Line) bool { return !l.Out })
	if len(available) == 0 {
		t.decide("reorder.out_of_stock")
		t.say("reorder.out_of_stock", "articles", lines(gone))
		t.finish(ReorderDialogue, onDeclined)
		return
	}
	if quantity > 0 && len(available) == 1 {
		available[0].Quantity = min(quantity, maxQuantity)
	}
	total := Money{Currency: t.brand.Currency}
	for _, l := range available {
		total.Amount += l.Price.Amount * int64(max(l.Quantity, 1))
		if l.Price.Currency != "" {
			total.Currency = l.Price.Currency
		}
	}
	amount := ""
	if total.Amount > 0 {
		amount = t.money(total)
	}
	t.slot("reorder.order", o.ID)
	count := "" // a quantity can be changed where there is one article
	if len(available) == 1 {
		count = strconv.Itoa(max(available[0].Quantity, 1))
	}
	t.slot("reorder.quantity", count)
	t.ask(Question{
		Dialogue: ReorderDialogue, Name: askConfirmReorder, Options: yesOrNo, Restated: true, Cancels: true,
		Subject: lines(available),
	}, t.text("reorder.confirm", "articles", lines(available), "gone", lines(gone), "total", amount, "count", count))
	t.remindLater(t.rules.remindReorder)
}

// reorderAnswered is the answer to a question of this dialogue.
func (t *turn) reorderAnswered(q Question, value string) {
	switch q.Name {
	case askWhichOrder, askWhichReorder:
		t.orderChosen(Question{Dialogue: ReorderDialogue, Free: q.Free}, value)
		return
	case askOffer:
		if value != "yes" {
			t.decide("reorder.declined")
			t.say("reorder.declined")
			t.finish(ReorderDialogue, onDeclined)
			return
		}
		t.decide("reorder.accepted")
		if o, ok := t.order(ReorderDialogue); ok {
			t.confirmReorder(o, 0)
			return
		}
		t.leave(onAnswered)
		t.askReorder()
		return
	}
	o, ok := t.remembered(ReorderDialogue)
	switch {
	case !ok:
	case value == "yes":
		t.reorder(o)
	case value == "no":
		t.decide("reorder.declined")
		t.say("reorder.declined")
		t.finish(ReorderDialogue, onDeclined)
	default:
		t.changeQuantity(q, o, value)
	}
}

// askOffer is the name of the question that an automation's reorder prompt asks.
const askOffer = "offer"

// changeQuantity asks again with another quantity, where that is clear.
func (t *turn) changeQuantity(q Question, o Order, value string) {
	quantity, err := strconv.Atoi(value)
	switch {
	case err != nil || quantity < 1:
		t.decide("reorder.declined")
		t.say("reorder.declined")
		t.finish(ReorderDialogue, onDeclined)
	case quantity > maxQuantity || t.c.Slots["reorder.quantity"] == "":
		t.decide("reorder.quantity_unclear")
		q.ID = ""
		t.ask(q, t.text("reorder.quantity", "articles", q.Subject))
	default:
		t.decide("reorder.quantity")
		t.confirmReorder(o, quantity)
	}
}

// reorder asks the shop for the order. The shop answers with the link to pay.
func (t *turn) reorder(o Order) {
	t.decide("reorder.confirmed")
	payload := ReorderPayload{Order: o.ID, Accounts: t.c.Customer.Accounts, Phone: t.c.Customer.Phone}
	for _, l := range o.Lines {
		if !l.Out {
			payload.Lines = append(payload.Lines, l)
		}
	}
	if n, err := strconv.Atoi(t.c.Slots["reorder.quantity"]); err == nil && len(payload.Lines) == 1 {
		payload.Lines[0].Quantity = n
	}
	body, err := json.Marshal(payload)
	if err != nil {
		panic("conversation: encode a reorder: " + err.Error()) // strings and integers always encode
	}
	id := "reorder:" + string(t.e.ID)
	t.out.Jobs = append(t.out.Jobs, Job{ID: id, Kind: jobReorder, Payload: body})
	t.notice("reorder.confirmed", "job", id, "order", o.ID, "number", o.Number, "lines", lines(payload.Lines))
	t.say("reorder.confirmed", "articles", lines(payload.Lines))
	t.finish(ReorderDialogue, onAnswered)
}

// jobDone is the shop's answer to what a turn asked of it.
func (t *turn) jobDone(r *Result) {
	if r.Kind != jobReorder {
		t.decide("job.unknown")
		return
	}
	gone := strings.Join(r.OutOfStock[:min(len(r.OutOfStock), 3)], ", ")
	switch {
	case t.c.Customer.Silenced:
		t.decide("reorder.silenced") // they opted out of everything in the meantime
		t.notice("reorder.unsaid", "job", r.Job)
	case t.c.State == WithAgent:
		t.decide("reorder.for_agent")
		t.notice("reorder.ready", "job", r.Job, "link", r.Link, "out_of_stock", gone, "why", r.Failed)
	case r.Link != "":
		t.decide("reorder.link")
		t.notice("reorder.ready", "job", r.Job)
		t.say("reorder.link", "link", r.Link, "gone", gone)
	case gone != "":
		t.decide("reorder.out_of_stock")
		t.say("reorder.out_of_stock", "articles", gone)
	default:
		t.decide("reorder.failed")
		t.notice("reorder.failed", "job", r.Job, "why", r.Failed)
		t.say("reorder.failed")
		if t.c.State.Owner() == Assistant {
			t.came(reorderFailed)
		}
	}
}
