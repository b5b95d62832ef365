package conversation

import (
	"strings"
	"time"
)

// affordable reports whether this hour has an answer left for the customer.
func (t *turn) affordable() bool { return t.affords(0) }

// spare are the answers beyond an hour's budget that confirm an opt-out: who
// asked much and then stops is told that we stop.
const spare = 3

func (t *turn) affords(more int) bool {
	b := t.c.Budget
	return t.now.Sub(b.Since) >= time.Hour || b.Said < t.rules.answersPerHour+more
}

// spend counts one answer.
func (t *turn) spend() {
	if b := &t.c.Budget; t.now.Sub(b.Since) >= time.Hour || b.Since.IsZero() {
		*b = Budget{Since: t.now}
	}
	t.c.Budget.Said++
}

// exhausted falls silent: two machines that answer each other must stop, and a
// person who writes that much needs a person. People are told once.
func (t *turn) exhausted() {
	t.decide("manners.budget")
	t.dropBurst()
	if t.c.Slots[slotExhausted] != t.c.Budget.Since.Format(time.RFC3339) {
		t.slot(slotExhausted, t.c.Budget.Since.Format(time.RFC3339))
		t.notice("budget.exhausted")
	}
}

// slotExhausted remembers the hour whose silence was told.
const slotExhausted = "exhausted"

// miss is a text that nothing here understands: asked back once with a hint,
// then a person. It never loops.
func (t *turn) miss() {
	if t.quiet {
		return
	}
	if len(t.read.Words) == 0 {
		t.wordless()
		return
	}
	t.c.Misses++
	t.missed = true
	if t.escalates() {
		return
	}
	t.decide("miss.hint")
	q, open := t.newest()
	switch {
	case !open || q.Free:
		t.say("miss.hint")
	case q.marks():
		t.say(string(q.Dialogue) + ".ask")
	case isYesNo(q):
		t.say("miss.yes_no", "subject", q.Subject)
	default:
		t.say("miss.options", "options", numbered(q.Options))
	}
}

// wordless is a picture, a voice note or a lone sign. It is never counted as
// not understood: nobody is handed to a person for a photo.
func (t *turn) wordless() {
	if len(t.in.Media) == 0 {
		t.decide("manners.wordless")
		return
	}
	t.decide("manners.media")
	kind := "media.other"
	switch media := t.in.Media[0].Type; {
	case media == Unreadable:
		kind = "media.unreadable"
	case strings.HasPrefix(media, "image/"):
		kind = "media.picture"
	case strings.HasPrefix(media, "audio/"):
		kind = "media.voice"
		t.came(voiceNote)
		if t.escalates() { // somebody listens to it
			t.notice("media.received", "type", t.in.Media[0].Type)
			return
		}
	}
	if t.c.Slots[slotMedia] == kind {
		return
	}
	t.slot(slotMedia, kind)
	t.notice("media.received", "type", t.in.Media[0].Type)
	t.say(kind)
}

// shows says whether something came with the text that somebody can look at.
func (t *turn) shows() bool { return len(t.in.Media) > 0 && t.in.Media[0].Type != Unreadable }

// slotMedia remembers what was said of a picture, so that ten of them get one answer.
const slotMedia = "media"
