package conversation

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// reached keeps where the customer wrote from: one place a medium, at which
// what nobody asked for finds them.
func (t *turn) reached(in *Inbound) {
	c := &t.c
	i := slices.IndexFunc(c.Reach, func(r Reach) bool { return r.Medium == in.Medium })
	if i >= 0 && in.At.Before(c.Reach[i].WroteAt) {
		return
	}
	list := append(make([]Reach, 0, len(c.Reach)+1), c.Reach...)
	if i < 0 {
		i, list = len(list), append(list, Reach{})
	}
	list[i] = Reach{Medium: in.Medium, Channel: in.Channel, Address: in.From, WroteAt: in.At}
	c.Reach = list
}

// wrote is when the customer wrote last on a route; zero: never.
func (c *Conversation) wrote(r Route) time.Time {
	for _, at := range c.Reach {
		if at.Medium == r.Medium {
			return at.WroteAt
		}
	}
	return time.Time{}
}

// waysTo lists the routes of a prompt in the order in which they are tried: the
// one that it names and no other; else what the customer asked for, the brand's
// order, where the customer wrote last, and the order that they were given in.
func (s *Script) waysTo(c *Conversation, p *Prompt) []Route {
	if p.Channel != "" {
		named := Route{Channel: p.Channel, Medium: p.Medium}
		if i := slices.IndexFunc(p.Routes, func(r Route) bool { return r.Channel == p.Channel }); i >= 0 {
			named = p.Routes[i]
		}
		return []Route{named}
	}
	place := func(r Route) int {
		if i := slices.Index(s.brand.Prefer, r.Medium); i >= 0 {
			return i
		}
		return len(s.brand.Prefer)
	}
	other := func(r Route) int {
		if r.Medium == c.Customer.Prefers {
			return 0
		}
		return 1
	}
	list := slices.Clone(p.Routes)
	slices.SortStableFunc(list, func(a, b Route) int {
		return cmp.Or(cmp.Compare(other(a), other(b)), cmp.Compare(place(a), place(b)), c.wrote(b).Compare(c.wrote(a)))
	})
	return list
}

// A way is one route, judged, with what would be said on it.
type way struct {
	verdict Verdict
	draft
}

// choose judges a prompt on its routes and takes the first that is open, else
// the one that waits the least, else the first refusal, of which one that
// concerns the route alone counts least.
func (s *Script) choose(c *Conversation, p *Prompt, routes []Route, now time.Time) way {
	var chosen way
	for _, r := range routes {
		w := s.way(c, p, r, now)
		switch {
		case w.verdict.Open():
			return w
		case chosen.verdict.Rule == "" || w.before(&chosen):
			chosen = w
		}
	}
	if chosen.verdict.Rule == "" {
		chosen.verdict = Verdict{Rule: "route.none", Code: "no_channel", Why: "the brand has no way to this number"}
	}
	return chosen
}

// before reports which of two ways that are not open is the better one.
func (w *way) before(o *way) bool {
	switch waits, other := w.verdict.Waits != "" && w.verdict.Code == "", o.verdict.Waits != "" && o.verdict.Code == ""; {
	case waits != other:
		return waits
	case waits:
		return w.verdict.At.Before(o.verdict.At)
	}
	return o.verdict.Code == "no_channel" && w.verdict.Code != "no_channel"
}

// way asks the gate for one route, and writes what would be said on it.
func (s *Script) way(c *Conversation, p *Prompt, r Route, now time.Time) way {
	w := way{verdict: s.Gate(c, p, r, now)}
	if w.verdict.Code != "" {
		return w
	}
	refuse := func(rule Rule, code, why string) way {
		w.verdict = Verdict{Rule: rule, Code: code, Why: why, Route: r}
		return w
	}
	switch end := p.until(); {
	case !now.Before(end):
		return refuse("expired", "expired", "its time is over")
	case !w.verdict.At.Before(end):
		return refuse(w.verdict.Rule, "expired", "it would wait beyond its end: "+w.verdict.Why)
	}
	var err error
	if w.draft, err = s.write(c, p, r, now); err != nil {
		code, _, _ := strings.Cut(err.Error(), ":")
		return refuse(Rule("template."+code), code, err.Error())
	}
	return w
}

// keepsWaiting is how long a prompt waits that names no end of its own.
const keepsWaiting = 7 * 24 * time.Hour

// until is when a prompt is no longer worth saying.
func (p *Prompt) until() time.Time {
	if !p.Expires.IsZero() {
		return p.Expires
	}
	return latest(p.Requested, p.SendAt).Add(keepsWaiting)
}
