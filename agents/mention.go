package agents

import (
	"time"

	"github.com/causette/causette/conversation"
)

// Mention is a note that names a colleague who should read it.
type Mention struct {
	ID       conversation.MessageID  `json:"id"` // the note's
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Name     string                  `json:"name"` // the customer's
	By       conversation.AgentID    `json:"by"`
	ByName   string                  `json:"by_name"`
	Text     string                  `json:"text"`
	At       time.Time               `json:"at"`
	Read     bool                    `json:"read"`

	To conversation.AgentID `json:"-"` // who is named
}

// Mentions is a page of them, newest first.
type Mentions struct {
	Unread int       `json:"unread"` // of all
	Items  []Mention `json:"items"`
	Next   string    `json:"next"`
}
