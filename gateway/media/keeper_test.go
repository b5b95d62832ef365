package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/causette/causette/gateway"
)

// carrier gives one file, and counts how often it is asked.
type carrier struct {
	content []byte
	kind    string
	silent  bool // it does not say how large it is
	asked   int
	err     error
}

func (c *carrier) fetch(context.Context, string) (gateway.File, error) {
	c.asked++
	size := int64(len(c.content))
	if c.silent {
		size = -1
	}
	return gateway.File{Content: io.NopCloser(bytes.NewReader(c.content)), Type: c.kind, Size: size}, c.err
}

const address = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1/../../../../etc/passwd"

func TestAFileIsFetchedOnceAndKept(t *testing.T) {
	for _, silent := range []bool{false, true} {
		k, c := Keeper{t.TempDir()}, &carrier{content: []byte("OggS voice"), kind: "audio/ogg; codecs=opus", silent: silent}
		for range 3 {
			f, err := k.Open(t.Context(), "lumen", address, c.fetch)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(f.Content)
			f.Content.Close()
			if err != nil || string(got) != "OggS voice" || f.Type != "audio/ogg" || f.Size != 10 {
				t.Errorf("%q of %s, %d bytes: %v", got, f.Type, f.Size, err)
			}
		}
		if c.asked != 1 {
			t.Errorf("the carrier was asked %d times", c.asked)
		}
		for range 2 {
			if err := Remove(k.Folder, address); err != nil {
				t.Error(err)
			}
		}
		c.err = gateway.ErrNotFound
		if _, err := k.Open(t.Context(), "lumen", address, c.fetch); !errors.Is(err, gateway.ErrNotFound) {
			t.Errorf("after it was forgotten: %v", err)
		}
	}
}

func TestAFileThatIsTooLargeIsHandedOnAndNotKept(t *testing.T) {
	for _, silent := range []bool{false, true} {
		k, c := Keeper{t.TempDir()}, &carrier{content: make([]byte, MaxFile+3), kind: "video/mp4", silent: silent}
		f, err := k.Open(t.Context(), "lumen", address, c.fetch)
		if err != nil || f.Size <= MaxFile {
			t.Fatalf("%d bytes: %v", f.Size, err)
		}
		n, err := io.Copy(io.Discard, f.Content)
		if err != nil || n != MaxFile+3 {
			t.Errorf("%d bytes were handed on: %v", n, err)
		}
		files, err := filepath.Glob(filepath.Join(k.Folder, "*", "*"))
		if err != nil || len(files) != 0 {
			t.Errorf("kept %v: %v", files, err)
		}
	}
}

func TestAFileStaysInTheFolderWhateverItsAddressAndKind(t *testing.T) {
	k := Keeper{t.TempDir()}
	for _, kind := range []string{"", "../../x", "text/html", "image/svg+xml"} {
		c := &carrier{content: []byte("<script>"), kind: kind}
		f, err := k.Open(t.Context(), "lumen", address+kind, c.fetch)
		if err != nil {
			t.Fatal(err)
		}
		f.Content.Close()
		if f.Type != "application/octet-stream" {
			t.Errorf("%q is kept as %q", kind, f.Type)
		}
	}
	entries, err := os.ReadDir(filepath.Join(k.Folder, "lumen"))
	if err != nil || len(entries) != 4 {
		t.Errorf("%v: %v", entries, err)
	}
}
