package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causette/causette/configs"
)

const checked = `
public_url: https://text.lumen.example
scripts: ./scripts
brands:
  - {id: lumen, name: Lumen, languages: [fr, en], country: FR, timezone: Europe/Paris, currency: EUR, discreet: true, support: {phone: "+33123456789"}}
channels:
  - {id: wa, brand: lumen, kind: twilio, address: "whatsapp:+33937000001", account_sid: AC00000000000000000000000000000001, auth_token: "0123456789abcdef0123456789abcdef"}
`

// What is amiss in a script is told at its line and does not fail; what is wrong does.
func TestCheckTellsWarningsFromErrors(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "scripts", "lumen"), configs.Scripts("lumen")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "causette.yaml")
	if err := os.WriteFile(file, []byte(checked), 0o600); err != nil {
		t.Fatal(err)
	}
	prompts := filepath.Join(folder, "scripts", "lumen", "prompts.yaml")
	write := func(text string) (string, error) {
		if err := os.WriteFile(prompts, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := (&checkCmd{Config: file}).Run(streams{out: &out})
		return out.String(), err
	}
	const book = "prompts:\n  gift:\n    purpose: transactional\n    text:\n      fr: \"Votre {product} est là\"\n      en: \"Hello\"\n"
	out, err := write(book)
	want := "prompts.yaml:5: warning: prompts.gift.text.fr: {product} stands in the first 40 characters"
	if err != nil || !strings.Contains(out, want) || !strings.Contains(out, "fine") {
		t.Errorf("error %v, says %s\nwant %s", err, out, want)
	}
	out, err = write(book + "    whatsapp: {content: {fr: HX00000000000000000000000000000001, en: HX0123456789abcdef0123456789abcdef}, variables: [product]}\n")
	want = "lumen: warning: prompts.gift.whatsapp.content.fr: HX00000000000000000000000000000001 is an example"
	if err != nil || !strings.Contains(out, want) || strings.Contains(out, "HX0123") {
		t.Errorf("error %v, says %s\nwant %s", err, out, want)
	}
	out, err = write(strings.Replace(book, "{product}", "{product|prodct}", 1))
	if err == nil || !strings.Contains(err.Error(), `prompts.yaml:5: prompts.gift.text.fr: unknown filter "prodct"`) || strings.Contains(out, "fine") {
		t.Errorf("error %v, says %s", err, out)
	}
}

func TestTheEmbeddedTranscriptsAreAsWritten(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"test"}, streams{strings.NewReader(""), &out, &errs}); code != exitDone {
		t.Errorf("ended with %d:\n%s%s", code, out.String(), errs.String())
	}
}
