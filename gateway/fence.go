package gateway

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
)

// stale says why a queued message may no longer be said, "" when it may. It is
// asked under the customer's lock at each move to posting, the second and later
// attempts included. Confirmations of STOP, START and HELP are exempt.
func (m *Outbound) stale(c conversation.Conversation) conversation.Rule {
	if m.Exempt {
		return ""
	}
	switch {
	case m.Purpose == conversation.Marketing && (c.Customer.Suspended || c.Customer.Consent(m.Medium, conversation.Marketing) == conversation.Withdrawn):
		return "fence.consent"
	case m.Purpose != conversation.Answer && c.Customer.Silenced:
		return "fence.silenced"
	case m.byAgent():
		// A person said it: who has the conversation since changes nothing, an opt-out does.
		if m.Epoch < c.Epoch && optedOutSince(c.Customer, m.Medium, m.Created) {
			return "fence.epoch"
		}
	case m.Epoch < c.Epoch && (m.Purpose != conversation.Transactional || c.State.Owner() != conversation.Assistant):
		return "fence.epoch" // an opt-out, a claim or a takeover came after it was said
	}
	return ""
}

// agentAuthor begins the author of what an agent said.
const agentAuthor = "agent:"

func (m *Outbound) byAgent() bool { return strings.HasPrefix(m.Author, agentAuthor) }

// optedOutSince says whether a consent was withdrawn after something was said;
// carriers tell whole seconds.
func optedOutSince(c conversation.Customer, medium conversation.Medium, said time.Time) bool {
	said = said.Truncate(time.Second)
	return slices.ContainsFunc(c.Consents, func(s conversation.Standing) bool {
		return s.Medium == medium && s.State == conversation.Withdrawn && !s.At.Before(said)
	})
}

// refuse settles a head that must not be posted: stale, an SMS to who has no
// number, for a country that the carrier refuses, too late, or stopped by the gate, whose verdict it returns.
func (gr *group) refuse(f *fold, m Outbound) (Settlement, conversation.Verdict, bool) {
	var v conversation.Verdict
	s := Settlement{Message: m.ID, Customer: m.Customer, At: gr.now}
	if rule := m.stale(f.row.Conversation); rule != "" {
		s.Status, s.Code = Cancelled, string(rule)
		return s, v, true
	}
	if m.Medium == conversation.SMS && m.To != "" && !m.To.IsPhone() {
		s.Status, s.Code = Failed, "no_phone"
		return s, v, true
	}
	if l := gr.g.lanes[m.Channel]; l != nil {
		if code := l.closed.why(m.To); code != "" {
			s.Status, s.Code = Failed, code
			return s, v, true
		}
	}
	if !m.Expires.IsZero() && m.Expires.Before(gr.now) {
		s.Status = Expired
		return s, v, true
	}
	if v = gr.again(f, m); !v.Open() {
		return gr.stopped(f, m, v), v, true
	}
	return s, v, false
}

// A fenced acknowledgement waits for the message in flight to settle, or until
// its request can no longer be written and what was written has arrived.
const (
	fencePoll  = 50 * time.Millisecond
	fenceGrace = 250 * time.Millisecond
)

// awaitFence returns once nothing that was in flight when the fence went up can
// reach the carrier any more: the attempt has settled, or its send deadline has
// passed. The attempt may be another node's, so the database is asked. Only the
// caller's own end comes before that, and is an error: nothing is promised then.
func (g *Gateway) awaitFence(ctx context.Context, brand conversation.BrandID, f *Flight) error {
	if f == nil || f.Exempt {
		return nil
	}
	settled := g.flights.watch(f.Message)
	defer g.flights.unwatch(f.Message, settled)
	tick := time.NewTicker(fencePoll)
	defer tick.Stop()
	for {
		now, err := g.stillFlying(ctx, brand, f)
		if err == nil && now.IsZero() {
			return nil
		}
		if err == nil && now.After(f.Deadline.Add(fenceGrace)) {
			return nil
		}
		select {
		case <-settled:
			return nil
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stillFlying returns the database's clock while the attempt is in flight, and
// the zero time once it is not.
func (g *Gateway) stillFlying(ctx context.Context, brand conversation.BrandID, f *Flight) (time.Time, error) {
	now, at, err := g.opt.Store.InFlight(ctx, brand, f.Customer)
	if err != nil {
		return time.Time{}, err
	}
	if now == nil || now.Message != f.Message || now.Attempt != f.Attempt {
		return time.Time{}, nil
	}
	return at, nil
}
