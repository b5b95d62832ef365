package agents_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway/gatewaytest"
)

// newest is the newest entry of the thread that somebody wrote.
func (w *world) newest(by agents.Agent, customer conversation.CustomerID) agents.Entry {
	w.Helper()
	p, err := w.desk.Thread(w.Context(), by, lumen, customer, "", 200)
	if err != nil {
		w.Fatal(err)
	}
	for i := len(p.Items) - 1; i >= 0; i-- {
		if p.Items[i].Kind == agents.EntryMessage {
			return p.Items[i]
		}
	}
	w.Fatal("nothing was said")
	return agents.Entry{}
}

func TestWhatAnAgentWroteCanBeTakenBackUntilItLeaves(t *testing.T) {
	g, st := gatewaytest.Run(t)
	w := over(t, g, st, agents.Options{TakeBack: time.Minute})
	lea, theo := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent)
	customer := w.texts("Je veux parler à un conseiller")
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	w.act(lea, customer, agents.Act{ID: "oops", Kind: agents.Write, Text: "Bonjour Clara"})
	e := w.newest(lea, customer)
	if e.Text != "Bonjour Clara" || e.Act != "oops" || e.Status != "queued" || time.Until(e.After) < 50*time.Second {
		t.Fatalf("it stands %+v", e)
	}
	recall := agents.Act{ID: "back", Kind: agents.Recall, Message: conversation.MessageID(e.ID)}
	if r := w.refused(theo, customer, recall); r.Code != conversation.RefusedSent {
		t.Errorf("a colleague takes it back: %+v", r)
	}
	w.act(lea, customer, recall)
	if e := w.newest(lea, customer); e.Status != "cancelled" || !e.After.IsZero() {
		t.Errorf("taken back, it stands %+v", e)
	}
	recall.ID = "twice"
	if r := w.refused(lea, customer, recall); r.Code != conversation.RefusedSent {
		t.Errorf("it is taken back twice: %+v", r)
	}
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second)
	w.act(lea, customer, agents.Act{ID: "later", Kind: agents.Write, Text: "Votre colis arrive aujourd'hui", After: tomorrow})
	if e := w.newest(lea, customer); !e.After.Equal(tomorrow) {
		t.Errorf("what is said tomorrow stands %+v", e)
	}
}

