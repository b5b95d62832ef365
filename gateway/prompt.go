package gateway

import (
	"time"

	"github.com/causette/causette/conversation"
)

// PromptRow is what became of a prompt, as it is stored: its message, where it
// has one, carries its id.
type PromptRow struct {
	ID       string
	Customer conversation.CustomerID
	Status   conversation.PromptStatus
	Request  conversation.Prompt
	Verdict  conversation.Verdict
	Into     string // the prompt whose message says it, where that is another
	Created  time.Time
	Changed  time.Time
}

// New says that the prompt was not known before: what is written of one that was
// is its status, its verdict and where it was said.
func (p *PromptRow) New() bool { return p.Request.ID != "" }
