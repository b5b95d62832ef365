package store_test

import (
	"testing"

	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store/pgtest"
	"github.com/causette/causette/store/storetest"
)

func openPostgres(t *testing.T) gateway.Store {
	t.Helper()
	return openFile(t, pgtest.URL(t))
}

func TestPostgresIsAStore(t *testing.T) { storetest.Run(t, openPostgres) }
