package conversation

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// ofShop is what a shop tells.
func ofShop(kind EventType, s ShopEvent) Event {
	return Event{ID: EventID(kind), Type: kind, Time: monday.Add(-time.Hour), Shop: &s}
}

func ofCustomer(vip bool) Event {
	first, yes := "Ana", vip
	return ofShop("customer.updated", ShopEvent{Account: "42", Customer: &Profile{First: &first, VIP: &yes}})
}

func ofCart(amount int64) Event {
	return ofShop("cart.updated", ShopEvent{Cart: &Cart{ID: "c1", Lines: []Line{{SKU: "ondine", Name: "Ondine", Quantity: 1, Price: Money{amount, "EUR"}}},
		Total: Money{amount, "EUR"}, Link: "https://lumen.example/c/1", Updated: monday.Add(-time.Hour)}})
}

func ofOrder(status string) Event {
	return ofShop(EventType("order."+status), ShopEvent{Order: &Order{ID: "o1", Number: "LU-1042", Status: status, Carrier: "Colissimo",
		Lines: []Line{{SKU: "ondine", Name: "Lampe Ondine", Quantity: 1}}, Placed: monday.AddDate(0, 0, -3), Changed: monday.Add(-time.Hour)}})
}

func asks(opens Dialogue, purpose Purpose) Event {
	return Event{ID: "p", Type: PromptRequested, Time: monday, Prompt: &Prompt{ID: "p", Purpose: purpose, Text: "Lumen. STOP", Channel: "lumen-sms", Medium: SMS, To: "+33612345678", Opens: opens, Order: "o1"}}
}

func consents() Event {
	return Event{ID: "c", Type: ConsentRecorded, Time: monday.Add(-time.Hour), Consent: &Consent{Medium: SMS, Purpose: Marketing, State: Given, Source: "form", At: monday.Add(-time.Hour)}}
}

func voiceMessage(id string) Event {
	e := text(id, "")
	e.Message.Media = []Media{{URL: "https://media.example/1", Type: "audio/ogg"}}
	return e
}

