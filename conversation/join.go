package conversation

import (
	"cmp"
	"strconv"
	"time"
)

// A number that was left on the join page is only a number until the phone
// itself says yes: anybody can type anybody's.

// joinAgain is how long a number is left alone after it was asked.
const joinAgain = 24 * time.Hour

// askJoin is the name of the question that a join asks.
const askJoin = "join"

// Joining is a join that the phone was asked to confirm.
type Joining struct {
	Join    *Join     `json:"join,omitempty"` // nil once it was answered
	AskedAt time.Time `json:"asked_at"`
}

// joins asks a phone whether its owner left the number.
func (t *turn) joins(j *Join) {
	c := &t.c.Customer
	purposes := t.unconsented(j)
	switch {
	case len(j.Purposes) == 0 || j.To == "" || j.Channel == "":
		t.decide("event.unknown")
	case len(purposes) == 0:
		t.decide("join.known") // they said yes before
	case t.c.Join != nil && t.now.Sub(t.c.Join.AskedAt) < joinAgain:
		t.decide("join.asked_today")
	case t.barred(j):
		t.decide("join.opted_out") // who stopped us starts us from their own phone
		t.notice("join.refused", "code", "opted_out")
	case t.c.State.Owner() != Assistant:
		t.decide("join.person")
		t.notice("consent.requested")
	default:
		t.decide("join.asked")
		t.lang = t.speaks(cmp.Or(c.Language, t.known(j.Language)))
		left := *j
		left.Purposes = purposes
		if left.Promise == nil {
			left.Promise = &usualPromise
		}
		t.c.Join = &Joining{Join: &left, AskedAt: t.now}
		text := t.text("join.ask."+joinOf(purposes), "often", t.often(left.Promise))
		t.ask(Question{Dialogue: OptInDialogue, Name: askJoin, Options: yesOrNo, Subject: t.text("join.subject")}, "")
		if t.c.WroteAt.IsZero() {
			t.c.Channel, t.c.Medium, t.c.Address = j.Channel, j.Medium, j.To
		}
		t.out.Messages = append(t.out.Messages, Message{
			Channel: j.Channel, Medium: j.Medium, To: j.To, Text: cutRunes(text, maxText), Purpose: Answer, Asks: t.asks, Rule: t.why,
			Expires: t.now.Add(t.rules.questionFor),
		})
	}
}

// usualPromise is how often somebody hears from a brand that promised nothing
// else: what the caps allow (facts of compliance, frequency).
var usualPromise = Promise{Messages: 2, Per: "week"}

// often says a promise.
func (t *turn) often(p *Promise) string {
	if p == nil {
		p = &usualPromise
	}
	return t.text("often."+p.Per, "n", strconv.Itoa(p.Messages))
}

// known is a language that there is copy in, "" for any other.
func (t *turn) known(language string) string {
	if t.books[language] == nil {
		return ""
	}
	return language
}

// unconsented are the ticked purposes that were not consented to yet.
func (t *turn) unconsented(j *Join) (list []Purpose) {
	for _, p := range [...]Purpose{Transactional, Marketing} {
		for _, ticked := range j.Purposes {
			if ticked == p && t.c.Customer.Consent(j.Medium, p) != Given {
				list = append(list, p)
				break
			}
		}
	}
	return list
}

// barred reports a number whose owner wants to hear nothing, or that cannot be
// reached: a form that anybody can fill in does not change that.
func (t *turn) barred(j *Join) bool {
	c := &t.c.Customer
	if c.Silenced || c.Suspended {
		return true
	}
	for _, p := range j.Purposes {
		if c.Consent(j.Medium, p) == Withdrawn {
			return true
		}
	}
	return false
}

// joinOf names the words for what was ticked.
func joinOf(purposes []Purpose) string {
	if len(purposes) > 1 {
		return "both"
	}
	return string(purposes[0])
}

// joinAnswered is the phone's answer: each ticked purpose gets its row, with
// what the page said beside the box.
func (t *turn) joinAnswered(value string) {
	t.exempt = true
	var j *Join
	if t.c.Join != nil {
		j = t.c.Join.Join
		t.c.Join = &Joining{AskedAt: t.c.Join.AskedAt}
	}
	if j != nil && t.c.Customer.Language == "" {
		t.lang = t.speaks(t.known(j.Language))
	}
	if value != "yes" || j == nil {
		t.decide("join.declined")
		t.say("start.declined")
		t.finish(OptInDialogue, onDeclined)
		return
	}
	t.decide("join.confirmed")
	t.c.Customer.Language = cmp.Or(t.c.Customer.Language, t.known(j.Language))
	for _, p := range j.Purposes {
		row := Consent{Medium: j.Medium, Purpose: p, State: Given, Source: "form", Wording: j.Wording[p], Rule: t.why, At: t.at(), Evidence: t.joinEvidence(j)}
		if p == Marketing {
			row.Promise = j.Promise
		}
		t.ledger(row)
	}
	t.say("join.confirmed."+joinOf(j.Purposes), "often", t.often(j.Promise))
	t.finish(OptInDialogue, onAnswered)
}

// joinEvidence proves both halves: what the page recorded, and the phone's yes.
func (t *turn) joinEvidence(j *Join) map[string]string {
	evidence := make(map[string]string, len(j.Evidence)+2)
	for name, v := range j.Evidence {
		evidence[name] = cutRunes(v, maxSlot)
	}
	evidence["message"], evidence["text"] = string(t.in.Carrier), cutRunes(t.in.Text, maxEvidence)
	return evidence
}
