package conversation

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What people at the desk do is an event like any other: it is done in the
// conversation's own order, or refused whole.

// timerSnooze brings a snoozed conversation back to its owner.
const timerSnooze = "snooze"

// Bounds of what agents write.
const (
	maxNote   = 4000 // runes
	maxTagged = 20
	maxTag    = 40
	maxSnooze = 366 * 24 * time.Hour
	maxAhead  = 7 * 24 * time.Hour // what is said later is said within a week
)

// act does what an agent asks, or says why not.
func (t *turn) act(a *Act) *Refused {
	t.decide(Rule(t.e.Type))
	switch t.e.Type {
	case AgentClaimed:
		return t.claimed(a)
	case AgentReopened:
		return t.reopened(a)
	case AgentTransferred:
		return t.transferred(a)
	case AgentNoted:
		return t.noted(a)
	case AgentTagged:
		return t.tagged(a)
	case AgentResolved, AgentReturned:
		return t.closed(a)
	case AgentWrote:
		return t.wrote(a)
	case AgentSnoozed:
		return t.snoozed(a)
	case AgentBegan:
		return t.began(a)
	case AgentRecalled:
		return t.recalled(a)
	case AgentUnsubscribed, AgentKept:
		return t.clarified(a)
	case AgentOffered:
		return t.offered(a)
	case AgentDeclined:
		return t.declined(a)
	case AgentIdled:
		return t.idled(a)
	case AgentReleased:
		return t.released(a)
	case AgentDropped:
		return t.dropped(a)
	}
	t.out.Rule = "event.unknown"
	return nil
}

// desk is the conversation's desk, to be changed in this turn.
func (t *turn) desk() *Desk {
	if !t.desked {
		t.desked = true
		d := Desk{Status: DeskResolved, Priority: Normal}
		if t.c.Desk != nil {
			d = *t.c.Desk
		}
		t.c.Desk = &d
	}
	return t.c.Desk
}

// owner is who has the conversation, "" where nobody has.
func (t *turn) owner() AgentID {
	if t.c.State == WithAgent && t.c.Desk != nil {
		return t.c.Desk.Owner
	}
	return ""
}

func refuse(code string) *Refused { return &Refused{Code: code} }

// foreign refuses what only the owner may do.
func (t *turn) foreign(a *Act) *Refused {
	if t.c.State == WithAgent && t.owner() == a.Agent {
		return nil
	}
	return &Refused{Code: RefusedNotOwner, Owner: t.owner()}
}

// claimed takes a conversation from the queue, from the assistant, or from the
// colleague that the act names. One that a colleague snoozed may be taken too:
// its owner is not at it.
func (t *turn) claimed(a *Act) *Refused {
	d := t.c.Desk
	owner := t.owner()
	taken := owner != "" && owner == a.From && owner != a.Agent
	if owner != "" && d.Status != DeskSnoozed && !taken {
		if owner == a.Agent {
			return refuse(RefusedNothing)
		}
		return &Refused{Code: RefusedOwned, Owner: owner}
	}
	if held := d.reserved(t.now); held != "" && held != a.Agent {
		return &Refused{Code: RefusedReserved, Owner: held}
	}
	if t.full(a, a.Agent) {
		return refuse(RefusedFull)
	}
	if taken { // what the colleague said still goes
		t.unset(timerSnooze)
		t.hand(a.Agent)
		t.fence(CancelNothing)
		return nil
	}
	if t.c.State.Owner() == Assistant {
		t.stepIn("taken_over")
	}
	t.take(a.Agent)
	return nil
}

// reopened takes a resolved one back as it was, also the undo of resolved, and
// ends the pause of a snoozed one.
func (t *turn) reopened(a *Act) *Refused {
	d, owner := t.c.Desk, t.owner()
	switch {
	case owner != "" && owner != a.Agent:
		return &Refused{Code: RefusedOwned, Owner: owner}
	case owner != "" && d.Status == DeskSnoozed: // its pause ends early
		t.snoozeEnded(t.why)
		return nil
	case d == nil || d.Status != DeskResolved:
		return refuse(RefusedNothing)
	case t.full(a, a.Agent):
		return refuse(RefusedFull)
	}
	t.take(a.Agent)
	t.desk().ResolveBy = t.promised(t.now, t.rules.sla.resolution, timerResolveSoon, timerResolveLate)
	return nil
}

// stepIn begins a new matter at the desk that nobody had asked for.
func (t *turn) stepIn(reason string) {
	d := t.desk()
	*d = Desk{Priority: Normal, Reason: reason, Last: cmp.Or(d.Owner, d.Last), Tags: d.Tags, Wrote: d.Wrote}
	if t.valued() {
		d.Priority = High
	}
	d.Inputs = t.inputs()
	t.beginMatter()
}

