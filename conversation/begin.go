package conversation

import (
	"cmp"
	"time"
)

// An agent's first word is something that nobody asked for: consent, what counts
// as an offer, the hours of the customer's day and the caps are the gate's.

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
	case a.Purpose == Transactional && (said.purpose == Marketing || t.gate.offers.offer(said.text) != ""):
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
	if refused := t.untimely(a, when); refused != nil {
		return refused
	}
	t.stepIn(reasonBegan)
	t.take(a.Agent)
	t.c.Channel, t.c.Medium, t.c.Address = a.Channel, a.Medium, a.Address
	t.answered(when)
	t.desk().Wrote = t.c.Version
	t.c.Prompted = a.Purpose
	t.c.Customer.Touches = remember(t.c.Customer.Touches, Touch{Purpose: a.Purpose, At: when})
	t.out.Codes = append(t.out.Codes, said.codes...)
	t.out.Messages = append(t.out.Messages, Message{
		Channel: a.Channel, Medium: a.Medium, To: a.Address, Text: said.text, Content: said.content, Purpose: a.Purpose, Rule: t.why, Agent: a.Agent, After: a.After,
	})
	return nil
}

// unwanted refuses a first word that the customer does not want, or cannot get.
func (t *turn) unwanted(a *Act) *Refused {
	switch unwanted(&t.c.Customer, a.Purpose, a.Medium).Code {
	case "opted_out":
		return refuse(RefusedOptedOut)
	case "no_consent", "consent_suspended":
		return refuse(RefusedConsent)
	case "invalid_number":
		return refuse(RefusedInvalid)
	}
	return nil
}

// untimely refuses a moment at which no first word is said where the customer
// is, or that comes too soon after the last; Next is when it may be.
func (t *turn) untimely(a *Act, when time.Time) *Refused {
	g := gate{
		Script: t.Script, c: &t.c, now: when, r: Route{Channel: a.Channel, Medium: a.Medium},
		p: &Prompt{Purpose: a.Purpose, To: a.Address, Requested: when},
	}
	first, next := Rule(""), when
	for range maxTurns {
		v := g.capsAt(next)
		if v.Rule == "" {
			if v = g.hoursAt(next); v.Rule != "" {
				v.At = g.daylight().opens(next) // nothing else was held: there is nothing to spread
			}
		}
		if v.Rule == "" || v.At.IsZero() {
			break
		}
		first, next = cmp.Or(first, v.Rule), v.At.UTC()
	}
	switch {
	case first == "":
		return nil
	case first.cap():
		return &Refused{Code: RefusedOften, Next: next}
	}
	return &Refused{Code: RefusedHours, Next: next}
}
