package conversation

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// broken is the default script with one file changed.
func broken(t testing.TB, file, old, new string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	dir := os.DirFS("../configs/scripts")
	names, err := fs.Glob(dir, "lumen/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "lumen/"+file {
			if !strings.Contains(string(text), old) {
				t.Fatalf("%s has no %q", file, old)
			}
			text = []byte(strings.Replace(string(text), old, new, 1))
		}
		fsys[name] = &fstest.MapFile{Data: text}
	}
	return fsys
}

func TestAScriptsErrorsNameTheLineAndWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name, file, old, new string
		want                 []string
	}{
		{"an unknown phrase suggests the nearest", "copy.fr.yaml", "    kept:", "    keptt:", []string{"lumen/copy.fr.yaml:", "copy.stop.keptt: unknown phrase", `did you mean "stop.kept"?`, "copy.stop.kept: is missing in fr"}},
		{"an unknown placeholder suggests the nearest", "copy.fr.yaml", "{order.number}[, {order.lines}]", "{order.numbr}", []string{"order.label: unknown placeholder {order.numbr}", `did you mean "order.number"?`}},
		{"an unknown rule suggests the nearest", "rules.yaml", "agent_wait:", "agent_wiat:", []string{"lumen/rules.yaml:7: rules.agent_wiat: unknown field", `did you mean "agent_wait"?`}},
		{"a bad duration says what one looks like", "rules.yaml", "stop_silence: 1h", "stop_silence: soon", []string{"rules.stop_silence", `"soon" is not a duration such as 90s, 24h or 3d`}},
		{"a number out of bounds names them", "rules.yaml", "answers_per_hour: 20", "answers_per_hour: 0", []string{"rules.answers_per_hour", "from 3 to 1000"}},
		{"hours that end before they begin", "rules.yaml", `monday: "09:00-18:00"`, `monday: "18:00-09:00"`, []string{"hours.monday", "is not hours such as 09:00-18:00"}},
		{"a section that is unknown", "rules.yaml", "hours:\n  monday", "horus:\n  monday", []string{"horus: unknown field", `did you mean "hours"?`}},
		{"a language that is missing", "preferences.yaml", "fr: votre parfum, ", "", []string{"preferences[0].about", "is missing in fr"}},
		{"a language that nobody knows", "preferences.yaml", "fr: votre parfum", "fx: votre parfum", []string{"unknown language"}},
		{"too few options", "preferences.yaml", "    free: true", "    options: [{value: a, label: {fr: A, en: A}}]", []string{"are fewer than two"}},
		{"an intent that no script may answer", "faq.yaml", "intent: hours", "intent: hour", []string{`"hour" is none of`, `did you mean "hours"?`}},
		{"an answer nobody would ever read", "faq.yaml", "    intent: promo_code\n", "", []string{"faq[2]: has neither an intent nor examples"}},
		{"a prompt without its purpose", "prompts.yaml", "  renewal:\n    purpose: transactional", "  renewal:", []string{"prompts.renewal.purpose: is missing"}},
		{"YAML that is none", "faq.yaml", "faq:", "faq: [", []string{"lumen/faq.yaml:"}},
		{"a phrase twice", "copy.en.yaml", "  masked:", "  long: \"x\"\n  masked:", []string{"copy.en.yaml"}},
		{"copy without its language", "copy.en.yaml", "language: en", "", []string{"needs, in the same file, language"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseScript(defaultScript(t).Brand(), broken(t, c.file, c.old, c.new), "lumen")
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v is no list of problems", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the problems do not say %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestAllErrorsOfAScriptAreToldAtOnce(t *testing.T) {
	fsys := broken(t, "rules.yaml", "agent_wait:", "agent_wiat:")
	fsys["lumen/faq.yaml"] = &fstest.MapFile{Data: []byte("faq:\n  - nmae: x\n    intent: hours\n")}
	_, err := ParseScript(defaultScript(t).Brand(), fsys, "lumen")
	var problems Problems
	if !errors.As(err, &problems) || len(problems) < 3 {
		t.Fatalf("want the mistakes of both files, got %v", err)
	}
}

// A script of before a phrase was known goes on in the customer's language.
func TestAPhraseThatAScriptLacksIsSaidInTheWordsOfAnother(t *testing.T) {
	robot := "  robot: \"Oui, je suis l'assistant automatique de {brand}, pas une personne. Pour parler à quelqu'un, écrivez CONSEILLER.\"\n"
	s, err := ParseScript(defaultScript(t).Brand(), broken(t, "copy.fr.yaml", robot, ""), "lumen")
	if err != nil {
		t.Fatal(err)
	}
	turn := s.Step(Begin("lumen", "c1"), text("1", "vous êtes un robot ?"), monday)
	if turn.Rule != "identity.robot" || len(turn.Messages) != 1 || !strings.Contains(turn.Messages[0].Text, "C'est bien Lumen qui vous écrit.") {
		t.Errorf("%s: %+v", turn.Rule, turn.Messages)
	}
}

func TestAScriptIsReadAgainFromItsSource(t *testing.T) {
	s := defaultScript(t)
	again, err := LoadScript(s.Source())
	if err != nil {
		t.Fatal(err)
	}
	if again.Version() != s.Version() || len(s.Version()) != 64 {
		t.Errorf("version %s became %s", s.Version(), again.Version())
	}
	other := defaultScript(t, func(b *BrandInfo) { b.Phone = "09 87 65 43 21" })
	if other.Version() == s.Version() {
		t.Error("a changed support phone is the same script")
	}
	if _, err := LoadScript([]byte("{")); err == nil {
		t.Error("a broken source is no error")
	}
}

func TestAFolderWithoutScriptsIsAnError(t *testing.T) {
	if _, err := ParseScript(BrandInfo{Languages: []string{"fr"}}, fstest.MapFS{"x/readme.txt": {}}, "x"); err == nil {
		t.Error("no error")
	}
	if _, err := ParseScript(BrandInfo{Languages: []string{"fr"}}, fstest.MapFS{}, "missing"); err == nil {
		t.Error("no error")
	}
}

func FuzzParseScript(f *testing.F) {
	for _, s := range []string{"language: fr\ncopy:\n  greeting: x", "rules: {agent_wait: 3d}", "preferences: [{name: a}]", "faq:\n- name: x\n  examples: {fr: [a]}", "hours: {monday: \"09:00-18:00\"}", "prompts: {a: {purpose: marketing}}", "escalation: {phrases: {a: {fr: [\"x*\"]}}, rules: [{id: a, reason: b, when: {says: a}}]}", "escalation: {rules: [{when: [{order: 1}, 2]}]}", "- 1", "? x", "a: &a [*a]", "a: !!int x"} {
		f.Add(s)
	}
	brand := BrandInfo{ID: "b", Name: "B", Languages: []string{"fr"}, Timezone: "UTC"}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := ParseScript(brand, fstest.MapFS{"x/a.yaml": {Data: []byte(text)}}, "x")
		var problems Problems
		if err != nil && !errors.As(err, &problems) {
			t.Errorf("error %v is no list of problems", err)
		}
	})
}

// A conversation goes on with the script that it began with, though the program
// has learnt to say more since; a script that is read anew is whole.
func TestAStoredScriptOfAnOlderProgramStillSpeaks(t *testing.T) {
	source := defaultScript(t).Source()
	older := regexp.MustCompile(`    stop_at: [^\n]*?\\n`).ReplaceAll(source, nil)
	if len(older) == len(source) {
		t.Fatal("nothing was taken away")
	}
	s, err := LoadScript(older)
	if err != nil {
		t.Fatal(err)
	}
	if turn := s.Step(Begin("lumen", "c1"), text("1", "STOP"), monday); turn.Rule != "stop.keyword" || len(turn.Messages) != 1 || turn.Messages[0].Text == "" {
		t.Errorf("%s: %+v", turn.Rule, turn.Messages)
	}
	if got := s.footed("Lumen : -20 %.", &Customer{Language: "fr"}, Route{Mute: true, StopAt: "36105"}); got != "Lumen : -20 %. STOP 36105" {
		t.Errorf("an offer says %q", got)
	}
	if _, err := s.For(s.Brand()); err == nil || !strings.Contains(err.Error(), "copy.offer.stop_at: is missing in fr") {
		t.Errorf("read anew: %v", err)
	}
}
