package agents

import "time"

// Figures is the desk as it is now, for who supervises it.
type Figures struct {
	AsOf     time.Time     `json:"as_of"`
	Wait     int           `json:"wait"`            // seconds that who asks now waits for a person; 0: not known
	Waiting  int           `json:"waiting"`         // in the queue
	Oldest   time.Time     `json:"oldest,omitzero"` // since when the first of them waits
	Breached int           `json:"breached"`        // answers that are late
	Soon     int           `json:"soon"`            // answers that have under a fifth of their time left
	Offered  int           `json:"offered"`         // of the queue: held for somebody
	Reasons  []ReasonN     `json:"reasons"`         // of the queue, the most frequent first
	Agents   []AgentFigure `json:"agents"`
}

// ReasonN counts the conversations of a reason.
type ReasonN struct {
	Reason string `json:"reason"`
	N      int    `json:"n"`
}

// AgentFigure is what a colleague has now.
type AgentFigure struct {
	Agent
	Offered int       `json:"offered"`            // held for them
	Waiting int       `json:"waiting"`            // of those they have: the customer waits for an answer
	Active  time.Time `json:"active_at,omitzero"` // when they last did something
}
