package main

import "github.com/causette/causette/agents"

// scriptedDay is the day that `demo --play` plays, in the order of its hours.
var scriptedDay = []scene{
	{"09:02", "Claire demande où est son colis", []line{
		{who: "Claire", says: "bonjour, où est mon colis ?"},
		{who: "Claire", says: "merci", silent: true},
	}},
	{"09:41", "Une lampe cassée", []line{
		{who: "Ana", says: "ma lampe est arrivée cassée"},
		{who: "Ana", says: "le pied est fendu en deux"},
	}},
	{"10:15", "Hugo recommande ses bougies", []line{
		{who: "Hugo", says: "recommander"},
		{who: "Hugo", says: "oui", more: true},
	}},
	{"11:30", "Des préférences", []line{
		{who: "Inès", says: "préférences"},
		{who: "Inès", says: "1"},
		{who: "Inès", says: "chaude"},
		{who: "Inès", says: "passer"},
	}},
	{"12:20", "Someone writes in English", []line{
		{who: "Emma", says: "hi, where is my order please?"},
		{who: "Emma", says: "what are your opening hours?"},
	}},
	{"14:05", "Une carte bancaire dans un texto", []line{
		{who: "Claire", says: "ma carte est 4242 4242 4242 4242"},
	}},
	{"15:20", "Un panier de 249 € hésite, une personne prend la suite", []line{
		{who: "Théodore", cart: true},
		{who: "Théodore", says: "j'hésite, c'est un peu cher"},
		{who: "Théodore", agent: "Camille", does: agents.Claim},
		{who: "Théodore", agent: "Camille", does: agents.NoteDown, says: "Deux lampes au panier, livraison offerte possible."},
		{who: "Théodore", agent: "Camille", does: agents.Write, says: "Bonjour Théodore, c'est Camille de Lumen. Je vous offre la livraison, est-ce que cela vous aide ?"},
		{who: "Théodore", says: "ah oui, c'est gentil, je passe commande", silent: true},
		{who: "Théodore", agent: "Camille", does: agents.Write, says: "Avec plaisir ! La livraison est offerte sur votre panier."},
		{who: "Théodore", agent: "Camille", does: agents.Return},
		{who: "Théodore", says: "et vous êtes ouverts jusqu'à quelle heure ?"},
	}},
	{"16:48", "« Stop », avec politesse", []line{
		{who: "Hugo", says: "stop svp merci"},
	}},
	{"18:10", "Annuler une commande n'est pas se désabonner", []line{
		{who: "Inès", says: "je voudrais annuler ma commande"},
	}},
	{"21:58", "Quelqu'un demande une personne", []line{
		{who: "Ana", says: "je veux parler à un conseiller"},
	}},
	{"22:10", "Une offre ne réveille personne : elle attend le matin", []line{
		{who: "Claire", offer: "la lampe Lison"},
	}},
}
