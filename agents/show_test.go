package agents

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func quiet() *Desk {
	return New(Options{FirstAnswer: 5 * time.Minute, NextAnswer: 10 * time.Minute, Now: func() time.Time { return nine }})
}

func TestAnAnswerIsDue(t *testing.T) {
	at := func(minutes int) time.Time { return nine.Add(time.Duration(minutes) * time.Minute) }
	for name, c := range map[string]struct {
		desk conversation.Desk
		want time.Time
	}{
		"five minutes after somebody was asked for": {
			conversation.Desk{Status: conversation.DeskQueued, Queued: at(0), Waits: at(0)}, at(5)},
		"and not later because they write again, or were passed on": {
			conversation.Desk{Status: conversation.DeskAssigned, Queued: at(0), Waits: at(3)}, at(5)},
		"ten minutes after they wrote again": {
			conversation.Desk{Status: conversation.DeskAssigned, Queued: at(0), Answered: at(2), Waits: at(4)}, at(14)},
		"never while they do not wait": {
			conversation.Desk{Status: conversation.DeskAssigned, Queued: at(0), Answered: at(2)}, time.Time{}},
		"never while it is put off": {
			conversation.Desk{Status: conversation.DeskSnoozed, Queued: at(0), Waits: at(0)}, time.Time{}},
		"never when it is done": {
			conversation.Desk{Status: conversation.DeskResolved, Queued: at(0), Waits: at(0)}, time.Time{}},
	} {
		if got := quiet().due(&c.desk); !got.Equal(c.want) {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
	silent := New(Options{})
	if got := silent.due(&conversation.Desk{Status: conversation.DeskQueued, Waits: nine}); !got.IsZero() {
		t.Errorf("times that are not watched are due at %s", got)
	}
}

func TestWhoMayWriteAndWhyNot(t *testing.T) {
	withLea := conversation.Conversation{State: conversation.WithAgent, Medium: conversation.SMS, WroteAt: nine,
		Desk: &conversation.Desk{Status: conversation.DeskAssigned, Owner: "lea"}}
	stopped := conversation.Standing{Medium: conversation.SMS, Purpose: conversation.Transactional, State: conversation.Withdrawn}
	for name, c := range map[string]struct {
		by     conversation.AgentID
		change func(*conversation.Conversation)
		want   string
	}{
		"who has it":                 {"lea", func(*conversation.Conversation) {}, ""},
		"a colleague":                {"theo", func(*conversation.Conversation) {}, conversation.RefusedNotOwner},
		"the assistant is answering": {"lea", func(c *conversation.Conversation) { c.State = conversation.Idle }, conversation.RefusedNotOwner},
		"nobody was ever asked for":  {"lea", func(c *conversation.Conversation) { c.Desk = nil }, conversation.RefusedNotOwner},
		"they stopped everything": {"lea", func(c *conversation.Conversation) {
			stopped.At = nine
			c.Customer.Silenced, c.Customer.Consents = true, []conversation.Standing{stopped}
		}, conversation.RefusedOptedOut},
		"they stopped, and wrote since": {"lea", func(c *conversation.Conversation) {
			stopped.At = nine.Add(-time.Minute)
			c.Customer.Silenced, c.Customer.Consents = true, []conversation.Standing{stopped}
		}, ""},
		"WhatsApp, within a day": {"lea", func(c *conversation.Conversation) {
			c.Medium, c.WroteAt = conversation.WhatsApp, nine.Add(-23*time.Hour)
		}, ""},
		"WhatsApp, a day later": {"lea", func(c *conversation.Conversation) {
			c.Medium, c.WroteAt = conversation.WhatsApp, nine.Add(-24*time.Hour)
		}, conversation.RefusedWindow},
	} {
		it := withLea
		c.change(&it)
		if got := quiet().whyNot(&it, Agent{ID: c.by}); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

// What a page reads has the keys of console/PROTOCOL.md, lists that are never
// null, and nothing of the account but what colleagues may know.
func TestThePagesJSON(t *testing.T) {
	d := quiet()
	d.names["lea"] = named{"Léa", nine.Add(nameKept)}
	row := Row{Conversation: conversation.Conversation{Brand: "lumen", State: conversation.Idle, Version: 3,
		Customer: conversation.Customer{ID: "c1", First: "Claire", Last: "Martin", Phone: "+33612345678"}},
		Last: &gateway.Stored{Inbound: true, Text: "Bonjour\n à tous", At: nine}}
	for _, c := range []struct {
		name string
		v    any
		want []string
	}{
		{"agent", Agent{ID: "lea", Password: "$argon2id$…", Brands: []conversation.BrandID{"lumen"}, Revoked: nine},
			[]string{"capacity", "email", "id", "languages", "load", "name", "presence", "role", "teams"}},
		{"summary", d.summary(row), []string{"at", "brand", "cart", "customer", "from", "language", "medium", "name", "owner", "owner_kind",
			"phone", "preview", "priority", "reason", "silenced", "state", "status", "version", "vip"}},
		{"conversation", d.show(row, Agent{}, ""), []string{"at", "brand", "can_write", "cart", "channel", "customer", "desk", "draft", "from",
			"language", "medium", "name", "owner", "owner_kind", "phone", "preview", "priority", "profile", "questions", "reason", "silenced",
			"state", "status", "version", "vip", "why_not"}},
		{"profile", d.show(row, Agent{}, "").Profile, []string{"cart", "consents", "country", "email", "first", "language", "last", "orders",
			"points", "preferences", "returns", "tags", "timezone", "value", "vip"}},
		{"entry", d.entry(context.Background(), Item{Note: &gateway.NoteRow{ID: "n1", Kind: "note", Agent: "lea", Text: "x"}}),
			[]string{"agent", "at", "code", "from", "id", "kind", "media", "name", "rule", "segments", "status", "text", "version"}},
		{"page", Page{Items: []Summary{}}, []string{"as_of_seq", "counts", "items", "next"}},
	} {
		b, err := json.Marshal(c.v)
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]any
		if err := json.Unmarshal(b, &keys); err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(keys)); !slices.Equal(got, c.want) {
			t.Errorf("%s has the keys %q, not %q", c.name, got, c.want)
		}
		for _, list := range []string{"questions", "orders", "returns", "tags", "consents", "media", "items"} {
			if v, ok := keys[list]; ok && v == nil {
				t.Errorf("%s.%s is null: an empty list is []", c.name, list)
			}
		}
	}
	if s := d.summary(row); s.Preview != "Bonjour à tous" || s.From != FromCustomer || s.Name != "Claire Martin" || s.OwnerKind != OwnerAssistant {
		t.Errorf("summary %+v", s)
	}
}