// Each rule of the default script hands over, for its reason, with the values
// that it looked at, in words that agents read.
func TestEachRuleHandsOver(t *testing.T) {
	s := defaultScript(t)
	long := strings.Repeat("Je vous raconte toute mon histoire avec cette maison depuis des années et des années. ", 12)
	seen := map[string]bool{}
	for _, c := range []struct {
		name     string
		events   []Event
		rule     string
		reason   string
		priority Priority
		why      string // in the sentence in French
	}{
		{"danger", []Event{text("1", "la lampe a pris feu et mon fils a eu une décharge électrique")}, "human.safety", "safety", Urgent, "pris feu"},
		{"law", []Event{text("1", "je vais saisir mon avocat et porter plainte")}, "human.legal", "legal", Urgent, "avocat"},
		{"fraud", []Event{text("1", "on a utilisé ma carte sans mon accord")}, "human.fraud", "fraud", High, "sans mon accord"},
		{"a large cart and doubt", []Event{ofCart(24900), text("1", "j'hésite encore")}, "cart.hesitation", "hesitation", High, "249,00 € (seuil 150,00 €)"},
		{"a VIP's cart and doubt", []Event{ofCustomer(true), ofCart(2900), text("1", "j'hésite encore")}, "cart.hesitation", "hesitation", High, "client VIP"},
		{"doubt that was asked for", []Event{consents(), ofCart(24900), asks(CartDialogue, Marketing), text("1", "le prix")}, "cart.hesitation", "hesitation", High, "le prix"},
		{"a voice message", []Event{voiceMessage("1")}, "media.voice", "voice", Normal, "message vocal"},
		{"anger", []Event{text("1", "C'est INADMISSIBLE !!! vous êtes des voleurs")}, "human.angry", "angry", High, "INADMISSIBLE"},
		{"personal data", []Event{text("1", "je veux supprimer toutes mes données personnelles")}, "human.privacy", "privacy", High, "sous un mois"},
		{"charged twice", []Event{text("1", "vous m'avez prélevé deux fois")}, "payment.charged", "payment", High, "prélevé deux fois"},
		{"a card refused", []Event{ofCart(4900), text("1", "ma carte est refusée")}, "payment.trouble", "payment", High, "49,00 €"},
		{"nothing came", []Event{ofOrder("delivered"), text("1", "où est mon colis ? il est dit livré mais je n'ai rien reçu")}, "delivery.unreceived", "delivery", High, "LU-1042"},
		{"a VIP was missed", []Event{ofCustomer(true), ofOrder("delivery_missed"), text("1", "où est mon colis ?")}, "delivery.missed", "delivery", High, "(Colissimo), client VIP"},
		{"a large cart was missed", []Event{ofCart(24900), ofOrder("delivery_missed"), text("1", "où est mon colis ?")}, "delivery.missed", "delivery", High, "panier de 249,00 €"},
		{"a broken lamp", []Event{ofOrder("delivered"), text("1", "ma lampe est arrivée cassée"), text("2", "le pied est fendu en deux")}, "problem.reported", "item_problem", High, "LU-1042"},
		{"a cancellation", []Event{ofOrder("placed"), text("1", "je veux annuler ma commande LU-1042")}, "cancel_order.asked", "cancel_order", High, "LU-1042"},
		{"a reorder that failed", []Event{text("1", "bonjour"), {ID: "j", Type: JobDone, Time: monday, Result: &Result{Job: "j", Kind: jobReorder, Failed: "500"}}}, "reorder.failed", "reorder_failed", High, "pas pu préparer"},
		{"a bad mark", []Event{consents(), asks(ReviewDialogue, Marketing), text("1", "1")}, "review.bad", "bad_rating", High, "« 1 »"},
		{"an unknown order", []Event{text("1", "où est mon colis ?"), text("2", "c'est la 99887766")}, "order.unknown", "order_unknown", Normal, "99887766"},
		{"an unknown return", []Event{ofOrder("delivered"), text("1", "où en est mon remboursement ?")}, "return.unknown", "return_unknown", Normal, "remboursement"},
		{"perhaps a wrong number", []Event{ofOrder("delivered"), text("1", "i'm not in a hurry")}, "number.doubted", "wrong_number", Normal, "hurry"},
		{"a person", []Event{text("1", "je veux parler à un conseiller")}, "human.asked", "asked", Normal, "conseiller"},
		{"a person, by a VIP", []Event{ofCustomer(true), text("1", "je veux parler à un conseiller")}, "human.asked", "asked", High, "client VIP"},
		{"a story", []Event{text("1", long)}, "human.long", "long", Normal, "toute mon histoire"},
		{"a VIP not understood", []Event{ofCustomer(true), text("1", "blorp zzt")}, "miss.valued", "not_understood", High, "client VIP"},
		{"nobody understood", []Event{text("1", "blorp zzt"), text("2", "qwfp arst")}, "miss.person", "not_understood", Normal, "2 messages de suite"},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen[c.rule] = true
			got := played(s, c.events...)
			if got.State != AwaitingAgent || got.Desk == nil {
				t.Fatalf("state %s, desk %+v", got.State, got.Desk)
			}
			d := got.Desk
			if d.Inputs["rule"] != c.rule || d.Reason != c.reason || d.Priority != c.priority {
				t.Errorf("by %s for %s, %s", d.Inputs["rule"], d.Reason, d.Priority)
			}
			if !strings.Contains(d.Inputs["why.fr"], c.why) || d.Inputs["why.en"] == "" {
				t.Errorf("explained as %q and %q, want %q in it", d.Inputs["why.fr"], d.Inputs["why.en"], c.why)
			}
		})
	}
	for _, r := range s.escalation.rules {
		if !seen[string(r.id)] {
			t.Errorf("rule %s is never tried", r.id)
		}
	}
}

