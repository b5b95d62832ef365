package conversation_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/causette/causette/conversation/transcript"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every transcript is what the default script makes of it. To add a case is to
// add a file with its inputs and run the test with -update.
func TestTranscripts(t *testing.T) {
	s := script(t)
	var files []string
	for _, pattern := range [...]string{"testdata/*.txt", "../configs/scripts/lumen/*.txt"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 60 {
		t.Errorf("only %d transcripts", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := transcript.Run(s, string(want))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if got == string(want) {
				return
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("%s is no longer what happens; it is now\n%s", file, got)
		})
	}
}
