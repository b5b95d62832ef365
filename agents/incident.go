package agents

import "github.com/causette/causette/conversation"

// Incident is one of a brand's, with who said so.
type Incident struct {
	Brand conversation.BrandID `json:"brand"`
	conversation.Incident
	By conversation.AgentID `json:"by"`
}
