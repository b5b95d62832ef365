package conversation

import (
	"github.com/causette/causette/conversation/understanding"
)

// requests answers what a text asks for: two things get one combined answer,
// and what is too much for a machine goes to a person.
func (t *turn) requests() {
	if t.declines() {
		t.decide("request.declined")
		t.say("restate.nothing")
		t.understood()
		return
	}
	t.looked, t.hushed = true, t.quiet
	if t.escalated() {
		return
	}
	if t.wordForWord() {
		t.understood()
		return
	}
	done := 0
	wants := t.wants()
	if t.denies() {
		wants = []understanding.Intent{understanding.WrongNumber}
	}
	for _, i := range wants {
		if t.plain && i == understanding.Preferences {
			continue // "encore trop de sms": the opt-out was meant
		}
		if t.excused(i) || t.request(i) {
			done++
		}
	}
	switch {
	case done > 0:
		t.understood()
	case t.about():
		t.understood()
	case t.small():
	case !t.read.Long && t.example(0):
		t.understood()
	case t.read.WantsLanguage != "" && !t.quiet:
		t.decide("language.switched")
		t.say("language")
		t.understood()
	case t.in.Masked && !t.quiet:
		t.decide("masked")
		t.say("masked")
		t.understood()
	case t.read.Long && !t.quiet:
		t.tooLongToRead()
	default:
		t.miss()
	}
}

// What names a request and says that it is not wanted.
var declining = newPhrases(
	"veux pas recommander", "souhaite pas recommander", "pas la peine de recommander", "veux pas renvoyer", "souhaite pas renvoyer",
	"veux pas la renvoyer", "veux pas le renvoyer", "veux pas les renvoyer", "veux pas retourner", "veux pas la retourner",
	"pas besoin de facture", "pas besoin d'une facture", "pas demandé de facture", "pas besoin de conseiller",
	"pas besoin d'un conseiller", "veux pas parler à un conseiller", "pas la peine de m'appeler", "pas besoin de m'appeler",
	"don't want to reorder", "don't want to return", "don't want to send it back", "don't need an invoice", "don't need the invoice",
	"don't need an agent", "don't need to talk", "no need for an agent", "no need for an invoice", "no need to call",
)

const maxDeclining = 10 // words

// declines reports who does not want what a dialogue would begin ("je ne veux pas
// renvoyer la bougie"). What alarms is never declined.
func (t *turn) declines() bool {
	if t.quiet || len(t.read.Words) > maxDeclining || t.interrogative() || t.conditional() ||
		t.angry() || t.is(understanding.Safety) || t.is(understanding.Legal) {
		return false
	}
	return t.says(declining)
}

// maxAside is how many words a text has at most that goes on with another order.
const maxAside = 5

// about answers a text that says nothing but an order's number, or goes on with
// what is in another one ("et la bougie ?").
func (t *turn) about() bool {
	if b := t.best(); b != "" && b != understanding.Other || t.quiet {
		return false
	}
	o, ok := t.named()
	if w := t.read.Words; !ok && len(w) > 1 && len(w) <= maxAside && among("et and y und e en", w[0]) && !t.anonymous() {
		o, ok = t.holding(t.c.Customer.Orders)
	}
	if ok {
		t.decide("status.named")
		t.tellStatus(o)
	}
	return ok
}

// privacy answers what the law gives a month for.
func (t *turn) privacy() {
	t.decide("privacy.asked")
	t.notice("privacy.requested", "text", cutRunes(t.in.Text, maxSlot))
	t.say("privacy")
}

// tooLongToRead leaves a long text to a rule, else asks for fewer words.
func (t *turn) tooLongToRead() {
	t.came(longText)
	if !t.escalates() {
		t.miss()
	}
}

func (t *turn) understood() { t.c.Misses = 0 }