func TestAnActNamesWhoIsThere(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	theo := w.account(agents.Agent{Name: "theo", Role: agents.RoleAgent, Teams: []string{"retours"}, Languages: []string{"fr"}})
	far := w.account(agents.Agent{Name: "far", Role: agents.RoleAgent, Teams: []string{"loin"}, Brands: []conversation.BrandID{"soleil"}})
	customer := w.texts("Je veux parler à un conseiller")
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	for name, a := range map[string]agents.Act{
		"a team that nobody is in":            {ID: "1", Kind: agents.Transfer, Team: "nulle part"},
		"a team of another brand":             {ID: "1", Kind: agents.Transfer, Team: "loin"},
		"a team and a colleague":              {ID: "1", Kind: agents.Transfer, Team: "retours", To: theo.ID},
		"a team of what is written":           {ID: "1", Kind: agents.Write, Text: "x", Team: "retours"},
		"a mention of nobody":                 {ID: "1", Kind: agents.NoteDown, Text: "x", Mentions: []conversation.AgentID{"nobody"}},
		"a mention of who cannot read it":     {ID: "1", Kind: agents.NoteDown, Text: "x", Mentions: []conversation.AgentID{far.ID}},
		"a mention outside a note":            {ID: "1", Kind: agents.Resolve, Mentions: []conversation.AgentID{theo.ID}},
		"more mentions than there is room":    {ID: "1", Kind: agents.NoteDown, Text: "x", Mentions: make([]conversation.AgentID, 21)},
		"words for next month":                {ID: "1", Kind: agents.Write, Text: "x", After: time.Now().AddDate(0, 1, 0)},
		"a note for later":                    {ID: "1", Kind: agents.NoteDown, Text: "x", After: time.Now().Add(time.Hour)},
		"a recall of nothing":                 {ID: "1", Kind: agents.Recall},
		"a recall of something without bound": {ID: "1", Kind: agents.Recall, Message: conversation.MessageID(strings.Repeat("x", 65))},
	} {
		if _, err := w.desk.Act(t.Context(), lea, lumen, customer, a); !isFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.act(lea, customer, agents.Act{ID: "note", Kind: agents.NoteDown, Text: "@theo, tu regardes ?", Mentions: []conversation.AgentID{theo.ID}})
	c := w.act(lea, customer, agents.Act{ID: "give", Kind: agents.Transfer, Team: "retours"}).Conversation
	if c.Team != "retours" || c.OwnerKind != conversation.Queue {
		t.Fatalf("it stands %+v", c.Desk)
	}
	w.online(lea, theo)
	w.round(agents.NewAssigner(w.desk, agents.AssignerOptions{}))
	if c := w.stands(lea, customer); c.Offered != theo.ID || !c.Hold.After(time.Now()) {
		t.Errorf("it is offered to %q until %s", c.Offered, c.Hold)
	}
}

func TestAnAccountIsBounded(t *testing.T) {
	w := open(t)
	many := make([]string, 21)
	for i := range many {
		many[i] = "x"
	}
	for name, a := range map[string]agents.Agent{
		"a language that nobody is understood in": {Languages: []string{"tlh"}},
		"a team without a name":                   {Teams: []string{""}},
		"a team with spaces around it":            {Teams: []string{" retours"}},
		"a team on two lines":                     {Teams: []string{"a\nb"}},
		"a team without end":                      {Teams: []string{strings.Repeat("x", 41)}},
		"many teams":                              {Teams: many},
	} {
		a.Name, a.Email, a.Role = "lea", "lea@lumen.example", agents.RoleAgent
		if _, err := w.desk.AddAgent(t.Context(), agents.Operator, a, password); !isFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhoIsLoggedOutIsLoggedOutEverywhere(t *testing.T) {
	w := open(t)
	lea, ana, admin := w.agent("lea", agents.RoleAgent), w.agent("ana", agents.RoleSupervisor), w.agent("zoe", agents.RoleAdmin)
	before := time.Now().Add(-time.Second)
	if err := w.desk.LogoutAgent(t.Context(), ana, lea.ID); !isForbidden(err) {
		t.Errorf("a supervisor logs an agent out: %v", err)
	}
	for _, by := range []agents.Agent{admin, lea} {
		if err := w.desk.LogoutAgent(t.Context(), by, lea.ID); err != nil {
			t.Fatal(err)
		}
		now, err := w.desk.Agent(t.Context(), lea.ID)
		if err != nil || now.Revoked.Before(before) {
			t.Errorf("sessions from before %s are over, %v", now.Revoked, err)
		}
		before = now.Revoked
	}
}

func TestWhatWasWrittenStillLeavesWhenTheConversationIsHandedOn(t *testing.T) {
	g, st := gatewaytest.Run(t)
	w := over(t, g, st, agents.Options{TakeBack: 200 * time.Millisecond})
	lea, theo := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent)
	for i, next := range []agents.Act{{Kind: agents.Resolve}, {Kind: agents.Return}, {Kind: agents.Transfer}, {Kind: agents.Transfer, To: theo.ID}, {Kind: agents.Snooze}} {
		customer := w.from(conversation.Address(fmt.Sprintf("+3361234560%d", i)), "Je veux parler à un conseiller")
		w.act(lea, customer, agents.Act{ID: fmt.Sprint("claim-", i), Kind: agents.Claim})
		w.act(lea, customer, agents.Act{ID: fmt.Sprint("bye-", i), Kind: agents.Write, Text: "Au revoir"})
		next.ID = fmt.Sprint("next-", i)
		w.act(lea, customer, next)
		e := w.newest(lea, customer)
		for deadline := time.Now().Add(10 * time.Second); (e.Status == "queued" || e.Status == "posting") && time.Now().Before(deadline); {
			e = w.newest(lea, customer)
		}
		if e.Text != "Au revoir" || e.Status != "accepted" {
			t.Errorf("after %s %s it stands %+v", next.Kind, next.To, e)
		}
	}
}
