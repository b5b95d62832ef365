package conversation

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestTooManyPromptsGiveWay(t *testing.T) {
	s := defaultScript(t)
	c := willing(0)
	tomorrow := func(p *Prompt) { p.SendAt = noon.Add(24 * time.Hour) }
	order := func(p *Prompt) {
		p.Purpose, p.Template, p.Text, p.SendAt = Transactional, "", "Lumen : votre commande "+p.ID, noon.Add(24*time.Hour)
	}
	ended := map[string]Rule{}
	for i := range 2 * MaxPending {
		e := request(fmt.Sprint("m", i), tomorrow)
		if i >= MaxPending {
			e = request(fmt.Sprint("t", i), order)
		}
		turn := s.Step(c, e, noon)
		for _, p := range turn.Prompts {
			if !waits(p.Status) {
				ended[p.ID] = p.Verdict.Rule
			}
		}
		if c = turn.Next; len(c.Prompts) > MaxPending {
			t.Fatalf("%d prompts wait", len(c.Prompts))
		}
	}
	for i := range MaxPending {
		if ended[fmt.Sprint("m", i)] != "pending.full" {
			t.Errorf("the offers end with %v; each gives way to an order", ended)
		}
	}
	turn := s.Step(c, request("m99", tomorrow), noon)
	if i := slices.IndexFunc(turn.Prompts, func(p PromptChange) bool { return p.ID == "m99" }); i < 0 || waits(turn.Prompts[i].Status) {
		t.Errorf("an offer takes the place of an order: %+v", turn.Prompts)
	}
}
