package conversation

import (
	"strings"

	"github.com/causette/causette/conversation/understanding"
)

// keywordsOf are the keywords that belong to one language (facts of
// compliance: STOP, START, HELP and their synonyms). They are answered in it
// where the customer's own is not known yet; they change nobody's language.
var keywordsOf = byWord(map[string]string{
	"fr": "arret desabonner desinscrire reprendre aide",
	"en": "quit end revoke optout unsubscribe remove unstop",
	"es": "baja alta ayuda",
	"de": "stopp abmelden abbestellen anmelden hilfe",
	"it": "annulla disiscrivi iscrivi aiuto",
	"nl": "afmelden stoppen aanmelden hulp",
	"pt": "sair iniciar ajuda",
})

func byWord(words map[string]string) map[string]string {
	languages := map[string]string{}
	for language, list := range words {
		for _, w := range strings.Fields(list) {
			languages[w] = language
		}
	}
	return languages
}

// keyword handles STOP, START and HELP and what amounts to them. STOP outranks
// every dialogue, every agent and every pause.
func (t *turn) keyword() bool {
	if t.c.Customer.Language == "" && t.read.Keyword != "" {
		if l := keywordsOf[t.read.Text]; t.books[l] != nil {
			t.lang = l
		}
	}
	switch {
	case t.read.Keyword == understanding.Stop || t.read.Stop == understanding.Sure:
		if t.read.Cancels && t.cancels() {
			return true
		}
		if t.read.Keyword == "" && t.choosesScope() {
			return true
		}
		t.stop()
	case t.read.Keyword == understanding.Start:
		t.start()
	case t.read.Keyword == understanding.Help:
		t.help()
	case t.read.Stop == understanding.Doubt:
		if t.read.Cancels && t.cancels() {
			return true
		}
		return t.doubt()
	default:
		return false
	}
	return true
}