// take gives the conversation to an agent: the assistant falls silent, its
// questions are withdrawn, and what it had queued is cancelled. What agents said
// still goes.
func (t *turn) take(agent AgentID) {
	t.leaveBurst()
	if t.c.State != WithAgent {
		t.withdrawQuestions()
		t.unset(timerAgent)
		t.unset(timerWait)
		t.move(onClaimed)
	}
	t.unset(timerSnooze)
	t.hand(agent)
	t.fence(CancelAssistant)
	if t.c.Customer.Suspended {
		t.agentDecides()
	}
}

// leaveBurst leaves to people the texts that the assistant had not answered yet.
func (t *turn) leaveBurst() {
	if len(t.c.Burst) == 0 {
		return
	}
	t.waitsSince(t.c.Burst[0].At)
	t.dropBurst()
}

// hand makes an agent the owner.
func (t *turn) hand(agent AgentID) {
	d := t.desk()
	if d.Owner != agent {
		if d.Owner != "" {
			d.Last = d.Owner
		}
		// To the new owner, what the one before wrote is somebody else's.
		t.c.Said, d.Wrote = max(t.c.Said, d.Wrote), 0
	}
	t.unoffer()
	d.Status, d.Owner = DeskAssigned, agent
	d.Until, d.Closed = time.Time{}, time.Time{}
}

// withdrawQuestions drops what the assistant asked and remembered.
func (t *turn) withdrawQuestions() {
	t.c.Questions = nil
	t.c.Slots, t.owned = nil, true
	t.c.Misses = 0
	t.asks = ""
	t.unset(timerQuestion)
	t.unset(timerReminder)
}

// transferred gives the conversation to a colleague, or back to the queue: a
// team's or everybody's. One that nobody has may be given to somebody by anybody;
// the desk says who may.
func (t *turn) transferred(a *Act) *Refused {
	owner := t.owner()
	switch {
	case owner != "" && owner != a.Agent && owner != a.From:
		return &Refused{Code: RefusedNotOwner, Owner: owner}
	case a.To != "" && a.To == owner, a.To == "" && owner == "" && !t.elsewhere(a.Team):
		return refuse(RefusedNothing)
	case a.To != "" && t.full(a, a.To):
		return refuse(RefusedFull)
	case a.To != "" && t.c.State == WithAgent:
		t.unset(timerSnooze)
		t.hand(a.To)
		t.fence(CancelNothing)
		return nil
	}
	if t.c.State.Owner() == Assistant {
		t.stepIn("assigned")
	}
	if a.To != "" {
		t.take(a.To)
		return nil
	}
	t.requeue(cutRunes(a.Team, maxTag)) // who gave it away does not get it back first
	return nil
}

// elsewhere reports whether a conversation that nobody has is not in the team's queue.
func (t *turn) elsewhere(team string) bool {
	if t.c.State == AwaitingAgent && t.c.Desk != nil {
		return team != t.c.Desk.Team
	}
	return team != ""
}

// wrote says an agent's words to the customer, at once or later.
func (t *turn) wrote(a *Act) *Refused {
	if foreign := t.foreign(a); foreign != nil {
		return foreign
	}
	when := latest(t.now, a.After)
	said, refused := t.utter(a, t.c.Medium, t.c.Address)
	switch {
	case refused != nil:
		return refused
	case a.Seen > 0 && t.c.Said > a.Seen:
		return refuse(RefusedMoved)
	case t.c.Unheard():
		return refuse(RefusedOptedOut)
	}
	if refused := t.leaves(&said, when, t.c.Medium); refused != nil {
		return refused
	}
	if said.purpose == Marketing {
		t.c.Prompted = Marketing // what a bare STOP means
	}
	t.answered(when)
	d := t.desk()
	d.Wrote = t.c.Version
	if d.Status == DeskSnoozed {
		d.Status, d.Until = DeskAssigned, time.Time{}
		t.unset(timerSnooze)
	}
	t.out.Codes = append(t.out.Codes, said.codes...)
	t.out.Messages = append(t.out.Messages, Message{
		Channel: t.c.Channel, Medium: t.c.Medium, To: t.c.Address,
		Text: said.text, Content: said.content, Purpose: said.purpose, Rule: t.why, Agent: a.Agent, After: a.After,
	})
	return nil
}

