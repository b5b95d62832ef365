package conversation_test

import (
	"testing"

	"github.com/causette/causette/conversation"
)

func TestAnAmountIsWrittenAsProgramsDo(t *testing.T) {
	for _, c := range []struct {
		amount   int64
		currency string
		want     string
	}{{14990, "EUR", "149.90"}, {5, "EUR", "0.05"}, {0, "EUR", "0.00"}, {-1250, "USD", "-12.50"}, {1200, "JPY", "1200"}} {
		if got := (conversation.Money{Amount: c.amount, Currency: c.currency}).Decimal(); got != c.want {
			t.Errorf("%d %s is %s, want %s", c.amount, c.currency, got, c.want)
		}
	}
}
