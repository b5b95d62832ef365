package api_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// The automation of README.md prints what README.md says.
func TestTheReadmesAutomationIsTrue(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```sh\n(.*?)```\n\nprints\n\n```\n(.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatal("README.md has no automation and what it prints")
	}
	w := open(t)
	run := exec.CommandContext(t.Context(), "sh", "-e")
	run.Dir = t.TempDir()
	run.Env = append(os.Environ(), "CAUSETTE="+w.server.URL, "KEY="+w.key(lumen, "prompts:write", "prompts:read", "consents:write"))
	run.Stdin = bytes.NewReader(found[1])
	printed, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v (it needs sh and curl)\n%s", err, printed)
	}
	if string(printed) != string(found[2]) {
		t.Errorf("it prints\n%s\nand not\n%s", printed, found[2])
	}
	if said := w.said(claire); len(said) != 1 {
		t.Errorf("said %d times", len(said))
	}
}
