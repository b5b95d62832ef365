package conversation

import (
	"slices"
	"time"
)

// A prompt that may not go now waits in the conversation, where nothing of it
// stands in the outbox: it is judged anew when its time comes, and whenever
// something happens to the customer.

// timerPrompts wakes the conversation when a prompt that waits may go.
const timerPrompts = "prompts"

const (
	breath    = 10 * time.Minute // between what the customer was busy with and what nobody asked for
	lookAgain = time.Minute      // least time until a prompt that waits is looked at again
	saidFor   = 24 * time.Hour   // how long a prompt that was said is remembered
)

// What a prompt waits for.
const (
	waitHours  = "hours"
	waitSendAt = "send_at"
	waitAgent  = "agent"
)

// waits reports a prompt that was not said yet.
func (w *Pending) waits() bool { return w.Status != PromptQueued }

// prompt is the first word that an automation asks for: it is said, kept until
// it may be, or refused.
func (t *turn) prompt(p *Prompt) {
	if slices.ContainsFunc(t.c.Prompts, func(w Pending) bool { return w.Prompt.ID == p.ID }) {
		t.decide("prompt.known")
		return
	}
	w := Pending{Prompt: *p, Since: t.now}
	if w.Prompt.Requested.IsZero() {
		w.Prompt.Requested = t.now
	}
	if cart := t.c.Customer.Cart; p.Opens == CartDialogue && p.Cart == "" && cart != nil {
		w.Prompt.Cart = cart.ID // the one that is meant now, and no later one
	}
	if p.Place.Country != "" {
		t.c.Customer.Place = p.Place
	}
	chosen := t.weigh(&t.c, &w.Prompt, t.e.Live, t.now)
	switch v := &chosen.verdict; {
	case v.Code != "":
		t.decide(Rule("prompt." + v.Code))
		t.endPrompt(&w, *v)
	case v.Waits != "":
		t.decide(Rule("prompt." + standing(&w, v)))
		t.hold(&w, chosen)
		t.admit(w)
	default:
		t.decide("prompt.sent")
		t.release(w.Prompt.ID, append(t.openPrompts(), due{w, chosen}))
	}
}

// weigh judges a prompt on the best of its routes, and looks at the desk: one
// that is too busy for answers gets no offer that brings more of them.
func (s *Script) weigh(c *Conversation, p *Prompt, live *Live, now time.Time) way {
	chosen := s.choose(c, p, s.waysTo(c, p), now)
	if v := &chosen.verdict; v.Open() {
		if crowded := s.crowded(p, live, now); crowded.Rule != "" {
			crowded.Route, *v = v.Route, crowded
		}
	}
	return chosen
}

// standing is how a prompt stands while it waits for that.
func standing(w *Pending, v *Verdict) PromptStatus {
	switch {
	case v.Waits == waitSendAt:
		return PromptScheduled
	case v.Waits == waitAgent && w.Prompt.Purpose == Transactional:
		return PromptShown
	}
	return PromptHeld
}

// hold keeps a prompt, and tells what it waits for where that is new.
func (t *turn) hold(w *Pending, chosen way) {
	v, status := chosen.verdict, standing(w, &chosen.verdict)
	if !v.At.IsZero() && v.At.Before(t.now.Add(lookAgain)) {
		v.At = t.now.Add(lookAgain)
	}
	first := w.Status == ""
	if w.Status == status && w.Verdict.Rule == v.Rule && w.Verdict.At.Equal(v.At) {
		return
	}
	if w.Status != status {
		w.Since = t.now
		if status == PromptShown {
			t.notice("prompt.shown", "prompt", w.Prompt.ID, "text", chosen.message.Text, "until", v.At.UTC().Format(time.RFC3339))
		}
	}
	w.Status, w.Verdict = status, v
	t.promptChanged(w, first, "")
}

// promptChanged lists what became of a prompt in this turn.
func (t *turn) promptChanged(w *Pending, first bool, into string) {
	change := PromptChange{ID: w.Prompt.ID, Status: w.Status, Verdict: w.Verdict, Into: into}
	if first {
		p := w.Prompt
		change.Prompt = &p
	}
	i := slices.IndexFunc(t.out.Prompts, func(x PromptChange) bool { return x.ID == w.Prompt.ID })
	if i < 0 {
		t.out.Prompts = append(t.out.Prompts, change)
		return
	}
	if change.Prompt == nil {
		change.Prompt = t.out.Prompts[i].Prompt
	}
	t.out.Prompts[i] = change
}

// endPrompt ends a prompt that will not be said.
func (t *turn) endPrompt(w *Pending, v Verdict) {
	first := w.Status == ""
	w.Verdict = v
	if w.Status = PromptRefused; !first {
		w.Status = v.Ends()
	}
	t.promptChanged(w, first, "")
	t.notice("prompt."+string(w.Status), "prompt", w.Prompt.ID, "code", v.Code, "rule", string(v.Rule), "why", v.Why)
}

// Ends is how a prompt stands that had been accepted and then met the verdict.
func (v *Verdict) Ends() PromptStatus {
	switch {
	case v.Code == "expired":
		return PromptExpired
	case v.Code == "" || slices.Contains(undone[:], v.Code):
		return PromptDropped
	}
	return PromptRefused
}

