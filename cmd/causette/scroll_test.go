package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/gateway/gatewaytest"
)

// With CAUSETTE_PROOF=1 the desk holds 100,000 conversations and a thread of
// 10,000 messages, and a browser scrolls through both: hardly a frame may be
// late. Else the desk is small, and only that everything comes is looked at.
func TestProofScrolling(t *testing.T) {
	needBrowsers(t)
	size, long, proof := 1000, 500, os.Getenv("CAUSETTE_PROOF") == "1"
	if proof {
		size, long = 100_000, 10_000
	}
	url := "file:" + filepath.Join(t.TempDir(), "causette.db")
	st := openDatabase(t, url)
	writer := gatewaytest.Fill(t, st, size, long)
	if err := st.Close(); err != nil { // the program holds the file alone
		t.Fatal(err)
	}
	config := consoleConfig(t, url)
	admin := addAdmin(t, config)
	c := startChild(t, nil, "serve", "--config", config)
	base, ok := c.address(t)
	if !ok {
		t.Fatal(c.tail())
	}
	stolen := gatewaytest.Stolen()
	out, err := inBrowsers(t, "scroll.test.mjs", 8*time.Minute, append(admin, "BASE="+base, "WRITER="+string(writer),
		"SIZE="+strconv.Itoa(size), "LONG="+strconv.Itoa(long), "BOUND="+strconv.FormatBool(proof))...)
	t.Logf("the host took %.0f %% of the machine meanwhile\n%s", 100*stolen(), out)
	if err != nil {
		t.Fatal(err)
	}
}

// addAdmin adds somebody who may do everything, and returns what a script in a
// browser needs to come in.
func addAdmin(t *testing.T, config string) []string {
	t.Helper()
	const email, password = "camille@lumen.example", "seven lamps in the rain"
	if code := run(t.Context(), []string{"agent", "add", "--config", config, "--email", email, "--name", "Camille", "--role", "admin", "--password-stdin"},
		streams{strings.NewReader(password + "\n"), io.Discard, os.Stderr}); code != exitDone {
		t.Fatalf("agent add ended with %d", code)
	}
	return []string{"EMAIL=" + email, "PASSWORD=" + password}
}

// consoleConfig is a desk on an address that is known before it starts, since
// whoever logs in must come from it.
func consoleConfig(t *testing.T, database string) string {
	t.Helper()
	listen := freeAddress(t)
	file := filepath.Join(t.TempDir(), "causette.yaml")
	text := fmt.Sprintf(`
listen: %[1]s
admin_listen: 127.0.0.1:0
public_url: http://%[1]s
database: %[2]s
brands:
  - {id: lumen, name: Lumen, languages: [fr, en], country: FR, timezone: Europe/Paris, currency: EUR, support: {email: aide@lumen.example}}
channels:
  - {id: lumen-sms, brand: lumen, kind: phones, address: "36105"}
`, listen, database)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// freeAddress is an address of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	return free.Addr().String()
}
