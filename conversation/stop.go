package conversation

import (
	"slices"
	"strings"

	"github.com/causette/causette/conversation/understanding"
)

// timerStop wakes the conversation when a doubtful opt-out was met with silence.
const timerStop = "stop"

// stop is an opt-out that is beyond doubt.
func (t *turn) stop() {
	bare := t.read.Keyword == understanding.Stop
	switch {
	case t.overtaken():
		t.decide("stop.late")
		t.consent(t.in.Medium, Marketing, Withdrawn, "keyword", "")
		return
	case bare:
		t.decide("stop.keyword")
	default:
		t.decide("stop.phrase")
		t.switchLanguage()
	}
	waiting := t.c.Burst
	offers := !bare && t.uses(wordsForOffers) && !t.uses(wordsForEverything) // "pas de pub" says nothing of orders
	everything := t.c.Customer.Silenced || !offers && (t.c.Prompted == Transactional || t.optedOut())
	t.mute = !t.affords(spare) || t.optedOut() && !t.affordable() // a machine that says STOP over and over
	t.optOut(everything, "keyword")
	t.confirmStop(everything)
	if !bare {
		waiting = append(slices.Clip(waiting), *t.in)
	}
	if len(waiting) > 0 {
		t.also(joined(waiting))
	}
}

func (t *turn) confirmStop(everything bool) {
	t.exempt, t.plain = true, true
	if everything {
		t.say("stop.everything")
	} else {
		t.say("stop.marketing")
	}
}

// optedOut reports that marketing is withdrawn on every medium already.
func (t *turn) optedOut() bool {
	c := &t.c.Customer
	return c.Consent(SMS, Marketing) == Withdrawn && c.Consent(WhatsApp, Marketing) == Withdrawn
}

// overtaken reports that the customer gave consent after they wrote this: a
// text that a catch-up found late must not undo it.
func (t *turn) overtaken() bool {
	for _, s := range t.c.Customer.Consents {
		if s.Medium == t.in.Medium && s.Purpose == Marketing && s.State == Given {
			return older(t.at(), s.At)
		}
	}
	return false
}

// optOut withdraws consent on every medium, and cancels all that is queued.
// Where everything stops, answers to what the customer writes remain.
func (t *turn) optOut(everything bool, source string) {
	c := &t.c.Customer
	for _, m := range [...]Medium{SMS, WhatsApp} {
		t.consent(m, Marketing, Withdrawn, source, "")
		if everything {
			t.consent(m, Transactional, Withdrawn, source, "")
		}
	}
	c.Suspended = false
	c.Silenced = c.Silenced || everything
	t.dropBurst()
	t.closeAll()
	t.unset(timerStop)
	t.leave(onOptedOut)
	t.fence(CancelAll)
}

// cancels reads CANCEL, END, ANNULER or FIN after a question that offered to
// cancel something: that is cancelled, marketing is suspended, and the customer
// is asked once whether they meant more. Whether an order is to be cancelled it
// answers, and no more.
func (t *turn) cancels() bool {
	q, ok := t.newest()
	if !ok || !q.Cancels || t.c.State.Owner() != Assistant {
		return false
	}
	if q.Dialogue == CancelDialogue {
		t.apply(q, "yes")
		return true
	}
	t.decide("stop.cancelled")
	t.mute = !t.affordable()
	t.finish(q.Dialogue, onDeclined)
	t.say("stop.cancelled", "subject", q.Subject)
	t.suspend()
	return true
}

// doubt is a text that may be an opt-out. A false negative is worse than a
// false positive: marketing is suspended at once, and the customer asked once.
func (t *turn) doubt() bool {
	if t.is(understanding.CancelOrder) && t.ofOrder() {
		return false // "I need to cancel LU-1042"
	}
	if t.c.State.Owner() == Assistant {
		if q, _, fits := t.candidate(); fits && !q.Free && q.Dialogue != StopDialogue && t.isOpen(q) {
			return false // it answers what was asked
		}
	}
	switch {
	case t.optedOut():
		return false
	case t.c.Customer.Suspended:
		if _, _, fits := t.candidate(); fits {
			return false
		}
		t.decide("stop.insisted")
		t.mute = !t.affords(spare)
		t.optOut(false, "keyword")
		t.confirmStop(false)
		return true
	case t.c.State.Owner() != Assistant:
		t.decide("stop.doubt")
		t.suspendOnly()
		if t.c.State == WithAgent {
			t.agentDecides()
		}
		return false // the person reads it
	}
	t.decide("stop.doubt")
	t.mute = !t.affordable()
	t.dropBurst()
	t.switchLanguage()
	t.suspend()
	t.also(*t.in)
	return true
}

