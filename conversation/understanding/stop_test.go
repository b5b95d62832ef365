package understanding

import "testing"

// The lines of testdata/own were written with the rules: "stop" must end the
// messages, "ask" must be a doubt, "keep" must not end them.
func TestStopsAreHeardInEverydayWords(t *testing.T) {
	for _, l := range readLabelled(t, "testdata/own/stops.tsv", "", "label", "lang", "text") {
		r := Read(l.text, l.language)
		switch l.labels[0] {
		case "stop":
			if r.Stop != Sure {
				t.Errorf("%s %q: %v by %q, want sure", l.language, l.text, r.Stop, r.Rule)
			}
		case "ask":
			if r.Stop != Doubt {
				t.Errorf("%s %q: %v by %q, want doubt", l.language, l.text, r.Stop, r.Rule)
			}
		case "keep":
			if r.Stop == Sure {
				t.Errorf("%s %q: sure by %q", l.language, l.text, r.Rule)
			}
		default:
			t.Errorf("%q: no label %q", l.text, l.labels[0])
		}
	}
}

func TestTwoWordsAreTooFewForTheSecondOpinionAlone(t *testing.T) {
	for _, text := range []string{"maintenant", "et maintenant ?", "immediately", "already", "numéros", "these"} {
		if r := Read(text, ""); r.Stop == Sure {
			t.Errorf("%q opts out: %s", text, r.Rule)
		}
	}
}
