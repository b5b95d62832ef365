package conversation

import (
	"slices"
	"time"
)

// A prompt that WhatsApp could not deliver is said once more, as SMS, where the
// gate lets it; never when it was delivered, and never a third time.

const (
	stillPosting = time.Minute      // until a message in flight is looked at again
	stillWaiting = 10 * time.Minute // the same of an SMS that may not go yet
)

// otherWay reports a prompt that was said on WhatsApp and that SMS may still say.
func (t *turn) otherWay(w *Pending) bool {
	return w.Verdict.Route.Medium == WhatsApp && len(t.smsOf(w)) > 0
}

// smsOf lists the routes of SMS that a prompt was not said on.
func (t *turn) smsOf(w *Pending) []Route {
	if slices.Contains(w.Tried, SMS) {
		return nil
	}
	return slices.DeleteFunc(t.waysTo(&t.c, &w.Prompt), func(r Route) bool { return r.Medium != SMS })
}

// saidPrompt finds a prompt that was said.
func (t *turn) saidPrompt(id string) (int, bool) {
	i := slices.IndexFunc(t.c.Prompts, func(w Pending) bool { return w.Prompt.ID == id && !w.waits() })
	return i, i >= 0
}

// deliveryDue is the timer of a prompt's delivery: WhatsApp has had its time.
func (t *turn) deliveryDue(id string) {
	i, ok := t.saidPrompt(id)
	d := t.e.Delivery
	if !ok || d == nil || d.Prompt != id {
		t.decide("delivery.settled")
		return
	}
	w := t.c.Prompts[i]
	answered := t.c.wrote(w.Verdict.Route).After(w.Since)
	switch d.Status {
	case "posting":
		t.decide("delivery.posting")
		t.wake(DeliveryTimer+id, t.now.Add(stillPosting), "")
	case "queued", "accepted", "sent", "undelivered", "failed", "unknown":
		if answered || d.Status == "unknown" && w.Prompt.Purpose == Marketing {
			t.forgetPrompt(i, "delivery.settled")
			return
		}
		t.decide("fallback.late")
		said := len(t.out.Messages)
		t.fallBack(i)
		if _, waits := t.saidPrompt(id); d.Status == "queued" && (!waits || len(t.out.Messages) > said) {
			t.out.Recall = d.Message
		}
	case "cancelled", "expired": // nobody got it, and no other medium mends that
		t.forgetPrompt(i, "delivery.stopped")
		t.unsaid(&w)
	default: // delivered, read
		t.forgetPrompt(i, "delivery.settled")
	}
}

// unsaid undoes what saying a prompt left behind, unless another medium said it.
func (t *turn) unsaid(w *Pending) {
	if len(w.Tried) > 1 {
		return
	}
	t.untouched(w.Prompt.ID)
	t.close(w.Asked)
}

func (t *turn) forgetPrompt(i int, why Rule) {
	t.decide(why)
	t.c.Prompts = slices.Delete(slices.Clone(t.c.Prompts), i, i+1)
}

// promptFailed is a carrier's word that the message of a prompt cannot be had
// on its medium.
func (t *turn) promptFailed(r *Refusal) {
	i, ok := t.saidPrompt(r.Prompt)
	if r.Prompt == "" || !ok || t.c.Prompts[i].Verdict.Route.Medium != r.Medium {
		return
	}
	t.unset(DeliveryTimer + r.Prompt)
	if r.OptOut {
		t.undeliverable(i, Verdict{Rule: t.why, Code: "opted_out", Why: "the carrier holds an opt-out", Route: t.c.Prompts[i].Verdict.Route})
		return
	}
	t.fallBack(i)
}

// fallBack says a prompt as SMS, where that was not tried and the gate lets it.
func (t *turn) fallBack(i int) {
	w := t.c.Prompts[i]
	if w.Verdict.Route.Medium != WhatsApp {
		t.undeliverable(i, Verdict{Rule: "route.none", Code: "no_channel", Why: "no other medium is left", Route: w.Verdict.Route})
		return
	}
	chosen := t.choose(&t.c, &w.Prompt, t.smsOf(&w), t.now)
	switch v := &chosen.verdict; {
	case v.Code != "":
		t.undeliverable(i, *v)
	case v.Waits != "":
		at := latest(v.At, t.now.Add(stillWaiting))
		if !at.Before(w.Since.Add(saidFor)) || !at.Before(w.Prompt.until()) {
			t.undeliverable(i, *v)
			return
		}
		t.wake(DeliveryTimer+w.Prompt.ID, at, "")
	default:
		m := chosen.message
		if _, open := t.find(w.Asked); open {
			m.Asks, m.Text = w.Asked, cutRunes(m.Text+"\n"+w.Asks, maxText)
		}
		m.Purpose, m.Prompt, m.Rule, m.Expires = w.Prompt.Purpose, w.Prompt.ID, t.why, w.Prompt.Expires
		t.out.Messages = append(t.out.Messages, m)
		t.out.Codes = append(t.out.Codes, chosen.codes...)
		t.retouched(w.Prompt.ID)
		w.Verdict, w.Since, w.Tried = *v, t.now, append(slices.Clip(w.Tried), SMS)
		t.c.Prompts = slices.Clone(t.c.Prompts)
		t.c.Prompts[i] = w
		t.promptChanged(&w, false, "")
	}
}

// undeliverable ends a prompt that no medium could deliver: the outside hears
// so, and may write an e-mail.
func (t *turn) undeliverable(i int, v Verdict) {
	w := t.c.Prompts[i]
	t.c.Prompts = slices.Delete(slices.Clone(t.c.Prompts), i, i+1)
	w.Status, w.Verdict = PromptUndeliverable, v
	t.promptChanged(&w, false, "")
	t.notice("prompt.undeliverable", "prompt", w.Prompt.ID, "template", w.Prompt.Template, "purpose", string(w.Prompt.Purpose), "code", v.Code, "why", v.Why)
}
