package conversation

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/causette/causette/conversation/understanding"
)

// An escalationRule hands a conversation to people, and says why. The rules of
// a script are tried in order; the first that applies decides.
type escalationRule struct {
	id       Rule
	reason   string      // what agents and reports call it; several rules may share one
	when     []condition // any of them
	priority Priority
	instead  bool   // of an answer; the others apply beside what the assistant can answer
	say      string // the phrase that goes with it; "": none
	anyWait  bool   // waits for a person however long that takes
	stays    bool   // only a person settles it: what the assistant answers meanwhile does not
	explain  map[string]*template
}

// A condition is a part of a rule: everything that it sets must hold.
type condition struct {
	intents       []understanding.Intent // the text wants one of them
	without       []understanding.Intent // and none of these
	says          []*phraseList          // the text has a phrase of one of these lists
	outcomes      []outcome              // a dialogue came to one of these in this turn
	orders        []string               // the turn told of an order that stands like one of these
	asksNothing   bool                   // the text asks for nothing that the assistant answers
	words         int                    // the text has at most so many; 0: any number
	misunderstood int                    // so many texts in a row were not understood; 0: any number
	angry         bool
	vip           bool
	cart          *int64 // an open cart of at least so much, in minor units
}

// wished reports a rule that a wish or a mood calls: the customer may take it back.
func (r *escalationRule) wished() bool {
	return slices.ContainsFunc(r.when, func(c condition) bool { return c.angry || slices.Contains(c.intents, understanding.Human) })
}

// outcome is what a dialogue came to that only people can go on with.
type outcome string

const (
	cartHesitation outcome = "cart_hesitation" // what held the customer is the price, the delivery, or doubt
	longText       outcome = "long_text"
	problemTold    outcome = "item_problem"
	cancelAsked    outcome = "cancel_order"
	orderUnknown   outcome = "order_unknown"
	returnUnknown  outcome = "return_unknown"
	strangerGuess  outcome = "wrong_number" // it sounds as if the number were somebody else's, and has orders
	reorderFailed  outcome = "reorder_failed"
	badRating      outcome = "bad_rating"
	voiceNote      outcome = "voice_note"
)

var outcomes = []string{
	string(cartHesitation), string(longText), string(problemTold), string(cancelAsked),
	string(orderUnknown), string(returnUnknown), string(strangerGuess), string(reorderFailed), string(badRating), string(voiceNote),
}

// Names of phrase lists that dialogues look into, too.
const (
	listHesitant   = "hesitant"   // somebody who cannot make up their mind about a cart
	listReturning  = "returning"  // somebody who sent an article back, and waits
	listSettled    = "settled"    // somebody who needs nobody any more
	listUnreceived = "unreceived" // somebody whose parcel is not there
)

// escalation is when people take over: a section of the script.
type escalation struct {
	phrases map[string]*phraseList
	rules   []escalationRule
}

// phraseList is what customers write, normalised, each phrase by its first word.
type phraseList struct {
	by    map[string][][]string
	stems [][]string // those whose first word is a stem
}

// newPhrases is a list of the assistant's own.
func newPhrases(texts ...string) *phraseList {
	l := &phraseList{by: map[string][][]string{}}
	for _, text := range texts {
		l.add(text)
	}
	return l
}

// add takes a phrase in, and reports whether it has a word.
func (l *phraseList) add(text string) bool {
	phrase := phraseOf(text)
	switch {
	case len(phrase) == 0:
		return false
	case strings.HasSuffix(phrase[0], "*"):
		l.stems = append(l.stems, phrase)
	default:
		l.by[phrase[0]] = append(l.by[phrase[0]], phrase)
	}
	return true
}

// list finds a list of the script; an empty one where it has none.
func (e *escalation) list(name string) *phraseList {
	if l := e.phrases[name]; l != nil {
		return l
	}
	return &phraseList{}
}

// Bounds of what a script may hold.
const (
	maxEscalations = 64
	maxPhrases     = 400 // of one list, all languages together
	maxWhy         = 300 // runes of an explanation as agents read it
)

