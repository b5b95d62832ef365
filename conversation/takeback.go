package conversation

import "slices"

// takeBack is an automation that wants its prompt unsaid: one that waits is
// dropped, and one that is queued is taken back before it leaves.
func (t *turn) takeBack(id string) {
	i := slices.IndexFunc(t.c.Prompts, func(w Pending) bool { return w.Prompt.ID == id })
	if i < 0 {
		t.decide("prompt.unknown")
		return
	}
	w := t.c.Prompts[i]
	d := t.e.Delivery
	said := !w.waits()
	switch {
	case said && (d == nil || d.Prompt != id || d.Message == "" || d.Status != "queued"):
		t.decide("prompt.left")
		return
	case said && len(w.With) > 0:
		t.decide("prompt.carries") // its message says what others asked for
		return
	}
	t.decide("prompt.cancelled")
	if said {
		t.out.Recall = d.Message
		t.unset(DeliveryTimer + id)
		t.unsaid(&w)
	}
	t.c.Prompts = slices.Delete(slices.Clone(t.c.Prompts), i, i+1)
	w.Status = PromptHeld
	t.endPrompt(&w, Verdict{Rule: t.why, Why: "its automation took it back"})
}
