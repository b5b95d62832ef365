package conversation

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/looplab/fsm"
)

func TestEveryTransitionIsUnique(t *testing.T) {
	type key struct {
		from State
		on   Input
	}
	seen := map[key]State{}
	for _, tr := range Transitions() {
		if tr.From == "" || tr.On == "" || tr.To == "" {
			t.Errorf("%+v is not complete", tr)
		}
		if to, twice := seen[key{tr.From, tr.On}]; twice {
			t.Errorf("in %s, %s leads to %s and to %s: the library keeps the last silently", tr.From, tr.On, to, tr.To)
		}
		if tr.From == tr.To {
			t.Errorf("%s on %s stays: the library calls that an error", tr.From, tr.On)
		}
		seen[key{tr.From, tr.On}] = tr.To
	}
}

func TestEveryStateIsReachedFromIdleAndLeadsBackToIt(t *testing.T) {
	forward, backward := map[State][]State{}, map[State][]State{}
	for _, tr := range Transitions() {
		forward[tr.From] = append(forward[tr.From], tr.To)
		backward[tr.To] = append(backward[tr.To], tr.From)
	}
	reach := func(edges map[State][]State) map[State]bool {
		seen, queue := map[State]bool{Idle: true}, []State{Idle}
		for len(queue) > 0 {
			for _, next := range edges[queue[0]] {
				if !seen[next] {
					seen[next] = true
					queue = append(queue, next)
				}
			}
			queue = queue[1:]
		}
		return seen
	}
	there, back := reach(forward), reach(backward)
	for s := range known {
		if !there[s] {
			t.Errorf("%s cannot be reached", s)
		}
		if !back[s] {
			t.Errorf("%s cannot be left", s)
		}
	}
	for _, s := range asking {
		if !known[s] || ask(s) == "" {
			t.Errorf("%s has no place in the table", s)
		}
	}
}

// The machine does what the table says, and refuses the rest.
func TestTheMachineIsTheTable(t *testing.T) {
	var m machines
	table := map[State]map[Input]State{}
	inputs := map[Input]bool{}
	for _, tr := range Transitions() {
		if table[tr.From] == nil {
			table[tr.From] = map[Input]State{}
		}
		table[tr.From][tr.On] = tr.To
		inputs[tr.On] = true
	}
	for s := range known {
		for on := range inputs {
			want, ok := table[s][on]
			got, err := m.move(s, on)
			switch {
			case ok && (err != nil || got != want):
				t.Errorf("%s on %s gives %s, %v; want %s", s, on, got, err, want)
			case !ok && err == nil:
				t.Errorf("%s on %s gives %s; the table has no such row", s, on, got)
			}
		}
	}
}

func TestTheMachineHasNoCallbacks(t *testing.T) {
	m := newMachine()
	m.SetState(string(Idle))
	if err := m.Event(context.Background(), string(onPerson)); err != nil {
		t.Fatal(err)
	}
	if _, ok := any(m).(*fsm.FSM); !ok || m.Current() != string(AwaitingAgent) {
		t.Errorf("the machine is in %s", m.Current())
	}
	source, err := os.ReadFile("states.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), "fsm.NewFSM(string(Idle), events, nil)") {
		t.Error("the machine is built with callbacks: a misspelt one is ignored silently")
	}
}

func TestOwnership(t *testing.T) {
	for s := range known {
		want := Assistant
		switch s {
		case AwaitingAgent:
			want = Queue
		case WithAgent:
			want = Agent
		}
		if got := s.Owner(); got != want {
			t.Errorf("%s is owned by %s, want %s", s, got, want)
		}
	}
}

// STATES.md is what the table draws; go test -update writes it anew.
func TestTheDrawingIsTheTable(t *testing.T) {
	diagram, err := Graph()
	if err != nil {
		t.Fatal(err)
	}
	want := "# States of a conversation\n\nGenerated from the table in states.go: `go test ./conversation -run TestTheDrawing -update`.\n\n```mermaid\n" + diagram + "```\n"
	got, err := os.ReadFile("STATES.md")
	if err == nil && string(got) == want {
		return
	}
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile("STATES.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Error("STATES.md is not what states.go draws; run with -update")
}
