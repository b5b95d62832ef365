package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// A customer is made, exported, put on a list, erased; the ledger holds all the
// while, until somebody changes it behind the program's back.
func TestACustomersDataIsExportedAndErasedFromTheCommandLine(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	t.Setenv("CAUSETTE_SECRET", strings.Repeat("s", 40))
	config := filepath.Join(folder, "causette.yaml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("causette.yaml", `
public_url: http://127.0.0.1:8080
secret: ${CAUSETTE_SECRET}
database: file:desk.db
media: media
brands:
  - {id: lumen, name: Lumen, languages: [fr], country: FR, timezone: Europe/Paris, currency: EUR, support: {email: aide@lumen.example}}
channels:
  - {id: phones, brand: lumen, kind: phones, address: "36105"}
`)
	causette := func(args ...string) (int, string) {
		t.Helper()
		var out, problems bytes.Buffer
		code := run(t.Context(), append(args, "--config", config), streams{strings.NewReader(""), &out, &problems})
		return code, out.String() + problems.String()
	}
	done := func(says string, args ...string) string {
		t.Helper()
		code, said := causette(args...)
		if code != exitDone || !strings.Contains(said, says) {
			t.Fatalf("%v: exit %d, %s", args, code, said)
		}
		return said
	}
	failed := func(want int, says string, args ...string) {
		t.Helper()
		if code, said := causette(args...); code != want || !strings.Contains(said, says) {
			t.Errorf("%v: exit %d, %s", args, code, said)
		}
	}
	customer := func(verb string, more ...string) []string {
		return append([]string{"customer", verb, "--brand", "lumen", "--phone", "06 12 34 56 78"}, more...)
	}
	failed(exitFailed, "no customer with this number", customer("export")...)

	cfg, err := configs.Load(config, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStore(t.Context(), cfg, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	g, err := errand(t.Context(), cfg, st)
	if err != nil {
		t.Fatal(err)
	}
	err = g.Errand(func() error {
		_, err := g.Accept(t.Context(), "lumen", gateway.Who{Address: "+33612345678"}, gateway.InboundEvent(conversation.Inbound{
			Carrier: "SM1", Channel: "phones", Medium: conversation.SMS, From: "+33612345678", Text: "START la lampe mauve", At: time.Now(),
			Media: []conversation.Media{{URL: "media:lumen/photo.jpg", Type: "image/jpeg"}}}))
		if err == nil {
			_, err = g.Accept(t.Context(), "lumen", gateway.Who{Address: "+33612345678"}, conversation.Event{ID: "given", Type: conversation.ConsentRecorded, Time: time.Now(),
				Consent: &conversation.Consent{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "form", Wording: "Oui", At: time.Now()}})
		}
		return err
	})
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("media/lumen", 0o700); err != nil {
		t.Fatal(err)
	}
	write("media/lumen/photo.jpg", "a photo")

	var document struct {
		Messages []struct{ Body string }
		Consents []struct{ Wording, Hash string }
		Requests []struct{ Kind string }
	}
	if err := json.Unmarshal([]byte(done("la lampe mauve", customer("export")...)), &document); err != nil ||
		len(document.Messages) == 0 || len(document.Consents) == 0 || document.Consents[0].Hash == "" || len(document.Requests) != 1 {
		t.Errorf("document %+v, %v", document, err)
	}
	out := filepath.Join(folder, "claire.json")
	done("", customer("export", "--out", out)...)
	failed(exitFailed, "exists", customer("export", "--out", out)...)

	verified := done("rows hold, 0 of them erased", "consents", "verify")
	head := strings.TrimSpace(verified[strings.LastIndex(verified, " ")+1:])
	done("rows hold", "consents", "verify", "--brand", "lumen", "--contains", head)
	failed(exitFailed, "older copy", "consents", "verify", "--brand", "lumen", "--contains", "1:00")
	failed(exitUsage, "--brand", "consents", "verify", "--contains", head)
	failed(exitUsage, `no brand "lumne"`, "consents", "verify", "--brand", "lumne")

	write("list.csv", "téléphone;date\n0612345678;01/02/2024\n06;\n")
	said := done("2 lines: 1 accepted, of them 1 of customers; 1 refused", "suppressions", "import", "--brand", "lumen", "--file", filepath.Join(folder, "list.csv"))
	if !strings.Contains(said, "line 3: refused: ") {
		t.Errorf("the report: %s", said)
	}
	failed(exitUsage, "no such file", "suppressions", "import", "--brand", "lumen", "--file", "nothing.csv")

	failed(exitUsage, `no brand "lumne"`, "customer", "erase", "--brand", "lumne", "--phone", "0612345678")
	failed(exitUsage, "--phone is no phone number", "customer", "erase", "--brand", "lumen", "--phone", "lampe")
	done("erased", customer("erase")...)
	done("of them erased", "consents", "verify", "--contains", head, "--brand", "lumen")
	failed(exitFailed, "no customer with this number", customer("erase")...)
	if _, err := os.Stat("media/lumen/photo.jpg"); !os.IsNotExist(err) {
		t.Errorf("the photo: %v", err)
	}
	for _, name := range []string{"desk.db", "desk.db-wal"} {
		f, err := os.Open(name)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range []string{"612345678", "lampe mauve"} {
			if bytes.Contains(b, []byte(trace)) {
				t.Errorf("%s holds %q", name, trace)
			}
		}
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	write("none.yaml", strings.ReplaceAll(string(text), "secret: ${CAUSETTE_SECRET}\n", ""))
	var told bytes.Buffer
	if code := run(t.Context(), []string{"check", "--config", "none.yaml"}, streams{strings.NewReader(""), &told, &told}); code != exitDone || !strings.Contains(told.String(), "secret: there is none") {
		t.Errorf("check without a secret: exit %d, %s", code, &told)
	}
	if said := done("fine", "check"); strings.Contains(said, "secret:") {
		t.Errorf("check with one: %s", said)
	}
	// Another secret proves nothing, and is refused before a turn is taken with it.
	t.Setenv("CAUSETTE_SECRET", strings.Repeat("t", 40))
	failed(exitFailed, "not the secret that the database was begun with", "consents", "verify")
}
