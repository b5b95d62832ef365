package sms

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestMeasureOf(t *testing.T) {
	tests := []struct {
		name string
		text string
		want Measure
	}{
		{"a text in the alphabet has nothing that forces UCS-2",
			"Déjà livré : 12 €", Measure{GSM7, 17, 18, 1, nil}},
		{"each forcing character is counted, in order of appearance",
			"C’est prêt, l’été…", Measure{UCS2, 18, 18, 1, []Forcing{
				{'’', 2, "'", true}, {'ê', 1, "e", true}, {'…', 1, "...", true},
			}}},
		{"a no-break space shows as the space that replaces it",
			"Prêt\u202f!\u00a0?", Measure{UCS2, 8, 8, 1, []Forcing{
				{'ê', 1, "e", true}, {'\u202f', 1, " ", true}, {'\u00a0', 1, " ", true},
			}}},
		{"an emoji has two units and no replacement",
			"Merci 🎉", Measure{UCS2, 7, 8, 1, []Forcing{{'🎉', 1, "", false}}}},
		{"a joined emoji shows its code points",
			"👩‍💻", Measure{UCS2, 3, 5, 1, []Forcing{{'👩', 1, "", false}, {'\u200d', 1, "", false}, {'💻', 1, "", false}}}},
		{"a decomposed accent forces, its letter does not",
			"ete\u0301", Measure{UCS2, 4, 4, 1, []Forcing{{'\u0301', 1, "é", true}}}},
		{"an invisible character only has to go",
			"a\u200bb", Measure{UCS2, 3, 3, 1, []Forcing{{'\u200b', 1, "", true}}}},
		{"bytes that are not UTF-8 cannot be replaced",
			"a\xff", Measure{UCS2, 2, 2, 1, []Forcing{{'\ufffd', 1, "", false}}}},
		{"an accent goes from a Latin letter and stays on a Cyrillic one",
			"x\u0306и\u0306", Measure{UCS2, 4, 4, 1, []Forcing{
				{'\u0306', 1, "", true}, {'и', 1, "", false}, {'\u0306', 1, "", false},
			}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := MeasureOf(tt.text); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("MeasureOf(%q)\n got %+v\nwant %+v", tt.text, got, tt.want)
			}
		})
	}
}

func TestAMeasureAsJSONNamesCharacterAndCodePoint(t *testing.T) {
	m := MeasureOf("C’est 🎉")
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"encoding":"UCS-2","characters":7,"units":8,"segments":1,"forcing":[` +
		`{"character":"’","code":"U+2019","count":1,"replacement":"'","replaceable":true},` +
		`{"character":"🎉","code":"U+1F389","count":1,"replacement":"","replaceable":false}]}`
	if string(data) != want {
		t.Errorf("\n got %s\nwant %s", data, want)
	}
	var back Measure
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, m) {
		t.Errorf("read back as %+v, was %+v", back, m)
	}
}

func TestAForcingCharacterInJSONIsOneCharacter(t *testing.T) {
	for _, in := range []string{`{"character":""}`, `{"character":"ab"}`, `{"character":3}`} {
		var f Forcing
		if err := json.Unmarshal([]byte(in), &f); err == nil || !strings.Contains(err.Error(), "read forcing character") {
			t.Errorf("%s: error is %v", in, err)
		}
	}
}
