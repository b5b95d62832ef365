package conversation

import (
	"slices"
	"strconv"
	"time"
)

// timerWait wakes the conversation when a customer has waited for a person as
// long as they were told.
const timerWait = "wait"

const (
	maxTold     = 2                // updates of the wait: more would be noise
	unknownWait = 20 * time.Minute // after so long who was told no figure hears again
	afterOpen   = 15 * time.Minute // and so long after the opening who wrote before it
	longestWait = 8 * time.Hour    // a longer one is told without a figure
	tellAgain   = 30 * time.Minute // who writes again while waiting is told so, at most so often
)

// waitSteps are the waits that are told: nobody is promised 7 minutes.
var waitSteps = [...]time.Duration{
	5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute, 45 * time.Minute,
}

// roundWait rounds a wait up to what is told; 0: no figure.
func roundWait(d time.Duration) time.Duration {
	if d <= 0 || d > longestWait {
		return 0
	}
	for _, step := range waitSteps {
		if d <= step {
			return step
		}
	}
	return (d + time.Hour - 1).Truncate(time.Hour)
}

// waitNow is how long a person lets wait, as it is told; 0: not known, nobody is
// there, or so long that the day ends before.
func (t *turn) waitNow() time.Duration {
	if t.e.Live == nil {
		return 0
	}
	wait := roundWait(t.e.Live.Wait)
	local := t.localNow(t.brand.Timezone)
	if open, _ := t.hours.at(local); !open {
		return 0
	}
	if _, closes := t.hours.day(local); local.Add(wait).After(closes) {
		return 0
	}
	return wait
}

// sayWait writes a wait: "10 minutes", "2 heures"; "" for none.
func (t *turn) sayWait(d time.Duration) string {
	switch hours := int(d / time.Hour); {
	case d <= 0:
		return ""
	case hours == 0:
		return t.text("human.minutes", "n", strconv.Itoa(int(d/time.Minute)))
	case hours == 1:
		return t.text("human.hour")
	default:
		return t.text("human.hours", "n", strconv.Itoa(hours))
	}
}

// contact says that a person takes over, and how long that takes or, outside
// opening hours, when.
func (t *turn) contact() string {
	open, opens := t.hours.at(t.localNow(t.brand.Timezone))
	switch {
	case open:
		return t.text("human.open", "hours", t.hours.text(t.lang), "wait", t.sayWait(t.waitNow()))
	case opens.IsZero():
		return t.text("human.nobody", "hours", t.hours.text(t.lang))
	}
	return t.text("human.closed", "hours", t.hours.text(t.lang), "opens", t.day(opens))
}

// awaits sets what wakes a conversation in the queue: the next word about the
// wait, and the end of all patience.
func (t *turn) awaits() {
	t.wake(timerAgent, t.now.Add(t.rules.agentWait), "")
	t.tellLater()
}

// tellLater sets the next update: when the customer has waited as long as told,
// or, outside opening hours, a little after people have come.
func (t *turn) tellLater() {
	if t.desk().Told >= maxTold {
		return
	}
	open, opens := t.hours.at(t.localNow(t.brand.Timezone))
	switch wait := t.waitNow(); {
	case !open && opens.IsZero(), open && wait == 0 && t.desk().Told > 0: // the same words again say nothing
		t.unset(timerWait)
	case !open:
		t.wake(timerWait, opens.Add(afterOpen), "")
	case wait > 0:
		t.wake(timerWait, t.now.Add(wait), "")
	default:
		t.wake(timerWait, t.now.Add(unknownWait), "")
	}
}

// waitedOn is the wait timer: the customer is still waiting, and hears so.
// Nothing is said at night, outside opening hours, or a third time.
func (t *turn) waitedOn() {
	open, opens := t.hours.at(t.localNow(t.brand.Timezone))
	morning, night := t.morning()
	switch {
	case t.c.State != AwaitingAgent || t.c.Desk == nil || t.c.Desk.Told >= maxTold:
		t.decide("wait.settled")
		return
	case !t.mayTell():
		t.decide("wait.unreachable")
		return
	case night:
		t.decide("wait.night")
		t.wake(timerWait, morning, "")
		return
	case !open:
		t.decide("wait.closed")
		if !opens.IsZero() {
			t.wake(timerWait, opens.Add(afterOpen), "")
		}
		return
	}
	t.decide("wait.told")
	t.desk().Told++
	wait := t.waitNow()
	t.notice("wait.told", "wait", waitOf(wait))
	t.out.Messages = append(t.out.Messages, Message{
		Channel: t.c.Channel, Medium: t.c.Medium, To: t.c.Address,
		Text: cutRunes(t.text("human.update", "wait", t.sayWait(wait)), maxText), Purpose: Transactional, Rule: t.why,
		Expires: t.now.Add(unknownWait), // a late word about the wait is a wrong one
	})
	t.slot(slotTold, t.now.UTC().Format(time.RFC3339))
	t.tellLater()
}

// mayTell reports whether the desk's own words may reach the customer unasked.
func (t *turn) mayTell() bool {
	return t.c.Address != "" && t.maySay(Transactional) && !slices.Contains(t.c.Customer.Invalid, t.c.Medium) &&
		(t.c.Medium != WhatsApp || t.now.Sub(t.c.WroteAt) < FreeWindow)
}

// waitOf writes a wait for the log: "20m", "" where it is not known.
func waitOf(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return strconv.Itoa(int(d/time.Minute)) + "m"
}

// tooLong reports that people have so much to do that only who asked for a
// person, is angry or is stuck still waits for them.
func (t *turn) tooLong(r *escalationRule, p Priority) bool {
	if t.e.Live == nil || t.rules.maxWait <= 0 || r.anyWait || p == Urgent || t.e.Live.Wait <= t.rules.maxWait {
		return false
	}
	open, _ := t.hours.at(t.localNow(t.brand.Timezone))
	return open
}

// turnAway says how else to reach people.
func (t *turn) turnAway(r *escalationRule, p Priority) {
	wait := roundWait(t.e.Live.Wait)
	t.notice("escalation.declined", "reason", r.reason, "priority", string(p), "wait", waitOf(t.e.Live.Wait))
	t.last = t.text("human.busy", "wait", t.sayWait(wait))
}
