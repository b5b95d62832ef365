package conversation

import (
	"strings"
	"testing"
)

// What marketing says of its sender and of the way out, by country and route. The
// rules are gate.yaml's.
func TestMarketingIsSignedWhereTheCountryAsksForIt(t *testing.T) {
	s := defaultScript(t)
	const stop = " STOP pour ne plus recevoir d'offres."
	mute := Route{Medium: SMS, Mute: true, StopAt: "36105"}
	for _, c := range []struct {
		name, text, country, language string
		route                         Route
		want                          string
	}{
		{"in France", "-20 % sur tout.", "FR", "fr", Route{}, "Lumen : -20 % sur tout." + stop},
		{"where nobody knows the country, in the brand's", "-20 % sur tout.", "", "fr", Route{}, "Lumen : -20 % sur tout." + stop},
		{"in Guadeloupe", "-20 % sur tout.", "GP", "fr", Route{}, "Lumen : -20 % sur tout." + stop},
		{"in Germany", "-20 % auf alles.", "DE", "de", Route{}, "Lumen: -20 % auf alles. STOP, um keine Angebote mehr zu erhalten."},
		{"in the United States", "20% off.", "US", "en", Route{}, "Lumen: 20% off. STOP for no more offers."},
		{"named once", "Chez Lumen, -20 %.", "FR", "fr", Route{}, "Chez Lumen, -20 %." + stop},
		{"named in capitals", "LUMEN -20 %.", "FR", "fr", Route{}, "LUMEN -20 %." + stop},
		{"not named by another word", "Luminaires Lumens -20 %.", "FR", "fr", Route{}, "Lumen : Luminaires Lumens -20 %." + stop},
		{"stopped once", "Lumen : -20 %. STOP pour arrêter.", "FR", "fr", Route{}, "Lumen : -20 %. STOP pour arrêter."},
		{"stopped once, at the end", "Lumen : -20 %. Répondez STOP", "FR", "fr", Route{}, "Lumen : -20 %. Répondez STOP"},
		{"stopped once, in quotes", `Lumen: 20% off. Reply "STOP" to end.`, "US", "en", Route{}, `Lumen: 20% off. Reply "STOP" to end.`},
		{"stopped though a product is called so", "Lumen : STOP Stress est de retour.", "FR", "fr", Route{}, "Lumen : STOP Stress est de retour." + stop},
		{"stopped though a word has it in it", "Lumen : le NONSTOP pour 20 €.", "FR", "fr", Route{}, "Lumen : le NONSTOP pour 20 €." + stop},
		{"to the number that hears it", "Lumen : -20 %.", "FR", "fr", mute, "Lumen : -20 %. STOP au 36105."},
		{"to the number that hears it, once", "Lumen : -20 %. STOP au 36105", "FR", "fr", mute, "Lumen : -20 %. STOP au 36105"},
		{"not to a sender that hears nothing", "Lumen : -20 %. STOP pour arrêter.", "FR", "fr", mute, "Lumen : -20 %. STOP pour arrêter. STOP au 36105."},
		{"to that number in English", "Lumen: 20% off.", "FR", "en", mute, "Lumen: 20% off. To stop, text STOP to 36105."},
		{"to that number in German", "Lumen: -20 %.", "DE", "de", mute, "Lumen: -20 %. Abmelden: STOP an 36105."},
		{"without stray space", "-20 %. \n", "FR", "fr", Route{}, "Lumen : -20 %." + stop},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.footed(c.text, &Customer{Country: c.country, Language: c.language}, c.route)
			if got != c.want {
				t.Errorf("says %q\nwant %q", got, c.want)
			}
			if again := s.footed(got, &Customer{Country: c.country, Language: c.language}, c.route); again != got {
				t.Errorf("said twice it is %q", again)
			}
		})
	}
}

// The way out is said, and understood as said, in all seven languages.
func TestTheWayOutIsSaidInSevenLanguages(t *testing.T) {
	s := defaultScript(t)
	for language := range calendars {
		for _, r := range []Route{{Medium: SMS}, {Medium: SMS, Mute: true, StopAt: "36105"}} {
			got := s.footed("Lumen : x", &Customer{Language: language}, r)
			if !strings.Contains(got, "STOP") || !strings.Contains(got, r.StopAt) || !saysHowToStop(got, r) {
				t.Errorf("%s: %q", language, got)
			}
		}
	}
}

// What a country does not ask for is not said.
func TestACountryThatAsksForNothingIsToldNothing(t *testing.T) {
	s := defaultScript(t)
	s.gate.demands = map[string]demanded{anywhere: {}, "BE": {sender: true}, "CH": {wayOut: true}}
	for country, want := range map[string]string{"FR": "-20 %.", "BE": "Lumen : -20 %.", "CH": "-20 %. STOP pour ne plus recevoir d'offres."} {
		if got := s.footed("-20 %.", &Customer{Country: country, Language: "fr"}, Route{}); got != want {
			t.Errorf("%s: %q, want %q", country, got, want)
		}
	}
}
