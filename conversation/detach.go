package conversation

import (
	"slices"
	"strings"

	"github.com/causette/causette/conversation/understanding"
)

// detach is a wrong number or a minor: marketing ends, and the number no
// longer stands for the account. Consent does not follow a changed number.
func (t *turn) detach(kind string) {
	t.decide(Rule("detach." + kind))
	t.mute = t.mute || !t.affordable()
	for _, m := range [...]Medium{SMS, WhatsApp} {
		t.consent(m, Marketing, Withdrawn, "keyword", "")
	}
	c := &t.c.Customer
	c.Detached, c.Suspended = true, false
	c.Cart = nil
	t.dropBurst()
	t.closeAll()
	t.asks = ""
	t.unset(timerStop)
	if t.c.State != Idle {
		t.move(onDetached)
		t.unset(timerAgent)
		t.unset(timerWait)
		if t.c.Desk != nil {
			t.endMatter()
		}
	}
	t.fence(CancelAll)
	t.notice("customer.detached", "reason", kind)
	t.exempt, t.plain = true, true
	t.say("detach." + kind)
}

// What stands before a name that is not one's own, in the seven languages, and
// how long such a text is at most.
var denials = []string{
	"suis pas", "c est pas", "ce n est pas", "not", "isnt", "no soy", "no es", "nicht", "non sono", "niet", "nao sou", "nao sou a", "nao sou o",
}

const maxDenial = 6

// denies reports who says that they are not whom we call them ("je ne suis pas Claire").
func (t *turn) denies() bool {
	name, words := strings.Fields(understanding.Normalise(t.c.Customer.First)), t.read.Words
	if len(name) == 0 || len(words) > maxDenial {
		return false
	}
	for i := 1; i+len(name) <= len(words); i++ {
		if !slices.Equal(words[i:i+len(name)], name) {
			continue
		}
		before := " " + strings.Join(words[:i], " ")
		if slices.ContainsFunc(denials, func(d string) bool { return strings.HasSuffix(before, " "+d) }) {
			return true
		}
	}
	return false
}

// sureOfStranger is how sure a text must be that the number is somebody else's,
// where orders say that it is not ("I'm not in a hurry" sounds like "I'm not Sarah").
const sureOfStranger = 0.95

// stranger reports who surely is not the customer.
func (t *turn) stranger() bool {
	return len(t.c.Customer.Orders) == 0 || t.scores(understanding.WrongNumber, sureOfStranger) || t.denies()
}

// Words that speak of somebody a present is for, and those before one's own age.
const (
	wordsForPresent = "pour cadeau offrir adore adorent aime for gift present loves likes para regalo fur geschenk per voor cadeautje presente"
	wordsForOwnAge  = "ai im am tengo bin ho ben tenho"
)

// present reports a text about a child that something is for ("un cadeau pour mon
// fils de 8 ans"), and not about whoever writes.
func (t *turn) present() bool {
	words := t.read.Words
	for i := 1; i < len(words); i++ {
		if among(wordsForOwnAge, words[i-1]) && isDigits(words[i]) {
			return false
		}
	}
	return t.uses(wordsForPresent)
}
