package conversation

import "github.com/causette/causette/conversation/understanding"

// A doubtful opt-out in a person's conversation is not asked about by text: the
// agent, who reads it, says whether it was one.

// agentDecides leaves a suspended customer to the agent, for as long as one
// has the conversation.
func (t *turn) agentDecides() {
	t.unset(timerStop)
	text := ""
	if t.in != nil {
		text = cutRunes(t.in.Text, maxSlot)
	}
	t.notice("stop.doubted", "text", text)
}

// stillDoubted lets silence decide where the agent left without having said.
func (t *turn) stillDoubted() {
	if t.c.Customer.Suspended {
		t.wake(timerStop, t.now.Add(t.rules.stopSilence), "")
	}
}

// clarified is what the agent says of an opt-out.
func (t *turn) clarified(a *Act) *Refused {
	if foreign := t.foreign(a); foreign != nil {
		return foreign
	}
	c := &t.c.Customer
	if t.e.Type == AgentKept {
		if !c.Suspended {
			return refuse(RefusedNothing)
		}
		c.Suspended = false
		t.unset(timerStop)
		t.notice("consent.kept")
		return nil
	}
	if t.optedOut() {
		return refuse(RefusedNothing)
	}
	c.Suspended = false
	t.unset(timerStop)
	for _, m := range [...]Medium{SMS, WhatsApp} {
		t.consent(m, Marketing, Withdrawn, "agent", "")
		t.out.Consents[len(t.out.Consents)-1].Evidence = map[string]string{"agent": string(a.Agent)}
	}
	t.out.Cancel = CancelMarketing
	return nil
}

// courtesy is a text that nobody has to answer: a bare thanks, a machine's
// "I am away".
func (t *turn) courtesy() bool {
	switch t.best() {
	case understanding.AutoReply:
		return true
	case understanding.Thanks:
		return len(t.read.Words) <= 4
	}
	return false
}
