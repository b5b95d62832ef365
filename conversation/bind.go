package conversation

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/causette/causette/conversation/understanding"
)

// expected handles a text that closes a question: it never waits for the rest
// of the thought. Free answers (an address, what is broken) often come in
// several texts, so they do wait.
func (t *turn) expected() bool {
	if t.c.State.Owner() != Assistant {
		return false
	}
	q, value, fits := t.candidate()
	if !fits || q.Free {
		return false
	}
	waiting := t.c.Burst
	t.dropBurst()
	t.switchLanguage()
	t.answer(q, value)
	if len(waiting) > 0 { // the thought that the answer came after
		t.also(joined(waiting))
	}
	return true
}

// candidate is the question that the text would answer, and its answer.
func (t *turn) candidate() (q Question, value string, fits bool) {
	if t.in.Quotes != "" { // an answer to what is settled answers nothing else
		if q, fits = t.find(t.in.Quotes); fits {
			value, fits = t.fit(q)
		}
		return q, value, fits
	}
	for _, q := range slices.Backward(t.c.Questions) {
		if !t.isOpen(q) {
			continue
		}
		if value, fits := t.fit(q); fits {
			return q, value, true
		}
	}
	for _, q := range slices.Backward(t.c.Questions) {
		if t.isOpen(q) || q.Free {
			continue
		}
		if value, fits := t.fit(q); fits {
			return q, value, true
		}
	}
	return Question{}, "", false
}

// bind gives the text to the question that it answers, if it answers one.
func (t *turn) bind() bool {
	q, value, fits := t.candidate()
	if fits {
		t.answer(q, value)
	}
	return fits
}

// answer takes an answer to the message that it quotes, else to the only open
// question. With two open, or with one that expired, it is asked back before
// anything happens.
func (t *turn) answer(q Question, value string) {
	if q.Restated {
		value = t.meant(q, value)
	}
	newest, _ := t.newest()
	sure := t.in.Quotes == q.ID || t.openQuestions() == 1 || q.Restated && newest.ID == q.ID
	if !slices.Contains(asides, value) && (!sure || !t.isOpen(q)) {
		t.restate(q, value)
		return
	}
	t.apply(q, value)
}

func (t *turn) openQuestions() int {
	n := 0
	for _, q := range t.c.Questions {
		if t.isOpen(q) {
			n++
		}
	}
	return n
}

// fit reads the text as an answer to the question: the value of an option,
// "yes", "no", a command of the dialogue, or the text itself where it is free.
func (t *turn) fit(q Question) (value string, ok bool) {
	r := &t.read
	if q.Dialogue == PreferenceDialogue {
		if slices.Contains(t.skip, r.Text) {
			return valueSkip, true
		}
		if slices.Contains(t.back, r.Text) {
			return valueBack, true
		}
	}
	if q.Name == askConfirmReorder && r.HasNumber && !t.is(understanding.OrderStatus) {
		return strconv.Itoa(r.Number), true
	}
	if q.marks() && r.HasNumber && !t.asksElse() && 1 <= r.Number && r.Number <= len(q.Options) {
		return q.Options[r.Number-1].Value, true
	}
	if isYesNo(q) || q.Restated {
		switch {
		case r.Yes && q.Dialogue == ReorderDialogue && (len(r.Words) == 0 || t.conditional()):
			return "", false // a thumb alone buys nothing, and no "oui mais"
		case r.Yes && (q.Dialogue == OptInDialogue || q.Dialogue == CancelDialogue) && t.conditional():
			return "", false // "oui, mais pour mes commandes" asks for no offers
		case q.Name == askConfirmCancel && t.keeps():
			return "no", true // "n'annulez pas"
		case r.No && q.Name == askConfirmCancel && t.is(understanding.CancelOrder):
			return "", false // "non, annulez"
		case r.Yes && q.Dialogue == AddressDialogue && t.conditional():
			return "no", true // it is asked for again
		case r.Yes:
			return "yes", true
		case r.No:
			return "no", true
		}
	}
	if len(q.Options) > 0 && !isYesNo(q) && !t.asksElse() {
		if i, found := r.Choose(options(q)); found && !(q.Options[i].Value == cartNo && t.hesitates()) { // "no sé" is no no
			return q.Options[i].Value, true
		}
	}
	switch {
	case q.Dialogue == StopDialogue && r.Yes:
		return scopeMarketing, true
	case q.Dialogue == StopDialogue && r.No:
		return scopeNothing, true
	case q.Dialogue == CartDialogue && r.Yes:
		return "yes", true
	case q.Dialogue == CartDialogue && t.hesitates():
		return cartLater, true
	case q.Dialogue == CartDialogue && r.No:
		return cartNo, true
	}
	if q.Dialogue == PreferenceDialogue && r.No && len(r.Words) <= refusalWords { // "pas maintenant"
		return valueDecline, true
	}
	if r.No && q.chooses() && len(r.Words) <= refusalWords {
		return valueNothing, true
	}
	if q.Free && q.Name == askWhichOrder && !strings.ContainsFunc(t.in.Text, unicode.IsDigit) { // none has a number without digits
		switch {
		case r.Yes:
			return valueHasNumber, true
		case r.No, t.hesitates():
			return valueNoNumber, true
		}
		return "", false
	}
	if q.Free && !t.interrupts(q) && (len(r.Words) > 0 || t.shows() && q.Name == askProblem) {
		return strings.TrimSpace(t.in.Text), true
	}
	return "", false
}

// refusalWords is how long a text may be that declines an offer of choices.
const refusalWords = 6

