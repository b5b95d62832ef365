// Package agents is the desk: the people who answer customers, what each may
// do, and what they see. Console and tools come in through Desk, which checks
// the rights; what an agent does becomes an event of the conversation, so that
// the log, the fence and the outbox treat it as everything else.
package agents

import (
	"slices"
	"time"

	"github.com/causette/causette/conversation"
)

// Agent is a person at the desk, with the account that they log in with.
type Agent struct {
	ID       conversation.AgentID   `json:"id"`
	Name     string                 `json:"name"` // as colleagues read it
	Email    string                 `json:"email"`
	Role     Role                   `json:"role"`
	Presence Presence               `json:"presence"`
	Load     int                    `json:"load"`     // conversations that they have or are offered now; counted, never stored
	Offered  int                    `json:"-"`        // of those, what they are offered
	Capacity int                    `json:"capacity"` // how many at once; 0 is not bounded
	Brands   []conversation.BrandID `json:"-"`        // empty: all

	Languages []string  `json:"languages"` // in which they answer, ISO 639-1; empty: all
	Teams     []string  `json:"teams"`     // whose queues they answer beside everybody's
	Seen      time.Time `json:"-"`         // when a page of theirs was last connected, on any node

	Password string    `json:"-"` // its hash, in PHC format; "" logs nobody in
	Disabled bool      `json:"-"`
	Revoked  time.Time `json:"-"` // sessions that began before are over
	Created  time.Time `json:"-"`
}

// serves reports whether the brand's conversations are the agent's business.
func (a *Agent) serves(b conversation.BrandID) bool {
	return len(a.Brands) == 0 || slices.Contains(a.Brands, b)
}

// grace is how long an agent without a page counts as there: a page that lost
// its network comes back by itself.
const grace = 90 * time.Second

// There reports whether a person is at their desk and takes conversations.
// Presence is what they said of themselves; a closed laptop says nothing.
func (a *Agent) There(now time.Time) bool {
	return !a.Disabled && a.Presence == Online && now.Sub(a.Seen) < grace
}

// speaks reports whether the agent answers in the language.
func (a *Agent) speaks(language string) bool {
	return len(a.Languages) == 0 || language == "" || slices.Contains(a.Languages, language)
}

// Role is what a person is at the desk; rights.go says what each may do.
type Role string

const (
	RoleAgent      Role = "agent"
	RoleSupervisor Role = "supervisor"
	RoleAdmin      Role = "admin"
)

// Presence says whether a person takes conversations.
type Presence string

const (
	Online  Presence = "online"
	Away    Presence = "away"
	Offline Presence = "offline"
)

// DefaultCapacity is how many conversations a new agent takes at once.
const DefaultCapacity = 8
