package conversation

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The gate says whether something that nobody asked for may be said, when, and
// by which rule. It is asked when a prompt arrives, when one that waited is due,
// and again at the move to posting; it reads nothing but its arguments.
//
//	refusals   purpose · expiry · address · consent · offer · reason · channel · owner · cart
//	waits      send_at · agent · trouble · question · cap · hours
//
// A refusal outranks a wait: what may never go out does not wait for the morning.
// The numbers are the script's section gate; the rules are those of
// facts/compliance.md.

// ruleOpen is the rule of what nothing speaks against.
const ruleOpen Rule = "open"

// ruleReleased is the rule of the verdict on a pending prompt that the agent let
// go: it is not shown to them again.
const ruleReleased Rule = "agent.released"

// Gate judges a prompt on one route.
func (s *Script) Gate(c *Conversation, p *Prompt, r Route, now time.Time) Verdict {
	g := gate{Script: s, c: c, p: p, r: r, now: now, pending: c.Pending(p.ID)}
	return g.judge()
}

// Again judges, just before it leaves, a message that nobody asked for: consent,
// the hour and the reason may have changed since it was said. An answer, and
// what an agent wrote, is open.
func (s *Script) Again(c Conversation, m Message, now time.Time) Verdict {
	r := Route{Channel: m.Channel, Medium: m.Medium, Contents: m.Content != nil}
	if m.Purpose == Answer || m.Exempt || m.Agent != "" {
		return Verdict{Rule: "answer", Why: "it answers the customer", Route: r}
	}
	judged := c // what an answer does not need is not moved to the heap for it
	g := gate{Script: s, c: &judged, r: r, now: now, asks: m.Asks, said: true}
	g.p = &Prompt{ID: m.Prompt, Purpose: m.Purpose, Text: m.Text, To: m.To, Expires: m.Expires}
	if g.pending = judged.Pending(m.Prompt); g.pending != nil {
		g.p = &g.pending.Prompt
	}
	return g.judge()
}

// Pending finds a prompt that was accepted and is not over.
func (c *Conversation) Pending(id string) *Pending {
	if id == "" {
		return nil
	}
	if i := slices.IndexFunc(c.Prompts, func(x Pending) bool { return x.Prompt.ID == id }); i >= 0 {
		return &c.Prompts[i]
	}
	return nil
}

// gate is one judgement under way.
type gate struct {
	*Script
	c       *Conversation
	p       *Prompt
	r       Route
	now     time.Time
	pending *Pending // it was accepted before
	said    bool     // it is the second gate: the words were judged, and its own question is open
	asks    string   // that question

	// Looked up once.
	at      *where
	light   *daylight
	touches []Touch
}

func (g *gate) marketing() bool { return g.p.Purpose == Marketing }

func (g *gate) judge() Verdict {
	v := g.refused()
	if v.Rule == "" {
		v = g.waits()
	}
	if v.Rule == "" {
		v = g.open()
	}
	v.Route = g.r
	return v
}

// open says what was looked at, so that whoever asks why it went out can see.
func (g *gate) open() Verdict {
	w := g.where()
	v := Verdict{Rule: ruleOpen, Why: "nothing speaks against it", Inputs: map[string]string{
		"place": w.key, "by": w.by, "local": g.now.In(w.zones[0]).Format("Mon 2006-01-02 15:04 MST"),
	}}
	if g.marketing() {
		counts := func(x *Touch) bool { return x.Purpose == Marketing }
		v.Inputs["consent"], v.Inputs["said_this_week"] = string(Given), strconv.Itoa(g.count(g.now, periods["week"], counts))
	}
	return v
}

func no(rule Rule, code, why string, inputs ...string) Verdict {
	v := Verdict{Rule: rule, Code: code, Why: why}
	for i := 0; i+1 < len(inputs); i += 2 {
		set(&v.Inputs, inputs[i], inputs[i+1])
	}
	return v
}

// refused says why the prompt may not go out; no rule where it may.
func (g *gate) refused() Verdict {
	p := g.p
	switch {
	case p.Purpose != Marketing && p.Purpose != Transactional:
		return no("purpose.unknown", "unknown_purpose", "a prompt is transactional or marketing", "purpose", string(p.Purpose))
	case !p.Expires.IsZero() && !g.now.Before(p.Expires):
		return no("expired", "expired", "its time is over", "expires", p.Expires.UTC().Format(time.RFC3339))
	case strings.TrimSpace(p.Text) == "" && p.Template == "":
		return no("template.none", "unknown_template", "there is nothing to say: give a template or a text")
	}
	if v := unwanted(&g.c.Customer, p.Purpose, g.r.Medium); v.Rule != "" {
		return v
	}
	for _, rule := range [...]func() Verdict{g.uninvited, g.offered, g.reasonless, g.unreachable, g.owned, g.cartSpent} {
		if v := rule(); v.Rule != "" {
			return v
		}
	}
	return Verdict{}
}

// unwanted refuses what the customer does not want to hear, or cannot.
func unwanted(c *Customer, p Purpose, m Medium) Verdict {
	marketing := p == Marketing
	switch {
	case slices.Contains(c.Invalid, m):
		return no("address.invalid", "invalid_number", "the carrier says that the number cannot be reached", "medium", string(m))
	case c.Silenced:
		return no("consent.silenced", "opted_out", "the customer stopped everything but answers")
	case c.Consent(m, p) == Withdrawn:
		return no("consent.withdrawn", "opted_out", "the customer withdrew consent", "medium", string(m), "purpose", string(p))
	case marketing && c.Detached:
		return no("consent.detached", "opted_out", "the number is no longer the customer's: consent does not follow it")
	case marketing && c.Suspended:
		return no("consent.suspended", "consent_suspended", "a doubtful opt-out is being clarified")
	case marketing && c.Consent(m, Marketing) != Given:
		return no("consent.missing", "no_consent", "the customer did not agree to offers on this medium", "medium", string(m))
	}
	return Verdict{}
}

