package conversation

// plainRules are when people take over where a script does not say: who asks,
// who must not be answered by a machine, and what a dialogue cannot end.
const plainRules = `
rules:
  - {id: human.safety, reason: safety, when: {intents: [safety]}, priority: urgent, instead: true, say: safety, until_a_person: true, explain: {fr: "Danger ou blessure : « {words} »", en: "Danger or injury: “{words}”"}}
  - {id: human.legal, reason: legal, when: {intents: [legal]}, priority: urgent, say: legal, until_a_person: true, explain: {fr: "Il est question de droit : « {words} »", en: "It is about law: “{words}”"}}
  - {id: human.privacy, reason: privacy, when: {intents: [privacy]}, priority: high, whatever_the_wait: true, until_a_person: true, explain: {fr: "Données personnelles : « {words} »", en: "Personal data: “{words}”"}}
  - {id: human.angry, reason: angry, when: {angry: true}, priority: high, instead: true, say: angry, whatever_the_wait: true, until_a_person: true, explain: {fr: "Mécontentement : « {words} »", en: "Discontent: “{words}”"}}
  - {id: human.asked, reason: asked, when: {asked: true}, whatever_the_wait: true, until_a_person: true, explain: {fr: "Une personne est demandée : « {words} »", en: "A person is asked for: “{words}”"}}
  - {id: payment.trouble, reason: payment, when: {intents: [payment_trouble]}, priority: high, say: payment, until_a_person: true, explain: {fr: "Souci de paiement : « {words} »", en: "Payment trouble: “{words}”"}}
  - {id: problem.reported, reason: item_problem, when: {outcomes: [item_problem]}, priority: high, until_a_person: true, explain: {fr: "Problème avec un article : « {words} »", en: "Trouble with an article: “{words}”"}}
  - {id: cancel_order.asked, reason: cancel_order, when: {outcomes: [cancel_order]}, priority: high, whatever_the_wait: true, until_a_person: true, explain: {fr: "Commande {order.number} à annuler", en: "Order {order.number} to be cancelled"}}
  - {id: order.unknown, reason: order_unknown, when: {outcomes: [order_unknown]}, explain: {fr: "Commande introuvable : « {words} »", en: "Unknown order: “{words}”"}}
  - {id: reorder.failed, reason: reorder_failed, when: {outcomes: [reorder_failed]}, priority: high, explain: {fr: "La boutique n'a pas pu recommander", en: "The shop could not reorder"}}
  - {id: review.bad, reason: bad_rating, when: {outcomes: [bad_rating]}, priority: high, explain: {fr: "Mauvaise note : « {words} »", en: "Bad rating: “{words}”"}}
  - {id: human.long, reason: long, when: {outcomes: [long_text]}, say: long, explain: {fr: "Message long : « {words} »", en: "A long text: “{words}”"}}
  - {id: miss.person, reason: not_understood, when: {misunderstood: 2}, say: miss.person, whatever_the_wait: true, explain: {fr: "{misses} messages n'ont pas été compris, le dernier : « {words} »", en: "{misses} texts were not understood, the last: “{words}”"}}
`

// plainEscalation reads them. They are explained in two languages, whatever
// others the brand speaks, so what is amiss there is nobody's mistake.
func (s *Script) plainEscalation() escalation {
	var found Problems
	root, _ := parseYAML("built in", []byte(plainRules), &found)
	return s.parseEscalation(root)
}
