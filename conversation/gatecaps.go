package conversation

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Caps count what a customer was sent unasked. A day is 24 hours, a week seven
// days, a month 31: whatever somebody means by "once a week", it is kept.

// capRules are how many messages of a purpose a customer gets; 0: any number.
type capRules struct{ day, week int }

// cartRules are how often one is reminded of a cart, and until how long after it
// was left; 0: at any time.
type cartRules struct {
	touches int
	within  time.Duration
}

// periods are what a promise may be counted in.
var periods = map[string]time.Duration{"day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 31 * 24 * time.Hour}

// maxCap bounds a cap: what is remembered of touches would not prove more.
const maxCap = MaxTouches / 2

func parseCaps(n node, over map[Purpose]capRules) map[Purpose]capRules {
	caps := maps.Clone(over)
	for _, m := range n.members() {
		if m.key != string(Marketing) && m.key != string(Transactional) {
			m.wrong("unknown purpose%s", nearest(m.key, []string{string(Marketing), string(Transactional)}))
			continue
		}
		f, was := m.fields("day", "week"), over[Purpose(m.key)]
		set(&caps, Purpose(m.key), capRules{day: f["day"].number(was.day, 0, maxCap), week: f["week"].number(was.week, 0, maxCap)})
	}
	return caps
}

func parseCarts(n node, over map[string]cartRules) map[string]cartRules {
	carts := maps.Clone(over)
	for _, m := range places(n) {
		f := m.fields("touches", "within")
		set(&carts, m.key, cartRules{touches: f["touches"].number(0, 0, maxCap), within: f["within"].duration(0)})
	}
	return carts
}

// touched is what a prompt leaves behind when it is said: what caps count.
func (c *Conversation) touched(p *Prompt, now time.Time) Touch {
	g := gate{c: c, p: p}
	return Touch{Prompt: p.ID, Purpose: p.Purpose, Cart: g.cartOf(), Incentive: p.Incentive, At: now}
}

// remember appends a touch to a list that is not changed. Of too many, the first
// to go is the oldest that no cap reaches back to: incentives count longest.
func remember(list []Touch, touch Touch) []Touch {
	list = append(slices.Clone(list), touch)
	for len(list) > MaxTouches {
		i := slices.IndexFunc(list, func(x Touch) bool { return x.Purpose != Marketing && x.Cart == "" })
		if i < 0 || i == len(list)-1 {
			i = slices.IndexFunc(list, func(x Touch) bool { return !x.Incentive })
		}
		list = slices.Delete(list, max(i, 0), max(i, 0)+1)
	}
	return list
}

// before are the touches that count for the prompt: at the second gate those
// that came before its own.
func (g *gate) before() []Touch {
	if g.touches == nil {
		g.touches = g.c.Customer.Touches
		for i := range g.touches {
			if x := &g.touches[i]; x.Prompt == g.p.ID && x.Prompt != "" {
				g.touches = g.touches[:i]
				break
			}
		}
	}
	return g.touches
}

// count is how many of them lie within a period before a moment.
func (g *gate) count(at time.Time, period time.Duration, counts func(*Touch) bool) (n int) {
	list, from := g.before(), at.Add(-period)
	for i := range list {
		if x := &list[i]; counts(x) && x.At.After(from) {
			n++
		}
	}
	return n
}

// exceeded is the moment at which fewer than most of the touches that count lie
// within the period before it; zero where that is so already.
func (g *gate) exceeded(at time.Time, most int, period time.Duration, counts func(*Touch) bool) time.Time {
	if most <= 0 {
		return time.Time{}
	}
	within := 0
	list, from := g.before(), at.Add(-period)
	for i := len(list) - 1; i >= 0; i-- {
		x := &list[i]
		if !counts(x) || !x.At.After(from) {
			continue
		}
		if within++; within == most {
			return x.At.Add(period)
		}
	}
	return time.Time{}
}

// cap reports a rule of frequency.
func (r Rule) cap() bool {
	return strings.HasPrefix(string(r), "cap.") || strings.HasPrefix(string(r), "promise.")
}

// capsAt is the wait for the moment at which one more message keeps every cap;
// no rule where it keeps them at that moment.
func (g *gate) capsAt(at time.Time) Verdict {
	purpose := func(x *Touch) bool { return x.Purpose == g.p.Purpose }
	caps := g.gate.caps[g.p.Purpose]
	checks := [...]struct {
		rule   Rule
		most   int
		period time.Duration
		counts func(*Touch) bool
		why    string
	}{
		{"cap.day", caps.day, periods["day"], purpose, "the customer was written to today"},
		{"cap.week", caps.week, periods["week"], purpose, "the customer was written to often enough this week"},
		{}, // the promise
		{}, // the incentive
	}
	if p := g.promise(); p != nil {
		checks[2].rule, checks[2].most, checks[2].period = Rule("promise."+p.Per), p.Messages, periods[p.Per]
		checks[2].counts, checks[2].why = purpose, "more was not promised when the customer agreed"
	}
	if g.p.Incentive && g.gate.incentive > 0 {
		checks[3].rule, checks[3].most, checks[3].period = "cap.incentive", 1, g.gate.incentive
		checks[3].counts, checks[3].why = func(x *Touch) bool { return x.Incentive }, "the customer had an incentive not long ago"
	}
	for _, k := range checks {
		if next := g.exceeded(at, k.most, k.period, k.counts); !next.IsZero() {
			return Verdict{Rule: k.rule, Waits: "cap", At: next, Why: k.why, Inputs: map[string]string{
				"most": strconv.Itoa(k.most), "period": days(k.period), "last": g.last(k.counts),
			}}
		}
	}
	return Verdict{}
}

// promise is the frequency that was promised when the customer agreed to this on
// this medium, nil for none.
func (g *gate) promise() *Promise {
	for i := range g.c.Customer.Consents {
		if s := &g.c.Customer.Consents[i]; s.Medium == g.r.Medium && s.Purpose == g.p.Purpose && s.State == Given {
			if p := s.Promise; p.valid() {
				return p
			}
		}
	}
	return nil
}

func (p *Promise) valid() bool { return p != nil && p.Messages > 0 && periods[p.Per] > 0 }

// cartSpent refuses one more word about a cart of which enough was said, or that
// was left too long ago.
func (g *gate) cartSpent() Verdict {
	id := g.cartOf()
	if id == "" {
		return Verdict{}
	}
	w := g.where()
	rules := ruleAt(g.gate.carts, w.country, w.region)
	said := 0
	for _, x := range g.before() {
		if x.Cart == id {
			said++
		}
	}
	if rules.touches > 0 && said >= rules.touches {
		return Verdict{Rule: "cap.cart", Code: "frequency_cap", Why: "enough was said of this cart", Inputs: map[string]string{
			"cart": id, "said": strconv.Itoa(said), "most": strconv.Itoa(rules.touches), "place": w.key,
		}}
	}
	if until := g.cartUntil(); !until.IsZero() && !g.now.Before(until) {
		return Verdict{Rule: "cap.cart_age", Code: "expired", Why: "the cart was left too long ago to remind of it", Inputs: map[string]string{
			"cart": id, "within": days(rules.within), "place": w.key,
		}}
	}
	return Verdict{}
}

// cartUntil is until when one may be reminded of the prompt's cart; zero: as long as it is there.
func (g *gate) cartUntil() time.Time {
	id := g.cartOf()
	if id == "" {
		return time.Time{}
	}
	w := g.where()
	within := ruleAt(g.gate.carts, w.country, w.region).within
	left := g.p.Requested
	if cart := g.c.Customer.Cart; cart != nil && cart.ID == id {
		left = cart.Updated
	}
	if within <= 0 || left.IsZero() {
		return time.Time{}
	}
	return left.Add(within)
}

func (g *gate) last(counts func(*Touch) bool) string {
	list := g.before()
	for i := len(list) - 1; i >= 0; i-- {
		if counts(&list[i]) {
			return list[i].At.UTC().Format(time.RFC3339)
		}
	}
	return ""
}

// days writes a period as scripts do: "7d", "48h".
func days(d time.Duration) string {
	if d%(24*time.Hour) == 0 && d > 48*time.Hour {
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	}
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
}
