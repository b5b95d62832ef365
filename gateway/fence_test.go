package gateway

import (
	"testing"
	"time"

	"github.com/causette/causette/conversation"
)

// What was said in an earlier epoch: who said it decides what holds it.
func TestWhatAnAgentSaidIsHeldByAnOptOutAlone(t *testing.T) {
	said := time.Date(2026, 11, 22, 9, 41, 0, 500_000_000, time.UTC)
	withdrawn := func(at time.Time) []conversation.Standing {
		return []conversation.Standing{{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Withdrawn, At: at}}
	}
	for _, c := range []struct {
		name     string
		author   string
		purpose  conversation.Purpose
		state    conversation.State
		exempt   bool
		consents []conversation.Standing
		want     conversation.Rule
	}{
		{name: "the assistant's answer after a claim", author: "assistant", state: conversation.WithAgent, want: "fence.epoch"},
		{name: "the assistant's word about an order after a claim", author: "assistant", purpose: conversation.Transactional, state: conversation.WithAgent, want: "fence.epoch"},
		{name: "the confirmation of a STOP", author: "assistant", state: conversation.WithAgent, exempt: true},
		{name: "an agent's after a transfer", author: "agent:theo", state: conversation.WithAgent},
		{name: "an agent's after the assistant has it back", author: "agent:theo", state: conversation.Idle},
		{name: "an agent's before an opt-out", author: "agent:theo", state: conversation.WithAgent, consents: withdrawn(said.Add(time.Minute)), want: "fence.epoch"},
		{name: "an agent's in the second of an opt-out", author: "agent:theo", state: conversation.WithAgent, consents: withdrawn(said.Truncate(time.Second)), want: "fence.epoch"},
		{name: "an agent's answer after an opt-out", author: "agent:theo", state: conversation.WithAgent, consents: withdrawn(said.Add(-time.Minute))},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Outbound{Author: c.author, Epoch: 1, Created: said}
			m.Medium, m.Exempt, m.Purpose = conversation.SMS, c.exempt, conversation.Answer
			if c.purpose != "" {
				m.Purpose = c.purpose
			}
			now := conversation.Conversation{State: c.state, Epoch: 2}
			now.Customer.Consents = c.consents
			if got := m.stale(now); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
