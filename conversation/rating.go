package conversation

import (
	"strconv"
	"time"
)

// timerRating wakes the conversation to ask how an agent did.
const timerRating = "rating"

// afterResolved is how long after a resolution the customer is asked.
const afterResolved = 10 * time.Minute

// askRatingLater is called when a matter is closed: one that an agent who wrote
// has resolved is rated. The payload names the resolution, so that one that was
// undone asks nothing.
func (t *turn) askRatingLater() {
	d := t.desk()
	unheard := d.Reason == reasonBegan && t.c.WroteAt.Before(d.Began) // the agent wrote first, and nobody answered
	if unheard || !t.rules.rating || t.e.Type != AgentResolved || d.Owner == "" || d.Answered.IsZero() || d.Rating != 0 {
		t.unset(timerRating)
		return
	}
	t.wake(timerRating, t.now.Add(afterResolved), resolution(d))
}

func resolution(d *Desk) string { return d.Closed.UTC().Format(time.RFC3339Nano) }

// askService is the rating timer: the customer is asked for a mark, by day, if
// nothing else goes on.
func (t *turn) askService() {
	d := t.c.Desk
	switch {
	case d == nil || d.Status != DeskResolved || d.Rating != 0 || resolution(d) != t.e.Timer.Payload,
		t.c.State != Idle || len(t.c.Burst) > 0:
		t.decide("rating.settled")
		return
	case t.c.Customer.Suspended || t.c.Customer.Detached || !t.mayTell():
		t.decide("rating.unreachable")
		return
	case t.ails(&t.c.Customer, t.now).Rule != "":
		t.decide("rating.trouble") // nobody is asked how it was who still waits for their parcel, or their money
		return
	}
	if morning, night := t.morning(); night {
		t.decide("rating.night")
		t.wake(timerRating, morning, t.e.Timer.Payload)
		return
	}
	t.decide("rating.asked")
	t.ask(Question{Dialogue: RatingDialogue, Name: "rating", Purpose: Transactional, Subject: t.text("rating.subject"), Options: marks()}, "")
	t.out.Messages = append(t.out.Messages, Message{
		Channel: t.c.Channel, Medium: t.c.Medium, To: t.c.Address,
		Text: cutRunes(t.text("rating.ask"), maxText), Purpose: Transactional, Asks: t.asks, Rule: t.why,
		Expires: t.now.Add(t.rules.questionFor),
	})
	t.c.Prompted = Transactional // nobody had asked for it: what a bare STOP means
}

// serviceRated is the customer's mark. A bad one is told to supervisors; the
// customer is asked nothing more.
func (t *turn) serviceRated(value string) {
	t.decide("rating.given")
	t.finish(RatingDialogue, onAnswered)
	mark, err := strconv.Atoi(value)
	if err != nil || mark < 1 || mark > 5 {
		return
	}
	d := t.desk()
	d.Rating = mark
	data := []string{"rating", value, "agent", string(d.Owner), "of", "agent"}
	t.notice("rating.given", data...)
	if mark <= badMark {
		t.notice("rating.low", data...)
		t.say("rating.sorry")
		return
	}
	t.say("rating.thanks")
}
