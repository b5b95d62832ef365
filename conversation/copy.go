package conversation

import (
	"slices"
	"strings"
)

// Copy is what the assistant says: key → template, in one language.
type phrasebook map[string]*template

// always are the placeholders that every text can use.
var always = []string{"brand", "first", "phone", "email"}

// A phrase is one thing that the assistant can say.
type phrase struct {
	values    string // its placeholders beside those of always, separated by spaces
	essential bool   // needed in every language that a script has copy for
	instead   string // what is said where a script has none: it may lack this one
}

// phrases lists all that the assistant can say. A script has each of them in
// each of the brand's languages, but for those that another stands in for; its
// other languages have the essential ones.
var phrases = map[string]phrase{
	"disclosure": {essential: true},
	"masked":     {}, // a card number was removed from what the customer wrote
	"language":   {}, // the language was changed at their request

	"stop.marketing":         {essential: true},
	"stop.everything":        {essential: true},
	"stop.ask":               {essential: true},
	"stop.subject":           {essential: true},
	"stop.choice.offers":     {essential: true},
	"stop.choice.everything": {essential: true},
	"stop.choice.keep":       {essential: true},
	"stop.cancelled":         {essential: true, values: "subject"},
	"stop.kept":              {essential: true},
	"start.confirmed":        {essential: true},
	"start.ask":              {essential: true},
	"start.subject":          {essential: true},
	"start.declined":         {essential: true},
	"offer.named":            {essential: true},                    // before marketing that does not name the brand
	"offer.stop":             {essential: true},                    // after marketing that does not say how to stop
	"offer.stop_at":          {essential: true, values: "address"}, // the same, where nobody can answer the sender
	"help.text":              {essential: true},
	"help.rates":             {essential: true},
	"human.open":             {essential: true, values: "hours wait"},
	"human.closed":           {essential: true, values: "hours opens"},
	"human.waiting":          {essential: true, values: "wait opens"},
	"human.update":           {essential: true, values: "wait"}, // a word to who waits in the queue
	"human.busy":             {essential: true, values: "wait"}, // too many wait: how else to reach people
	"human.left":             {essential: true},                 // no longer in the queue, and how to ask again
	"human.minutes":          {essential: true, values: "n"},
	"human.hour":             {essential: true},
	"human.hours":            {essential: true, values: "n"},
	"incident.person":        {essential: true},                  // an incident was told instead of a handover
	"human.nobody":           {essential: true, values: "hours"}, // nobody came, or nobody ever does

	"join.subject":                 {essential: true}, // a number that was left on the join page
	"join.ask.marketing":           {essential: true, values: "often"},
	"join.ask.transactional":       {essential: true, values: "often"},
	"join.ask.both":                {essential: true, values: "often"},
	"join.confirmed.marketing":     {essential: true, values: "often"},
	"join.confirmed.transactional": {essential: true, values: "often"},
	"join.confirmed.both":          {essential: true, values: "often"},
	"often.day":                    {essential: true, values: "n"}, // how often somebody hears from the brand at most
	"often.week":                   {essential: true, values: "n"},
	"often.month":                  {essential: true, values: "n"},

	"greeting":         {},
	"greeting.first":   {},
	"angry":            {},
	"long":             {},
	"legal":            {},
	"fraud":            {},
	"safety":           {},
	"privacy":          {},
	"identity":         {values: "order.number senders"},
	"robot":            {values: "order.number senders", instead: "identity"},
	"reminder":         {values: "subject"},
	"media.picture":    {},
	"media.voice":      {},
	"media.listen":     {},
	"media.unreadable": {},
	"media.other":      {},

	"detach.wrong_number": {},
	"detach.minor":        {},

	"miss.hint":    {},
	"miss.yes_no":  {values: "subject"},
	"miss.options": {values: "options"},
	"miss.person":  {},

	"restate.yes":     {values: "subject"},
	"restate.no":      {values: "subject"},
	"restate.value":   {values: "subject value"},
	"restate.nothing": {},

	"preference.intro":   {values: "count"},
	"preference.current": {values: "values"},
	"preference.done":    {values: "values"},
	"preference.later":   {},
	"preference.none":    {},

	"order.which":     {values: "options"},
	"order.label":     {values: "order.number order.lines order.placed"},
	"order.subject":   {},
	"order.number":    {},
	"order.no_number": {instead: "order.unknown"},
	"order.unknown":   {},
	"order.detached":  {},

	"status.none":             {},
	"status.placed":           {values: statusValues},
	"status.shipped":          {values: statusValues},
	"status.out_for_delivery": {values: statusValues},
	"status.delivery_missed":  {values: statusValues},
	"status.delivered":        {values: statusValues},
	"status.cancelled":        {values: statusValues},
	"status.refunded":         {values: statusValues},

	"reorder.which":        {values: "options"},
	"reorder.subject":      {},
	"reorder.offer":        {values: "articles"},
	"reorder.confirm":      {values: "articles gone total count"},
	"reorder.quantity":     {values: "articles"},
	"reorder.confirmed":    {values: "articles"},
	"reorder.declined":     {},
	"reorder.none":         {},
	"reorder.link":         {values: "link gone"},
	"reorder.out_of_stock": {values: "articles"},
	"reorder.failed":       {},

	"return.which":           {values: "order.number options"},
	"return.subject":         {values: "order.number"},
	"return.choice.exchange": {},
	"return.choice.refund":   {},
	"return.how_to_exchange": {values: "order.number"},
	"return.how_to_refund":   {values: "order.number"},
	"return.none":            {},
	"return.unknown":         {instead: "return.none"},
	"return.requested":       {values: "date"},
	"return.received":        {values: "date"},
	"return.refunded":        {values: "date"},
	"problem.describe":       {values: "order.number link"},
	"problem.subject":        {values: "order.number"},
	"problem.thanks":         {},
	"problem.none":           {},
	"address.give":           {values: "order.number"},
	"address.subject":        {values: "order.number"},
	"address.confirm":        {values: "address"},
	"address.done":           {values: "order.number"},
	"address.too_late":       {values: "order.number order.tracking"},
	"address.none":           {},
	"invoice.link":           {values: "order.number link"},
	"invoice.later":          {values: "order.number"},
	"invoice.none":           {},
	"points.balance":         {values: "points"},
	"points.none":            {},
	"payment":                {values: "link"},
	"charged":                {},
	"cancel_order.sent":      {values: "order.number"},
	"cancel_order.passed":    {values: "order.number"},
	"cancel_order.none":      {},
	"cancel_order.confirm":   {values: "order.number order.lines"},
	"cancel_order.subject":   {values: "order.number"},
	"cancel_order.kept":      {},
	"cart.why":               {values: "options"},
	"cart.subject":           {},
	"cart.choice.price":      {},
	"cart.choice.delivery":   {},
	"cart.choice.later":      {},
	"cart.choice.no":         {},
	"cart.answer.price":      {values: "link"},
	"cart.answer.delivery":   {values: "link"},
	"cart.answer.later":      {values: "link"},
	"cart.answer.no":         {values: "link"},
	"cart.answer.yes":        {values: "link"},
	"rating.ask":             {},
	"rating.subject":         {},
	"rating.thanks":          {},
	"rating.sorry":           {},
	"review.ask":             {},
	"review.subject":         {},
	"review.thanks":          {},
	"review.sorry":           {},
}