// whyValues are the values that an explanation may have.
var whyValues = append([]string{"words", "cart", "cart_bound", "misses", "order.number", "order.carrier", "vip"}, always...)

var reasonName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func (s *Script) parseEscalation(n node) escalation {
	e := escalation{phrases: map[string]*phraseList{}}
	f := n.fields("phrases", "rules")
	lines := map[string]node{}
	for _, list := range f["phrases"].members() {
		lines[list.key] = list.node
		e.phrases[list.key] = parsePhrases(list.node)
	}
	used := map[string]bool{listHesitant: true, listReturning: true, listSettled: true, listUnreceived: true}
	for _, item := range f["rules"].items() {
		e.rules = append(e.rules, s.parseRule(item, &e, used))
	}
	switch {
	case len(e.rules) > maxEscalations:
		f["rules"].wrong("are %d; at most %d", len(e.rules), maxEscalations)
	case len(e.rules) == 0:
		f["rules"].wrong("are missing: nobody would ever reach a person")
	default:
		e.complete(f["rules"])
	}
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		if !used[name] {
			lines[name].wrong("is a list that no rule looks into")
		}
	}
	return e
}

// parsePhrases reads phrases by language, as customers write them; * ends a stem.
func parsePhrases(n node) *phraseList {
	list := newPhrases()
	count := 0
	for _, m := range n.members() {
		if !slices.Contains(understanding.Languages[:], m.key) {
			m.wrong("unknown language%s", nearest(m.key, understanding.Languages[:]))
			continue
		}
		for _, text := range m.words() {
			count++
			if !list.add(text) {
				m.wrong("%q has no word", text)
			}
		}
	}
	if count > maxPhrases {
		n.wrong("has %d phrases; at most %d", count, maxPhrases)
	}
	return list
}

// phraseOf is a phrase as the understanding normalises it, word by word.
func phraseOf(text string) []string {
	var phrase []string
	for _, word := range strings.Fields(text) {
		word, stem := strings.CutSuffix(word, "*")
		parts := strings.Fields(understanding.Normalise(word))
		if stem && len(parts) > 0 {
			parts[len(parts)-1] += "*"
		}
		phrase = append(phrase, parts...)
	}
	return phrase
}

func (s *Script) parseRule(n node, e *escalation, used map[string]bool) escalationRule {
	f := n.fields("id", "reason", "when", "priority", "instead", "say", "whatever_the_wait", "until_a_person", "explain")
	r := escalationRule{
		id: Rule(f["id"].text()), reason: f["reason"].text(),
		priority: Priority(f["priority"].oneOf(string(Normal), string(High), string(Urgent))),
		instead:  f["instead"].truth(), say: f["say"].text(),
		anyWait: f["whatever_the_wait"].truth(), stays: f["until_a_person"].truth(),
		explain: s.parseTexts(f["explain"], whyValues),
	}
	switch {
	case r.id == "":
		f["id"].wrong("is missing: a name of its own, such as human.angry")
	case len(r.id) > 60:
		f["id"].wrong("is longer than 60 bytes")
	case slices.ContainsFunc(e.rules, func(o escalationRule) bool { return o.id == r.id }):
		f["id"].wrong("%q is here twice", r.id)
	}
	if !reasonName.MatchString(r.reason) {
		f["reason"].wrong("%q is not a name such as not_understood: small letters and _, at most 40", r.reason)
	}
	if r.say != "" {
		p, ok := phrases[r.say]
		if !ok {
			f["say"].wrong("unknown phrase%s", nearest(r.say, phraseKeys()))
		} else if p.values != "" && p.values != "link" {
			f["say"].wrong("%q needs values that a rule has not (%s)", r.say, p.values)
		}
	}
	switch when := f["when"]; {
	case when.absent():
		when.wrong("is missing: the conditions, such as {angry: true}")
	case when.isMapping():
		r.when = []condition{s.parseCondition(when, e, used)}
	default:
		for _, item := range when.items() {
			r.when = append(r.when, s.parseCondition(item, e, used))
		}
	}
	return r
}

