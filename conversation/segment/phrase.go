package segment

// phrase is how a field is said in a language: by a noun that comparisons
// follow, or by a whole clause and its opposite.
type phrase struct {
	noun   string    // of words, amounts and moments
	clause [2]string // of flags, pairs and lists
}

var mediumWords = map[string]string{"sms": "SMS", "whatsapp": "WhatsApp"}

var purposeWords = map[string]map[string]string{
	"fr": {"marketing": "les offres", "transactional": "les messages de service"},
	"en": {"marketing": "offers", "transactional": "service messages"},
}

// phrases are those of every field in every language; a test counts them.
var phrases = map[string]map[string]phrase{
	"everyone": {
		"fr": {clause: [2]string{"tout le monde en est", "personne n'en est"}},
		"en": {clause: [2]string{"everyone is in it", "nobody is in it"}},
	},
	"vip": {
		"fr": {clause: [2]string{"le client est VIP", "le client n'est pas VIP"}},
		"en": {clause: [2]string{"the customer is a VIP", "the customer is not a VIP"}},
	},
	"returning": {
		"fr": {clause: [2]string{"un retour est en cours", "aucun retour n'est en cours"}},
		"en": {clause: [2]string{"a return is under way", "no return is under way"}},
	},
	"conversation_open": {
		"fr": {clause: [2]string{"une conversation est en cours", "aucune conversation n'est en cours"}},
		"en": {clause: [2]string{"a conversation is open", "no conversation is open"}},
	},
	"consent": {
		"fr": {clause: [2]string{"le client accepte %s par %s", "le client n'accepte pas %s par %s"}},
		"en": {clause: [2]string{"the customer accepts %s by %s", "the customer does not accept %s by %s"}},
	},
	"withdrawn": {
		"fr": {clause: [2]string{"le client a refusé %s par %s", "le client n'a pas refusé %s par %s"}},
		"en": {clause: [2]string{"the customer opted out of %s by %s", "the customer did not opt out of %s by %s"}},
	},
	"tag": {
		"fr": {clause: [2]string{"le client porte l'étiquette %s", "le client ne porte pas l'étiquette %s"}},
		"en": {clause: [2]string{"the customer has the tag %s", "the customer does not have the tag %s"}},
	},
	"bought": {
		"fr": {clause: [2]string{"le client a acheté %s", "le client n'a pas acheté %s"}},
		"en": {clause: [2]string{"the customer bought %s", "the customer did not buy %s"}},
	},
	"in_cart": {
		"fr": {clause: [2]string{"le panier contient %s", "le panier ne contient pas %s"}},
		"en": {clause: [2]string{"the cart holds %s", "the cart does not hold %s"}},
	},

	"name":         {"fr": {noun: "son prénom"}, "en": {noun: "their first name"}},
	"email":        {"fr": {noun: "son adresse e-mail"}, "en": {noun: "their e-mail address"}},
	"language":     {"fr": {noun: "sa langue"}, "en": {noun: "their language"}},
	"country":      {"fr": {noun: "son pays"}, "en": {noun: "their country"}},
	"region":       {"fr": {noun: "sa région"}, "en": {noun: "their region"}},
	"timezone":     {"fr": {noun: "son fuseau horaire"}, "en": {noun: "their time zone"}},
	"prefers":      {"fr": {noun: "son canal préféré"}, "en": {noun: "their preferred channel"}},
	"preference":   {"fr": {noun: "sa préférence %s"}, "en": {noun: "their preference %s"}},
	"last_status":  {"fr": {noun: "l'état de sa dernière commande"}, "en": {noun: "the status of their last order"}},
	"points":       {"fr": {noun: "le nombre de ses points"}, "en": {noun: "the number of their points"}},
	"orders":       {"fr": {noun: "le nombre de ses commandes"}, "en": {noun: "the number of their orders"}},
	"returns":      {"fr": {noun: "le nombre de ses retours"}, "en": {noun: "the number of their returns"}},
	"value":        {"fr": {noun: "sa valeur"}, "en": {noun: "their lifetime value"}},
	"spent":        {"fr": {noun: "le total de ses commandes"}, "en": {noun: "the total of their orders"}},
	"last_total":   {"fr": {noun: "le montant de sa dernière commande"}, "en": {noun: "the total of their last order"}},
	"cart":         {"fr": {noun: "son panier"}, "en": {noun: "their cart"}},
	"wrote":        {"fr": {noun: "son dernier message"}, "en": {noun: "their last message"}},
	"touched":      {"fr": {noun: "notre dernier envoi"}, "en": {noun: "our last prompt to them"}},
	"clicked":      {"fr": {noun: "son dernier clic"}, "en": {noun: "their last click"}},
	"last_order":   {"fr": {noun: "sa dernière commande"}, "en": {noun: "their last order"}},
	"cart_changed": {"fr": {noun: "le dernier changement de son panier"}, "en": {noun: "the last change of their cart"}},
}