// What nobody is handed over for.
func TestWhatTheAssistantAnswersStaysItsOwn(t *testing.T) {
	s := defaultScript(t)
	for _, c := range []struct {
		name   string
		events []Event
	}{
		{"a VIP's question", []Event{ofCustomer(true), text("1", "vos horaires ?")}},
		{"a VIP's parcel", []Event{ofCustomer(true), ofOrder("shipped"), text("1", "où est mon colis ?")}},
		{"a question with a large cart", []Event{ofCart(24900), text("1", "vos horaires ?")}},
		{"doubt over a small cart", []Event{ofCart(2900), text("1", "j'hésite encore")}},
		{"a delivery missed by anybody", []Event{ofOrder("delivery_missed"), text("1", "où est mon colis ?")}},
		{"one text not understood", []Event{text("1", "blorp zzt")}},
		{"thanks", []Event{ofCustomer(true), text("1", "merci")}},
	} {
		if got := played(s, c.events...); got.Desk != nil {
			t.Errorf("%s: %+v", c.name, got.Desk)
		}
	}
}

// Trouble with money is understood in the seven languages, whatever the
// customer's own is taken for.
func TestMoneyIsUnderstoodInSevenLanguages(t *testing.T) {
	s := defaultScript(t)
	for rule, said := range map[string]map[string][]string{
		"payment.charged": {
			"fr": {"prélevé deux fois", "double débit sur mon compte", "j'ai été débitée deux fois"},
			"en": {"charged twice!", "you billed me twice", "double charge on my card"},
			"es": {"me han cobrado dos veces", "doble cargo"}, "de": {"mir wurde doppelt abgebucht", "zweimal bezahlt"},
			"it": {"mi avete addebitato due volte", "doppio addebito"}, "nl": {"dubbel afgeschreven", "er is twee keer afgeschreven"},
			"pt": {"fui cobrado duas vezes", "cobrança duplicada"},
		},
		"payment.trouble": {
			"fr": {"carte refusée", "mon paiement a été refusé"}, "en": {"card declined", "my payment failed"},
			"es": {"tarjeta rechazada", "no puedo pagar"}, "de": {"karte abgelehnt", "zahlung fehlgeschlagen"},
			"it": {"carta rifiutata", "non riesco a pagare"}, "nl": {"kaart geweigerd", "betaling mislukt"},
			"pt": {"cartão recusado", "não consigo pagar"},
		},
		"human.fraud": {
			"fr": {"ma carte volée a servi chez vous"}, "en": {"somebody used my card"}, "es": {"tarjeta robada"}, "de": {"das habe ich nie bestellt"},
			"it": {"carta rubata"}, "nl": {"gestolen kaart"}, "pt": {"cartão roubado"},
		},
	} {
		for language, texts := range said {
			for _, words := range texts {
				c := Begin("lumen", "c1")
				c.Customer.Language = language
				d := s.Step(c, text("1", words), monday).Next.Desk
				if d == nil || d.Inputs["rule"] != rule {
					t.Errorf("%s %q: %+v, want %s", language, words, d, rule)
				}
			}
		}
		if got := slices.Sorted(maps.Keys(said)); len(got) != len(understanding.Languages) {
			t.Errorf("%s is tried in %v", rule, got)
		}
	}
}

