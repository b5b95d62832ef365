package conversation

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// With an agent the assistant is silent; keywords count all the same.
func TestWithAnAgentOnlyKeywordsAreAnswered(t *testing.T) {
	s := defaultScript(t)
	for _, state := range []State{WithAgent, AwaitingAgent} {
		c := Begin("lumen", "c1")
		c.State = state
		for words, rule := range map[string]Rule{"STOP": "stop.keyword", "START": "start.keyword", "AIDE": "help.keyword"} {
			turn := s.Step(c, text("1", words), monday)
			if turn.Rule != rule || len(turn.Messages) != 1 || !turn.Messages[0].Exempt || turn.Next.State != state {
				t.Errorf("%s, %q: rule %s, %d messages, then %s", state, words, turn.Rule, len(turn.Messages), turn.Next.State)
			}
		}
	}
	c := Begin("lumen", "c1")
	c.State = WithAgent
	for _, words := range []string{"oui", "où est mon colis ?", "blorp", "1", "vous envoyez trop de messages"} {
		if turn := s.Step(c, text("1", words), monday); len(turn.Messages) > 0 || turn.Next.State != WithAgent {
			t.Errorf("%q: the assistant says %+v over an agent", words, turn.Messages)
		}
	}
}

// Every state hears STOP: marketing is withdrawn everywhere, all that is queued
// is cancelled, the fence is raised, nothing stays open.
func TestStopIsHeardInEveryState(t *testing.T) {
	s := defaultScript(t)
	for state := range known {
		for _, words := range []string{"STOP", "stop please", "arrêtez de m'écrire", "Abmelden", "BAJA", "unsubscribe", "disiscrivi", "afmelden", "sair"} {
			c := Begin("lumen", "c1")
			c.State = state
			if state.asks() {
				c.Questions = []Question{{ID: "q1", Dialogue: PreferenceDialogue, Name: "scent", AskedAt: monday, Expires: monday.AddDate(0, 0, 1), Options: yesOrNo}}
			}
			turn := s.Step(c, text("1", words), monday)
			n := turn.Next
			if n.Customer.Consent(SMS, Marketing) != Withdrawn || n.Customer.Consent(WhatsApp, Marketing) != Withdrawn || turn.Cancel != CancelAll || !turn.Fence || n.Epoch != c.Epoch+1 {
				t.Errorf("%s, %q: %s does not stop", state, words, turn.Rule)
			}
			if len(turn.Messages) != 1 || !turn.Messages[0].Exempt || turn.Messages[0].Purpose != Answer || len(n.Questions) > 0 || n.State.asks() {
				t.Errorf("%s, %q: %d messages, %d questions open, then %s", state, words, len(turn.Messages), len(n.Questions), n.State)
			}
		}
	}
}

func TestARowOfTheLedgerProvesItself(t *testing.T) {
	s := defaultScript(t)
	turn := s.Step(Begin("lumen", "c1"), text("SM1", "START"), monday)
	if len(turn.Consents) != 1 {
		t.Fatalf("%d rows", len(turn.Consents))
	}
	row := turn.Consents[0]
	if row.State != Given || row.Medium != SMS || row.Evidence["message"] != "SM1" || row.Evidence["text"] != "START" || !strings.Contains(row.Wording, "2 offres par semaine") || !row.At.Equal(monday) {
		t.Errorf("the row is %+v", row)
	}
}

// A carrier tells whole seconds: a STOP that seems a moment older than the
// START before it is a STOP all the same.
func TestAStopIsNotLostToTheClock(t *testing.T) {
	s := defaultScript(t)
	c := s.Step(Begin("lumen", "c1"), text("1", "START"), monday).Next
	for age, want := range map[time.Duration]ConsentState{0: Withdrawn, 900 * time.Millisecond: Withdrawn, 30 * time.Second: Withdrawn, 5 * time.Minute: Given} {
		e := text("2", "STOP")
		e.Time = monday.Add(-age)
		next := s.Step(c, e, monday.Add(time.Second)).Next
		if got := next.Customer.Consent(SMS, Marketing); got != want {
			t.Errorf("a STOP dated %s before the START leaves marketing %s, want %s", age, got, want)
		}
	}
}

// A number that the carrier could not reach is reachable again once somebody
// writes from it.
func TestWhoeverWritesCanBeReached(t *testing.T) {
	s := defaultScript(t)
	c := Begin("lumen", "c1")
	refused := Event{ID: "r", Type: SendRefused, Time: monday, Refusal: &Refusal{Medium: SMS, Channel: "lumen-sms", Code: "30006", Invalid: true}}
	c = s.Step(c, refused, monday).Next
	if !slices.Contains(c.Customer.Invalid, SMS) {
		t.Fatalf("after a refusal for good: %v", c.Customer.Invalid)
	}
	before := slices.Clone(c.Customer.Invalid)
	turn := s.Step(c, text("1", "bonjour"), monday)
	if len(turn.Next.Customer.Invalid) > 0 {
		t.Errorf("after the customer wrote: %v", turn.Next.Customer.Invalid)
	}
	if !slices.Equal(c.Customer.Invalid, before) {
		t.Error("Step changed its argument")
	}
}
