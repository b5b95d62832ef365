package conversation

import "time"

// Nothing is advertised to who has trouble: who waits for a person or is with
// one, sends something back, gets their money back or misses a parcel, and for
// some days after.

// troubleRules are how long trouble lasts.
type troubleRules struct {
	after  time.Duration // that it is over
	late   time.Duration // after the day on which a parcel was expected, it is missing
	forget time.Duration // what nobody has heard of for so long is over
}

func parseTrouble(n node, over troubleRules) troubleRules {
	f := n.fields("after", "late", "forget")
	r := troubleRules{
		after:  f["after"].duration(over.after),
		late:   f["late"].duration(over.late),
		forget: f["forget"].duration(over.forget),
	}
	if r.forget < r.after {
		f["forget"].wrong("is under after, %s: what goes on would count for less than what is over", days(r.after))
	}
	return r
}

// spares reports what is not said to who has trouble: marketing, and questions
// how one liked it.
func (p *Prompt) spares() bool {
	return p.Purpose == Marketing || p.Opens == ReviewDialogue || p.Opens == RatingDialogue
}

// troubled is the wait for the end of the customer's trouble, the one that lasts
// longest; At is zero where nobody knows when it ends.
func (g *gate) troubled(at time.Time) Verdict {
	c := g.c
	switch {
	case c.State == AwaitingAgent:
		return Verdict{Rule: "trouble.waiting", Waits: "trouble", Why: "the customer waits for a person", Inputs: map[string]string{"state": string(c.State)}}
	case c.State == WithAgent || c.Desk.Open():
		return Verdict{Rule: "trouble.agent", Waits: "trouble", Why: "people see to the customer", Inputs: map[string]string{"state": string(c.State)}}
	}
	l := longest{at: at}
	if c.Desk != nil && !c.Desk.Closed.IsZero() {
		l.lasts("trouble.agent", c.Desk.Closed.Add(g.gate.trouble.after), string(c.Desk.Status), "people saw to the customer not long ago")
	}
	l.goods(&c.Customer, g.gate.trouble)
	return l.v
}

// ails is the trouble that a customer has with what they bought; no rule for none.
func (s *Script) ails(c *Customer, now time.Time) Verdict {
	l := longest{at: now}
	l.goods(c, s.gate.trouble)
	return l.v
}

// longest is the trouble that lasts longest of those that are looked at.
type longest struct {
	at time.Time
	v  Verdict
}

func (l *longest) lasts(rule Rule, until time.Time, of, why string) {
	if l.at.Before(until) && until.After(l.v.At) {
		l.v = Verdict{Rule: rule, Waits: "trouble", At: until.UTC(), Why: why, Inputs: map[string]string{"of": of, "until": until.UTC().Format(time.RFC3339)}}
	}
}

// goods looks at returns, refunds and parcels.
func (l *longest) goods(c *Customer, r troubleRules) {
	for i := range c.Returns {
		x := &c.Returns[i]
		if x.Status == "refunded" {
			l.lasts("trouble.refund", x.Changed.Add(r.after), "return "+x.ID, "the customer got their money back not long ago")
			continue
		}
		l.lasts("trouble.return", x.Changed.Add(r.forget), "return "+x.ID, "the customer is sending something back")
	}
	for i := range c.Orders {
		o := &c.Orders[i]
		of := "order " + o.Number
		switch {
		case o.Status == "refunded":
			l.lasts("trouble.refund", o.Changed.Add(r.after), of, "the customer got their money back not long ago")
		case o.Status == "delivery_missed":
			l.lasts("trouble.parcel", o.Changed.Add(r.forget), of, "the customer misses a parcel")
		case o.Status == "delivered" && (!o.Missed.IsZero() || !o.Expected.IsZero() && o.Changed.After(o.Expected.Add(r.late))):
			l.lasts("trouble.parcel", o.Changed.Add(r.after), of, "the customer missed a parcel not long ago")
		case underway(*o) && !o.Expected.IsZero() && !l.at.Before(o.Expected.Add(r.late)):
			l.lasts("trouble.parcel", latest(o.Changed, o.Expected).Add(r.forget), of, "the customer misses a parcel")
		}
	}
}
