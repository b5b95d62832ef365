package gateway_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// find returns the outbound message of a thread that says this.
func (w *world) find(who conversation.CustomerID, text string) gateway.Stored {
	w.t.Helper()
	list := w.thread(who)
	i := slices.IndexFunc(list, func(m gateway.Stored) bool { return !m.Inbound && m.Text == text })
	if i < 0 {
		w.t.Fatalf("nobody said %q: %+v", text, list)
	}
	return list[i]
}

func TestWhatHasNotLeftIsTakenBackByItsWriterOnce(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		who := w.text(ana, "IN1", "hm").Customer
		n := 0
		do := func(kind conversation.EventType, a conversation.Act) *conversation.Refused {
			t.Helper()
			n++
			out, err := act(w.gateway, who, kind, a, string(kind)+string(rune('a'+n)))
			if err != nil || out.Turn == nil {
				t.Fatalf("%s: %+v %v", kind, out, err)
			}
			return out.Turn.Refused
		}
		do(conversation.AgentClaimed, conversation.Act{Agent: "theo"})
		do(conversation.AgentWrote, conversation.Act{Agent: "theo", Text: "trop tôt", After: time.Now().Add(time.Hour)})
		held := w.find(who, "trop tôt")
		if held.Status != gateway.Queued {
			t.Fatalf("held: %+v", held)
		}
		for _, c := range []struct {
			name string
			act  conversation.Act
			want string
		}{
			{"by a colleague", conversation.Act{Agent: "lea", Message: held.ID}, conversation.RefusedSent},
			{"of nothing that is there", conversation.Act{Agent: "theo", Message: "nothing"}, conversation.RefusedSent},
			{"by its writer", conversation.Act{Agent: "theo", Message: held.ID}, ""},
			{"twice", conversation.Act{Agent: "theo", Message: held.ID}, conversation.RefusedSent},
		} {
			refused, got := do(conversation.AgentRecalled, c.act), ""
			if refused != nil {
				got = refused.Code
			}
			if got != c.want {
				t.Errorf("%s: refused with %q, want %q", c.name, got, c.want)
			}
		}
		if m := w.find(who, "trop tôt"); m.Status != gateway.Cancelled || m.Code != string(conversation.AgentRecalled) {
			t.Errorf("taken back: %+v", m)
		}
		log, err := w.store.Log(t.Context(), brand, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(log, func(e gateway.Entry) bool {
			return e.Type == "message.status" && strings.Contains(string(e.Payload), `"status":"cancelled"`)
		}) {
			t.Errorf("the log does not tell: %v", log)
		}
		do(conversation.AgentWrote, conversation.Act{Agent: "theo", Text: "Bonjour"})
		w.awaitStatus(who, gateway.Accepted, gateway.Cancelled)
		if refused := do(conversation.AgentRecalled, conversation.Act{Agent: "theo", Message: w.find(who, "Bonjour").ID}); refused == nil || refused.Code != conversation.RefusedSent {
			t.Errorf("what left: %+v", refused)
		}
	})
}

func TestWhatIsSaidLaterHoldsUpNothingAndSurvivesAClaim(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		who := w.text(ana, "IN1", "hm").Customer
		do := func(kind conversation.EventType, a conversation.Act, id string) {
			t.Helper()
			if out, err := act(w.gateway, who, kind, a, id); err != nil || out.Turn.Refused != nil {
				t.Fatalf("%s: %+v %v", id, out, err)
			}
		}
		do(conversation.AgentClaimed, conversation.Act{Agent: "theo"}, "act:1")
		do(conversation.AgentWrote, conversation.Act{Agent: "theo", Text: "à huit heures", After: time.Now().Add(time.Hour)}, "act:2")
		do(conversation.AgentWrote, conversation.Act{Agent: "theo", Text: "premier", After: time.Now().Add(time.Second)}, "act:3")
		do(conversation.AgentWrote, conversation.Act{Agent: "theo", Text: "second", After: time.Now().Add(1010 * time.Millisecond)}, "act:4")
		w.text(ana, "IN2", "say 1") // as what confirms a keyword does
		w.carrier.await(t, "what nobody holds", func() bool { return len(w.carrier.accepted) == 1 })
		do(conversation.AgentTransferred, conversation.Act{Agent: "theo", To: "lea"}, "act:5")
		w.carrier.await(t, "what is not held", func() bool { return len(w.carrier.accepted) == 3 })
		if m := w.find(who, "à huit heures"); m.Status != gateway.Queued {
			t.Errorf("for later: %+v", m)
		}
		w.carrier.mu.Lock()
		defer w.carrier.mu.Unlock()
		if got := w.carrier.texts(); !slices.Equal(got, []string{"IN2/0", "premier", "second"}) {
			t.Errorf("at the carrier: %v", got)
		}
	})
}
