package store_test

import (
	"testing"

	"github.com/causette/causette/store/storetest"
)

func TestBothEnginesAgree(t *testing.T) { storetest.Agree(t, openSQLite(t), openPostgres(t)) }
