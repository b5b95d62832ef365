package conversation

import (
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// People write one thought in several texts. A text that is neither a keyword
// nor an expected answer waits a little for the rest, and is answered once.

// timerBurst wakes the conversation when the thought is complete.
const timerBurst = "burst"

const (
	burstTexts = 8 // so many texts are a thought, complete or not
	burstWaits = 3 // the whole thought waits at most so many times the wait of one text
)

// waits keeps the text for the rest of the thought. It reports false where
// the text is to be answered now; then the thought so far is part of it.
func (t *turn) waits() bool {
	if t.brand.Burst <= 0 {
		return false
	}
	t.c.Burst = append(slices.Clip(t.c.Burst), *t.in)
	first := t.c.Burst[0].At
	due := t.now.Add(t.brand.Burst)
	if latest := first.Add(burstWaits * t.brand.Burst); latest.Before(due) && first.After(t.now.Add(-time.Hour)) {
		due = latest
	}
	if len(t.c.Burst) >= burstTexts || !due.After(t.now) {
		t.readBurst()
		return false
	}
	t.decide("manners.burst")
	t.wake(timerBurst, due, "")
	return true
}

// burstDue is the burst timer: the thought is answered as one text.
func (t *turn) burstDue() {
	if len(t.c.Burst) == 0 {
		t.decide("manners.burst")
		return
	}
	t.readBurst()
	if t.c.State == WithAgent {
		t.agentReads()
		return
	}
	if t.mute = !t.affordable(); t.mute {
		t.exhausted()
		return
	}
	t.respond()
}

// readBurst makes the waiting texts the one that is answered.
func (t *turn) readBurst() {
	in := joined(t.c.Burst)
	t.in = &in
	t.read = understanding.Read(in.Text, t.c.Customer.Language)
	t.dropBurst()
}

func (t *turn) dropBurst() {
	if len(t.c.Burst) > 0 {
		t.c.Burst = nil
		t.unset(timerBurst)
	}
}

// joined is one text made of several, in the order they were written.
func joined(texts []Inbound) Inbound {
	texts = slices.Clone(texts)
	slices.SortStableFunc(texts, func(a, b Inbound) int { return a.At.Compare(b.At) })
	in := texts[len(texts)-1]
	lines := make([]string, len(texts))
	in.Media = nil
	for i, part := range texts {
		lines[i] = part.Text
		in.Masked = in.Masked || part.Masked
		in.Media = append(in.Media, part.Media...)
		if part.Quotes != "" {
			in.Quotes = part.Quotes
		}
	}
	in.Text = strings.TrimSpace(strings.Join(lines, "\n"))
	return in
}

// also answers what else was asked, in the same message: beside an answer, an
// opt-out or a doubt. What it does not understand it leaves alone.
func (t *turn) also(in Inbound) {
	if t.c.State.Owner() == Agent {
		t.agentReads()
		return
	}
	t.in = &in
	t.read = understanding.Read(in.Text, t.c.Customer.Language)
	t.quiet = true
	t.requests()
	t.quiet = false
}
