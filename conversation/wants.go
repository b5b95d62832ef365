package conversation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/causette/causette/conversation/understanding"
)

// How sure the understanding must be, from 0 to 1: a guess below understood is
// none; what alarms, withdraws or cancels something needs more, and so does one
// sentence of several, or one intent of a long text.
const (
	understood     = 0.4
	sure           = 0.6
	sureOfSentence = 0.5
	sureOfLong     = 0.7
)

// least is how sure an intent must be before it is acted on.
func least(i understanding.Intent) float64 {
	switch i {
	case understanding.Safety, understanding.Legal, understanding.Minor, understanding.WrongNumber,
		understanding.CancelOrder, understanding.Privacy, understanding.Start:
		return sure
	case understanding.Angry:
		return 0.5
	}
	return understood
}

// best is what the text most probably wants, "" when nothing is clear enough.
func (t *turn) best() understanding.Intent {
	for _, g := range t.read.Intents {
		if g.Score >= least(g.Intent) {
			return g.Intent
		}
	}
	return ""
}

// is reports whether the text wants this, clearly enough.
func (t *turn) is(i understanding.Intent) bool {
	return t.scores(i, least(i))
}

// scores reports whether the text wants this at least so surely.
func (t *turn) scores(i understanding.Intent, least float64) bool {
	return slices.ContainsFunc(t.read.Intents, func(g understanding.Guess) bool { return g.Intent == i && g.Score >= least })
}

// angry reports a text that a machine had better not answer.
func (t *turn) angry() bool { return t.read.Angry || t.is(understanding.Angry) }

// Bounds of what is answered of one text.
const (
	maxWants     = 2
	maxSentences = 6
)

// wants lists what the text asks for, at most two things. Two questions often
// come as two sentences, or as two texts of one burst: each is read by itself.
func (t *turn) wants() []understanding.Intent {
	var list []understanding.Intent
	add := func(guesses []understanding.Guess, atLeast float64) {
		for _, g := range guesses {
			if len(list) < maxWants && g.Score >= max(atLeast, least(g.Intent)) && isRequest(g.Intent) && !slices.Contains(list, g.Intent) {
				list = append(list, g.Intent)
			}
		}
	}
	if t.read.Long { // one word of a long story is not what it is about
		add(t.read.Intents, sureOfLong)
		return list
	}
	sentences := strings.FieldsFunc(t.in.Text, func(r rune) bool { return strings.ContainsRune("?!.;\n", r) })
	if len(sentences) > 1 && len(sentences) <= maxSentences {
		for _, s := range sentences {
			if s = strings.TrimSpace(s); s != "" {
				add(understanding.Read(s, t.lang).Intents, sureOfSentence)
			}
		}
	}
	if len(list) < maxWants {
		add(t.read.Intents, 0)
	}
	if len(list) > 1 { // "j'ai une question" announces the other
		list = slices.DeleteFunc(list, func(i understanding.Intent) bool { return i == understanding.Help })
		slices.SortStableFunc(list, func(a, b understanding.Intent) int { return cmp.Compare(urgency(a), urgency(b)) })
	}
	return list
}

// urgency puts first what a parcel on its way overtakes.
func urgency(i understanding.Intent) int {
	if i == understanding.AddressChange || i == understanding.CancelOrder {
		return 0
	}
	return 1
}

// isRequest reports whether an intent is one that request answers.
func isRequest(i understanding.Intent) bool {
	switch i {
	case understanding.Stop, understanding.Yes, understanding.No, understanding.Thanks, understanding.Greeting,
		understanding.AutoReply, understanding.Other, understanding.Angry, understanding.LanguageSwitch:
		return false
	}
	return true
}
