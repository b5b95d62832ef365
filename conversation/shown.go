package conversation

import "slices"

// released is an agent who says that a prompt goes out now.
func (t *turn) released(a *Act) *Refused {
	i, refused := t.shown(a)
	if refused != nil {
		return refused
	}
	t.c.Prompts = slices.Clone(t.c.Prompts)
	t.c.Prompts[i].Verdict.Rule = ruleReleased
	w := t.c.Prompts[i]
	chosen := t.weigh(&t.c, &w.Prompt, t.e.Live, t.now)
	switch {
	case chosen.verdict.Code != "":
		t.c.Prompts = slices.Delete(t.c.Prompts, i, i+1)
		t.endPrompt(&w, chosen.verdict)
	case chosen.verdict.Waits != "":
		t.hold(&t.c.Prompts[i], chosen)
	default:
		t.release(w.Prompt.ID, []due{{w, chosen}})
	}
	return nil
}

// dropped is an agent who says that a prompt does not go out.
func (t *turn) dropped(a *Act) *Refused {
	i, refused := t.shown(a)
	if refused != nil {
		return refused
	}
	w := t.c.Prompts[i]
	t.c.Prompts = slices.Delete(slices.Clone(t.c.Prompts), i, i+1)
	t.endPrompt(&w, Verdict{Rule: t.why, Why: "the agent who talks with the customer left it out", Inputs: map[string]string{"agent": string(a.Agent)}})
	return nil
}

// shown finds the prompt that an act is about, which only who has the
// conversation may answer.
func (t *turn) shown(a *Act) (int, *Refused) {
	if foreign := t.foreign(a); foreign != nil {
		return 0, foreign
	}
	i := slices.IndexFunc(t.c.Prompts, func(w Pending) bool { return w.Prompt.ID == a.Prompt && w.Status == PromptShown })
	if i < 0 {
		return 0, refuse(RefusedNothing)
	}
	return i, nil
}
