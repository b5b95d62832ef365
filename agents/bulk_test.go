package agents_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func TestABulkIsDoneWhereItCanBeAndOnce(t *testing.T) {
	w := open(t)
	lea, theo := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent)
	var targets []agents.Target
	for i := range 4 {
		customer := w.from(conversation.Address(fmt.Sprintf("+3361234560%d", i)), "Je veux parler à un conseiller")
		by := lea
		if i == 1 {
			by = theo
		}
		done := w.act(by, customer, agents.Act{ID: fmt.Sprint("claim-", i), Kind: agents.Claim})
		targets = append(targets, agents.Target{Brand: lumen, Customer: customer, Seen: done.Version})
	}
	w.from("+33612345603", "Vous êtes là ?") // said since
	targets = append(targets, agents.Target{Brand: lumen, Customer: "nobody"}, agents.Target{Brand: "ailleurs", Customer: targets[0].Customer})
	write := agents.Bulk{Act: agents.Act{ID: "all", Kind: agents.Write, Text: "Nous sommes fermés demain."}, Conversations: targets}
	codes := func() (codes []string) {
		results, err := w.desk.Bulk(t.Context(), lea, write)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			var refused *agents.Refusal
			code := "done"
			switch {
			case r.Target != targets[i]:
				t.Errorf("result %d is of %+v", i, r.Target)
			case errors.As(r.Err, &refused):
				code = refused.Code + " " + string(refused.Owner)
			case errors.Is(r.Err, gateway.ErrNotFound):
				code = "not found"
			case r.Err != nil:
				code = r.Err.Error()
			}
			codes = append(codes, code)
		}
		return codes
	}
	want := []string{"done", "not_owner " + string(theo.ID), "done", "moved ", "not found", "not found"}
	if got := codes(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", got, want)
	}
	want[1], want[3] = "refused_before ", "refused_before "
	if got := codes(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("again %q, want %q", got, want)
	}
	for i, times := range []int{1, 0, 1, 0} {
		said := 0
		for _, line := range w.thread(lea, targets[i].Customer) {
			if line == "message agent: Nous sommes fermés demain." {
				said++
			}
		}
		if said != times {
			t.Errorf("conversation %d was told %d times, not %d", i, said, times)
		}
	}
}

func TestABulkIsBounded(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	one := []agents.Target{{Brand: lumen, Customer: "c"}}
	for name, b := range map[string]agents.Bulk{
		"of nothing":              {Act: agents.Act{ID: "1", Kind: agents.Resolve}},
		"of too many":             {Act: agents.Act{ID: "1", Kind: agents.Resolve}, Conversations: make([]agents.Target, 101)},
		"of claims":               {Act: agents.Act{ID: "1", Kind: agents.Claim}, Conversations: one},
		"without an id":           {Act: agents.Act{Kind: agents.Resolve}, Conversations: one},
		"with one seen for all":   {Act: agents.Act{ID: "1", Kind: agents.Write, Text: "x", Seen: 3}, Conversations: one},
		"with mentions in a text": {Act: agents.Act{ID: "1", Kind: agents.Write, Text: "x", Mentions: []conversation.AgentID{lea.ID}}, Conversations: one},
	} {
		if _, err := w.desk.Bulk(t.Context(), lea, b); !isFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
