package conversation

import (
	"github.com/causette/causette/conversation/understanding"
)

// requests answers what a text asks for: two things get one combined answer,
// and what is too much for a machine goes to a person.
func (t *turn) requests() {
	if t.is(understanding.Safety) {
		t.request(understanding.Safety) // before anything else, and alone
		return
	}
	if t.fraud() || t.hesitation() {
		return
	}
	if t.angry() && !t.quiet {
		t.decide("human.angry")
		t.say("angry")
		t.person("angry", High)
		return
	}
	done := 0
	for _, i := range t.wants() {
		if t.plain && i == understanding.Preferences {
			continue // "encore trop de sms": the opt-out was meant
		}
		if t.request(i) {
			done++
		}
	}
	switch {
	case done > 0:
		t.understood()
	case t.about():
		t.understood()
	case t.small():
	case !t.read.Long && t.example():
		t.understood()
	case t.read.WantsLanguage != "" && !t.quiet:
		t.decide("language.switched")
		t.say("language")
		t.understood()
	case t.read.Long && !t.quiet:
		t.decide("human.long")
		t.say("long")
		t.person("long", Normal)
	default:
		t.miss()
	}
}

// about answers a text that says nothing but an order's number.
func (t *turn) about() bool {
	if b := t.best(); b != "" && b != understanding.Other || t.quiet {
		return false
	}
	o, ok := t.named()
	if ok {
		t.decide("status.named")
		t.tellStatus(o)
	}
	return ok
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
	case understanding.Human:
		t.decide("human.asked")
		t.person("asked", Normal)
	case understanding.IdentityCheck:
		t.identify()
	case understanding.WrongNumber:
		t.detach("wrong_number")
	case understanding.Minor:
		t.detach("minor")
	case understanding.Privacy:
		t.decide("privacy.asked")
		t.notice("privacy.requested", "text", cutRunes(t.in.Text, maxSlot))
		t.say("privacy")
		t.person("privacy", High)
	case understanding.Legal:
		t.decide("human.legal")
		t.say("legal")
		t.person("legal", Urgent)
	case understanding.Safety:
		t.decide("human.safety")
		t.say("safety")
		t.person("safety", Urgent)
	case understanding.PaymentTrouble:
		t.payment()
	case understanding.Hours, understanding.DeliveryInfo, understanding.PromoCode, understanding.Availability:
		return !t.read.Long && t.faqIntent(i)
	case understanding.Help:
		t.decide("help.asked")
		t.say("help.text")
	case understanding.Start:
		if !t.optedOut() && !t.c.Customer.Suspended {
			return false
		}
		t.start()
	default:
		return false
	}
	return true
}

// small is small talk and what wants no answer: a bare "merci" or "ok", a
// machine's "I am away".
func (t *turn) small() bool {
	switch t.best() {
	case understanding.Thanks:
		t.decide("manners.thanks")
	case understanding.AutoReply:
		t.decide("manners.auto_reply")
	case understanding.Yes, understanding.No:
		t.decide("manners.unasked")
	case understanding.Greeting:
		t.decide("manners.greeting")
		if !t.quiet {
			if t.c.Disclosed {
				t.say("greeting")
			} else {
				t.say("greeting.first") // the disclosure says hello
			}
		}
	default:
		if t.read.Yes || t.read.No {
			t.decide("manners.unasked")
			return true
		}
		return false
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
