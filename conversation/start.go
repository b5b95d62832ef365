package conversation

// start is START, REPRENDRE, ALTA …: the customer wants the messages again.
func (t *turn) start() {
	t.decide("start.keyword")
	t.mute = !t.affordable()
	t.exempt = true
	if !t.brand.DoubleOpt {
		t.optIn("keyword")
		t.say("start.confirmed")
		return
	}
	t.askStart()
}

// Words beside which a wish to hear from the brand is none, in the seven languages.
const wordsOfRefusal = wordsOfNegation + " ne plus kein keine geen"

// wantsStart is who opted out, and seems to want the messages again in words of
// their own ("reprenez vos offres", "don't start again"): no keyword, so it is asked.
func (t *turn) wantsStart() {
	t.exempt = true
	if t.uses(wordsOfRefusal) {
		t.decide("start.declined")
		t.say("start.declined")
		return
	}
	t.decide("start.asked")
	t.askStart()
}

// askStart asks for the second half of a double opt-in.
func (t *turn) askStart() {
	if t.c.State.Owner() != Assistant {
		t.decide("start.person")
		t.notice("consent.requested")
		return
	}
	t.dropBurst()
	t.ask(Question{Dialogue: OptInDialogue, Name: "resume", Options: yesOrNo, Subject: t.text("start.subject")}, t.text("start.ask"))
}

// optIn gives consent on the medium that the customer writes on: START on SMS
// says nothing about WhatsApp.
func (t *turn) optIn(source string) {
	c := &t.c.Customer
	wording := t.text("start.confirmed")
	t.consent(t.c.Medium, Marketing, Given, source, wording)
	if c.Consent(t.c.Medium, Transactional) == Withdrawn {
		t.consent(t.c.Medium, Transactional, Given, source, wording)
	}
	c.Suspended, c.Silenced = false, false
	t.unset(timerStop)
	if t.c.State == ClarifyingStop {
		t.finish(StopDialogue, onAnswered)
	}
}

// optInAnswered is the answer to "shall we resume?", the second half of a
// double opt-in.
func (t *turn) optInAnswered(q Question, value string) {
	if q.Name == askJoin {
		t.joinAnswered(value)
		return
	}
	t.exempt = true
	if value != "yes" {
		t.decide("start.declined")
		t.say("start.declined")
		t.finish(OptInDialogue, onDeclined)
		return
	}
	t.decide("start.confirmed")
	t.optIn("keyword")
	t.say("start.confirmed")
	t.finish(OptInDialogue, onAnswered)
}