// words is what an act says, and where to there is somebody to say it to.
func words(a *Act, to Address) (string, *Refused) {
	text := strings.TrimSpace(a.Text)
	switch {
	case text == "" || to == "":
		return "", refuse(RefusedNothing)
	case utf8.RuneCountInString(text) > maxText:
		return "", refuse(RefusedTooLong)
	}
	return text, nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// recalled takes back what its writer said and what has not left.
func (t *turn) recalled(a *Act) *Refused {
	switch {
	case a.Message == "":
		return refuse(RefusedNothing)
	case !a.Queued:
		return refuse(RefusedSent)
	}
	t.out.Recall = a.Message
	if t.owner() == a.Agent {
		t.unanswer()
	}
	return nil
}

// noted is a note of an agent: the event itself is what the desk reads.
func (t *turn) noted(a *Act) *Refused {
	switch n := utf8.RuneCountInString(strings.TrimSpace(a.Text)); {
	case n == 0:
		return refuse(RefusedNothing)
	case n > maxNote:
		return refuse(RefusedTooLong)
	}
	return nil
}

// tagged sets the tags of a conversation.
func (t *turn) tagged(a *Act) *Refused {
	var tags, had []string
	for _, tag := range a.Tags {
		tag = strings.TrimSpace(cutRunes(strings.Join(strings.Fields(tag), " "), maxTag))
		if tag != "" && !slices.Contains(tags, tag) && len(tags) < maxTagged {
			tags = append(tags, tag)
		}
	}
	if t.c.Desk != nil {
		had = t.c.Desk.Tags
	}
	if slices.Equal(tags, had) {
		return refuse(RefusedNothing)
	}
	t.desk().Tags = tags
	return nil
}

// closed ends what people had to do: resolved, or given back to the assistant,
// who goes on with the customer's next text. One that nobody has may be
// closed by anybody.
func (t *turn) closed(a *Act) *Refused {
	owner := t.owner()
	switch {
	case owner != "" && owner != a.Agent:
		return &Refused{Code: RefusedNotOwner, Owner: owner}
	case t.c.State.Owner() == Assistant:
		return refuse(RefusedNothing)
	}
	t.withdrawQuestions()
	t.unset(timerSnooze)
	t.unset(timerAgent)
	t.unset(timerWait)
	t.move(onReturned)
	d := t.desk()
	d.Last = cmp.Or(owner, d.Last)
	t.endMatter()
	t.askRatingLater()
	if owner != "" {
		t.c.Disclosed = false // a machine answers again, and says so
	}
	if t.e.Type == AgentReturned {
		d.Owner = ""
		t.fence(CancelNothing)
	}
	t.stillDoubted()
	return nil
}

// endMatter ends what people had to do; whose it was stays known.
func (t *turn) endMatter() {
	t.unoffer()
	t.noDue()
	d := t.desk()
	if !d.ResolveBy.IsZero() {
		t.unset(timerResolveSoon)
		t.unset(timerResolveLate)
	}
	d.Status, d.Closed = DeskResolved, t.now
	d.Waits, d.Until, d.ResolveBy = time.Time{}, time.Time{}, time.Time{}
}

// snoozed puts a conversation off until a moment, or until the customer
// writes or an order of theirs moves.
func (t *turn) snoozed(a *Act) *Refused {
	if foreign := t.foreign(a); foreign != nil {
		return foreign
	}
	if !a.Until.IsZero() && !a.Until.After(t.now) {
		return refuse(RefusedNothing)
	}
	t.noDue()
	d := t.desk()
	d.Status, d.Until = DeskSnoozed, a.Until
	t.unset(timerSnooze)
	if a.Until.IsZero() {
		return nil
	}
	if latest := t.now.Add(maxSnooze); d.Until.After(latest) {
		d.Until = latest
	}
	t.wake(timerSnooze, d.Until, "")
	return nil
}

// snoozeEnded gives a snoozed conversation back to its owner. Who waited when it
// was put off waits anew for an answer.
func (t *turn) snoozeEnded(why Rule) {
	if t.c.State != WithAgent || t.c.Desk == nil || t.c.Desk.Status != DeskSnoozed {
		return
	}
	t.decide(why)
	d := t.desk()
	d.Status, d.Until = DeskAssigned, time.Time{}
	if t.e.Type != TimerDue {
		t.unset(timerSnooze)
	}
	if !d.Waits.IsZero() {
		t.waitsSince(t.now)
	}
	t.notice("snooze.ended", "owner", string(d.Owner))
}

// agentReads is a text of the customer in a person's conversation: nothing is
// said, and the customer waits for an answer unless they only said thanks.
func (t *turn) agentReads() {
	t.decide("agent.owns")
	t.snoozeEnded("agent.owns")
	if !t.courtesy() {
		t.waitsSince(t.at())
	}
}
