package agents

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Act is what an agent asks for. The id is the client's: the same id again is
// the same act.
type Act struct {
	ID     string               `json:"id"`
	Kind   Kind                 `json:"kind"`
	Text   string               `json:"text,omitempty"`
	To     conversation.AgentID `json:"to,omitempty"`
	Until  time.Time            `json:"until,omitzero"`
	Tags   []string             `json:"tags,omitempty"`
	Team   string               `json:"team,omitempty"`   // of a transfer: to the team's queue
	After  time.Time            `json:"after,omitzero"`   // of a text: not before
	Seen   int64                `json:"seen,omitempty"`   // the version that the agent looked at
	Anyway bool                 `json:"anyway,omitempty"` // write although something was said since; claim although a colleague has it

	Message  conversation.MessageID `json:"message,omitempty"`  // of a recall: what is taken back
	Mentions []conversation.AgentID `json:"mentions,omitempty"` // of a note: who should read it

	Template  string            `json:"template,omitempty"`  // of what is written: instead of Text
	Variables map[string]string `json:"variables,omitempty"` // of the template
	Prompt    string            `json:"prompt,omitempty"`    // of a release or a drop
}

// Kind is what an act does.
type Kind string

const (
	Claim    Kind = "claim"
	Write    Kind = "write"
	NoteDown Kind = "note"
	Transfer Kind = "transfer"
	Return   Kind = "return"
	Snooze   Kind = "snooze"
	Resolve  Kind = "resolve"
	Reopen   Kind = "reopen"
	Tag      Kind = "tag"
	Decline  Kind = "decline" // an offer
	Recall   Kind = "recall"  // of a text that has not left

	// The two answers to a prompt that came while the agent talks.
	Release Kind = "release" // it goes out now
	Drop    Kind = "drop"    // it does not go out

	// The two answers to a doubtful opt-out.
	Unsubscribe Kind = "unsubscribe"
	Keep        Kind = "keep"
)

// kinds says what each kind of act is in the conversation, and who may do it.
var kinds = map[Kind]struct {
	event      conversation.EventType
	permission Permission
}{
	Claim:    {conversation.AgentClaimed, MayClaim},
	Write:    {conversation.AgentWrote, MayWrite},
	NoteDown: {conversation.AgentNoted, MayNote},
	Tag:      {conversation.AgentTagged, MayNote},
	Transfer: {conversation.AgentTransferred, MayTransfer},
	Return:   {conversation.AgentReturned, MaySettle},
	Snooze:   {conversation.AgentSnoozed, MaySettle},
	Resolve:  {conversation.AgentResolved, MaySettle},
	Reopen:   {conversation.AgentReopened, MaySettle},

	Decline: {conversation.AgentDeclined, MayClaim},
	Recall:  {conversation.AgentRecalled, MayWrite},

	Release: {conversation.AgentReleased, MayWrite},
	Drop:    {conversation.AgentDropped, MayWrite},

	Unsubscribe: {conversation.AgentUnsubscribed, MayWrite},
	Keep:        {conversation.AgentKept, MayWrite},
}

// Done is what an act came to.
type Done struct {
	Version      int64  `json:"version"`
	Conversation Detail `json:"conversation"`
}

// RefusedBefore is the answer to an act that is asked again with the id of one
// that was refused: an id stands for one answer.
const RefusedBefore = "refused_before"

// Refusal is an act that was not done: an answer of 409.
type Refusal struct {
	Code   string               `json:"code"` // as conversation.Refused
	Owner  conversation.AgentID `json:"owner,omitempty"`
	Next   time.Time            `json:"next,omitzero"`    // when it may be done, where the hour is why
	Why    string               `json:"why,omitempty"`    // what is wrong with a template
	Missed []Entry              `json:"missed,omitempty"` // what was said since, where that is why
}

func (r *Refusal) Error() string { return "the act was refused: " + r.Code }

// Act does what the agent asks, as one turn of the conversation: done when it
// returns, or a *Refusal. The same id again changes nothing and returns how the
// conversation stands.
func (d *Desk) Act(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID, a Act) (*Done, error) {
	k, known := kinds[a.Kind]
	if !known {
		return nil, &Fault{"kind", fmt.Sprintf("there is no act %q", a.Kind)}
	}
	by, err := d.Agent(ctx, by.ID) // what they may do now, not when they logged in
	if err != nil {
		return nil, err
	}
	if err := Allow(by, k.permission, brand); err != nil {
		return nil, err
	}
	if err := a.check(d.now()); err != nil {
		return nil, err
	}
	from, err := d.takenFrom(ctx, by, brand, customer, a)
	if err != nil {
		return nil, err
	}
	if err := d.colleagues(ctx, brand, a); err != nil {
		return nil, err
	}
	if a.Mentions, err = d.mentioned(ctx, by, brand, a); err != nil {
		return nil, err
	}
	act := d.turned(by, a)
	act.From = from
	e := conversation.Event{ID: a.event(by.ID), Type: k.event, Time: d.moment(), Act: act}
	return d.do(ctx, by, brand, gateway.Who{Customer: customer}, string(a.Kind), a.Seen, e)
}

