package understanding

import (
	"slices"
	"testing"
)

func TestATypoIsOneLetterAwayAndNotTheLast(t *testing.T) {
	known := newTypos([]string{"smetti", "stopper", "desabonner"})
	for _, c := range []struct {
		word string
		want string
	}{
		{"stoper", "stopper"},         // a letter missing
		{"stoppper", "stopper"},       // one too many
		{"stoqper", "stopper"},        // another one
		{"sotpper", "stopper"},        // two swapped
		{"esabonner", "desabonner"},   // the first missing
		{"desabbonner", "desabonner"}, // one doubled
		{"smette", ""},                // the last one is grammar
		{"stopper", ""},               // no typo
		{"stooqper", ""},              // two typos
		{"merci", ""},
	} {
		var got []string
		known.meant(c.word, func(known string) { got = append(got, known) })
		if got = slices.Compact(got); c.want == "" && len(got) > 0 || c.want != "" && !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s means %q, want %q", c.word, got, c.want)
		}
	}
}