func TestAWrongEscalationSaysWhereAndWhatToDo(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a list that nobody wrote", "{says: defrauded}", "{says: defraudd}", `did you mean "defrauded"?`},
		{"a list that nobody reads", "when: {says: charged}", "when: {says: refused}", "phrases.charged: is a list that no rule looks into"},
		{"an intent", "{intents: [legal]}", "{intents: [legall]}", `"legall" is none of`},
		{"an outcome", "{outcomes: item_problem}", "{outcomes: item_broken}", `"item_broken" is none of`},
		{"a state of orders", "order: delivered,", "order: deliverd,", `did you mean "delivered"?`},
		{"a field", "until_a_person: true", "until_person: true", `did you mean "until_a_person"?`},
		{"a condition", "{angry: true}", "{angri: true}", `did you mean "angry"?`},
		{"a priority", "priority: urgent", "priority: urgnt", `did you mean "urgent"?`},
		{"an amount that is none", "asks_nothing: true, cart_at_least: brand}", "asks_nothing: true, cart_at_least: much}", `"much" is neither "brand", the configuration's bound, nor an amount`},
		{"everybody", "{angry: true}", "{vip: true}", "it would hand over everybody"},
		{"nobody who asks", "{asked: true}", "{asked: true, vip: true}", "have none for {intents: [human]}"},
		{"for ever", "when: {misunderstood: 2}", "when: {misunderstood: 2, vip: true}", "asked again for ever"},
		{"too patient", "when: {misunderstood: 2}", "when: {misunderstood: 9}", "from 1 to 5"},
		{"two of a name", "id: human.legal", "id: human.safety", `"human.safety" is here twice`},
		{"no reason", "reason: legal", "reason: It's law!", "is not a name such as not_understood"},
		{"a phrase", "say: fraud", "say: frod", "unknown phrase"},
		{"a phrase with values", "say: fraud", "say: reminder", `"reminder" needs values that a rule has not`},
		{"an explanation's value", "« {words} »\"\n        en: \"Danger", "« {wrds} »\"\n        en: \"Danger", `did you mean "words"?`},
		{"an explanation in one language", "        en: \"Fraud suspected: “{words}”\"\n", "", "explain: is missing in en"},
		{"no conditions", "      when: {angry: true}\n", "", "when: is missing"},
		{"a language of phrases", "      it: [carta rifiutata", "      xx: [carta rifiutata", "unknown language"},
		{"phrases without words", "twijfel,", `"!",`, "has no word"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseScript(testBrand(), broken(t, "escalation.yaml", c.old, c.new), "lumen")
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v is no list of problems", err)
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "lumen/escalation.yaml:") {
				t.Errorf("want %q with its line:\n%v", c.want, err)
			}
		})
	}
}

// A script that says nothing of people still hands over.
func TestAScriptWithoutRulesHandsOverAllTheSame(t *testing.T) {
	fsys := fstest.MapFS{}
	for name, f := range broken(t, "faq.yaml", "faq:", "faq:") {
		if name != "lumen/escalation.yaml" {
			fsys[name] = f
		}
	}
	s, err := ParseScript(testBrand(), fsys, "lumen")
	if err != nil {
		t.Fatal(err)
	}
	for words, reason := range map[string]string{
		"je veux parler à un conseiller": "asked", "C'est INADMISSIBLE !!! VOLEURS": "angry", "ma carte est refusée": "payment", "la lampe a pris feu": "safety",
	} {
		if d := s.Step(Begin("lumen", "c1"), text("1", words), monday).Next.Desk; d == nil || d.Reason != reason || d.Inputs["why.fr"] == "" {
			t.Errorf("%q: %+v", words, d)
		}
	}
	var found Problems
	root, _ := parseYAML("built in", []byte(plainRules), &found)
	s.parseEscalation(root)
	if len(found) > 0 {
		t.Error(found)
	}
}

// The facts and the person come in one message, in that order.
func TestFactsComeInTheSameTurnAsThePerson(t *testing.T) {
	s := defaultScript(t)
	c := played(s, ofCustomer(true), ofOrder("shipped"))
	turn := s.Step(c, text("1", "où est mon colis ? je veux parler à un conseiller"), monday)
	if len(turn.Messages) != 1 || turn.Next.State != AwaitingAgent {
		t.Fatalf("state %s, said %+v", turn.Next.State, turn.Messages)
	}
	facts, person := strings.Index(turn.Messages[0].Text, "LU-1042"), strings.Index(turn.Messages[0].Text, "conseiller")
	if facts < 0 || person < facts {
		t.Errorf("said %q", turn.Messages[0].Text)
	}
}
