package conversation

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

func readGate(t *testing.T, text string, over gateRules) (gateRules, Problems) {
	t.Helper()
	var found Problems
	root, ok := parseYAML("gate.yaml", []byte(text), &found)
	if !ok {
		t.Fatal(found)
	}
	return parseGate(root.fields("gate")["gate"], over), found
}

// What the annotated file says is what holds without one, and it leaves out
// nothing but the zones and the words.
func TestTheAnnotatedGateIsTheOneInForce(t *testing.T) {
	text, err := os.ReadFile("../configs/scripts/lumen/gate.yaml")
	if err != nil {
		t.Fatal(err)
	}
	over, found := readGate(t, string(text), defaultGate())
	if len(found) > 0 || !reflect.DeepEqual(over, defaultGate()) {
		t.Errorf("over the default it changes something: %v", found)
	}
	alone, found := readGate(t, string(text), gateRules{})
	alone.zones, alone.offers = defaultGate().zones, defaultGate().offers
	if len(found) > 0 || !reflect.DeepEqual(alone, defaultGate()) {
		t.Errorf("it does not say all that holds: %v\n%+v\n%+v", found, alone, defaultGate())
	}
	if !strings.Contains(string(text), "†") {
		t.Error("it does not say which decisions are the project's")
	}
}

// Every state of the US and every place with windows has zones: a region that
// the shop tells is enough to know the hour.
func TestEveryPlaceHasItsClock(t *testing.T) {
	g := defaultGate()
	states := 0
	for place := range g.zones {
		if strings.HasPrefix(place, "US-") {
			states++
		}
	}
	if states != 51 {
		t.Errorf("%d states and the District of Columbia, want 51", states)
	}
	for place := range g.windows {
		if _, ok := g.zones[place]; !ok && (strings.HasPrefix(place, "US") || place == "FR") {
			t.Errorf("%s has windows and no zones", place)
		}
	}
}

func TestAGatesErrorsNameTheLineAndWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name, yaml string
		want       string
	}{
		{"an unknown field", "gate:\n  windws: {}", `gate.yaml:2: gate.windws: unknown field, did you mean "windows"?`},
		{"a place that is none", "gate:\n  windows:\n    France: {binds: [marketing], everyday: \"08:00-20:00\"}", `"France" is not a place: a country such as FR`},
		{"hours that end before they begin", "gate:\n  windows:\n    FR: {binds: [marketing], everyday: \"20:00-08:00\"}", "is not hours such as 09:00-18:00"},
		{"a window that never opens", "gate:\n  windows:\n    FR: {binds: [marketing], sunday: closed}", "is closed every day"},
		{"a window that binds nothing", "gate:\n  windows:\n    FR: {everyday: \"08:00-20:00\"}", "gate.windows.FR.binds: is missing"},
		{"a purpose that is none", "gate:\n  windows:\n    FR: {binds: [marketting], everyday: \"08:00-20:00\"}", `did you mean "marketing"?`},
		{"a calendar that nobody has", "gate:\n  windows:\n    FR: {binds: [marketing], everyday: \"08:00-20:00\", holidays: [XX]}", `"XX" is neither a date such as 12-25`},
		{"a place like one that is not there", "gate:\n  windows:\n    MC: {like: XX}", `"XX" has no windows of its own`},
		{"a place like one that is like another", "gate:\n  windows:\n    MC: {like: RE}\n    RE: {like: MC}", "has no windows of its own"},
		{"a zone that nobody knows", "gate:\n  zones:\n    FR: [Europe/Pariss]", `"Europe/Pariss" is not a time zone`},
		{"a cap beyond its bound", "gate:\n  caps:\n    marketing: {day: 100}", "from 0 to 20"},
		{"a purpose without caps", "gate:\n  caps:\n    answer: {day: 1}", "unknown purpose"},
		{"a spread of a day", "gate:\n  spread: 24h", "is above 6h0m0s"},
		{"trouble that counts less than its end", "gate:\n  trouble: {after: 7d, forget: 1d}", "is under after, 7d"},
		{"a medium that nobody has", "gate:\n  closed: {fax: [US]}", "unknown medium"},
		{"a demand that nobody has", "gate:\n  demands:\n    FR: [name]", `"name" is none of sender, way_out`},
		{"words of a language that nobody speaks", "gate:\n  offers:\n    words: {xx: [promo]}", "unknown language"},
		{"a phrase without a word", "gate:\n  offers:\n    except: [\"!!\"]", "has no word in it"},
		{"a desk that is looked at without end", "gate:\n  desk: {wait: 15m, again: 1s}", "is under a minute"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, found := readGate(t, c.yaml, defaultGate()); !strings.Contains(found.Error(), c.want) {
				t.Errorf("says %q, want %q", found.Error(), c.want)
			}
		})
	}
}

// A brand's own numbers stand over the program's, place by place.
func TestABrandsGateStandsOverTheProgramsOwn(t *testing.T) {
	g, found := readGate(t, `
gate:
  windows:
    FR: {binds: [marketing], everyday: "10:00-18:00", holidays: [FR, "06-21", 2026-12-24]}
    US: {binds: [marketing], everyday: "09:00-20:00", holidays: [US]}
  caps: {marketing: {week: 1}}
  offers: {words: {fr: [prix fou]}, except: [coffret promo]}
`, defaultGate())
	if len(found) > 0 {
		t.Fatal(found)
	}
	if n := len(g.windows["FR"]); n != 1 || g.windows["DE"] != nil || len(g.windows["US-TX"]) != 1 || len(g.windows["RE"]) != 2 {
		t.Errorf("windows of FR: %d", n)
	}
	if c := g.caps[Marketing]; c.day != 1 || c.week != 1 {
		t.Errorf("caps are %+v", c)
	}
	for text, want := range map[string]string{"C'est un prix fou !": "prix fou", "Votre Coffret Promo est parti": "", "Code promo : X": "promo"} {
		if got := g.offers.offer(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	over := defaultGate().offers
	if len(defaultGate().windows["FR"]) != 2 || over.offer("C'est un prix fou !") != "" {
		t.Error("the program's own gate was changed")
	}
}
