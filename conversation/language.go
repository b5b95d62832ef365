package conversation

import (
	"cmp"
	"slices"

	"github.com/causette/causette/conversation/understanding"
)

// clearWords is how many words must speak for a language before the assistant
// follows. "ok", "stop", "no" and "si" are not such words.
const clearWords = 4

// The same for a customer whose language nobody knows yet, where nothing is
// switched but a guess made better; and where no word speaks for another language.
const (
	firstWords = 3
	aloneWords = 2
)

// switchLanguage follows the customer: at their request, or when they clearly
// write another language.
func (t *turn) switchLanguage() {
	to := t.read.WantsLanguage
	least := clearWords
	switch {
	case t.c.Customer.Language != "":
	case t.read.LanguageAlone:
		least = aloneWords
	default:
		least = firstWords
	}
	if t.read.LanguageWords >= least {
		to = cmp.Or(to, t.read.Language)
	}
	if to == "" || to == t.c.Customer.Language || !slices.Contains(understanding.Languages[:], to) {
		return
	}
	if t.c.Customer.Language == "" && to == t.brand.Languages[0] && t.read.WantsLanguage == "" {
		t.c.Customer.Language = to // known now, and nothing changes
		return
	}
	t.c.Customer.Language = to
	t.lang = t.speaks(to)
	deciding := t.why
	t.why = "language.followed"
	t.notice("customer.language", "language", to)
	t.why = deciding
}
