package gateway_test

import (
	"testing"

	"github.com/causette/causette/gateway"
)

func TestMask(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a card number with spaces", "ma carte 4242 4242 4242 4242 svp", "ma carte ••••4242 svp"},
		{"a card number with dashes", "5555-5555-5555-4444", "••••4444"},
		{"an American Express number", "378282246310005", "••••0005"},
		{"a French IBAN", "FR14 2004 1010 0505 0001 3M02 606 merci", "••••2606 merci"},
		{"a German IBAN in one piece", "DE89370400440532013000", "••••3000"},
		{"a security code", "cvv 123", "cvv •••"},
		{"a security code in French", "le cryptogramme est 4321", "le cryptogramme est •••"},
		{"an order number stays", "ma commande 1042", "ma commande 1042"},
		{"a phone number stays", "rappelez le +33 6 12 34 56 78", "rappelez le +33 6 12 34 56 78"},
		{"a tracking number that fails Luhn stays", "colis 6123456789012", "colis 6123456789012"},
		{"digits that only look like a card stay", "1234 5678 9012 3456", "1234 5678 9012 3456"},
		{"zeros stay", "0000 0000 0000 0000", "0000 0000 0000 0000"},
		{"no digits at all", "bonjour", "bonjour"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, found := gateway.Mask(test.text)
			if got != test.want || found != (test.text != test.want) {
				t.Errorf("Mask(%q) = %q, %v; want %q", test.text, got, found, test.want)
			}
		})
	}
}

func FuzzMask(f *testing.F) {
	f.Add("4242 4242 4242 4242")
	f.Add("FR1420041010050500013M02606")
	f.Add("cvv\xff123")
	f.Fuzz(func(t *testing.T, text string) {
		once, _ := gateway.Mask(text)
		if twice, found := gateway.Mask(once); found && twice != once {
			t.Errorf("masking twice differs: %q, then %q", once, twice)
		}
	})
}
