package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents/console/web"
)

// The desk's whole path, on the running demo: customers on simulated phones,
// agents in browsers.
func TestTheDeskInBrowsers(t *testing.T) {
	needBrowsers(t)
	base, logins := startDemo(t)
	passwords, err := json.Marshal(logins)
	if err != nil {
		t.Fatal(err)
	}
	out, err := inBrowsers(t, "desk.test.mjs", 8*time.Minute, "BASE="+base, "LOGINS="+string(passwords))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// needBrowsers skips or ends a test that cannot look at the page.
func needBrowsers(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("browsers take a while")
	}
	if _, err := fs.Stat(web.Dist, "dist/index.html"); err != nil {
		t.Fatal("the console's page is not built: run make console (or make test)")
	}
	if _, err := os.Stat("console_test/node_modules/playwright-core"); err != nil {
		t.Fatal("the browser's driver is not installed: run make test (or npm ci in cmd/causette/console_test)")
	}
}

// inBrowsers runs a script of console_test, and returns what it said.
func inBrowsers(t *testing.T, script string, within time.Duration, env ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	node := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", script)
	node.Dir = "console_test"
	node.Env = append(os.Environ(), env...)
	return node.CombinedOutput()
}

// startDemo runs the demo until the test ends. It returns its address and the
// passwords that it printed, by e-mail address.
func startDemo(t *testing.T) (string, map[string]string) {
	t.Helper()
	// Whoever logs in must come from an address that the demo knows as its own,
	// so the port is chosen before it starts.
	listen := freeAddress(t)

	folder := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	out, w := io.Pipe()
	ended := make(chan int, 1)
	var problems strings.Builder // read once the demo has ended
	go func() {
		code := run(ctx, []string{"demo", "--listen", listen, "--data", folder}, streams{strings.NewReader(""), w, &problems})
		w.Close()
		ended <- code
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitDone || problems.Len() > 0 {
			t.Errorf("the demo ended with %d and said:\n%s", code, &problems)
		}
	})

	logins := map[string]string{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 3 && strings.Contains(words[0], "@"):
			logins[words[0]] = words[1]
		case strings.HasPrefix(lines.Text(), "Ctrl-C"): // the last line
			go io.Copy(io.Discard, out)
			return "http://" + listen, logins
		}
	}
	t.Fatal("the demo did not come up")
	return "", nil
}
