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
	c, r := g.c, g.gate.trouble
	var v Verdict
	last := func(rule Rule, until time.Time, what, why string) {
		if at.Before(until) && until.After(v.At) {
			v = Verdict{Rule: rule, At: until, Why: why, Inputs: map[string]string{"of": what, "until": until.UTC().Format(time.RFC3339)}}
		}
	}
	switch {
	case c.State == AwaitingAgent:
		return Verdict{Rule: "trouble.waiting", Waits: "trouble", Why: "the customer waits for a person", Inputs: map[string]string{"state": string(c.State)}}
	case c.State == WithAgent || c.Desk.Open():
		return Verdict{Rule: "trouble.agent", Waits: "trouble", Why: "people see to the customer", Inputs: map[string]string{"state": string(c.State)}}
	case c.Desk != nil && !c.Desk.Closed.IsZero():
		last("trouble.agent", c.Desk.Closed.Add(r.after), string(c.Desk.Status), "people saw to the customer not long ago")
	}
	for _, x := range c.Customer.Returns {
		switch x.Status {
		case "refunded":
			last("trouble.refund", x.Changed.Add(r.after), "return "+x.ID, "the customer got their money back not long ago")
		default:
			last("trouble.return", x.Changed.Add(r.forget), "return "+x.ID, "the customer is sending something back")
		}
	}
	for i := range c.Customer.Orders {
		o := &c.Customer.Orders[i]
		switch {
		case o.Status == "refunded":
			last("trouble.refund", o.Changed.Add(r.after), "order "+o.Number, "the customer got their money back not long ago")
		case o.Status == "delivery_missed":
			last("trouble.parcel", o.Changed.Add(r.forget), "order "+o.Number, "the customer misses a parcel")
		case o.Status == "delivered" && (!o.Missed.IsZero() || !o.Expected.IsZero() && o.Changed.After(o.Expected.Add(r.late))):
			last("trouble.parcel", o.Changed.Add(r.after), "order "+o.Number, "the customer missed a parcel not long ago")
		case underway(*o) && !o.Expected.IsZero() && !at.Before(o.Expected.Add(r.late)):
			last("trouble.parcel", latest(o.Changed, o.Expected).Add(r.forget), "order "+o.Number, "the customer misses a parcel")
		}
	}
	if v.Rule != "" {
		v.Waits, v.At = "trouble", v.At.UTC()
	}
	return v
}
