package main

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
	{"16:48", "« Stop », avec politesse", []line{
		{who: "Hugo", says: "stop svp merci"},
	}},
	{"18:10", "Annuler une commande n'est pas se désabonner", []line{
		{who: "Inès", says: "je voudrais annuler ma commande"},
	}},
	{"21:58", "Quelqu'un demande une personne", []line{
		{who: "Ana", says: "je veux parler à un conseiller"},
	}},
}