// uninvited refuses WhatsApp to who neither agreed to it nor wrote there.
func (g *gate) uninvited() Verdict {
	c := &g.c.Customer
	if g.r.Medium != WhatsApp || c.Consent(WhatsApp, Transactional) == Given || c.Consent(WhatsApp, Marketing) == Given || !g.c.heardOnWhatsApp().IsZero() {
		return Verdict{}
	}
	return no("consent.whatsapp", "no_consent", "WhatsApp asks for an opt-in, and the customer never wrote there")
}

// heardOnWhatsApp is when the customer wrote there last.
func (c *Conversation) heardOnWhatsApp() time.Time {
	var last time.Time
	if c.Medium == WhatsApp {
		last = c.WroteAt
	}
	return latest(last, c.wrote(Route{Medium: WhatsApp}))
}

// offered refuses marketing that calls itself transactional.
func (g *gate) offered() Verdict {
	p := g.p
	if p.Purpose != Transactional || g.said {
		return Verdict{}
	}
	switch {
	case p.Opens == CartDialogue, p.Opens == ReorderDialogue, p.Opens == ReviewDialogue, p.Opens == PreferenceDialogue:
		return no("offer.dialogue", "looks_like_marketing", "carts, reorders, reviews and preferences are marketing", "opens", string(p.Opens))
	case p.Cart != "":
		return no("offer.cart", "looks_like_marketing", "a reminder of a cart is marketing", "cart", p.Cart)
	}
	if t, ok := g.prompts[p.Template]; ok && t.purpose == Marketing {
		return no("offer.template", "looks_like_marketing", "its template is marketing", "template", p.Template)
	}
	said, err := g.words(p, &g.c.Customer, g.r.Medium, nil)
	if err != nil {
		return Verdict{} // who renders it says what is wrong
	}
	if words := g.gate.offers.offer(said.text); words != "" {
		return no("offer.text", "looks_like_marketing", "its text makes an offer", "words", words)
	}
	return Verdict{}
}

// reasonless refuses what is no longer true: the cart was bought or changed, the
// order was called off. What was so when it was asked for is its reason.
func (g *gate) reasonless() Verdict {
	p, c := g.p, &g.c.Customer
	gone := func(rule Rule, why string, inputs ...string) Verdict { return no(rule, "reason_gone", why, inputs...) }
	since := func(at time.Time) bool { return !p.Requested.IsZero() && at.After(p.Requested) }
	if id := g.cartOf(); id != "" {
		switch {
		case c.CartAt.IsZero(): // the shop tells nothing of carts
		case c.Cart == nil:
			return gone("reason.cart", "the cart was bought or emptied", "cart", id)
		case c.Cart.ID != id:
			return gone("reason.cart", "the customer has another cart now", "cart", id, "now", c.Cart.ID)
		case c.Cart.Declined:
			return gone("reason.cart_declined", "the customer said that they do not want it any more", "cart", id)
		case since(c.Cart.Updated):
			return gone("reason.cart_changed", "the cart was changed since", "cart", id, "changed", c.Cart.Updated.UTC().Format(time.RFC3339))
		}
	}
	for i := range c.Orders {
		o := &c.Orders[i]
		switch {
		case (g.cartOf() != "" || p.Opens == ReorderDialogue) && since(o.Placed) && bought(*o):
			return gone("reason.ordered", "the customer ordered since", "order", o.Number)
		case p.Order != "" && o.ID == p.Order && (o.Status == "cancelled" || o.Status == "refunded") && (g.marketing() || since(o.Changed)):
			return gone("reason.order", "the order was called off", "order", o.Number, "status", o.Status)
		}
	}
	return Verdict{}
}

// unreachable refuses a route on which this cannot be said to this customer.
func (g *gate) unreachable() Verdict {
	switch {
	case g.r.Medium == SMS && g.p.To != "" && !g.p.To.IsPhone():
		return no("channel.phone", "no_channel", "no number is known, and SMS has no other address", "channel", string(g.r.Channel))
	case g.marketing() && g.r.Mute && g.r.StopAt == "":
		return no("channel.mute", "no_channel", "its sender cannot receive a STOP, and says no number that can", "channel", string(g.r.Channel))
	case g.marketing() && slices.Contains(g.gate.closed[g.r.Medium], g.where().country):
		return no("channel.closed", "no_channel", "the medium does not deliver offers there", "medium", string(g.r.Medium), "place", g.where().country)
	case g.r.Medium == WhatsApp && !g.said && g.now.Sub(g.c.heardOnWhatsApp()) >= FreeWindow && !(g.r.Contents && g.approved(g.p.Template, g.c.Customer.Language)):
		return no("channel.window", "no_channel", "WhatsApp takes only an approved template a day after the customer's last text", "template", g.p.Template)
	}
	return Verdict{}
}

// owned refuses marketing to a customer whom people have; what was accepted
// before they came waits until they are done.
func (g *gate) owned() Verdict {
	if owner := g.c.State.Owner(); g.marketing() && owner != Assistant && g.pending == nil {
		return no("owner."+Rule(owner), "agent_owns_conversation", "people have the conversation", "state", string(g.c.State))
	}
	return Verdict{}
}
