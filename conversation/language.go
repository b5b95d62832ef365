package conversation

import (
	"cmp"
	"slices"

	"github.com/causette/causette/conversation/understanding"
)

// clearWords is how many words must speak for a language before the assistant
// follows. "ok", "stop", "no" and "si" are not such words.
const clearWords = 4

// firstWords is the same for a customer whose language nobody knows yet:
// nothing is switched, a guess is made better.
const firstWords = 3

// switchLanguage follows the customer: at their request, or when they clearly
// write another language.
func (t *turn) switchLanguage() {
	to := t.read.WantsLanguage
	if t.read.LanguageWords >= clearWords || t.c.Customer.Language == "" && t.read.LanguageWords >= firstWords {
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