func (s *Script) parseCondition(n node, e *escalation, used map[string]bool) condition {
	f := n.fields("intents", "without", "says", "outcomes", "order", "asks_nothing", "words_at_most", "misunderstood", "asked", "angry", "vip", "cart_at_least")
	c := condition{
		intents: intentsOf(f["intents"]), without: intentsOf(f["without"]),
		asksNothing: f["asks_nothing"].truth(), angry: f["angry"].truth(), vip: f["vip"].truth(),
		words: f["words_at_most"].number(0, 1, 200), misunderstood: f["misunderstood"].number(0, 1, 5),
	}
	if f["asked"].truth() {
		c.intents = append(c.intents, understanding.Human)
	}
	for _, name := range f["says"].oneOrMore() {
		if e.phrases[name.text()] == nil {
			name.wrong("no list of phrases is called %q%s", name.text(), nearest(name.text(), slices.Sorted(maps.Keys(e.phrases))))
		}
		used[name.text()] = true
		c.says = append(c.says, e.list(name.text()))
	}
	for _, name := range f["outcomes"].oneOrMore() {
		c.outcomes = append(c.outcomes, outcome(name.oneOf(outcomes...)))
	}
	for _, name := range f["order"].oneOrMore() {
		c.orders = append(c.orders, name.oneOf(orderStates...))
	}
	if cart := f["cart_at_least"]; !cart.absent() {
		c.cart = s.cartBound(cart)
	}
	if !c.some() {
		n.wrong("says nothing that must hold: it would hand over everybody")
	}
	return c
}

// orderStates are how an order may stand.
var orderStates = []string{"placed", "shipped", "out_for_delivery", "delivery_missed", "delivered", "cancelled", "refunded"}

func intentsOf(n node) []understanding.Intent {
	names := make([]string, len(understanding.Intents))
	for i, intent := range understanding.Intents {
		names[i] = string(intent)
	}
	var list []understanding.Intent
	for _, name := range n.oneOrMore() {
		list = append(list, understanding.Intent(name.oneOf(names...)))
	}
	return list
}

// cartBound reads "brand", the configuration's bound, or an amount. The brand
// that has none hands nobody over for a cart: nil there is beyond every cart.
func (s *Script) cartBound(n node) *int64 {
	bound := s.brand.CartValue
	text := n.text()
	if text != "brand" {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || x < 0 || x > 1e9 {
			n.wrong(`%q is neither "brand", the configuration's bound, nor an amount such as 150.00`, text)
			return &bound
		}
		bound = int64(x*100 + 0.5)
	} else if bound <= 0 {
		bound = noCart
	}
	return &bound
}

// noCart is a bound that no cart reaches.
const noCart = 1 << 62

// some reports whether anything about the text, the turn or the customer must hold.
func (c *condition) some() bool {
	return len(c.intents)+len(c.says)+len(c.outcomes)+len(c.orders)+c.misunderstood > 0 || c.angry
}

// peoples are the intents that only people answer.
var peoples = [...]understanding.Intent{
	understanding.Human, understanding.Safety, understanding.Legal, understanding.Privacy, understanding.PaymentTrouble,
}

// complete notes what would be met with silence.
func (e *escalation) complete(n node) {
	for _, i := range peoples {
		if !e.any(func(c *condition) bool { return c.alone() && slices.Contains(c.intents, i) }) {
			n.wrong("have none for {intents: [%s]}: who writes so would never reach a person", i)
		}
	}
	if !e.any(func(c *condition) bool { return c.alone() && c.misunderstood > 0 }) {
		n.wrong("have none for {misunderstood: 2}: who is not understood would be asked again for ever")
	}
}

func (e *escalation) any(ok func(*condition) bool) bool {
	return slices.ContainsFunc(e.rules, func(r escalationRule) bool {
		return slices.ContainsFunc(r.when, func(c condition) bool { return ok(&c) })
	})
}

// alone reports a condition that holds of everybody who writes so.
func (c *condition) alone() bool {
	return !c.vip && c.cart == nil && !c.angry && !c.asksNothing && c.words == 0 &&
		len(c.without)+len(c.orders)+len(c.outcomes)+len(c.says) == 0 && (len(c.intents) == 0) != (c.misunderstood == 0)
}
