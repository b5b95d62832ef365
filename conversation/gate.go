package conversation

import (
	"slices"
	"strings"
	"time"
)

// The gate says whether something that nobody asked for may be said, when, and
// by which rule. It is asked when a prompt arrives, when one that waited is due,
// and again at the move to posting; it reads nothing but its arguments.

// Gate judges a prompt on one route. A refusal outranks a wait: what may never
// go out does not wait for the morning.
func (s *Script) Gate(c *Conversation, p *Prompt, r Route, now time.Time) Verdict {
	g := gate{Script: s, c: c, p: p, r: r, now: now}
	v := g.refuses()
	if v.Rule == "" {
		v = Verdict{Rule: "open", Why: "nothing speaks against it"}
	}
	v.Route = r
	return v
}

// Again judges, just before it leaves, a message that nobody asked for: consent,
// the hour and the reason may have changed since it was said. An answer, and
// what an agent wrote, is open.
func (s *Script) Again(c Conversation, m Message, now time.Time) Verdict {
	r := Route{Channel: m.Channel, Medium: m.Medium, Contents: m.Content != nil}
	if m.Purpose == Answer || m.Exempt || m.Agent != "" {
		return Verdict{Rule: "answer", Why: "it answers the customer", Route: r}
	}
	p := Prompt{ID: m.Prompt, Purpose: m.Purpose, Text: m.Text, To: m.To, Expires: m.Expires}
	if i := slices.IndexFunc(c.Prompts, func(x Pending) bool { return m.Prompt != "" && x.Prompt.ID == m.Prompt }); i >= 0 {
		p = c.Prompts[i].Prompt
	}
	return s.Gate(&c, &p, r, now)
}

// gate is one judgement under way.
type gate struct {
	*Script
	c   *Conversation
	p   *Prompt
	r   Route
	now time.Time
}

func (g *gate) marketing() bool { return g.p.Purpose == Marketing }

// refuses says why the prompt may not go out; no rule where it may.
func (g *gate) refuses() Verdict {
	c := &g.c.Customer
	no := func(rule Rule, code, why string) Verdict { return Verdict{Rule: rule, Code: code, Why: why} }
	switch {
	case g.p.Purpose != Marketing && g.p.Purpose != Transactional:
		return no("purpose.unknown", "unknown_purpose", "a prompt is transactional or marketing")
	case !g.p.Expires.IsZero() && !g.now.Before(g.p.Expires):
		return no("expired", "expired", "its time is over")
	case slices.Contains(c.Invalid, g.r.Medium):
		return no("address.invalid", "invalid_number", "the carrier says that the number cannot be reached")
	case c.Silenced, c.Consent(g.r.Medium, g.p.Purpose) == Withdrawn:
		return no("consent.withdrawn", "opted_out", "the customer withdrew consent")
	case g.marketing() && c.Detached:
		return no("consent.detached", "opted_out", "the number is no longer the customer's")
	case g.marketing() && c.Suspended:
		return no("consent.suspended", "consent_suspended", "a doubtful opt-out is being clarified")
	case g.marketing() && c.Consent(g.r.Medium, Marketing) != Given:
		return no("consent.missing", "no_consent", "the customer did not agree to offers on this medium")
	case g.marketing() && g.c.State.Owner() != Assistant:
		return no("owner.agent", "agent_owns_conversation", "people have the conversation")
	case strings.TrimSpace(g.p.Text) == "" && g.p.Template == "":
		return no("template.none", "unknown_template", "there is nothing to say: give a template or a text")
	}
	return Verdict{}
}
