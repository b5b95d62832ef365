package agents

import (
	"time"

	"github.com/causette/causette/conversation"
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
	Anyway bool                 `json:"anyway,omitempty"` // write although something was said since
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
)

// Done is what an act came to.
type Done struct {
	Version      int64  `json:"version"`
	Conversation Detail `json:"conversation"`
}

// Refusal is an act that was not done: an answer of 409.
type Refusal struct {
	Code   string               `json:"code"` // as conversation.Refused
	Owner  conversation.AgentID `json:"owner,omitempty"`
	Missed []Entry              `json:"missed,omitempty"` // what was said since, where that is why
}

func (r *Refusal) Error() string { return "the act was refused: " + r.Code }
