package conversation

import (
	"slices"
	"time"
)

// maxEvidence is how much of a text proves a consent, in runes.
const maxEvidence = 160

// consent appends a row to the ledger, and moves how it stands now unless a
// later act of the customer has moved it already.
func (t *turn) consent(m Medium, p Purpose, state ConsentState, source, wording string) {
	row := Consent{Medium: m, Purpose: p, State: state, Source: source, Wording: wording, Rule: t.why, At: t.at()}
	if t.in != nil {
		if t.evidence == nil {
			t.evidence = map[string]string{"message": string(t.in.Carrier), "text": cutRunes(t.in.Text, maxEvidence)}
		}
		row.Evidence = t.evidence
	}
	t.ledger(row)
}

// ledger appends a row, and moves how it stands.
func (t *turn) ledger(row Consent) {
	if t.out.Consents == nil {
		t.out.Consents = make([]Consent, 0, 4)
	}
	t.out.Consents = append(t.out.Consents, row)
	t.stand(row)
}

// stand moves how a purpose stands on a medium to what the row says, unless a
// later act of the customer has moved it already.
func (t *turn) stand(row Consent) {
	m, p, state, at := row.Medium, row.Purpose, row.State, row.At
	if !t.stood {
		t.stood = true
		t.c.Customer.Consents = append(make([]Standing, 0, 4), t.c.Customer.Consents...)
	}
	list := t.c.Customer.Consents
	i := slices.IndexFunc(list, func(s Standing) bool { return s.Medium == m && s.Purpose == p })
	switch {
	case i < 0:
		list = append(list, Standing{Medium: m, Purpose: p, State: state, At: at, Promise: row.Promise})
	case state == Withdrawn && !older(at, list[i].At):
		list[i].State = state
		if at.After(list[i].At) {
			list[i].At = at
		}
	case at.Before(list[i].At):
		return
	default:
		if row.Promise != nil || list[i].State != Given { // who agrees again, and is told nothing of it, was promised what they were
			list[i].Promise = row.Promise
		}
		list[i].State, list[i].At = state, at
	}
	t.c.Customer.Consents = list
}

// clocks is how far two clocks may differ, and what a carrier's whole seconds
// leave out. Within it a withdrawal wins.
const clocks = time.Minute

// older reports that something happened before consent was given, beyond what
// clocks explain.
func older(at, given time.Time) bool { return at.Add(clocks).Before(given) }

// overturns is who may give again what a customer withdrew: the customer, from
// the phone itself. What others say of them never does: an import, an agent, a
// shop's replayed flag, or an API call, whatever form it names.
const overturns = "keyword"

// consentRecorded is consent given or withdrawn outside the conversation.
func (t *turn) consentRecorded(row *Consent) {
	if row.Medium == "" || row.Purpose == "" {
		t.decide("event.unknown")
		return
	}
	if row.State == Withdrawn {
		t.decide("consent.withdrawn")
		t.record(*row)
		t.fence(CancelMarketing)
		if row.Purpose == Transactional {
			t.fence(CancelAll)
		}
		return
	}
	for _, s := range t.c.Customer.Consents {
		if s.Medium != row.Medium || s.Purpose != row.Purpose || s.State != Withdrawn {
			continue
		}
		if row.Source != overturns || !row.At.After(s.At) {
			t.decide("consent.not_overturned")
			t.notice("consent.refused", "medium", string(row.Medium), "purpose", string(row.Purpose), "source", row.Source)
			return
		}
	}
	t.decide("consent.given")
	t.record(*row)
	if row.Source != overturns {
		return // what others say of a customer settles no doubt that the customer's own words raised
	}
	t.c.Customer.Suspended = false
	t.unset(timerStop)
	if row.Purpose == Transactional {
		t.c.Customer.Silenced = false
	}
	if t.c.State == ClarifyingStop {
		t.finish(StopDialogue, onAnswered)
	}
}

func (t *turn) record(row Consent) {
	if row.At.IsZero() || row.At.After(t.now) {
		row.At = t.at()
	}
	row.Rule = t.why
	t.ledger(row)
}

// sendRefused is the carrier's word that this customer cannot or must not be
// reached: an opt-out that the carrier holds counts as one here.
func (t *turn) sendRefused(r *Refusal) {
	c := &t.c.Customer
	defer t.promptFailed(r)
	switch {
	case r.OptOut:
		t.decide("stop.carrier_list")
		t.consent(r.Medium, Marketing, Withdrawn, "carrier", "")
		t.consent(r.Medium, Transactional, Withdrawn, "carrier", "")
		t.out.Consents[len(t.out.Consents)-1].Evidence = map[string]string{"code": r.Code}
		t.out.Consents[len(t.out.Consents)-2].Evidence = map[string]string{"code": r.Code}
		t.closeAll()
		t.leave(onOptedOut)
		t.fence(CancelAll)
	case r.Invalid:
		t.decide("address.invalid")
		if !slices.Contains(c.Invalid, r.Medium) {
			c.Invalid = append(slices.Clip(c.Invalid), r.Medium)
		}
		t.notice("address.invalid", "medium", string(r.Medium), "code", r.Code)
		t.out.Cancel = CancelAll
	default:
		t.decide("send.refused")
		t.notice("send.refused", "medium", string(r.Medium), "code", r.Code)
	}
}
