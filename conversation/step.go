package conversation

import (
	"time"
)

// Step says what one event does to one conversation. It reads no clock, no
// database and no network; the same arguments always give the same turn.
func (s *Script) Step(c Conversation, e Event, now time.Time) Turn {
	t := &turn{Script: s, c: c, e: &e, now: now}
	if !known[t.c.State] {
		t.c.State = Idle // a row of another version of the program
	}
	t.c.Version++
	if t.c.Script == "" {
		t.c.Script = s.version
	}
	t.lang = s.speaks(c.Customer.Language)
	t.dropOldQuestions()
	t.hadQuestions = len(t.c.Questions) > 0
	t.promptsAt = nextPrompt(t.c.Prompts)
	switch {
	case e.Type == MessageReceived && e.Message != nil:
		t.receive(e.Message)
	case e.Type == TimerDue && e.Timer != nil:
		t.timerDue(e.Timer)
	case e.Type == PromptRequested && e.Prompt != nil:
		t.prompt(e.Prompt)
	case e.Type == PromptCancelled && e.Prompt != nil:
		t.takeBack(e.Prompt.ID)
	case e.Type == JoinRequested && e.Join != nil:
		t.joins(e.Join)
	case e.Type == LinkClicked && e.Click != nil:
		t.clicked(e.Click)
	case e.Type == JobDone && e.Result != nil:
		t.jobDone(e.Result)
	case e.Type == ConsentRecorded && e.Consent != nil:
		t.consentRecorded(e.Consent)
	case e.Type == SendRefused && e.Refusal != nil:
		t.sendRefused(e.Refusal)
	case e.Act != nil && (e.Act.Agent != "" || systemActs[e.Type]):
		if refused := t.act(e.Act); refused != nil {
			return Turn{Next: c, Refused: refused, Rule: Rule(e.Type) + ".refused"}
		}
	case e.Shop != nil:
		t.shopTold(e.Shop)
	default:
		t.decide("event.unknown")
	}
	return t.end()
}

// at is when the event happened: what a customer did is dated by when they did
// it, not by when it reached us.
func (t *turn) at() time.Time {
	if t.e.Time.IsZero() || t.e.Time.After(t.now) {
		return t.now
	}
	return t.e.Time
}