// chooses reports a question between orders, or between ways to send one back.
func (q *Question) chooses() bool {
	return len(q.Options) > 0 && (q.Name == askWhichOrder || q.Name == askWhichReorder || q.Name == askReturn)
}

// Words of the seven languages: those that deny, those that narrow, and those that
// begin what a yes depends on.
const (
	wordsOfNegation  = "pas jamais dont not never nicht nie non no nunca mai niet nooit nao"
	wordsForOnly     = "uniquement seulement only solo nur soltanto alleen apenas"
	wordsOfCondition = "mais but pero aber maar mas sauf except solamente somente " + wordsForOnly
)

// conditional reports a yes with a condition ("oui, mais à une autre adresse").
func (t *turn) conditional() bool { return t.uses(wordsOfCondition) }

// interrogative reports a text with a question mark.
func (t *turn) interrogative() bool { return strings.Contains(t.in.Text, "?") }

// uses reports whether a word of the text is one of words, which spaces separate.
func (t *turn) uses(words string) bool {
	return slices.ContainsFunc(t.read.Words, func(w string) bool { return among(words, w) })
}

func among(words, word string) bool { return strings.Contains(" "+words+" ", " "+word+" ") }

// asksElse reports a sentence that wants something of its own, in which a word
// of an option is a coincidence ("vous avez du café bio ?").
func (t *turn) asksElse() bool {
	if len(t.read.Words) <= 4 {
		return false
	}
	switch t.best() {
	case "", understanding.Other, understanding.Yes, understanding.No, understanding.Thanks, understanding.Preferences, understanding.Reorder:
		return false
	}
	return true
}

// interrupts reports that a free question's next text is no answer to it: it
// clearly wants something else. What comes with a picture is an answer.
func (t *turn) interrupts(q Question) bool {
	if t.shows() || len(t.read.Intents) == 0 || t.read.Intents[0].Score < sureOfLong {
		return false
	}
	if strings.ContainsFunc(t.in.Text, unicode.IsDigit) && (q.Dialogue == AddressDialogue || q.Name == askWhichOrder) {
		return false
	}
	switch best := t.best(); best {
	case "", understanding.Other, understanding.Yes:
		return false
	case understanding.ItemProblem, understanding.Return, understanding.Safety:
		return q.Dialogue != ProblemDialogue
	case understanding.AddressChange:
		return q.Dialogue != AddressDialogue
	}
	return true
}

// restate asks an answer back: "Oui pour … ?". The next yes counts.
func (t *turn) restate(q Question, value string) {
	t.decide("answer.restated")
	shown := value
	for _, o := range q.Options {
		if o.Value == value && o.Label != "" {
			shown = o.Label
		}
	}
	text := ""
	switch value {
	case "yes":
		text = t.text("restate.yes", "subject", q.Subject)
	case "no", valueDecline:
		text = t.text("restate.no", "subject", q.Subject)
	default:
		text = t.text("restate.value", "subject", q.Subject, "value", shown)
	}
	t.slot(string(q.Dialogue)+".meant", value)
	q.Restated = true
	t.ask(q, text)
}

// meant is the answer that a restated question's yes or no stands for.
func (t *turn) meant(q Question, value string) string {
	key := string(q.Dialogue) + ".meant"
	pending, asked := t.c.Slots[key]
	if !asked {
		return value
	}
	t.slot(key, "")
	switch value {
	case "yes":
		return pending
	case "no":
		return valueNothing
	}
	return value
}

// Answers that are no value of an option.
const (
	valueSkip    = "(skip)"
	valueBack    = "(back)"
	valueDecline = "(decline)"
	valueNothing = "(nothing)" // "no" to "Oui pour … ?": nothing happens

	valueHasNumber = "(has a number)" // "yes" to "do you have an order number?"
	valueNoNumber  = "(has no number)"
)

// asides decide nothing: they are never asked back.
var asides = []string{valueSkip, valueBack, valueNothing, valueHasNumber, valueNoNumber}

// apply gives an answer to its dialogue.
func (t *turn) apply(q Question, value string) {
	t.c.Misses = 0
	if s := stateOf(q); t.c.State != s {
		t.why = Rule(string(q.Dialogue) + ".resumed")
		t.enter(s)
	}
	if value == valueNothing {
		t.decide("answer.withdrawn")
		t.say("restate.nothing")
		t.finish(q.Dialogue, onDeclined)
		return
	}
	t.close(q.ID)
	switch value {
	case valueHasNumber:
		t.decide("order.number")
		t.askNumber(q.Dialogue, "order.number")
		return
	case valueNoNumber:
		t.numberless(q, "order.no_number")
		return
	}
	switch q.Dialogue {
	case PreferenceDialogue:
		t.preferenceAnswered(q, value)
	case StopDialogue:
		t.stopClarified(value)
	case OptInDialogue:
		t.optInAnswered(q, value)
	case CartDialogue:
		t.cartAnswered(q, value)
	case ReorderDialogue:
		t.reorderAnswered(q, value)
	case ReviewDialogue:
		t.rated(value)
	case RatingDialogue:
		t.serviceRated(value)
	case ReturnDialogue:
		t.returnAnswered(q, value)
	case ProblemDialogue:
		t.problemAnswered(q, value)
	case AddressDialogue:
		t.addressAnswered(q, value)
	case CancelDialogue:
		t.cancelAnswered(q, value)
	case StatusDialogue, InvoiceDialogue:
		t.orderChosen(q, value)
	}
}
