package understanding

import "testing"

func TestKeywordsAreReadAsTheRulesSay(t *testing.T) {
	for _, c := range []struct {
		text    string
		keyword Intent
		cancels bool
	}{
		{"STOP", Stop, false}, {"stop!", Stop, false}, {"“Stop”", Stop, false}, {"Arrêt", Stop, false}, {"ARRET.", Stop, false},
		{"désabonner", Stop, false}, {"plus de SMS", Stop, false}, {"opt-out", Stop, false}, {"STOPALL", Stop, false},
		{"revoke", Stop, false}, {"BAJA", Stop, false}, {"Stopp", Stop, false}, {"basta", Stop, false}, {"afmelden", Stop, false},
		{"sair", Stop, false}, {"S.T.O.P", Stop, false}, {"stoooop", Stop, false}, {"ＳＴＯＰ", Stop, false},
		{"cancel", Stop, true}, {"END", Stop, true}, {"Annuler", Stop, true}, {"FIN", Stop, true}, {"annulla", Stop, true},
		{"START", Start, false}, {"unstop", Start, false}, {"reprendre", Start, false}, {"alta", Start, false},
		{"HELP", Help, false}, {"aide", Help, false}, {"Contact", Help, false}, {"ayuda", Help, false}, {"Hilfe!!", Help, false},
		{"oui", "", false}, {"yes", "", false}, {"2", "", false}, {"shop", "", false}, {"stop by", "", false},
	} {
		r := Read(c.text, "fr")
		if r.Keyword != c.keyword || r.Cancels != c.cancels {
			t.Errorf("Read(%q): keyword %q, cancels %v; want %q, %v", c.text, r.Keyword, r.Cancels, c.keyword, c.cancels)
		}
		if (c.keyword == Stop) != (r.Stop == Sure) {
			t.Errorf("Read(%q): stop is %v", c.text, r.Stop)
		}
	}
}

func TestNumbersAreReadInSevenLanguages(t *testing.T) {
	for _, c := range []struct {
		text, hint string
		want       int // -1: none
	}{
		{"2", "fr", 2}, {"deux", "fr", 2}, {"le 2ème", "fr", 2}, {"1.", "fr", 1}, {"2️⃣", "fr", 2}, {"la deuxième svp", "fr", 2},
		{"quatre-vingt-dix-neuf", "fr", 99}, {"soixante et onze", "fr", 71}, {"deux cent trois", "fr", 203}, {"vingt et un", "fr", 21},
		{"neuf cent quatre vingt dix neuf", "fr", 999}, {"un", "fr", 1}, {"numéro 3 merci", "fr", 3}, {"x2", "en", 2}, {"2x", "en", 2},
		{"two", "en", 2}, {"the second one", "en", 2}, {"the blue one", "en", -1}, {"one hundred and five", "en", 105}, {"forty-two", "en", 42},
		{"veintiuno", "es", 21}, {"treinta y dos", "es", 32}, {"dos", "es", 2}, {"einundzwanzig", "de", 21}, {"zweihundertfünf", "de", 205},
		{"dreiundneunzig", "de", 93}, {"ventuno", "it", 21}, {"trentotto", "it", 38}, {"eenentwintig", "nl", 21}, {"honderdtwee", "nl", 102},
		{"vinte e um", "pt", 21}, {"duas", "pt", 2}, {"deux", "", 2}, {"zwei", "fr", 2}, {"1000", "fr", -1}, {"12.50", "fr", -1},
		{"2 ou 3", "fr", -1}, {"bonjour", "fr", -1}, {"commande 48213", "fr", -1}, {"une lampe", "fr", -1}, {"010", "fr", 10},
	} {
		r := Read(c.text, c.hint)
		if got := r.Number; r.HasNumber != (c.want >= 0) || c.want >= 0 && got != c.want {
			t.Errorf("Read(%q, %q): number %d %v, want %d", c.text, c.hint, got, r.HasNumber, c.want)
		}
	}
}

func TestYesAndNoAreReadAsAnswers(t *testing.T) {
	for _, c := range []struct {
		text    string
		yes, no bool
	}{
		{"oui", true, false}, {"Ouiiii", true, false}, {"👍", true, false}, {"ok 👍", true, false}, {"👎", false, true}, {"👍🏽", true, false},
		{"non merci", false, true}, {"pas de souci", true, false}, {"oui svp", true, false}, {"oui, mais le bleu", true, false},
		{"oui non", false, false}, {"no problem", true, false}, {"sì", true, false}, {"ja gerne", true, false}, {"nee bedankt", false, true},
		{"claro que no", false, true}, {"pode ser", true, false}, {"não obrigado", false, true}, {"bonjour", false, false}, {"merci", false, false},
		{"Liked “Oui ou non ?”", false, false}, {"surtout pas", false, true}, {"D’accord", true, false},
	} {
		if r := Read(c.text, ""); r.Yes != c.yes || r.No != c.no {
			t.Errorf("Read(%q): yes %v, no %v", c.text, r.Yes, r.No)
		}
	}
}

func TestReactionsAreStrippedOfTheirQuote(t *testing.T) {
	for _, text := range []string{
		"A aimé « Répondez STOP pour ne plus recevoir de messages »",
		"Liked “Reply STOP to end”", "Loved \"Reply STOP to end\"", "👍 to “Reply STOP to end”", "Reacted 👍 to “Reply STOP to end…",
		"A réagi avec 😡 à « STOP au 36105 »", "Le gustó “Envíe STOP”", "Gefällt „Antworten Sie STOP“", "Hat mit 👍 auf „STOP“ reagiert",
		"Ha messo Mi piace a «STOP»", "Vond “Antwoord STOP” leuk", "Gostou de “Responda STOP”", "N’a pas aimé « STOP »", "Removed a like from “STOP”",
	} {
		if r := Read(text, "fr"); !r.Reaction || r.Stop != None || r.Yes || len(r.Intents) > 0 {
			t.Errorf("Read(%q): %+v", text, r)
		}
	}
	for _, text := range []string{"“STOP”", "« Stop »"} {
		if r := Read(text, "fr"); r.Reaction || r.Stop != Sure {
			t.Errorf("Read(%q): reaction %v, stop %v", text, r.Reaction, r.Stop)
		}
	}
}

func TestLanguageIsCountedInClearWords(t *testing.T) {
	for _, c := range []struct {
		text, language string
		words          int
		wants          string
	}{
		{"ok", "", 0, ""}, {"stop", "", 0, ""}, {"no", "", 0, ""}, {"si", "", 0, ""},
		{"where is my order please", "en", 3, ""},
		{"in English please", "en", 1, "en"}, {"en anglais svp", "fr", 1, "en"}, {"español", "", 0, "es"}, {"do you speak german?", "en", 1, "de"},
		{"auf deutsch bitte", "de", 2, "de"}, {"j'adore ma lampe anglaise vintage en laiton", "fr", 1, ""},
	} {
		r := Read(c.text, "fr")
		if r.Language != c.language || r.LanguageWords < c.words || c.words == 0 && r.LanguageWords > 0 || r.WantsLanguage != c.wants {
			t.Errorf("Read(%q): language %q (%d words), wants %q", c.text, r.Language, r.LanguageWords, r.WantsLanguage)
		}
	}
}
