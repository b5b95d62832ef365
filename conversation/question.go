package conversation

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// timerQuestion wakes the conversation when the question that it waits on expires.
const timerQuestion = "question"

// ask asks a question with the turn's answer, and goes to the state that waits
// for it. One turn asks one question; the dialogue that wanted another begins
// when the first has ended.
func (t *turn) ask(q Question, text string) {
	if t.mute || t.c.State.Owner() != Assistant {
		return
	}
	if t.asks != "" {
		t.slot(slotNext, string(q.Dialogue))
		return
	}
	t.last = text
	q.ID = "q" + strconv.FormatInt(t.c.Version, 10)
	q.AskedAt = t.now
	q.Expires = t.now.Add(t.rules.questionFor)
	q.Subject = cutRunes(q.Subject, maxValue)
	if q.Purpose == "" {
		q.Purpose = Answer
	}
	// A dialogue asks one question at a time: its earlier one is answered or gone.
	open := slices.DeleteFunc(slices.Clone(t.c.Questions), func(o Question) bool { return o.Dialogue == q.Dialogue })
	if len(open) >= MaxQuestions {
		open = open[len(open)-MaxQuestions+1:]
	}
	t.c.Questions = append(open, q)
	t.asks = q.ID
	t.enter(stateOf(q))
	t.wake(timerQuestion, q.Expires, q.ID)
}

// stateOf is the state that waits for the question's answer.
func stateOf(q Question) State {
	switch q.Dialogue {
	case OptInDialogue:
		return ConfirmingOptIn
	case PreferenceDialogue:
		return AskingPreference
	case CartDialogue:
		return AskingCart
	case StopDialogue:
		return ClarifyingStop
	case ReviewDialogue, RatingDialogue:
		return Rating
	}
	switch q.Name {
	case askWhichReorder, askOffer:
		return ChoosingReorder
	case askConfirmReorder:
		return ConfirmingReorder
	case askReturn:
		return ChoosingReturn
	case askProblem:
		return DescribingProblem
	case askAddress:
		return GivingAddress
	case askConfirmAddress:
		return ConfirmingAddress
	case askConfirmCancel:
		return ConfirmingCancel
	}
	return ChoosingOrder
}

// slotNext remembers the dialogue that waits for the running one to end.
const slotNext = "next"

// Names of the questions that decide the state.
const (
	askWhichOrder     = "which_order"
	askWhichReorder   = "which_reorder"
	askConfirmReorder = "confirm_reorder"
	askReturn         = "exchange_or_refund"
	askProblem        = "problem"
	askAddress        = "address"
	askConfirmAddress = "confirm_address"
	askConfirmCancel  = "confirm_cancel"
)

// close takes a question off the list.
func (t *turn) close(id string) {
	t.c.Questions = slices.DeleteFunc(slices.Clone(t.c.Questions), func(q Question) bool { return q.ID == id })
}

// closeAll drops every question and what the dialogues remembered.
func (t *turn) closeAll() {
	t.c.Questions = nil
	t.c.Slots, t.owned = nil, true
	t.unset(timerQuestion)
	t.unset(timerReminder)
}

// finish ends a dialogue: its question is closed, what it remembered forgotten.
func (t *turn) finish(d Dialogue, on Input) {
	t.c.Questions = slices.DeleteFunc(slices.Clone(t.c.Questions), func(q Question) bool { return q.Dialogue == d })
	t.forget(string(d) + ".")
	t.leave(on)
}

// find returns the question with this id, open or expired.
func (t *turn) find(id string) (Question, bool) {
	i := slices.IndexFunc(t.c.Questions, func(q Question) bool { return q.ID == id })
	if id == "" || i < 0 {
		return Question{}, false
	}
	return t.c.Questions[i], true
}

// newest returns the open question that was asked last.
func (t *turn) newest() (Question, bool) {
	for _, q := range slices.Backward(t.c.Questions) {
		if t.isOpen(q) {
			return q, true
		}
	}
	return Question{}, false
}

func (t *turn) isOpen(q Question) bool { return t.now.Before(q.Expires) }

// dropOldQuestions forgets those that expired so long ago that an answer to
// them would mean nothing.
func (t *turn) dropOldQuestions() {
	old := func(q Question) bool { return t.now.After(q.Expires.Add(t.rules.restateFor)) }
	if slices.ContainsFunc(t.c.Questions, old) {
		t.c.Questions = slices.DeleteFunc(slices.Clone(t.c.Questions), old)
	}
}

// settleQuestions makes the end of a turn consistent: a state that waits for an
// answer has its question open, and nothing wakes for a question that is gone.
func (t *turn) settleQuestions() {
	if t.c.State.asks() && !slices.ContainsFunc(t.c.Questions, func(q Question) bool { return stateOf(q) == t.c.State && t.isOpen(q) }) {
		t.leave(onExpired)
	}
	t.forgetEnded()
	if t.e.Type == TimerDue || t.asks != "" || len(t.c.Questions) > 0 {
		return
	}
	if t.hadQuestions {
		t.unset(timerQuestion)
		t.unset(timerReminder)
	}
}

// forgetEnded drops what dialogues remembered that have no question any more.
func (t *turn) forgetEnded() {
	for key := range t.c.Slots {
		d, _, of := strings.Cut(key, ".")
		if of && !slices.ContainsFunc(t.c.Questions, func(q Question) bool { return string(q.Dialogue) == d }) {
			t.slot(key, "")
		}
	}
}

// questionExpired is the question timer: the dialogue is over, but an answer
// that still comes is asked back.
func (t *turn) questionExpired() {
	t.decide("question.expired")
	var next time.Time
	for _, q := range t.c.Questions {
		if t.isOpen(q) && (next.IsZero() || q.Expires.Before(next)) {
			next = q.Expires
		}
	}
	if !next.IsZero() {
		t.wake(timerQuestion, next, "")
	}
}

// options gives a question's options as the understanding wants them.
func options(q Question) []understanding.Option {
	list := make([]understanding.Option, len(q.Options))
	for i, o := range q.Options {
		list[i].Accept = append(slices.Clip(o.Accept), o.Label)
	}
	return list
}

// numbered writes options as they are shown: "1 Filtre\n2 Expresso".
func numbered(list []Option) string {
	var b []byte
	for i, o := range list {
		if i > 0 {
			b = append(b, '\n')
		}
		b = strconv.AppendInt(b, int64(i+1), 10)
		b = append(b, ". "...)
		b = append(b, cutRunes(o.Label, maxValue)...)
	}
	return listed + string(b)
}

// yesOrNo are the options of a question that wants a yes or a no.
var yesOrNo = []Option{{Value: "yes"}, {Value: "no"}}

func isYesNo(q Question) bool {
	return len(q.Options) == 2 && q.Options[0].Value == "yes" && q.Options[0].Label == ""
}
