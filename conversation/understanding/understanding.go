// Package understanding reads what a customer texted: an opt-out above all,
// then a yes, a no, a number, a language, and what the customer wants.
//
// It is deterministic and pure. Words, phrases and rules are data, one
// readable file each under lexicon/; the weights of the small linear model
// that ranks intents are in lexicon/model.txt, written from the labelled set
// by `go generate`. Both are parsed once, at first use.
//
// A missed opt-out is worse than a wrong one, so reading a stop has three
// outcomes: Sure ends the messages, Doubt suspends marketing and asks once.
package understanding

//go:generate go test -run TrainingSetGives -update

// Intent says what a customer wants; the values are those of the labelled set
// (testdata/labelled/README.md).
type Intent string

const (
	Stop           Intent = "stop"
	Start          Intent = "start"
	Help           Intent = "help"
	Yes            Intent = "yes"
	No             Intent = "no"
	OrderStatus    Intent = "order_status"
	Reorder        Intent = "reorder"
	CancelOrder    Intent = "cancel_order"
	Return         Intent = "return"
	ItemProblem    Intent = "item_problem"
	AddressChange  Intent = "address_change"
	Invoice        Intent = "invoice"
	Points         Intent = "points"
	PaymentTrouble Intent = "payment_trouble"
	Preferences    Intent = "preferences"
	LanguageSwitch Intent = "language_switch"
	Human          Intent = "human"
	IdentityCheck  Intent = "identity_check"
	WrongNumber    Intent = "wrong_number"
	Minor          Intent = "minor"
	Privacy        Intent = "privacy"
	Legal          Intent = "legal"
	Safety         Intent = "safety"
	Angry          Intent = "angry"
	Hours          Intent = "hours"
	DeliveryInfo   Intent = "delivery_info"
	PromoCode      Intent = "promo_code"
	Availability   Intent = "availability"
	Thanks         Intent = "thanks"
	Greeting       Intent = "greeting"
	AutoReply      Intent = "auto_reply"
	Other          Intent = "other"
)

// Intents lists every intent, in the order that settles equal scores.
var Intents = [...]Intent{
	Stop, Start, Help, Yes, No, OrderStatus, Reorder, CancelOrder, Return,
	ItemProblem, AddressChange, Invoice, Points, PaymentTrouble, Preferences,
	LanguageSwitch, Human, IdentityCheck, WrongNumber, Minor, Privacy, Legal,
	Safety, Angry, Hours, DeliveryInfo, PromoCode, Availability, Thanks,
	Greeting, AutoReply, Other,
}

// Certainty grades an opt-out.
type Certainty int

const (
	None  Certainty = iota
	Doubt           // suspend marketing and ask once
	Sure            // opt out now
)

func (c Certainty) String() string { return [...]string{"none", "doubt", "sure"}[c] }

// Guess is one intent and how likely it is, from 0 to 1.
type Guess struct {
	Intent Intent
	Score  float64
}

// Reading is what one text says. It answers every question that a dialogue
// may have asked; the dialogue takes the field that its question needs.
type Reading struct {
	Text  string   // NFKC, casefolded; accents, quotes, punctuation and emoji gone; single spaces
	Words []string // Text, word by word

	Intents []Guess // best first; two when the text asks two things; empty: nothing understood

	Stop    Certainty
	Rule    string // the rule of lexicon/stop.txt that decided Stop
	Keyword Intent // Stop, Start or Help when the whole text is that bare keyword; "" otherwise
	Cancels bool   // a stop word such as CANCEL, END, ANNULER or FIN: after an offer to cancel it answers that offer instead

	Yes, No   bool // as the answer to a question; never both
	Number    int  // 0–999, from "2", "deux", "le 2ème" or "1."
	HasNumber bool // the text names exactly one number

	Language      string // the language most clear words speak for; "" when none does
	LanguageWords int    // how many clear words; "ok", "stop", "no" and "si" are none
	LanguageAlone bool   // no word speaks for another
	WantsLanguage string // the language asked for ("in English please"); "" otherwise

	Reaction bool // a phone's reaction to one of our messages ("A aimé « … »"); its quote was taken out first
	Long     bool // more than a keyword may answer
	Angry    bool
	Bye      bool // the greeting takes leave, and no more
	Robot    bool // the doubt who writes speaks of a robot or a machine
}

// Best returns the first intent, or "" when nothing was understood.
func (r Reading) Best() Intent {
	if len(r.Intents) == 0 {
		return ""
	}
	return r.Intents[0].Intent
}

// Is reports whether the text says this, first or second.
func (r Reading) Is(i Intent) bool {
	for _, g := range r.Intents {
		if g.Intent == i {
			return true
		}
	}
	return false
}

// Languages are those understood, in the order that settles equal counts.
var Languages = [...]string{"fr", "en", "es", "de", "it", "nl", "pt"}

// Longest text read, in runes: what follows is cut, so that reading is
// bounded in time whatever a phone or a forger sends.
const maxRunes = 2000

// Read reads a text. The hint is the customer's language ("fr"), or "": it
// settles what the words leave open.
func Read(text, hint string) Reading {
	lex := lexicon()
	if r, ok := lex.readBare(text); ok {
		return r
	}
	return lex.read(text, hint)
}

func (lex *lexiconData) read(text, hint string) Reading {
	text, reaction := lex.stripReaction(cut(text, maxRunes))
	f := fold(text)
	r := Reading{Text: f.text, Words: f.words(), Reaction: reaction}
	if len(f.tokens) == 0 && (reaction || f.signs == (signs{})) {
		if !reaction {
			r.Intents = wordless(text)
		}
		return r
	}
	r.Language, r.LanguageWords, r.LanguageAlone = lex.language(f, hint)
	m, tokens := lex.find(f), lex.spell(f.tokens)
	r.WantsLanguage = lex.wantsLanguage(f, m)
	r.Keyword, r.Cancels = lex.keyword(f)
	r.Long = len(f.tokens) > longWords
	r.Angry = m[string(Angry)] != nil || f.signs.angry || f.shouted()
	if own := unquoted(text); len(own) < len(text) {
		f := fold(own)
		r.Stop, r.Rule = lex.stops(f, lex.spell(f.tokens), lex.find(f))
	} else {
		r.Stop, r.Rule = lex.stops(f, tokens, m)
	}
	if !reaction {
		r.Yes, r.No = lex.yesNo(f)
		r.Number, r.HasNumber = lex.number(f, hint)
	}
	r.Intents = lex.intents(f, tokens, r)
	r.Bye = r.Is(Greeting) && lex.leaves(f)
	r.Robot = r.Is(IdentityCheck) && lex.concepts.says("bot", tokens)
	return r
}

// Texts of more words tell a story, which an FAQ must not answer on one
// keyword; an SMS of two segments holds about as many.
const longWords = 40