// statusValues are what is said of an order.
const statusValues = "order.number order.lines order.carrier order.tracking order.expected order.changed"

// allowed lists the placeholders of a phrase.
func (p phrase) allowed() []string {
	return append(slices.Clone(always), strings.Fields(p.values)...)
}

// parseCopy reads the copy of one language: nested names, joined by dots.
func (s *Script) parseCopy(n node, language string) {
	book := s.books[language]
	if book == nil {
		book = phrasebook{}
		s.books[language] = book
	}
	var walk func(n node, prefix string)
	walk = func(n node, prefix string) {
		for _, m := range n.members() {
			key := strings.TrimPrefix(prefix+"."+m.key, ".")
			p, ok := phrases[key]
			switch {
			case !ok && m.isMapping():
				walk(m.node, key)
				continue
			case !ok:
				m.wrong("unknown phrase%s", nearest(key, phraseKeys()))
				continue
			}
			text := m.text()
			t, err := parseTemplate(text, p.allowed())
			switch {
			case err != nil:
				m.wrong("%v", err)
			case strings.TrimSpace(text) == "":
				m.wrong("is empty")
			case book[key] != nil:
				m.wrong("is said twice in %q", language)
			default:
				book[key] = &t
			}
		}
	}
	walk(n, "")
}

// checkCopy notes every phrase that is missing.
func (s *Script) checkCopy(found *Problems) {
	for _, language := range s.brand.Languages {
		if s.books[language] == nil {
			*found = append(*found, Problem{File: s.dir, Field: "copy", Why: "no copy in " + language + ", a language of the brand"})
		}
	}
	for language, book := range s.books {
		full := slices.Contains(s.brand.Languages, language)
		for _, key := range phraseKeys() {
			p := phrases[key]
			if book[key] == nil && (full && p.instead == "" || p.essential) {
				*found = append(*found, Problem{File: s.dir, Field: "copy." + key, Why: "is missing in " + language})
			}
		}
	}
}

func phraseKeys() []string {
	keys := make([]string, 0, len(phrases))
	for key := range phrases {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
