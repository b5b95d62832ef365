package media

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/causette/causette/gateway"
)

func TestOpeningAPhoto(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "media")
	name, err := keep(folder, "lumen", "code", "image/jpeg", []byte("a photo"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "..", "secret"), []byte("a secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(folder, Scheme+name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(f.Content)
	f.Content.Close()
	if err != nil || string(content) != "a photo" || f.Type != "image/jpeg" || f.Size != 7 {
		t.Errorf("%q, %+v, %v", content, f, err)
	}
	for _, url := range []string{name, Scheme, Scheme + "lumen", Scheme + "lumen/other.jpg", Scheme + "../secret", Scheme + "/etc/passwd", "https://example.com/a.jpg"} {
		if f, err := Open(folder, url); err == nil {
			f.Content.Close()
			t.Errorf("%s is opened", url)
		}
	}
	for _, url := range []string{name, Scheme + "lumen/other.jpg", "https://example.com/a.jpg", ""} {
		if err := Remove(folder, url); err != nil {
			t.Errorf("removing %q: %v", url, err)
		}
	}
	if err := Remove(folder, Scheme+"../secret"); err == nil {
		t.Error("a file outside of the folder is removed")
	}
	if err := Remove(folder, Scheme+name); err != nil {
		t.Error(err)
	}
	if _, err := Open(folder, Scheme+name); !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("a photo that was removed: %v", err)
	}
	if _, err := Open(folder, Scheme+"lumen/other.jpg"); !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("a photo that is gone: %v", err)
	}
}
