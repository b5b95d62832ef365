package agents

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	Seen   int64                `json:"seen,omitempty"`   // the version that the agent looked at
	Anyway bool                 `json:"anyway,omitempty"` // write although something was said since; claim although a colleague has it
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
	if err := a.check(); err != nil {
		return nil, err
	}
	from, err := d.takenFrom(ctx, by, brand, customer, a)
	if err != nil {
		return nil, err
	}
	act := &conversation.Act{Agent: by.ID, To: a.To, From: from, Text: a.Text, Seen: a.Seen, Until: a.Until, Tags: a.Tags}
	if a.Anyway {
		act.Seen = 0
	}
	e := conversation.Event{ID: a.event(by.ID), Type: k.event, Time: d.moment(), Act: act}
	out, err := d.door.Accept(ctx, brand, gateway.Who{Customer: customer}, e)
	switch {
	case errors.Is(err, gateway.ErrUnknownCustomer):
		return nil, fmt.Errorf("%s: %w", a.Kind, gateway.ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", a.Kind, err)
	case out.Poisoned:
		return nil, fmt.Errorf("%s: the turn failed; it is stored with its error", a.Kind)
	case out.Duplicate:
		err = d.doneBefore(ctx, brand, customer, e.ID)
	case out.Turn != nil && out.Turn.Refused != nil:
		err = d.refusal(ctx, by, brand, customer, a, out.Turn.Refused)
	}
	if err != nil {
		return nil, err
	}
	c, err := d.detail(ctx, by, brand, customer)
	if err != nil {
		return nil, err
	}
	return &Done{Version: max(out.Version, c.Version), Conversation: c}, nil
}

// event is the event's id of an act: the same for the same act of the same agent.
func (a *Act) event(by conversation.AgentID) conversation.EventID {
	return conversation.EventID("act:" + string(by) + ":" + a.ID)
}

// Bounds of an act; what the customer would read is bounded by the turn.
const (
	maxActID = 64
	maxText  = 16 << 10 // bytes
	maxTags  = 50
)

func (a *Act) check() error {
	fine := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	switch {
	case a.ID == "" || len(a.ID) > maxActID || strings.ContainsFunc(a.ID, func(r rune) bool { return !fine(r) }):
		return &Fault{"id", fmt.Sprintf("must have 1 to %d of a-z A-Z 0-9 - _; a UUID is good", maxActID)}
	case len(a.Text) > maxText:
		return &Fault{"text", fmt.Sprintf("is longer than %d bytes", maxText)}
	case len(a.Tags) > maxTags:
		return &Fault{"tags", fmt.Sprintf("are more than %d", maxTags)}
	case a.Seen < 0:
		return &Fault{"seen", "must be the version of a conversation"}
	}
	clean := func(s string) string {
		return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	}
	a.Text = clean(a.Text)
	a.Tags = slices.Clone(a.Tags)
	for i := range a.Tags {
		a.Tags[i] = clean(a.Tags[i])
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
	if c := &row.Conversation; ownerOf(c.State) == OwnerAgent && c.Desk != nil {
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
	if err == nil && !colleague.Disabled && colleague.Presence == Online {
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
func (d *Desk) refusal(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID, a Act, why *conversation.Refused) error {
	r := &Refusal{Code: why.Code, Owner: why.Owner}
	if why.Code != conversation.RefusedMoved {
		return r
	}
	items, err := d.store.Items(ctx, brand, customer, "", newest)
	if err != nil {
		return fmt.Errorf("read what was missed: %w", err)
	}
	for _, e := range d.entries(ctx, items) {
		if e.Version > a.Seen && e.Kind == EntryMessage && e.Agent != by.ID {
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
