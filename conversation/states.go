package conversation

// State is where a conversation stands. Being opted out is consent, not a
// state; who owns the conversation is derived from the state (Owner).
type State string

const (
	Idle              State = "idle"
	ConfirmingOptIn   State = "confirming_opt_in"
	AskingPreference  State = "asking_preference"
	ChoosingReorder   State = "choosing_reorder"
	ConfirmingReorder State = "confirming_reorder"
	AskingCart        State = "asking_cart"
	ClarifyingStop    State = "clarifying_stop"
	AwaitingAgent     State = "awaiting_agent"
	WithAgent         State = "with_agent"
	Rating            State = "rating"
)

// Input is what moves a conversation from one state to another.
type Input string

// Owner says who answers the customer.
type Owner string

const (
	Assistant Owner = "assistant"
	Queue     Owner = "queue"
	Agent     Owner = "agent"
)

// Owner derives who owns the conversation from its state.
func (s State) Owner() Owner {
	switch s {
	case AwaitingAgent:
		return Queue
	case WithAgent:
		return Agent
	}
	return Assistant
}
