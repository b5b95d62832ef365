package store

import (
	"os"
	"path/filepath"
	"testing"
)

// The first of two stores that closes leaves the other its handle, and with it
// SQLite's locks.
func TestStoresOfAFileShareAHandle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "causette.db")
	if err := os.WriteFile(path, []byte("page"), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := openHandle(path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := openHandle(path)
	if err != nil {
		t.Fatal(err)
	}
	if first != second {
		t.Error("the file was opened twice")
	}
	if err := first.close(); err != nil {
		t.Error(err)
	}
	if err := second.Sync(); err != nil {
		t.Errorf("after the first closed: %v", err)
	}
	if err := second.close(); err != nil {
		t.Error(err)
	}
	if err := second.Sync(); err == nil {
		t.Error("it is open after the last closed")
	}
}
