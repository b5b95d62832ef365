package agents_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

func TestAConversationGoesToThePersonWhoClaimsIt(t *testing.T) {
	w := open(t)
	lea, theo := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent)
	customer := w.texts("Je veux parler à un conseiller")

	queue, err := w.desk.List(t.Context(), theo, agents.Query{View: agents.ViewQueue})
	if err != nil {
		t.Fatal(err)
	}
	if len(queue.Items) != 1 || queue.Counts.Queue != 1 {
		t.Fatalf("the queue is %+v", queue)
	}
	s := queue.Items[0]
	if s.Customer != customer || s.OwnerKind != conversation.Queue || s.Status != conversation.DeskQueued || s.Waits.IsZero() {
		t.Errorf("who waits is %+v", s)
	}
	done := w.act(lea, customer, agents.Act{ID: "1", Kind: agents.Claim})
	if c := done.Conversation; c.OwnerKind != conversation.Agent || c.Owner != lea.ID || !c.CanWrite || c.Desk == nil {
		t.Errorf("after the claim: %+v", c)
	}
	if r := w.refused(theo, customer, agents.Act{ID: "1", Kind: agents.Claim}); r.Code != conversation.RefusedOwned || r.Owner != lea.ID {
		t.Errorf("the second claim is refused with %+v", r)
	}
	if r := w.refused(theo, customer, agents.Act{ID: "2", Kind: agents.Write, Text: "Bonjour"}); r.Code != conversation.RefusedNotOwner {
		t.Errorf("who does not have it writes: %+v", r)
	}
	snapshot, err := w.desk.Conversation(t.Context(), theo, lumen, customer)
	if err != nil || snapshot.Conversation.CanWrite || snapshot.Conversation.WhyNot != conversation.RefusedNotOwner || snapshot.Seq == 0 {
		t.Errorf("Théo sees %+v, %v", snapshot, err)
	}
	mine, err := w.desk.List(t.Context(), lea, agents.Query{View: agents.ViewMine})
	if err != nil || len(mine.Items) != 1 || mine.Counts.Mine != 1 || mine.Counts.Queue != 0 {
		t.Errorf("Léa has %+v, %v", mine, err)
	}
}

func TestAnActIsDoneOnce(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	customer := w.texts("Je veux parler à un conseiller")
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	first := w.act(lea, customer, agents.Act{ID: "hello", Kind: agents.Write, Text: "Bonjour Claire"})
	again := w.act(lea, customer, agents.Act{ID: "hello", Kind: agents.Write, Text: "Bonjour Claire"})
	if again.Version != first.Version {
		t.Errorf("the same act again led to version %d, the first to %d", again.Version, first.Version)
	}
	hello := 0
	for _, line := range w.thread(lea, customer) {
		if line == "message agent: Bonjour Claire" {
			hello++
		}
	}
	if hello != 1 {
		t.Errorf("it was said %d times: %q", hello, w.thread(lea, customer))
	}
}

func TestAnAgentWhoMissedSomethingIsTold(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	customer := w.texts("Je veux parler à un conseiller")
	seen := w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim}).Version
	w.texts("En fait c'est pour une lampe cassée")

	blind := agents.Act{ID: "blind", Kind: agents.Write, Text: "Que puis-je faire ?", Seen: seen}
	r := w.refused(lea, customer, blind)
	if r.Code != conversation.RefusedMoved || len(r.Missed) != 1 || r.Missed[0].Text != "En fait c'est pour une lampe cassée" {
		t.Fatalf("refused with %+v", r)
	}
	if r := w.refused(lea, customer, blind); r.Code != agents.RefusedBefore {
		t.Errorf("the same id again: %+v; it was refused before, and is not taken for done", r)
	}
	blind.ID, blind.Anyway = "anyway", true
	w.act(lea, customer, blind)
	if said := w.thread(lea, customer); said[len(said)-1] != "message agent: Que puis-je faire ?" {
		t.Errorf("the thread is %q", said)
	}
}

func TestNotesAreForTheDesk(t *testing.T) {
	w := open(t)
	lea, theo := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleSupervisor)
	customer := w.texts("Je veux parler à un conseiller")
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	w.act(lea, customer, agents.Act{ID: "note", Kind: agents.NoteDown, Text: "Cliente fidèle\x00, offrir le port"})
	p, err := w.desk.Thread(t.Context(), theo, lumen, customer, "", 200)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(p.Items, func(e agents.Entry) bool { return e.Kind == agents.EntryNote })
	if i < 0 || p.Items[i].Text != "Cliente fidèle, offrir le port" || p.Items[i].Name != "lea" || p.Items[i].Agent != lea.ID {
		t.Errorf("the thread is %+v", p.Items)
	}
	w.act(lea, customer, agents.Act{ID: "give", Kind: agents.Transfer, To: theo.ID})
	if r := w.refused(lea, customer, agents.Act{ID: "late", Kind: agents.Resolve}); r.Code != conversation.RefusedNotOwner || r.Owner != theo.ID {
		t.Errorf("refused with %+v", r)
	}
	c := w.act(theo, customer, agents.Act{ID: "end", Kind: agents.Resolve}).Conversation
	if c.Status != conversation.DeskResolved || c.OwnerKind != conversation.Assistant {
		t.Errorf("resolved: %+v", c)
	}
	if c := w.act(theo, customer, agents.Act{ID: "undo", Kind: agents.Reopen}).Conversation; c.Owner != theo.ID || c.Status != conversation.DeskAssigned {
		t.Errorf("reopened: %+v", c)
	}
}

