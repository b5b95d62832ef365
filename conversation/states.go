package conversation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/looplab/fsm"
)

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
	ChoosingOrder     State = "choosing_order"     // which order is this about?
	ChoosingReturn    State = "choosing_return"    // an exchange or a refund?
	DescribingProblem State = "describing_problem" // what is wrong, with a photo if there is one
	GivingAddress     State = "giving_address"
	ConfirmingAddress State = "confirming_address"
	ConfirmingCancel  State = "confirming_cancel" // is the order really to be cancelled?
	ClarifyingStop    State = "clarifying_stop"
	AwaitingAgent     State = "awaiting_agent"
	WithAgent         State = "with_agent"
	Rating            State = "rating"
)

// asking are the states in which the assistant waits for an answer.
var asking = [...]State{
	ConfirmingOptIn, AskingPreference, ChoosingReorder, ConfirmingReorder, AskingCart, ChoosingOrder,
	ChoosingReturn, DescribingProblem, GivingAddress, ConfirmingAddress, ConfirmingCancel, ClarifyingStop, Rating,
}

// Input is what moves a conversation from one state to another.
type Input string

const (
	onAnswered Input = "answered"     // the dialogue came to its end
	onDeclined Input = "declined"     // the customer said no
	onExpired  Input = "expired"      // nobody answered in time
	onSetAside Input = "set_aside"    // another dialogue goes first; the question stays open
	onOptedOut Input = "opted_out"    // STOP
	onDoubt    Input = "stop_doubted" // perhaps STOP
	onDetached Input = "detached"     // a wrong number or a minor
	onPerson   Input = "person_asked"
	onClaimed  Input = "claimed"  // an agent took it
	onReturned Input = "returned" // an agent gave it back, or is done
)

// ask is the input that leads to an asking state.
func ask(s State) Input {
	switch s {
	case ConfirmingOptIn:
		return "ask_opt_in"
	case AskingPreference:
		return "ask_preference"
	case ChoosingReorder:
		return "ask_which_reorder"
	case ConfirmingReorder:
		return "ask_to_confirm_reorder"
	case AskingCart:
		return "ask_about_cart"
	case ChoosingOrder:
		return "ask_which_order"
	case ChoosingReturn:
		return "ask_which_return"
	case DescribingProblem:
		return "ask_for_description"
	case GivingAddress:
		return "ask_for_address"
	case ConfirmingAddress:
		return "ask_to_confirm_address"
	case ConfirmingCancel:
		return "ask_to_confirm_cancel"
	case ClarifyingStop:
		return onDoubt
	case Rating:
		return "ask_to_rate"
	}
	return ""
}

// Transition is one row of the table: in this state, on this input, to that state.
type Transition struct {
	From State
	On   Input
	To   State
}

// Transitions is the whole table. Questions lead from idle to a state and back;
// dialogues of several questions lead from one to the next without idling.
func Transitions() []Transition {
	var table []Transition
	for _, s := range asking {
		table = append(table, Transition{Idle, ask(s), s})
		for _, on := range [...]Input{onAnswered, onDeclined, onExpired, onSetAside, onOptedOut, onDetached} {
			table = append(table, Transition{s, on, Idle})
		}
		table = append(table, Transition{s, onPerson, AwaitingAgent}, Transition{s, onClaimed, WithAgent})
		if s != ClarifyingStop {
			table = append(table, Transition{s, onDoubt, ClarifyingStop})
		}
	}
	return append(table,
		Transition{ChoosingReorder, ask(ConfirmingReorder), ConfirmingReorder},
		Transition{ChoosingOrder, ask(ChoosingReturn), ChoosingReturn},
		Transition{ChoosingOrder, ask(DescribingProblem), DescribingProblem},
		Transition{ChoosingOrder, ask(GivingAddress), GivingAddress},
		Transition{ChoosingOrder, ask(ChoosingReorder), ChoosingReorder},
		Transition{ChoosingOrder, ask(ConfirmingReorder), ConfirmingReorder},
		Transition{ChoosingOrder, ask(ConfirmingCancel), ConfirmingCancel},
		Transition{GivingAddress, ask(ConfirmingAddress), ConfirmingAddress},
		Transition{ConfirmingAddress, ask(GivingAddress), GivingAddress},
		Transition{Idle, onPerson, AwaitingAgent},
		Transition{AwaitingAgent, onClaimed, WithAgent},
		Transition{AwaitingAgent, onExpired, Idle},
		Transition{AwaitingAgent, onAnswered, Idle},
		Transition{AwaitingAgent, onReturned, Idle},
		Transition{AwaitingAgent, onDetached, Idle},
		Transition{Idle, onClaimed, WithAgent},
		Transition{WithAgent, onReturned, Idle},
		Transition{WithAgent, onDetached, Idle},
		Transition{WithAgent, onPerson, AwaitingAgent},
	)
}

// known tells the states of the table from anything else that a row may hold.
var known = func() map[State]bool {
	states := map[State]bool{}
	for _, t := range Transitions() {
		states[t.From], states[t.To] = true, true
	}
	return states
}()

// newMachine builds the library's machine. It has no callbacks: a misspelt one
// would be ignored silently.
func newMachine() *fsm.FSM {
	var events fsm.Events
	for _, t := range Transitions() {
		events = append(events, fsm.EventDesc{Name: string(t.On), Src: []string{string(t.From)}, Dst: string(t.To)})
	}
	return fsm.NewFSM(string(Idle), events, nil)
}

// machines are kept and reused: building one costs 14–55 µs, setting its state
// 0.6 µs. One is used by one turn at a time, because setting the state and
// firing an event are two steps.
type machines struct{ pool sync.Pool }

// move fires one input. The machine goes back to the pool only after success;
// one that failed may be stuck in its transition and is left to the collector.
func (m *machines) move(from State, on Input) (State, error) {
	machine, _ := m.pool.Get().(*fsm.FSM)
	if machine == nil {
		machine = newMachine()
	}
	machine.SetState(string(from))
	err := machine.Event(context.Background(), string(on))
	var same fsm.NoTransitionError
	if err != nil && !(errors.As(err, &same) && same.Err == nil) {
		return from, fmt.Errorf("in state %s: %w", from, err)
	}
	to := State(machine.Current())
	m.pool.Put(machine)
	return to, nil
}

// Graph draws the table as a Mermaid state diagram.
func Graph() (string, error) {
	diagram, err := fsm.VisualizeForMermaidWithGraphType(newMachine(), fsm.StateDiagram)
	if err != nil {
		return "", fmt.Errorf("draw the states: %w", err)
	}
	return diagram, nil
}

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

// asks reports whether the assistant waits for an answer in this state.
func (s State) asks() bool { return slices.Contains(asking[:], s) }
