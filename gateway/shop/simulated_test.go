package shop

import (
	"fmt"
	"strings"
	"testing"

	"github.com/causette/causette/conversation"
)

func TestTheSimulatedShopKnowsItsStock(t *testing.T) {
	s := NewSimulated([]conversation.Line{
		{SKU: "BOU-FIG", Name: "Bougie Figuier", Quantity: 3},
		{SKU: "BOU-AGR", Name: "Bougie Agrumes"},
	})
	for name, c := range map[string]struct {
		lines  string
		link   bool
		gone   string
		failed string
	}{
		"everything is there":    {lines: `{"sku":"BOU-FIG","name":"Bougie Figuier","quantity":3}`, link: true, gone: "[]"},
		"more than there is":     {lines: `{"sku":"BOU-FIG","name":"Bougie Figuier","quantity":4}`, gone: "[Bougie Figuier]"},
		"one of two":             {lines: `{"sku":"BOU-FIG","name":"Bougie Figuier","quantity":1},{"sku":"BOU-AGR","name":"Bougie Agrumes","quantity":1}`, link: true, gone: "[Bougie Agrumes]"},
		"what was sold long ago": {lines: `{"sku":"OLD","name":"Vieille lampe","quantity":1}`, gone: "[Vieille lampe]"},
		"nothing":                {gone: "[]", failed: "no lines"},
	} {
		t.Run(name, func(t *testing.T) {
			j := conversation.Job{ID: "j1", Kind: Reorder, Payload: []byte(`{"order":"o1","lines":[` + c.lines + `]}`)}
			first, err := s.Do(t.Context(), "lumen", conversation.Customer{}, j)
			if err != nil {
				t.Fatal(err)
			}
			if (first.Link != "") != c.link || fmt.Sprint(first.OutOfStock) != c.gone || !strings.Contains(first.Failed, c.failed) || c.failed == "" != (first.Failed == "") {
				t.Errorf("result %+v", first)
			}
			if first.Link != "" && badLink(first.Link) != "" {
				t.Errorf("link %q", first.Link)
			}
			again, err := s.Do(t.Context(), "lumen", conversation.Customer{}, j)
			if err != nil || fmt.Sprint(again) != fmt.Sprint(first) {
				t.Errorf("asked again it says %+v, %v", again, err)
			}
			j.ID = "j2"
			if other, _ := s.Do(t.Context(), "lumen", conversation.Customer{}, j); c.link && other.Link == first.Link {
				t.Error("two orders have one link")
			}
		})
	}
	if r, err := s.Do(t.Context(), "lumen", conversation.Customer{}, conversation.Job{ID: "j", Kind: "levitate"}); err != nil || r.Failed == "" {
		t.Errorf("result %+v, %v", r, err)
	}
}