func TestAThreadIsReadBackInPages(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	customer := w.texts("Je veux parler à un conseiller")
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	for _, text := range []string{"un", "deux", "trois", "quatre"} {
		w.act(lea, customer, agents.Act{ID: text, Kind: agents.NoteDown, Text: text})
	}
	whole, err := w.desk.Thread(t.Context(), lea, lumen, customer, "", 200)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	before := ""
	for {
		p, err := w.desk.Thread(t.Context(), lea, lumen, customer, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		var page []string
		for _, e := range p.Items {
			page = append(page, e.ID)
		}
		ids = append(page, ids...)
		if before = p.Next; before == "" {
			break
		}
	}
	var want []string
	for _, e := range whole.Items {
		want = append(want, e.ID)
	}
	if !slices.Equal(ids, want) || len(want) < 6 {
		t.Errorf("in pages %q, at once %q", ids, want)
	}
}

func TestTheLogTellsWhatAPageMissed(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	customer := w.texts("Je veux parler à un conseiller")
	head, _, err := w.desk.Head(t.Context(), lea, lumen)
	if err != nil || head == 0 {
		t.Fatalf("the log ends at %d, %v", head, err)
	}
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	done := w.act(lea, customer, agents.Act{ID: "hello", Kind: agents.Write, Text: "Bonjour Claire"})
	changes, err := w.desk.Since(t.Context(), lea, lumen, head, 500)
	if err != nil || len(changes) != 1 {
		t.Fatalf("%d conversations changed, %v", len(changes), err)
	}
	c := changes[0]
	if c.Customer != customer || c.Seq <= head || c.Conversation == nil || c.Conversation.Version < done.Version || c.Conversation.Owner != lea.ID {
		t.Errorf("changed to %+v", c)
	}
	said := slices.ContainsFunc(c.Entries, func(e agents.Entry) bool { return e.Text == "Bonjour Claire" })
	old := slices.ContainsFunc(c.Entries, func(e agents.Entry) bool {
		return strings.Contains(e.Text, "conseiller") && e.From == agents.FromCustomer
	})
	if !said || old {
		t.Errorf("the entries are %+v: what was said since, and only that", c.Entries)
	}
}

func TestADraftIsItsAuthorsAlone(t *testing.T) {
	w := open(t)
	lea, theo := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent)
	customer := w.texts("Je veux parler à un conseiller")
	if err := w.desk.PutDraft(t.Context(), lea, lumen, customer, "Bonj"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		by   agents.Agent
		want string
	}{{lea, "Bonj"}, {theo, ""}} {
		got, err := w.desk.Conversation(t.Context(), c.by, lumen, customer)
		if err != nil || got.Conversation.Draft != c.want {
			t.Errorf("%s finds the draft %q, %v", c.by.Name, got.Conversation.Draft, err)
		}
	}
}

func TestWhatCannotBeIsAFault(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	elsewhere := w.agent("elsewhere", agents.RoleAgent, "soleil")
	customer := w.texts("Je veux parler à un conseiller")
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	for name, a := range map[string]agents.Act{
		"an act without an id":                  {Kind: agents.Write, Text: "x"},
		"an id with a colon":                    {ID: "a:b", Kind: agents.Write, Text: "x"},
		"an act that there is not":              {ID: "1", Kind: "dance"},
		"a text without end":                    {ID: "1", Kind: agents.Write, Text: strings.Repeat("x", 20_000)},
		"a transfer to nobody":                  {ID: "1", Kind: agents.Transfer, To: "nobody"},
		"a transfer out of the brand":           {ID: "1", Kind: agents.Transfer, To: elsewhere.ID},
		"a version that there was never before": {ID: "1", Kind: agents.Write, Text: "x", Seen: -1},
	} {
		if _, err := w.desk.Act(t.Context(), lea, lumen, customer, a); !isFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAColleaguesConversationIsTakenOverKnowingly(t *testing.T) {
	w := open(t)
	lea, theo, ana := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent), w.agent("ana", agents.RoleSupervisor)
	customer := w.texts("Je veux parler à un conseiller")
	w.act(lea, customer, agents.Act{ID: "claim", Kind: agents.Claim})
	presence := func(p agents.Presence) {
		if err := w.desk.SetPresence(t.Context(), lea, p); err != nil {
			t.Fatal(err)
		}
	}

	presence(agents.Online)
	w.there(lea)
	if r := w.refused(ana, customer, agents.Act{ID: "1", Kind: agents.Claim}); r.Code != conversation.RefusedOwned || r.Owner != lea.ID {
		t.Errorf("a supervisor is told that a colleague has it: %+v", r)
	}
	over := agents.Act{ID: "over", Kind: agents.Claim, Anyway: true}
	if _, err := w.desk.Act(t.Context(), theo, lumen, customer, over); !isForbidden(err) {
		t.Errorf("an agent takes over from who is there: %v", err)
	}
	presence(agents.Away)
	if c := w.act(theo, customer, over).Conversation; c.Owner != theo.ID {
		t.Errorf("taken over from who is away: %+v", c)
	}
	if c := w.act(ana, customer, over).Conversation; c.Owner != ana.ID {
		t.Errorf("taken over by a supervisor: %+v", c)
	}
	w.act(ana, customer, agents.Act{ID: "back", Kind: agents.Transfer, To: theo.ID})
	if c := w.act(ana, customer, agents.Act{ID: "assign", Kind: agents.Transfer, To: lea.ID}).Conversation; c.Owner != lea.ID {
		t.Errorf("a supervisor passes a colleague's on: %+v", c)
	}
	if _, err := w.desk.Act(t.Context(), theo, lumen, customer, agents.Act{ID: "not-mine", Kind: agents.Transfer, To: theo.ID}); !isForbidden(err) {
		t.Errorf("an agent gives away a colleague's: %v", err)
	}
}
