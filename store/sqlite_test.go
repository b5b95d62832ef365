package store_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/storetest"
)

func openSQLite(t *testing.T) gateway.Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "causette.db"))
}

func openFile(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSQLiteIsAStore(t *testing.T) { storetest.Run(t, openSQLite) }
