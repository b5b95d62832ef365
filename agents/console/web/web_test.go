package web

import (
	"os"
	"os/exec"
	"testing"
)

// TestThePagesOwnTests runs test/*.test.ts: the store against snapshots, the
// socket client and the outbox against a network that breaks, words, meter, links.
func TestThePagesOwnTests(t *testing.T) {
	if testing.Short() {
		t.Skip("node takes a while")
	}
	if _, err := os.Stat("node_modules/.bin/vitest"); err != nil {
		t.Fatal("what the page is built with is not installed: run make test (or npm ci in agents/console/web)")
	}
	cmd := exec.CommandContext(t.Context(), "node_modules/.bin/vitest", "run")
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "CI=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
