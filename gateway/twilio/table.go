package twilio

import (
	"time"

	"github.com/causette/causette/gateway"
)

// verdict is what one error code of Twilio's means: what becomes of the message,
// what else stops, and one line for people.
type verdict struct {
	code        string
	consequence gateway.Consequence
	halts       gateway.Scope
	after       time.Duration // for Retry: the shortest wait; the longest is twice it
	grow        bool          // each attempt doubles the wait
	limit       int           // attempts at most, 0 until the message expires
	alert       bool          // a person must look
	fr, en      string
}

// table is Twilio's error dictionary as far as it concerns messages
// (https://www.twilio.com/docs/api/errors), with the one action that each calls
// for. A verdict that halts a sender keeps the message for when the sender is
// well again: it was not processed. Two codes depend on more than themselves and
// are finished in judge: 30005 on the attempt, 63049 on the country.
var table = []verdict{
	// The account.
	{code: "429", consequence: gateway.Retry, after: time.Second, grow: true, fr: "Trop de requêtes : on ralentit", en: "Too many requests: backing off"},
	{code: "20429", consequence: gateway.Retry, after: time.Second, grow: true, fr: "Trop de requêtes : on ralentit", en: "Too many requests: backing off"},
	{code: "20003", consequence: gateway.Retry, halts: gateway.WholeAccount, after: time.Minute, alert: true, fr: "Identifiants Twilio refusés", en: "Twilio refused the credentials"},
	{code: "30002", consequence: gateway.Retry, halts: gateway.WholeAccount, after: time.Minute, alert: true, fr: "Compte Twilio suspendu", en: "The Twilio account is suspended"},

	// The recipient.
	{code: "21211", consequence: gateway.Invalid, fr: "Numéro invalide", en: "Invalid number"},
	{code: "21217", consequence: gateway.Invalid, fr: "Numéro invalide", en: "Invalid number"},
	{code: "21421", consequence: gateway.Invalid, fr: "Numéro invalide", en: "Invalid number"},
	{code: "30005", consequence: gateway.Retry, after: time.Hour, limit: 2, fr: "Numéro inconnu de l'opérateur", en: "The operator does not know the number"},
	{code: "21614", consequence: gateway.Unreachable, fr: "Ce numéro n'est pas un mobile", en: "The number is not a mobile"},
	{code: "21635", consequence: gateway.Unreachable, fr: "Ligne fixe : pas de SMS", en: "A landline: no SMS"},
	{code: "30006", consequence: gateway.Unreachable, fr: "Ligne fixe ou opérateur injoignable", en: "A landline or an unreachable operator"},
	{code: "21610", consequence: gateway.OptedOut, fr: "Le client s'est désabonné chez l'opérateur", en: "The customer opted out at the carrier"},
	{code: "30003", consequence: gateway.Retry, after: 30 * time.Minute, limit: 4, fr: "Téléphone éteint ou hors réseau", en: "The phone is off or out of reach"},
	{code: "30004", consequence: gateway.Unreachable, fr: "Message bloqué par le destinataire ou l'opérateur", en: "Blocked by the recipient or the operator"},
	{code: "63014", consequence: gateway.Unreachable, fr: "Le client nous a bloqués", en: "The customer blocked us"},
	{code: "63033", consequence: gateway.Unreachable, fr: "Le destinataire ne peut pas recevoir ce message", en: "The recipient is blocked from this message"},
	{code: "63003", consequence: gateway.FallBack, fr: "Pas de compte sur ce canal", en: "No account on this channel"},
	{code: "63024", consequence: gateway.FallBack, fr: "Destinataire invalide sur ce canal", en: "Invalid recipient on this channel"},
	{code: "63032", consequence: gateway.FallBack, fr: "WhatsApp limite ce destinataire", en: "WhatsApp limits this recipient"},
	{code: "63036", consequence: gateway.FallBack, fr: "Injoignable sur ce canal", en: "Not reachable on this channel"},

	// The sender and the route.
	{code: "21612", consequence: gateway.FallBack, alert: true, fr: "Pas de route de ce numéro vers le destinataire", en: "No route from this sender to the recipient"},
	{code: "21408", consequence: gateway.Retry, halts: gateway.WholeCountry, after: 15 * time.Minute, alert: true, fr: "Pays non autorisé sur le compte Twilio", en: "The Twilio account may not text this country"},
	{code: "21606", consequence: gateway.Retry, halts: gateway.WholeSender, after: time.Minute, alert: true, fr: "Le numéro d'envoi n'est pas à ce compte ou n'envoie pas de SMS", en: "The sender is not this account's or cannot text"},
	{code: "21703", consequence: gateway.Retry, halts: gateway.WholeSender, after: time.Minute, alert: true, fr: "Messaging Service sans numéro", en: "The Messaging Service has no sender"},
	{code: "21704", consequence: gateway.Retry, halts: gateway.WholeSender, after: time.Minute, alert: true, fr: "Messaging Service sans numéro utilisable", en: "The Messaging Service has no sender that fits"},
	{code: "21705", consequence: gateway.Retry, halts: gateway.WholeSender, after: time.Minute, alert: true, fr: "Messaging Service inconnu", en: "The Messaging Service does not exist"},
	{code: "63007", consequence: gateway.Retry, halts: gateway.WholeSender, after: time.Minute, alert: true, fr: "Aucun expéditeur de ce canal à cette adresse", en: "No sender of this channel has this address"},
	{code: "63051", consequence: gateway.Retry, halts: gateway.WholeSender, after: time.Minute, alert: true, fr: "Compte WhatsApp verrouillé par Meta", en: "Meta locked the WhatsApp account"},
	{code: "30032", consequence: gateway.Retry, halts: gateway.WholeSender, after: time.Minute, alert: true, fr: "Numéro vert non vérifié", en: "The toll-free sender is not verified"},
	{code: "30034", consequence: gateway.Retry, halts: gateway.WholeSender, after: time.Minute, alert: true, fr: "Numéro d'envoi non enregistré (10DLC)", en: "The sender is not registered (10DLC)"},

	// Pace.
	{code: "21611", consequence: gateway.Retry, after: time.Minute, grow: true, fr: "File d'envoi pleine", en: "The sender's queue is full"},
	{code: "30001", consequence: gateway.Retry, after: time.Minute, grow: true, fr: "File d'envoi débordée", en: "The queue overflowed"},
	{code: "30022", consequence: gateway.Retry, halts: gateway.SlowerPace, after: 30 * time.Second, grow: true, fr: "Débit de la campagne dépassé", en: "The campaign's rate was exceeded"},
	{code: "63017", consequence: gateway.Retry, halts: gateway.SlowerPace, after: 30 * time.Second, grow: true, fr: "Débit du canal dépassé", en: "The channel's rate was exceeded"},
	{code: "63018", consequence: gateway.Retry, halts: gateway.SlowerPace, after: 30 * time.Second, grow: true, fr: "Débit du canal dépassé", en: "The channel's rate was exceeded"},
	{code: "30023", consequence: gateway.Reschedule, fr: "Plafond du jour atteint", en: "The daily cap is reached"},
	{code: "30027", consequence: gateway.Reschedule, fr: "Plafond du jour atteint chez T-Mobile", en: "The daily cap at T-Mobile is reached"},
	{code: "63038", consequence: gateway.Reschedule, fr: "Plafond du jour du compte atteint", en: "The account's daily cap is reached"},
	{code: "30610", consequence: gateway.Reschedule, fr: "Heures de silence de l'opérateur", en: "The operator's quiet hours"},

	// The network.
	{code: "30008", consequence: gateway.Retry, after: 5 * time.Minute, grow: true, limit: 4, fr: "Échec inexpliqué chez l'opérateur", en: "The operator failed without a reason"},
	{code: "30017", consequence: gateway.Retry, after: 5 * time.Minute, grow: true, limit: 4, fr: "Réseau de l'opérateur encombré", en: "The operator's network is congested"},
	{code: "30500", consequence: gateway.Retry, after: 5 * time.Minute, grow: true, limit: 4, fr: "Panne chez l'opérateur", en: "An internal failure at the operator"},
	{code: "63010", consequence: gateway.Retry, after: 30 * time.Second, grow: true, limit: 6, fr: "Panne du canal", en: "The channel failed"},
	{code: "63012", consequence: gateway.Retry, after: 30 * time.Second, grow: true, limit: 6, fr: "Panne chez le fournisseur du canal", en: "The channel's provider failed"},
	{code: "30410", consequence: gateway.Ambiguous, fr: "L'opérateur n'a pas répondu : le message est peut-être parti", en: "The operator did not answer: the message may have left"},
	{code: "30036", consequence: gateway.GiveUp, fr: "Trop tard : la durée de validité est passée", en: "Too late: the validity period is over"},

	// The content.
	{code: "21617", consequence: gateway.GiveUp, alert: true, fr: "Texte trop long", en: "The text is too long"},
	{code: "21620", consequence: gateway.GiveUp, alert: true, fr: "Adresse de média invalide", en: "The media URL is invalid"},
	{code: "21623", consequence: gateway.GiveUp, alert: true, fr: "Trop de médias", en: "Too many media"},
	{code: "21655", consequence: gateway.GiveUp, alert: true, fr: "Modèle de contenu invalide", en: "The content template is invalid"},
	{code: "21656", consequence: gateway.GiveUp, alert: true, fr: "Variables de contenu invalides", en: "The content variables are invalid"},
	{code: "30007", consequence: gateway.GiveUp, alert: true, fr: "Filtré comme indésirable : ne pas renvoyer ce texte", en: "Filtered as spam: never send this text again"},
	{code: "30450", consequence: gateway.GiveUp, fr: "Refusé : pas de nouvel essai", en: "Refused: no further attempt"},
	{code: "30640", consequence: gateway.GiveUp, fr: "Refusé : pas de nouvel essai", en: "Refused: no further attempt"},
	{code: "63005", consequence: gateway.GiveUp, alert: true, fr: "Contenu refusé par le canal", en: "The channel refused the content"},
	{code: "63013", consequence: gateway.GiveUp, alert: true, fr: "Contraire aux règles du canal", en: "Against the channel's policy"},
	{code: "63021", consequence: gateway.GiveUp, alert: true, fr: "Contenu invalide pour le canal", en: "The content is invalid for the channel"},

	// WhatsApp's windows and templates.
	{code: "63016", consequence: gateway.Template, fr: "Hors de la fenêtre de 24 h : un modèle approuvé est nécessaire", en: "Outside the 24 h window: an approved template is needed"},
	{code: "63027", consequence: gateway.GiveUp, halts: gateway.WholeTemplate, alert: true, fr: "Modèle WhatsApp inexistant dans cette langue", en: "The WhatsApp template does not exist in this language"},
	{code: "63028", consequence: gateway.GiveUp, halts: gateway.WholeTemplate, alert: true, fr: "Variables du modèle WhatsApp fausses", en: "The WhatsApp template's variables are wrong"},
	{code: "63041", consequence: gateway.GiveUp, halts: gateway.WholeTemplate, alert: true, fr: "Modèle WhatsApp suspendu", en: "The WhatsApp template is paused"},
	{code: "63049", consequence: gateway.Retry, after: 6 * time.Hour, grow: true, limit: 4, fr: "WhatsApp limite les messages marketing vers ce client", en: "WhatsApp limits marketing to this customer"},
}

// verdicts finds a verdict by its code.
var verdicts = func() map[string]verdict {
	m := make(map[string]verdict, len(table))
	for _, v := range table {
		m[v.code] = v
	}
	return m
}()