// turned is an act as its turn takes it.
func (d *Desk) turned(by Agent, a Act) *conversation.Act {
	act := &conversation.Act{Agent: by.ID, To: a.To, Text: a.Text, Seen: a.Seen, Until: a.Until, Tags: a.Tags,
		Team: a.Team, After: a.After, Message: a.Message, Mentions: a.Mentions,
		Template: a.Template, Variables: a.Variables, Prompt: a.Prompt}
	if a.Anyway {
		act.Seen = 0
	}
	if earliest := d.moment().Add(d.takeBack); a.Kind == Write && d.takeBack > 0 && act.After.Before(earliest) {
		act.After = earliest
	}
	return act
}

// do makes an act a turn, and says how the conversation stands after it.
func (d *Desk) do(ctx context.Context, by Agent, brand conversation.BrandID, who gateway.Who, what string, seen int64, e conversation.Event) (*Done, error) {
	out, err := d.door.Accept(ctx, brand, who, e)
	who.Customer = cmp.Or(out.Customer, who.Customer) // a page may know them by who they were
	switch {
	case errors.Is(err, gateway.ErrUnknownCustomer):
		return nil, fmt.Errorf("%s: %w", what, gateway.ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", what, err)
	case out.Poisoned:
		return nil, fmt.Errorf("%s: the turn failed; it is stored with its error", what)
	case out.Duplicate:
		err = d.doneBefore(ctx, brand, who.Customer, e.ID)
	case out.Turn != nil && out.Turn.Refused != nil:
		err = d.refusal(ctx, by, brand, who.Customer, seen, out.Turn.Refused)
	}
	if err != nil {
		return nil, err
	}
	c, err := d.detail(ctx, by, brand, who.Customer)
	if err != nil {
		return nil, err
	}
	return &Done{Version: max(out.Version, c.Version), Conversation: c}, nil
}

// event is the event's id of an act: the same for the same act of the same agent.
func (a *Act) event(by conversation.AgentID) conversation.EventID { return actID(by, a.ID) }

const actPrefix = "act:"

func actID(by conversation.AgentID, id string) conversation.EventID {
	return conversation.EventID(actPrefix + string(by) + ":" + id)
}

// clientID is the client's id of an act, "" for an event that is none.
func clientID(e conversation.EventID) string {
	rest, ok := strings.CutPrefix(string(e), actPrefix)
	if !ok {
		return ""
	}
	_, id, _ := strings.Cut(rest, ":")
	return id
}

// Bounds of an act; what the customer would read is bounded by the turn.
const (
	maxActID    = 64
	maxText     = 16 << 10 // bytes
	maxTags     = 50
	maxMentions = 20
	maxMessage  = 64  // bytes of a message's id
	maxPrompt   = 200 // bytes of a prompt's id
	maxAfter    = 7 * 24 * time.Hour
)

func (a *Act) check(now time.Time) error {
	if err := checkID(a.ID, maxActID); err != nil {
		return err
	}
	switch {
	case len(a.Tags) > maxTags:
		return &Fault{"tags", fmt.Sprintf("are more than %d", maxTags)}
	case a.Seen < 0:
		return &Fault{"seen", "must be the version of a conversation"}
	case a.Kind == Recall && (a.Message == "" || len(a.Message) > maxMessage):
		return &Fault{"message", "must be the id of what is taken back"}
	case len(a.Mentions) > maxMentions:
		return &Fault{"mentions", fmt.Sprintf("are more than %d", maxMentions)}
	case len(a.Mentions) > 0 && a.Kind != NoteDown:
		return &Fault{"mentions", "belong to a note"}
	case a.Team != "" && (a.Kind != Transfer || a.To != ""):
		return &Fault{"team", "belongs to a transfer that names no colleague"}
	case !a.After.IsZero() && a.Kind != Write:
		return &Fault{"after", "belongs to what is written"}
	case (a.Kind == Release || a.Kind == Drop) == (a.Prompt == ""), len(a.Prompt) > maxPrompt:
		return &Fault{"prompt", "belongs to a release and to a drop: the prompt that is meant"}
	}
	if err := a.checkTemplate(); err != nil {
		return err
	}
	if err := checkText(&a.Text, a.After, now); err != nil {
		return err
	}
	a.Tags = slices.Clone(a.Tags)
	for i := range a.Tags {
		a.Tags[i] = clean(a.Tags[i])
	}
	return nil
}

// checkID bounds what a client calls an act.
func checkID(id string, longest int) error {
	fine := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	if id == "" || len(id) > longest || strings.ContainsFunc(id, func(r rune) bool { return !fine(r) }) {
		return &Fault{"id", fmt.Sprintf("must have 1 to %d of a-z A-Z 0-9 - _; a UUID is good", longest)}
	}
	return nil
}

// checkText bounds and cleans what an agent writes, and when it is to go out.
func checkText(text *string, after, now time.Time) error {
	switch {
	case len(*text) > maxText:
		return &Fault{"text", fmt.Sprintf("is longer than %d bytes", maxText)}
	case after.After(now.Add(maxAfter)):
		return &Fault{"after", "is more than a week ahead"}
	}
	*text = clean(*text)
	return nil
}

func clean(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// colleagues checks whom an act names beside who gets the conversation: the team
// whose queue it goes to has somebody, and who is mentioned can read it.
func (d *Desk) colleagues(ctx context.Context, brand conversation.BrandID, a Act) error {
	if a.Team == "" && len(a.Mentions) == 0 {
		return nil
	}
	all, err := d.store.Agents(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Kind, err)
	}
	all = slices.DeleteFunc(all, func(c Agent) bool { return c.Disabled || !c.serves(brand) })
	if a.Team != "" && !slices.ContainsFunc(all, func(c Agent) bool { return slices.Contains(c.Teams, a.Team) }) {
		return &Fault{"team", "nobody of this brand's desk is in it"}
	}
	for _, id := range a.Mentions {
		if !slices.ContainsFunc(all, func(c Agent) bool { return c.ID == id }) {
			return &Fault{"mentions", "nobody of this brand's desk has the id " + strconv.Quote(string(id))}
		}
	}
	return nil
}

// takenFrom says which colleague an act takes the conversation from, and checks
// that it may: an agent takes over from who is away, supervisors from anybody,
// and only supervisors give away what they do not have. A claim says anyway when
// it means to take over.
func (d *Desk) takenFrom(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID, a Act) (conversation.AgentID, error) {
	if a.Kind != Transfer && (a.Kind != Claim || !a.Anyway) {
		return "", nil
	}
	row, err := d.store.Detail(ctx, brand, customer)
	if err != nil {
		return "", fmt.Errorf("%s: %w", a.Kind, err)
	}
	var owner conversation.AgentID
	if c := &row.Conversation; c.State.Owner() == conversation.Agent && c.Desk != nil {
		owner = c.Desk.Owner
	}
	if a.Kind == Transfer {
		if owner != by.ID {
			err = Allow(by, MayAssign, brand)
		}
		if err == nil && a.To != "" {
			err = d.colleague(ctx, brand, a.To)
		}
		return owner, err
	}
	if owner == "" || owner == by.ID {
		return "", nil
	}
	colleague, err := d.store.Agent(ctx, owner)
	if err != nil && !errors.Is(err, gateway.ErrNotFound) {
		return "", fmt.Errorf("%s: %w", a.Kind, err)
	}
	if err == nil && colleague.There(d.now()) {
		return owner, Allow(by, MayTakeOver, brand)
	}
	return owner, nil
}

// colleague checks that somebody may get conversations of the brand.
func (d *Desk) colleague(ctx context.Context, brand conversation.BrandID, id conversation.AgentID) error {
	a, err := d.store.Agent(ctx, id)
	switch {
	case errors.Is(err, gateway.ErrNotFound), err == nil && (a.Disabled || !a.serves(brand)):
		return &Fault{"to", "nobody of this brand's desk has this id"}
	case err != nil:
		return fmt.Errorf("transfer: %w", err)
	}
	return nil
}

// newest is how much of a thread's end is looked at for what was missed.
const newest = 50

// refusal is why the act was not done, with what the agent had not seen.
func (d *Desk) refusal(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID, seen int64, why *conversation.Refused) error {
	r := &Refusal{Code: why.Code, Owner: why.Owner, Next: why.Next, Why: why.Why}
	if why.Code != conversation.RefusedMoved {
		return r
	}
	items, err := d.store.Items(ctx, brand, customer, "", newest)
	if err != nil {
		return fmt.Errorf("read what was missed: %w", err)
	}
	list, err := d.entries(ctx, brand, items)
	if err != nil {
		return fmt.Errorf("read what was missed: %w", err)
	}
	for _, e := range list {
		if e.Version > seen && e.Kind == EntryMessage && e.Agent != by.ID {
			r.Missed = append(r.Missed, e)
		}
	}
	return r
}

// doneBefore is nil for an act that was done, and a *Refusal for one that was
// refused: only what was done left a row in the thread.
func (d *Desk) doneBefore(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, id conversation.EventID) error {
	_, err := d.store.Acted(ctx, brand, customer, id)
	switch {
	case errors.Is(err, gateway.ErrNotFound):
		return &Refusal{Code: RefusedBefore}
	case err != nil:
		return fmt.Errorf("look for an act: %w", err)
	}
	return nil
}
