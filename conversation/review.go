package conversation

import (
	"strconv"
	"strings"
)

// askRating asks for a mark from 1 to 5.
func (t *turn) askRating(p *Prompt) (Question, string) {
	return Question{Dialogue: ReviewDialogue, Name: "rating", Purpose: p.Purpose, Subject: t.text("review.subject"), Options: marks()}, t.text("review.ask")
}

// marks reports a question that wants a mark.
func (q *Question) marks() bool {
	return q.Dialogue == ReviewDialogue || q.Dialogue == RatingDialogue
}

// marks are the options of a question that wants a mark from 1 to 5.
func marks() []Option {
	var list []Option
	for i, words := range [...]string{
		"nul nulle horrible awful terrible", "decu decue bad mauvais poor", "moyen correct average ok", "bien bon good satisfait satisfaite", "excellent parfait perfect super great",
	} {
		list = append(list, Option{Value: strconv.Itoa(i + 1), Label: strconv.Itoa(i + 1), Accept: strings.Fields(words)})
	}
	return list
}

// badMark and below are answered by a person.
const badMark = 2

func (t *turn) rated(value string) {
	t.decide("review.rated")
	t.notice("rating.given", "rating", value, "order", t.c.Slots["review.order"])
	t.finish(ReviewDialogue, onAnswered)
	if mark, err := strconv.Atoi(value); err == nil && mark <= badMark {
		t.say("review.sorry")
		t.came(badRating)
		return
	}
	t.say("review.thanks")
}
