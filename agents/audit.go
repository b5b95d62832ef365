package agents

import (
	"time"

	"github.com/causette/causette/conversation"
)

// AuditQuery asks for what was done: by everybody or one agent, of every kind
// or one, in one brand or all that the agent serves.
type AuditQuery struct {
	Brand  conversation.BrandID
	Agent  conversation.AgentID
	Kind   string // "agent.claimed", "login", …
	Cursor string
	Limit  int
}

// Audited is one thing that was done.
type Audited struct {
	ID       string                  `json:"id"`
	At       time.Time               `json:"at"`
	Agent    conversation.AgentID    `json:"agent"` // "" for the desk itself, and for who failed to log in
	Name     string                  `json:"name"`  // the agent's
	Kind     string                  `json:"kind"`
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Detail   map[string]string       `json:"detail"`
}

// AuditPage is a page of them, newest first.
type AuditPage struct {
	Items []Audited `json:"items"`
	Next  string    `json:"next"`
}
