package conversation

import (
	"slices"
	"time"
)

// timerReminder wakes the conversation when a question waits for long.
const timerReminder = "reminder"

// remindLater sets the one reminder of the question just asked.
func (t *turn) remindLater(after time.Duration) {
	if after > 0 && t.asks != "" {
		t.wake(timerReminder, t.now.Add(after), t.asks)
	}
}

// remind reminds of an open question once, in the customer's day. Nobody is
// woken by a machine that waits for a yes.
func (t *turn) remind() {
	q, ok := t.find(t.e.Timer.Payload)
	newest, any := t.newest()
	switch {
	case !ok || !any || newest.ID != q.ID || t.c.State.Owner() != Assistant:
		t.decide("reminder.settled")
		return
	case !t.maySay(q.Purpose):
		t.decide("reminder.no_consent")
		return
	case t.c.Medium == WhatsApp && t.now.Sub(t.c.WroteAt) >= FreeWindow:
		t.decide("reminder.closed_window")
		return
	}
	if morning, night := t.morning(); night {
		t.decide("reminder.night")
		if morning.Before(q.Expires) {
			t.wake(timerReminder, morning, q.ID)
		}
		return
	}
	t.decide("reminder.sent")
	t.out.Messages = append(t.out.Messages, Message{
		Channel: t.c.Channel, Medium: t.c.Medium, To: t.c.Address,
		Text: cutRunes(t.text("reminder", "subject", q.Subject), maxText), Purpose: unprompted(q.Purpose), Asks: q.ID,
		Rule: t.why, Expires: q.Expires,
	})
}

// morning reports that it is night where the customer is, and when it ends.
func (t *turn) morning() (morning time.Time, night bool) {
	local := t.localNow(t.c.Customer.Timezone)
	if h := local.Hour(); h >= t.rules.remindFrom && h < t.rules.remindUntil {
		return time.Time{}, false
	}
	morning = time.Date(local.Year(), local.Month(), local.Day(), t.rules.remindFrom, 0, 0, 0, local.Location())
	if !morning.After(local) {
		morning = time.Date(local.Year(), local.Month(), local.Day()+1, t.rules.remindFrom, 0, 0, 0, local.Location())
	}
	return morning, true
}

// unprompted is the purpose of what nobody just asked for: a reminder of the
// customer's own dialogue is about their order, not an answer within minutes.
func unprompted(p Purpose) Purpose {
	if p == Marketing {
		return Marketing
	}
	return Transactional
}

// maySay reports whether consent allows a purpose on the medium in use.
func (t *turn) maySay(p Purpose) bool {
	c := &t.c.Customer
	switch p {
	case Marketing:
		return !c.Suspended && !c.Silenced && !c.Detached && c.Consent(t.c.Medium, Marketing) == Given
	case Transactional:
		return !c.Silenced && c.Consent(t.c.Medium, Transactional) != Withdrawn
	}
	return !c.Silenced && !slices.Contains(c.Invalid, t.c.Medium)
}
