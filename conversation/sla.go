package conversation

import "time"

// The service level: until when a customer who waits for people should have
// their answer, and until when all of it should be resolved. Only the hours in
// which somebody is there count.

// Timers of what was promised; the answer's and the resolution's stand side by side.
const (
	timerAnswerSoon  = "sla.warning"
	timerAnswerLate  = "sla.due"
	timerResolveSoon = "sla.warning.resolution"
	timerResolveLate = "sla.due.resolution"
)

// What a promise is about, in its notices.
const (
	promisedAnswer     = "answer"
	promisedResolution = "resolution"
)

// slaRules are how long it may take; 0 is not watched.
type slaRules struct {
	firstAnswer time.Duration
	nextAnswer  time.Duration
	resolution  time.Duration
}

var defaultSLA = slaRules{firstAnswer: 5 * time.Minute, nextAnswer: 10 * time.Minute, resolution: 24 * time.Hour}

// maxSLA is the longest that can be promised, in hours in which somebody is there.
const maxSLA = 30 * 24 * time.Hour

func parseSLA(n node) slaRules {
	f := n.fields("first_answer", "next_answer", "resolution")
	r := slaRules{
		firstAnswer: f["first_answer"].duration(defaultSLA.firstAnswer),
		nextAnswer:  f["next_answer"].duration(defaultSLA.nextAnswer),
		resolution:  f["resolution"].duration(defaultSLA.resolution),
	}
	for name, d := range map[string]time.Duration{"first_answer": r.firstAnswer, "next_answer": r.nextAnswer, "resolution": r.resolution} {
		if d > maxSLA {
			f[name].wrong("is above 30d: 0s if nobody watches it")
		}
	}
	return r
}

// maxDays bounds how far ahead a promise is looked for: who is there an hour a
// week has promised nothing that is worth a clock.
const maxDays = 200

// after is the moment at which so much time with somebody there has passed; zero
// when nobody is there for that long.
func (h *hours) after(local time.Time, d time.Duration) time.Time {
	for range maxDays {
		open, opens := h.at(local)
		if !open {
			if opens.IsZero() {
				return time.Time{}
			}
			local = opens
		}
		_, closes := h.day(local)
		if left := closes.Sub(local); d > left {
			d, local = d-left, closes
			continue
		}
		return local.Add(d)
	}
	return time.Time{}
}

// promised counts a promise from a moment on, and sets its two timers: late, and
// with a fifth of the time left.
func (t *turn) promised(from time.Time, within time.Duration, soon, late string) time.Time {
	if within <= 0 {
		return time.Time{}
	}
	from = from.In(t.localNow(t.brand.Timezone).Location())
	due := t.hours.after(from, within)
	if due.IsZero() {
		return due
	}
	if warns := t.hours.after(from, within*4/5); warns.After(t.now) {
		t.wake(soon, warns, "")
	}
	if due.After(t.now) {
		t.wake(late, due, "")
	}
	return due.UTC()
}

// beginMatter is when people come to have to do with the conversation: what is to be
// resolved, and answered, by when.
func (t *turn) beginMatter() {
	d := t.desk()
	d.Began = t.now
	d.ResolveBy = t.promised(t.now, t.rules.sla.resolution, timerResolveSoon, timerResolveLate)
	if !d.Waits.IsZero() {
		t.waitsSince(d.Waits)
	}
}

// waitsSince notes since when the customer waits for people's answer. Who waits
// already waits since then.
func (t *turn) waitsSince(since time.Time) {
	d := t.desk()
	if d.Waits.IsZero() {
		d.Waits = since
	}
	if !d.Due.IsZero() {
		return
	}
	t.setDue(since)
	if !d.Due.IsZero() && !t.now.Before(d.Due) {
		t.broken(promisedAnswer) // it reached us late
	}
}

// setDue counts until when who waits since then should be answered.
func (t *turn) setDue(since time.Time) {
	d := t.desk()
	within := t.rules.sla.nextAnswer
	if d.Answered.IsZero() {
		within = t.rules.sla.firstAnswer
	}
	d.Due = t.promised(since, within, timerAnswerSoon, timerAnswerLate)
}

// noDue forgets until when to answer: it is done, or put off.
func (t *turn) noDue() {
	if d := t.desk(); !d.Due.IsZero() {
		d.Due = time.Time{}
		t.unset(timerAnswerSoon)
		t.unset(timerAnswerLate)
	}
}

// answered is an answer that leaves at a moment.
func (t *turn) answered(when time.Time) {
	d := t.desk()
	if d.Answered.IsZero() {
		d.Answered = when
	}
	if t.now.Before(d.Due) && when.After(d.Due) {
		t.broken(promisedAnswer) // it is written in time, and leaves later
	}
	d.Waited, d.Waits = d.Waits, time.Time{}
	t.noDue()
}

// unanswer takes an answer back: the customer waits as before.
func (t *turn) unanswer() {
	d := t.desk()
	if d.Waited.IsZero() || !d.Waits.IsZero() || !d.Open() {
		return
	}
	if !d.Answered.Before(d.Waited) {
		d.Answered = time.Time{}
	}
	d.Waits, d.Waited = d.Waited, time.Time{}
	t.setDue(d.Waits)
}

// soon is a warning's timer.
func (t *turn) soon(what string) {
	t.decide("sla.warning")
	if due := t.promise(what); t.now.Before(due) {
		t.notice("sla.warning", "what", what, "owner", string(t.c.Desk.Owner), "due", due.UTC().Format(time.RFC3339))
	}
}

// late is the timer of a promise that was not kept.
func (t *turn) late(what string) {
	t.decide("sla.due")
	if due := t.promise(what); !due.IsZero() && !t.now.Before(due) {
		t.broken(what)
	}
}

// promise is what stands of one, zero for nothing.
func (t *turn) promise(what string) time.Time {
	switch d := t.c.Desk; {
	case !d.Open():
		return time.Time{}
	case what == promisedAnswer:
		return d.Due
	default:
		return d.ResolveBy
	}
}

func (t *turn) broken(what string) {
	d := t.desk()
	if what == promisedAnswer {
		d.Breached++
	}
	t.notice("sla.breached", "what", what, "owner", string(d.Owner), "due", t.promise(what).UTC().Format(time.RFC3339))
}
