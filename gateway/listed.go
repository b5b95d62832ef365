package gateway

import (
	"time"

	"github.com/causette/causette/conversation"
)

// ConversationQuery asks for a page of a brand's conversations: those in which
// something was said, the latest first.
type ConversationQuery struct {
	Owner  conversation.Owner // "": whoever has it
	State  conversation.State // "": wherever it stands
	Since  time.Time          // the newest message is not older; zero: of any age
	Cursor string             // where the page before ended; "" from the newest
	Limit  int
}

// Listed is a conversation of a list.
type Listed struct {
	Conversation conversation.Conversation
	Last         *Stored // the newest message
	Changed      time.Time
}
