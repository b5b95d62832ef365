package conversation

import (
	"slices"
	"strings"

	"github.com/causette/causette/conversation/understanding"
)

// Bounds of incidents: how many of an event are looked at, how many one answer
// tells, how many ids a conversation remembers, and how long a text may be.
const (
	maxIncidents     = 20
	maxIncidentsTold = 2
	maxKnown         = 8
	maxIncident      = 600
)

// incidents are those that are on now, and that there is something to say of.
func (t *turn) incidents() []Incident {
	if t.e.Live == nil {
		return nil
	}
	var on []Incident
	for _, in := range t.e.Live.Incidents[:min(len(t.e.Live.Incidents), maxIncidents)] {
		if in.ID != "" && t.incidentText(&in) != "" && !in.Since.After(t.now) && (in.Until.IsZero() || t.now.Before(in.Until)) {
			on = append(on, in)
		}
	}
	return on
}

// tellIncidents says what is known of what the customer asks about.
func (t *turn) tellIncidents() {
	if t.hushed || t.in == nil {
		return
	}
	for _, in := range t.incidents() {
		if t.concerns(&in) {
			t.tell(&in)
		}
	}
}

// concerns reports an incident of the carrier or an article of the order that
// the turn told of, of an article that the text is about, or of what it wants.
func (t *turn) concerns(in *Incident) bool {
	switch in.Kind {
	case CarrierIncident:
		return slices.ContainsFunc(t.told, func(o Order) bool { return sameName(o.Carrier, in.Match) })
	case ProductIncident:
		return slices.ContainsFunc(t.told, func(o Order) bool { return hasSKU(o.Lines, in.Match) }) || t.aboutArticles() && t.holdsSKU(in.Match)
	case IntentIncident:
		return t.is(understanding.Intent(in.Match))
	}
	return false
}

// explains finds the incident that explains what a rule would hand over for.
// The wish for a person, anger and danger are explained by nothing.
func (t *turn) explains(r *escalationRule, c *condition) *Incident {
	if r.priority == Urgent || r.wished() {
		return nil
	}
	for _, in := range t.incidents() {
		is := func(o Order) bool {
			return slices.Contains(c.orders, o.Status) &&
				(in.Kind == CarrierIncident && sameName(o.Carrier, in.Match) || in.Kind == ProductIncident && hasSKU(o.Lines, in.Match))
		}
		wants := func(c condition) bool { return slices.Contains(c.intents, understanding.Intent(in.Match)) }
		if slices.ContainsFunc(t.told, is) || in.Kind == IntentIncident && len(c.outcomes) == 0 && slices.ContainsFunc(r.when, wants) {
			return &in
		}
	}
	return nil
}

// excused answers a complaint about an article with an incident that the
// customer has not heard of yet: nobody is asked for a photo of what is known to
// be broken.
func (t *turn) excused(i understanding.Intent) bool {
	if i != understanding.ItemProblem || t.quiet {
		return false
	}
	return slices.ContainsFunc(t.incidents(), func(in Incident) bool {
		return in.Kind != CarrierIncident && t.concerns(&in) && t.tell(&in)
	})
}

// tell says an incident, once to each customer, and reports whether it did.
func (t *turn) tell(in *Incident) bool {
	if slices.Contains(t.c.Incidents, in.ID) || t.mute || t.informed >= maxIncidentsTold {
		return false
	}
	t.informed++
	t.c.Incidents = append(slices.Clone(t.c.Incidents[max(0, len(t.c.Incidents)-maxKnown+1):]), in.ID)
	t.decide("incident.told")
	t.notice("incident.told", "incident", in.ID, "kind", string(in.Kind), "match", in.Match)
	t.said = append(t.said, t.incidentText(in))
	return true
}

// incidentText is an incident in the customer's language, else in the script's
// other one, the brand's first, or whichever there is.
func (t *turn) incidentText(in *Incident) string {
	for _, l := range append([]string{t.c.Customer.Language, t.lang, t.fallback()}, append(slices.Clone(t.brand.Languages), understanding.Languages[:]...)...) {
		if text := strings.TrimSpace(in.Text[l]); text != "" {
			return cutRunes(text, maxIncident)
		}
	}
	return ""
}

// aboutArticles reports a text about what was bought or is to be bought.
func (t *turn) aboutArticles() bool {
	return slices.ContainsFunc([]understanding.Intent{
		understanding.OrderStatus, understanding.ItemProblem, understanding.Return, understanding.Reorder, understanding.Availability, understanding.DeliveryInfo,
	}, t.is)
}

// holdsSKU reports an article in the cart or in an order that is not settled.
func (t *turn) holdsSKU(sku string) bool {
	c := &t.c.Customer
	if t.anonymous() {
		return false
	}
	return c.Cart != nil && hasSKU(c.Cart.Lines, sku) ||
		slices.ContainsFunc(c.Orders, func(o Order) bool { return o.Status != "cancelled" && o.Status != "refunded" && hasSKU(o.Lines, sku) })
}

func hasSKU(lines []Line, sku string) bool {
	return slices.ContainsFunc(lines, func(l Line) bool { return sameName(l.SKU, sku) })
}

// sameName compares names as people type them.
func sameName(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return a != "" && strings.EqualFold(a, b)
}
