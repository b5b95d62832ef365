package conversation

// timerDue is a moment that an earlier turn asked to be woken at.
func (t *turn) timerDue(timer *Timer) {
	switch timer.Name {
	case timerBurst:
		t.burstDue()
	case timerQuestion:
		t.questionExpired()
	case timerReminder:
		t.remind()
	case timerStop:
		t.stopSilent()
	case timerWait:
		t.waitedOn()
	case timerRating:
		t.askService()
	case timerAgent:
		t.agentExpired()
	case timerOffer:
		t.offerDue()
	case timerAnswerSoon:
		t.soon(promisedAnswer)
	case timerAnswerLate:
		t.late(promisedAnswer)
	case timerResolveSoon:
		t.soon(promisedResolution)
	case timerResolveLate:
		t.late(promisedResolution)
	case timerSnooze:
		t.decide("snooze.due")
		t.snoozeEnded("snooze.due")
	case timerPrompts:
		t.promptsDue()
	default:
		if id, ok := timer.Delivery(); ok {
			t.deliveryDue(id)
			return
		}
		t.decide("timer.unknown")
	}
}
