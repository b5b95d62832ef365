package conversation

import (
	"strconv"
	"time"
)

// waits says what the prompt waits for; no rule where it may go out now. What
// waits for a moment waits until everything else that a clock ends lets it go,
// too: At is when it may go out if nothing else happens.
func (g *gate) waits() Verdict {
	v := g.first()
	if v.Rule == "" || v.Code != "" || v.At.IsZero() {
		return v
	}
	last := v
	for range maxTurns {
		next := g.timed(last.At)
		if next.Rule == "" {
			break
		}
		last = next
		if next.Code != "" {
			return next
		}
	}
	v.At = last.At
	if expires := g.expires(); !expires.IsZero() && !v.At.Before(expires) || expires.IsZero() && last.Waits == "cap" {
		return late(last, v.At)
	}
	return v
}

// late refuses what could only go out when its time is over.
func late(v Verdict, at time.Time) Verdict {
	v.Code, v.Waits, v.At = "expired", "", time.Time{}
	if v.Rule.cap() {
		v.Code = "frequency_cap"
	}
	set(&v.Inputs, "next", at.UTC().Format(time.RFC3339))
	v.Why += ", and it may not go out before its time is over"
	return v
}

// expires is until when it may be said; zero: nobody said.
func (g *gate) expires() time.Time {
	until := g.cartUntil()
	if e := g.p.Expires; until.IsZero() || !e.IsZero() && e.Before(until) {
		return e
	}
	return until
}

// first is the first thing that it waits for now.
func (g *gate) first() Verdict {
	if v := g.scheduled(g.now); v.Rule != "" {
		return v
	}
	if v := g.shown(); v.Rule != "" {
		return v
	}
	if v := g.spared(g.now); v.Rule != "" {
		return v
	}
	if v := g.asked(); v.Rule != "" {
		return v
	}
	return g.timed(g.now)
}

// timed is what a clock alone ends.
func (g *gate) timed(at time.Time) Verdict {
	if v := g.scheduled(at); v.Rule != "" {
		return v
	}
	if v := g.spared(at); v.Rule != "" && !v.At.IsZero() {
		return v
	}
	if v := g.capsAt(at); v.Rule != "" {
		return v
	}
	return g.hoursAt(at)
}

// scheduled waits for the moment that the automation asked for.
func (g *gate) scheduled(at time.Time) Verdict {
	if !at.Before(g.p.SendAt) {
		return Verdict{}
	}
	return Verdict{Rule: "send_at", Waits: "send_at", At: g.p.SendAt.UTC(), Why: "it was asked for a later moment"}
}

// spared waits for the end of the customer's trouble.
func (g *gate) spared(at time.Time) Verdict {
	if !g.p.spares() {
		return Verdict{}
	}
	return g.troubled(at)
}

// shown waits for the agent who talks with the customer: they see what is about
// to be said first, and it goes by itself when they let it.
func (g *gate) shown() Verdict {
	if g.marketing() || g.c.State != WithAgent || g.said {
		return Verdict{}
	}
	since := g.now
	if g.pending != nil {
		if g.pending.Verdict.Rule == ruleReleased || g.pending.Status == PromptQueued {
			return Verdict{}
		}
		if g.pending.Status == PromptShown {
			since = g.pending.Since
		}
	}
	until := since.Add(g.gate.agentFirst)
	if !g.now.Before(until) {
		return Verdict{}
	}
	v := Verdict{Rule: "agent.first", Waits: "agent", At: until.UTC(), Why: "an agent talks with the customer and sees it first"}
	if d := g.c.Desk; d != nil {
		v.Inputs = map[string]string{"agent": string(d.Owner)}
	}
	return v
}

// asked waits until no other question is open: the answer to one would be taken
// for the answer to the other.
func (g *gate) asked() Verdict {
	switch g.p.Opens {
	case CartDialogue, ReorderDialogue, ReviewDialogue, PreferenceDialogue:
	default:
		return Verdict{}
	}
	own := g.asks
	if g.pending != nil && own == "" {
		own = g.pending.Asked // another medium says it again, with its question
	}
	var until time.Time
	open := 0
	for i := range g.c.Questions {
		if q := &g.c.Questions[i]; g.now.Before(q.Expires) && (own == "" || q.ID != own) {
			until = latest(until, q.Expires)
			open++
		}
	}
	if open == 0 {
		return Verdict{}
	}
	return Verdict{Rule: "question.open", Waits: "question", At: until.UTC(), Why: "the customer was asked something else and has not answered", Inputs: map[string]string{"open": strconv.Itoa(open)}}
}

// crowded is the wait of marketing while people at the desk let wait long: who
// is written to answers, and would wait as well. No rule where they do not.
func (s *Script) crowded(p *Prompt, live *Live, now time.Time) Verdict {
	if p.Purpose != Marketing || live == nil || s.gate.deskWait <= 0 || live.Wait <= s.gate.deskWait {
		return Verdict{}
	}
	return Verdict{Rule: "desk.wait", Waits: "desk", At: now.Add(s.gate.deskAgain).UTC(), Why: "people at the desk let wait too long to bring them more", Inputs: map[string]string{
		"wait": live.Wait.String(), "most": s.gate.deskWait.String(),
	}}
}
