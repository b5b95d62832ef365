package gateway

import (
	"maps"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
)

// A thread tells what became of a prompt once, with what was asked for and what
// the gate said of it; what was said is told by its message.
func TestAThreadTellsWhatBecameOfPrompts(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	monday := now.Add(23 * time.Hour)
	cart := conversation.Prompt{ID: "p1", Purpose: conversation.Marketing, Template: "cart_reminder", Campaign: "relance"}
	held := conversation.Verdict{Rule: "hours.fr", Waits: "hours", At: monday, Why: "it is not the hour", Inputs: map[string]string{"place": "FR"}}
	shown := conversation.Verdict{Rule: "agent.first", Waits: "agent", At: now.Add(10 * time.Minute)}
	for _, c := range []struct {
		name  string
		event conversation.Event
		had   []conversation.Pending
		turn  conversation.Turn
		want  []NoteRow
	}{
		{"one that waits for the hour", conversation.Event{Type: conversation.PromptRequested}, nil,
			conversation.Turn{Prompts: []conversation.PromptChange{{ID: "p1", Status: conversation.PromptHeld, Verdict: held, Prompt: &cart}}},
			[]NoteRow{{Type: "prompt.held", Rule: "hours.fr", Data: map[string]string{"prompt": "p1", "waits": "hours", "at": "2026-11-23T08:00:00Z", "why": "it is not the hour",
				"in.place": "FR", "purpose": "marketing", "template": "cart_reminder", "campaign": "relance"}}}},
		{"one that still waits for it", conversation.Event{Type: conversation.TimerDue}, []conversation.Pending{{Prompt: cart, Status: conversation.PromptHeld, Verdict: held}},
			conversation.Turn{Prompts: []conversation.PromptChange{{ID: "p1", Status: conversation.PromptHeld, Verdict: held}}}, nil},
		{"one that is said now", conversation.Event{Type: conversation.TimerDue}, []conversation.Pending{{Prompt: cart, Status: conversation.PromptHeld, Verdict: held}},
			conversation.Turn{Prompts: []conversation.PromptChange{{ID: "p1", Status: conversation.PromptQueued}}}, nil},
		{"one that an agent sees first, with its words", conversation.Event{Type: conversation.PromptRequested}, nil,
			conversation.Turn{Prompts: []conversation.PromptChange{{ID: "p1", Status: conversation.PromptShown, Verdict: shown}},
				Publish: []conversation.Notice{{Type: "prompt.shown", Data: map[string]string{"prompt": "p1", "text": "Votre colis arrive."}}}},
			[]NoteRow{{Type: "prompt.shown", Rule: "agent.first", Text: "Votre colis arrive.", Data: map[string]string{"prompt": "p1", "waits": "agent", "at": "2026-11-22T09:10:00Z"}}}},
		{"two that a STOP ends", conversation.Event{Type: conversation.MessageReceived},
			[]conversation.Pending{{Prompt: cart, Status: conversation.PromptHeld, Verdict: held}},
			conversation.Turn{Prompts: []conversation.PromptChange{
				{ID: "p1", Status: conversation.PromptDropped, Verdict: conversation.Verdict{Rule: "stop.all", Code: "opted_out"}},
				{ID: "p2", Status: conversation.PromptMerged, Into: "p1"}}},
			[]NoteRow{
				{Type: "prompt.cancelled", Rule: "stop.all", Data: map[string]string{"prompt": "p1", "code": "opted_out", "purpose": "marketing", "template": "cart_reminder", "campaign": "relance"}},
				{Type: "prompt.merged", Data: map[string]string{"prompt": "p2", "into": "p1"}}}},
		{"one that an agent drops: their act tells it", conversation.Event{Type: conversation.AgentDropped, Act: &conversation.Act{Agent: "camille", Prompt: "p1"}},
			[]conversation.Pending{{Prompt: cart, Status: conversation.PromptShown, Verdict: shown}},
			conversation.Turn{Prompts: []conversation.PromptChange{{ID: "p1", Status: conversation.PromptDropped}}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := promptNotes(c.event, c.turn, &conversation.Conversation{Prompts: c.had}, &conversation.Conversation{Version: 7}, now)
			if len(got) != len(c.want) {
				t.Fatalf("got %+v, want %d rows", got, len(c.want))
			}
			for i, n := range got {
				w := c.want[i]
				if n.Type != w.Type || n.Rule != w.Rule || n.Text != w.Text || !maps.Equal(n.Data, w.Data) || n.Version != 7 || !n.At.Equal(now) || n.ID == "" {
					t.Errorf("got %+v\nwant %+v", n, w)
				}
			}
		})
	}
}
