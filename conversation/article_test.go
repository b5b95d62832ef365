package conversation

import (
	"slices"
	"testing"
)

func TestAnOrderIsMeantByWordsThatNoOtherHas(t *testing.T) {
	of := func(names ...string) (o Order) {
		for _, n := range names {
			o.Lines = append(o.Lines, Line{Name: n})
		}
		return o
	}
	got := articles([]Order{
		of("Lampe Aube", "Bougie Figuier pour deux"),
		of("Bougie Ambre", "Coffret", "Thé 250 g", "Suspension Aube"), // the fourth is not shown, yet it has the word
		of(),
	})
	want := [][]string{
		{"Lampe Aube", "Bougie Figuier pour deux", "deux", "figuier", "lampe"},
		{"Bougie Ambre", "Coffret", "Thé 250 g", "ambre", "coffret"},
		nil,
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("order %d: %q, want %q", i, got[i], want[i])
		}
	}
}