// suspend holds marketing and asks what was meant.
func (t *turn) suspend() {
	t.suspendOnly()
	t.ask(Question{
		Dialogue: StopDialogue, Name: "scope", Subject: t.text("stop.subject"),
		Options: []Option{
			{Value: scopeMarketing, Label: t.text("stop.choice.offers"), Accept: strings.Fields(wordsForOffers)},
			{Value: scopeEverything, Label: t.text("stop.choice.everything"), Accept: strings.Fields(wordsForEverything)},
			{Value: scopeNothing, Label: t.text("stop.choice.keep"), Accept: strings.Fields(wordsForKeeping)},
		},
	}, t.text("stop.ask"))
}

func (t *turn) suspendOnly() {
	t.c.Customer.Suspended = true
	t.out.Cancel = CancelMarketing
	t.notice("consent.suspended")
	t.wake(timerStop, t.now.Add(t.rules.stopSilence), "")
}

// What a clarified opt-out ends.
const (
	scopeMarketing  = "marketing"
	scopeEverything = "everything"
	scopeNothing    = "nothing"
)

// Words that choose what ends, in the seven languages.
const (
	wordsForOffers     = "offres offre pub pubs publicite publicites promo promos promotions newsletter offers ads marketing ofertas publicidad werbung angebote offerte pubblicita promozioni aanbiedingen reclame promocoes publicidade"
	wordsForEverything = "tout tous everything all todo alles alle tutto tutti tudo"
	wordsForKeeping    = "continuer continuez garder recevoir keep continue seguir continuar weiter behalten continua continuare doorgaan houden"
)

// choosesScope reads "arrêtez tout" as the answer to our own question.
func (t *turn) choosesScope() bool {
	q, ok := t.newest()
	if !ok || q.Dialogue != StopDialogue {
		return false
	}
	i, found := t.read.Choose(options(q))
	if !found || q.Options[i].Value == scopeNothing {
		return false
	}
	t.apply(q, q.Options[i].Value)
	return true
}

// stopClarified is the answer to what was meant.
func (t *turn) stopClarified(value string) {
	t.unset(timerStop)
	switch value {
	case scopeNothing:
		t.decide("stop.kept")
		t.c.Customer.Suspended = false
		t.notice("consent.kept")
		t.say("stop.kept")
		t.finish(StopDialogue, onAnswered)
		return
	}
	t.decide("stop.clarified")
	t.optOut(value == scopeEverything, "keyword")
	t.confirmStop(value == scopeEverything)
}

// stopSilent is the stop timer: nobody said that they meant something else.
func (t *turn) stopSilent() {
	if !t.c.Customer.Suspended {
		t.decide("stop.settled")
		return
	}
	t.decide("stop.silence")
	t.c.Customer.Suspended = false
	for _, m := range [...]Medium{SMS, WhatsApp} {
		t.consent(m, Marketing, Withdrawn, "keyword", "")
	}
	t.finish(StopDialogue, onExpired)
	t.fence(CancelMarketing)
}

// carrierAnswered records a keyword that Twilio has answered itself: saying
// anything more would be refused or doubled.
func (t *turn) carrierAnswered(kind string) {
	switch strings.ToUpper(kind) {
	case "STOP":
		t.decide("stop.carrier")
		t.optOut(t.c.Customer.Silenced || t.c.Prompted == Transactional || t.optedOut(), "carrier")
	case "START":
		t.decide("start.carrier")
		t.optIn("carrier")
	case "HELP":
		t.decide("help.carrier")
		t.notice("help.asked")
	default:
		t.decide("carrier.unknown")
	}
}
