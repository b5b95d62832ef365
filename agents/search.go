package agents

import "github.com/causette/causette/conversation"

// TextQuery looks for words in what was said and noted: all of them, the last
// one perhaps not yet typed to its end.
type TextQuery struct {
	Text   string
	Brand  conversation.BrandID // "": all that the agent serves
	Cursor string
	Limit  int
}

// Found is an entry of somebody's thread.
type Found struct {
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Name     string                  `json:"name"` // the customer's
	Entry    Entry                   `json:"entry"`
}

// FoundPage is a page of what was found, newest first.
type FoundPage struct {
	Items []Found `json:"items"`
	Next  string  `json:"next"`
}
