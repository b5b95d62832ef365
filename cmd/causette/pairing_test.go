package main

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/causette/causette/gateway/whatsapp/whatsapptest"
)

// An admin links a phone at the console, in a browser, by the code that it shows.
func TestAPhoneIsLinkedAtTheConsole(t *testing.T) {
	needBrowsers(t)
	played := whatsapptest.New(t)
	phones := map[string]*whatsapptest.Contact{
		"phone":   played.Contact("Lumen", "33937000001", "100000000000001"),
		"another": played.Contact("Autre", "33698765432", "100000000000003"),
	}
	scan := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, err := io.ReadAll(r.Body)
		if err == nil {
			err = played.Scan(r.Context(), phones[r.URL.Path[1:]], string(code))
		}
		if err != nil {
			t.Logf("%s: %v", r.URL.Path, err) // the page says it too, or the test fails
		}
	}))
	defer scan.Close()
	root := played.Root()
	t.Setenv(playedEnv, played.Address()+" "+hex.EncodeToString(root[:]))

	config := consoleConfig(t, "file:"+filepath.Join(t.TempDir(), "causette.db"))
	reconfigure(t, config, `- \{id: lumen-sms.*`, `- {id: lumen-wa, brand: lumen, kind: whatsapp, address: "+33937000001"}`)
	admin := addAdmin(t, config)
	c := startChild(t, nil, "serve", "--config", config)
	base, ok := c.address(t)
	if !ok {
		t.Fatal(c.tail())
	}
	if out, err := inBrowsers(t, "pairing.test.mjs", 2*time.Minute, append(admin, "BASE="+base, "SCAN="+scan.URL)...); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, c.tail())
	}
}
