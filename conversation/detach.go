package conversation

// detach is a wrong number or a minor: marketing ends, and the number no
// longer stands for the account. Consent does not follow a changed number.
func (t *turn) detach(kind string) {
	t.decide(Rule("detach." + kind))
	t.mute = t.mute || !t.affordable()
	for _, m := range [...]Medium{SMS, WhatsApp} {
		t.consent(m, Marketing, Withdrawn, "keyword", "")
	}
	c := &t.c.Customer
	c.Detached, c.Suspended = true, false
	c.Cart = nil
	t.dropBurst()
	t.closeAll()
	t.asks = ""
	t.unset(timerStop)
	if t.c.State != Idle {
		t.move(onDetached)
		t.unset(timerAgent)
		t.unset(timerWait)
		if t.c.Desk != nil {
			t.endMatter()
		}
	}
	t.fence(CancelAll)
	t.notice("customer.detached", "reason", kind)
	t.exempt, t.plain = true, true
	t.say("detach." + kind)
}
