package conversation

import (
	"slices"
	"strings"

	"github.com/causette/causette/conversation/understanding"
)

// What calls for a person beside what the understanding names: phrases, as the
// understanding normalises them (no accents, no signs), in the seven languages.

// hesitant are words of somebody who cannot make up their mind about a cart.
var hesitant = phrasesOf(`
	ne sais pas|sais pas|j hesite|hesite encore|pas sur|pas sure|je reflechis|trop cher|un peu cher|c est cher
	not sure|dont know|dunno|hesitating|cant decide|in two minds|thinking about it|too expensive|bit expensive|bit pricey
	no se|no lo se|no estoy segur*|lo estoy pensando|demasiado caro|muy caro
	weiss nicht|bin unsicher|nicht sicher|ueberlege noch|uberlege noch|zu teuer
	non so|non lo so|non sono sicur*|ci sto pensando|troppo caro
	weet niet|weet het niet|twijfel|niet zeker|te duur
	nao sei|nao tenho certeza|estou a pensar|muito caro|demasiado caro`)

// defrauded are words of somebody whose money or account was used by another.
var defrauded = phrasesOf(`
	victime d une fraude|victime de fraude|victime d une arnaque|usurpation d identite|usurpe mon identite|sans mon accord|a mon insu|compte pirate|compte a ete pirate|ete pirate*|carte volee|vole ma carte|utilise ma carte|pas passe cette commande|jamais passe cette commande|jamais commande chez vous
	victim of fraud|been scammed|identity theft|stole my identity|without my permission|without my consent|account was hacked|been hacked|stolen card|used my card|never placed this order|didnt place this order|did not place this order|unauthorized charge|unauthorised charge
	victima de fraude|victima de una estafa|sin mi permiso|sin mi consentimiento|hackeado|tarjeta robada|usado mi tarjeta|no hice este pedido
	opfer eines betrugs|ohne meine zustimmung|ohne mein wissen|wurde gehackt|gestohlene karte|nie bestellt
	vittima di una truffa|vittima di frode|senza il mio consenso|a mia insaputa|hackerato|carta rubata|mai fatto questo ordine
	slachtoffer van fraude|zonder mijn toestemming|gehackt|gestolen kaart|nooit besteld
	vitima de fraude|vitima de burla|sem a minha autorizacao|sem o meu consentimento|cartao roubado|nao fiz esta encomenda`)

// unreceived are words of somebody to whom a parcel never came.
var unreceived = phrasesOf(`
	rien recu|jamais recu|pas recu|jamais arrive*|pas arrive*|toujours pas la|colis perdu|colis vole
	not received|never received|didnt receive|havent received|not arrived|never arrived|didnt arrive|hasnt arrived|never came|nothing arrived|lost parcel|parcel is lost|stolen parcel|package was stolen
	no he recibido|no lo recibi|nunca llego|no ha llegado|no llego
	nicht erhalten|nie erhalten|nicht angekommen|nie angekommen|nichts bekommen
	non ho ricevuto|mai ricevuto|mai arrivato|non e arrivato
	niet ontvangen|nooit ontvangen|niet aangekomen|nooit aangekomen
	nao recebi|nunca recebi|nunca chegou|nao chegou`)

// phrasesOf splits a list into phrases of words; * ends a stem.
func phrasesOf(list string) [][]string {
	var all [][]string
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == '|' || r == '\n' }) {
		if words := strings.Fields(p); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// says reports whether one of the phrases stands in the text.
func (t *turn) says(phrases [][]string) bool {
	words := t.read.Words
	for i := range words {
		if slices.ContainsFunc(phrases, func(p []string) bool { return starts(words[i:], p) }) {
			return true
		}
	}
	return false
}

func starts(words, phrase []string) bool {
	if len(words) < len(phrase) {
		return false
	}
	for i, p := range phrase {
		stem, open := strings.CutSuffix(p, "*")
		if words[i] != p && !(open && strings.HasPrefix(words[i], stem)) {
			return false
		}
	}
	return true
}

// hesitates reports a short text of somebody who cannot make up their mind.
func (t *turn) hesitates() bool { return len(t.read.Words) <= 12 && t.says(hesitant) }

// hesitation hands over a customer whom people should care for, and who cannot
// make up their mind about a cart. What else they ask is answered instead.
func (t *turn) hesitation() bool {
	switch t.best() {
	case "", understanding.Other, understanding.Reorder, understanding.Yes, understanding.No:
	default:
		return false
	}
	if t.quiet || !t.valued() || t.c.Customer.Cart == nil || t.anonymous() || !t.hesitates() {
		return false
	}
	t.decide("cart.hesitation")
	t.person("hesitation", High)
	return true
}

// fraud hands over who was robbed; nothing of theirs is answered by a machine.
func (t *turn) fraud() bool {
	if t.quiet || !t.says(defrauded) {
		return false
	}
	t.decide("human.fraud")
	t.say("fraud")
	t.person("fraud", High)
	return true
}

// delivery hands over who did not get what the carrier says it delivered, and
// whom the driver missed where the brand wants people to care for them. Where
// the order is was said already.
func (t *turn) delivery(o Order) {
	missing := o.Status == "delivered" && t.in != nil && t.says(unreceived)
	if !missing && !(o.Status == "delivery_missed" && t.valued()) {
		return
	}
	if t.c.State.Owner() == Assistant && !t.is(understanding.ItemProblem) {
		t.decide("delivery.trouble")
		t.person("delivery", High)
	}
}