// request answers one intent, and reports whether it is one that has an answer.
func (t *turn) request(i understanding.Intent) bool {
	switch i {
	case understanding.OrderStatus:
		t.askStatus()
	case understanding.Reorder:
		t.askReorder()
	case understanding.CancelOrder:
		t.askCancel()
	case understanding.Return:
		t.askReturn()
	case understanding.ItemProblem:
		t.askProblem()
	case understanding.AddressChange:
		t.askAddress()
	case understanding.Invoice:
		t.askInvoice()
	case understanding.Points:
		t.tellPoints()
	case understanding.Preferences:
		t.askPreferences(Answer)
	case understanding.Human, understanding.Legal, understanding.Safety, understanding.PaymentTrouble:
		// people's: a rule of the script hands over, and says what there is to say
	case understanding.IdentityCheck:
		t.identify()
	case understanding.WrongNumber:
		if _, ok := t.named(); ok {
			return false // nobody else knows the number of an order
		}
		if !t.stranger() {
			t.came(strangerGuess)
			return t.escalates()
		}
		t.detach("wrong_number")
	case understanding.Minor:
		if len(t.read.Words) == 1 && t.read.HasNumber || t.in.Masked || t.present() {
			return false // a bare number is an answer out of place, a card's no age, and a present's no customer
		}
		t.detach("minor")
	case understanding.Privacy:
		t.privacy()
	case understanding.Hours, understanding.DeliveryInfo, understanding.PromoCode, understanding.Availability:
		return !t.read.Long && t.faqIntent(i)
	case understanding.Help:
		t.decide("help.asked")
		t.say("help.text")
	case understanding.Start:
		switch {
		case t.optedOut():
			t.wantsStart()
		case t.c.Customer.Suspended:
			t.start()
		default:
			return false
		}
	default:
		return false
	}
	return true
}

// surelyMachine is how likely a machine must have written what is not answered.
const surelyMachine = 0.8

// maxHappy is how many words a text has at most that says that all is well, and no more.
const maxHappy = 4

// small is small talk and what wants no answer: a bare "merci" or "ok", a
// machine's "I am away".
func (t *turn) small() bool {
	if t.read.Yes && t.conditional() && t.openQuestions() > 0 {
		return false // "oui, mais …" was meant as an answer
	}
	switch t.best() {
	case understanding.Thanks:
		t.decide("manners.thanks")
	case understanding.AutoReply:
		if t.read.Intents[0].Score < surelyMachine {
			return false // "je serai absente samedi" is somebody
		}
		t.decide("manners.auto_reply")
	case understanding.Yes, understanding.No:
		t.decide("manners.unasked")
	case understanding.Greeting:
		if t.read.Bye {
			t.decide("manners.farewell")
			return true
		}
		t.decide("manners.greeting")
		if !t.quiet {
			if t.c.Disclosed {
				t.say("greeting")
			} else {
				t.say("greeting.first") // the disclosure says hello
			}
		}
	default:
		switch {
		case t.read.Yes || t.read.No:
			t.decide("manners.unasked")
		case len(t.read.Words) <= maxHappy && t.asksNothing() && t.says(t.escalation.list(listSettled)):
			t.decide("manners.settled") // "finalement c'est bon"
		default:
			return false
		}
	}
	return true
}

// next begins the dialogue that waited for another to end.
func (t *turn) next() {
	d := Dialogue(t.c.Slots[slotNext])
	if d == "" || t.c.State != Idle || t.asks != "" {
		return
	}
	t.slot(slotNext, "")
	t.why = Rule(d) + ".next"
	switch d {
	case StatusDialogue:
		t.askStatus()
	case ReorderDialogue:
		t.askReorder()
	case CancelDialogue:
		t.askCancel()
	case ReturnDialogue:
		t.askReturn()
	case ProblemDialogue:
		t.askProblem()
	case AddressDialogue:
		t.askAddress()
	case InvoiceDialogue:
		t.askInvoice()
	case PreferenceDialogue:
		t.askPreferences(Answer)
	}
}
