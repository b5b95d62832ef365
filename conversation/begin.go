package conversation

import (
	"cmp"
	"slices"
	"time"
)

// An agent's first word is something that nobody asked for: it follows the rules
// of prompts, by the customer's consent and by the hours of their day.

// The hours of the customer's day in which nobody is disturbed by a first word,
// and how long after the customer's own text one may answer at any hour.
const (
	wordsFrom   = 8
	wordsUntil  = 20
	stillAwake  = 10 * time.Minute
	sundaysFree = "FR" // where nothing is advertised on Sundays and public holidays
)

// reasonBegan is the reason of a matter that an agent's first word began.
const reasonBegan = "began"

// began says an agent's first word, and makes them the owner.
func (t *turn) began(a *Act) *Refused {
	owner, d := t.owner(), t.c.Desk
	when := latest(t.now, a.After)
	said, refused := t.utter(a, a.Medium, a.Address)
	switch {
	case t.c.State.Owner() != Assistant:
		return &Refused{Code: RefusedOwned, Owner: cmp.Or(owner, d.reserved(t.now))}
	case refused != nil:
		return refused
	case a.Purpose != Transactional && a.Purpose != Marketing:
		return refuse(RefusedNothing)
	case said.purpose == Marketing && a.Purpose != Marketing:
		return refuse(RefusedMarketing)
	case t.full(a, a.Agent):
		return refuse(RefusedFull)
	}
	if refused := t.unwanted(a); refused != nil {
		return refused
	}
	said.purpose = a.Purpose
	if refused := t.leaves(&said, when, a.Medium); refused != nil {
		return refused
	}
	if next, early := t.tooEarly(when, a.Purpose); early && !(a.After.IsZero() && t.awake()) {
		return &Refused{Code: RefusedHours, Next: next}
	}
	t.stepIn(reasonBegan)
	t.take(a.Agent)
	t.c.Channel, t.c.Medium, t.c.Address = a.Channel, a.Medium, a.Address
	t.answered(when)
	t.desk().Wrote = t.c.Version
	t.c.Prompted = a.Purpose
	t.out.Messages = append(t.out.Messages, Message{
		Channel: a.Channel, Medium: a.Medium, To: a.Address, Text: said.text, Content: said.content, Purpose: a.Purpose, Rule: t.why, Agent: a.Agent, After: a.After,
	})
	return nil
}

// unwanted refuses a first word that the customer does not want, or cannot get.
func (t *turn) unwanted(a *Act) *Refused {
	c := &t.c.Customer
	marketing := a.Purpose == Marketing
	switch {
	case c.Silenced, c.Consent(a.Medium, a.Purpose) == Withdrawn, marketing && c.Detached:
		return refuse(RefusedOptedOut)
	case marketing && (c.Suspended || c.Consent(a.Medium, Marketing) != Given):
		return refuse(RefusedConsent)
	case slices.Contains(c.Invalid, a.Medium):
		return refuse(RefusedInvalid)
	}
	return nil
}

// awake reports a customer who has just written themselves.
func (t *turn) awake() bool {
	return !t.c.WroteAt.IsZero() && t.now.Sub(t.c.WroteAt) <= stillAwake
}

// tooEarly reports a moment at which no first word is said where the customer is,
// and when the next one may be.
func (t *turn) tooEarly(when time.Time, p Purpose) (next time.Time, early bool) {
	local := when.In(t.localNow(t.c.Customer.Timezone).Location())
	day := local
	for range 15 { // holidays are no longer
		from := time.Date(day.Year(), day.Month(), day.Day(), wordsFrom, 0, 0, 0, day.Location())
		until := time.Date(day.Year(), day.Month(), day.Day(), wordsUntil, 0, 0, 0, day.Location())
		if !(p == Marketing && t.restful(day)) && local.Before(until) {
			if local.Before(from) {
				return from.UTC(), true
			}
			return time.Time{}, false
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, wordsFrom, 0, 0, 0, day.Location())
		local = day.Add(-time.Nanosecond)
	}
	return time.Time{}, true
}

// restful reports a day on which nothing is advertised to the customer.
func (t *turn) restful(day time.Time) bool {
	return cmp.Or(t.c.Customer.Country, t.brand.Country) == sundaysFree && (day.Weekday() == time.Sunday || t.hours.holiday(day))
}
