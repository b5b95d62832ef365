package agents_test

import (
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func TestPagesDropWhoTurnedOutToBeAnotherAndShowTheOtherWithAllThatWasSaid(t *testing.T) {
	w := open(t)
	admin := w.agent("nadia", agents.RoleAdmin)
	w.online(admin)
	known := w.texts("bonjour")
	const lid = conversation.Address("lid:100000000000002")
	hidden := w.from(lid, "je veux parler à un conseiller")
	head, _, err := w.store.Head(t.Context(), lumen)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	out, err := w.gateway.Accept(t.Context(), lumen, gateway.Who{Address: claire, Alias: lid}, conversation.Event{
		ID: "in:now-known", Type: conversation.MessageReceived, Time: now,
		Message: &conversation.Inbound{Carrier: "now-known", Channel: channel, Medium: conversation.SMS, From: claire, To: "36105", Text: "vous êtes là ?", At: now}})
	if err != nil || out.Customer != known {
		t.Fatalf("%+v, %v", out, err)
	}
	changes, err := w.desk.Since(t.Context(), admin, lumen, head, 500)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range changes {
		switch c.Customer {
		case hidden:
			if c.Conversation != nil {
				t.Errorf("who was merged: %+v", c.Conversation)
			}
		case known:
			if c.Conversation == nil || c.Conversation.OwnerKind == conversation.Assistant {
				t.Errorf("the desk did not move: %+v", c.Conversation)
			}
			for _, e := range c.Entries {
				said = append(said, e.Text)
			}
		}
	}
	for _, text := range []string{"bonjour", "je veux parler à un conseiller", "vous êtes là ?"} {
		if !slices.Contains(said, text) {
			t.Errorf("a page is not told of %q: %q", text, said)
		}
	}
	// A page that is late acts on whom it knew.
	w.act(admin, hidden, agents.Act{ID: "late", Kind: agents.Claim})
	if c, err := w.desk.Conversation(t.Context(), admin, lumen, known); err != nil || c.Conversation.Owner != admin.ID {
		t.Errorf("after the claim: %+v, %v", c, err)
	}
}