// undone are the refusals that undo what was accepted: the customer does not
// want it any more, or it has lost its reason.
var undone = [...]string{"opted_out", "no_consent", "consent_suspended", "reason_gone"}

// admit keeps one more. There are never more than MaxPending: what was said is
// forgotten first, then the oldest offer gives way, then the oldest of all.
func (t *turn) admit(w Pending) {
	list := append(slices.Clone(t.c.Prompts), w)
	for len(list) > MaxPending {
		i := slices.IndexFunc(list[:len(list)-1], func(x Pending) bool { return !x.waits() })
		if i < 0 {
			i = slices.IndexFunc(list, func(x Pending) bool { return x.waits() && x.Prompt.Purpose == Marketing })
		}
		i = max(i, 0)
		if gone := &list[i]; gone.waits() {
			t.endPrompt(gone, Verdict{Rule: "pending.full", Code: "frequency_cap", Why: "too many prompts wait for this customer; the oldest offer gives way"})
		} else {
			t.unset(DeliveryTimer + gone.Prompt.ID)
		}
		list = slices.Delete(list, i, i+1)
	}
	t.c.Prompts = list
}

// due is a prompt that may go now, with the way that was chosen for it.
type due struct {
	Pending
	way
}

// open judges the prompts that wait and returns those that nothing speaks
// against, whether their time has come or not.
func (t *turn) openPrompts() []due {
	var list []due
	for i := range t.c.Prompts {
		w := t.c.Prompts[i]
		if !w.waits() {
			continue
		}
		if chosen := t.weigh(&t.c, &w.Prompt, t.e.Live, t.now); chosen.verdict.Open() {
			list = append(list, due{w, chosen})
		}
	}
	return list
}

// promptsDue is the prompts timer: what may go goes, in one message.
func (t *turn) promptsDue() {
	open := t.openPrompts()
	lead := -1
	for i := range open {
		w := &open[i]
		if w.Pending.Verdict.At.After(t.now) {
			continue
		}
		if lead < 0 || open[lead].Prompt.Purpose == Marketing && w.Prompt.Purpose == Transactional {
			lead = i
		}
	}
	if lead < 0 {
		t.decide("prompts.wait")
		return
	}
	t.decide("prompt.released")
	t.release(open[lead].Prompt.ID, open)
}

// settlePrompts judges anew, at the end of each turn, the prompts that wait:
// those that lost their consent or their reason end here, and those whose wait
// is over are looked at soon, in a turn of their own.
func (t *turn) settlePrompts() {
	settled := func(w Pending) bool { return !w.waits() && t.now.Sub(w.Since) < saidFor }
	if t.promptsAt.IsZero() && !slices.ContainsFunc(t.c.Prompts, func(w Pending) bool { return !settled(w) }) {
		return // a campaign's STOPs come from customers who were sent something, and wait for nothing
	}
	list := make([]Pending, 0, len(t.c.Prompts))
	for _, w := range t.c.Prompts {
		if !w.waits() {
			if settled(w) {
				list = append(list, w)
			}
			continue
		}
		chosen := t.weigh(&t.c, &w.Prompt, t.e.Live, t.now)
		switch v := &chosen.verdict; {
		case v.Code != "":
			t.endPrompt(&w, *v)
			continue
		case v.Waits != "":
			t.hold(&w, chosen)
		default:
			t.mayGo(&w, v)
		}
		list = append(list, w)
	}
	t.c.Prompts = list
	if len(list) == 0 {
		t.c.Prompts = nil
	}
	next := nextPrompt(list)
	fired := t.e.Timer != nil && t.e.Timer.Name == timerPrompts
	switch {
	case next.IsZero() && !t.promptsAt.IsZero() && !fired:
		t.unset(timerPrompts)
	case !next.IsZero() && (fired || !next.Equal(t.promptsAt)):
		t.wake(timerPrompts, latest(next, t.now), "")
	}
}

// mayGo is a prompt that nothing speaks against any more. What the hours held
// keeps its time in the morning; what the customer or an agent held leaves them
// a moment first, as does what is due when something was just said.
func (t *turn) mayGo(w *Pending, v *Verdict) {
	at := w.Verdict.At
	switch {
	case w.Verdict.Waits == waitAgent && w.Prompt.Purpose == Transactional:
		at = t.now
	case w.Verdict.Waits != "" && w.Verdict.Waits != waitHours && w.Verdict.Waits != waitSendAt,
		!at.After(t.now) && len(t.out.Messages)+len(t.said) > 0:
		at = t.now.Add(breath)
	default:
		return
	}
	first := w.Status == ""
	w.Verdict, w.Status = *v, PromptHeld
	w.Verdict.At = at
	t.promptChanged(w, first, "")
}

// nextPrompt is when the prompts have to be looked at: zero where none waits.
func nextPrompt(list []Pending) (next time.Time) {
	for i := range list {
		w := &list[i]
		if !w.waits() {
			continue
		}
		at := w.Prompt.until()
		if !w.Verdict.At.IsZero() && w.Verdict.At.Before(at) {
			at = w.Verdict.At
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}
