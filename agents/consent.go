package agents

import (
	"time"

	"github.com/causette/causette/conversation"
)

// Consented is a row of the consents' ledger: what was agreed to or withdrawn,
// and the proof of it.
type Consented struct {
	Medium   conversation.Medium       `json:"medium"`
	Purpose  conversation.Purpose      `json:"purpose"`
	State    conversation.ConsentState `json:"state"`
	Source   string                    `json:"source"`
	Wording  string                    `json:"wording"`
	Evidence map[string]string         `json:"evidence"`
	Rule     conversation.Rule         `json:"rule"`
	At       time.Time                 `json:"at"`
}
