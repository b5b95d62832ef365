package agents

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func quiet() *Desk {
	return New(Options{Now: func() time.Time { return nine }, Price: func(ch conversation.ChannelID, to conversation.Address) (sms.Price, bool) {
		return sms.Price{Amount: 798, Scale: 4, Currency: "USD"}, ch == "sms" && to == "+33612345678"
	}})
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
		{"summary", d.summary(row), []string{"at", "brand", "cart", "customer", "from", "language", "medium", "name", "offered", "owner", "owner_kind",
			"phone", "preview", "priority", "rating", "reason", "silenced", "state", "status", "tags", "team", "version", "vip"}},
		{"conversation", d.show(row, Agent{}, ""), []string{"at", "brand", "can_write", "cart", "channel", "customer", "desk", "draft", "from",
			"language", "medium", "name", "offered", "owner", "owner_kind", "phone", "preview", "priority", "profile", "prompts", "questions", "rating",
			"reason", "segment_price", "silenced", "state", "status", "tags", "team", "version", "vip", "why_not", "window_until"}},
		{"profile", d.show(row, Agent{}, "").Profile, []string{"cart", "consents", "country", "email", "first", "language", "last", "orders",
			"points", "preferences", "returns", "suspended", "tags", "timezone", "value", "vip"}},
		{"entry", d.entry(context.Background(), Item{Note: &gateway.NoteRow{ID: "n1", Kind: "note", Agent: "lea", Text: "x"}}),
			[]string{"act", "agent", "at", "code", "from", "id", "kind", "media", "medium", "name", "rule", "segments", "status", "text", "version"}},
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
	if s := d.summary(row); s.Preview != "Bonjour à tous" || s.From != FromCustomer || s.Name != "Claire Martin" || s.OwnerKind != conversation.Assistant {
		t.Errorf("summary %+v", s)
	}
}

func TestADetailSaysWhatAndUntilWhenMayBeWritten(t *testing.T) {
	for name, c := range map[string]struct {
		c      conversation.Conversation
		price  bool
		window time.Time
	}{
		"by SMS":                     {conversation.Conversation{Channel: "sms", Medium: conversation.SMS, Address: "+33612345678", WroteAt: nine}, true, time.Time{}},
		"by SMS, to nobody yet":      {conversation.Conversation{Channel: "sms", Medium: conversation.SMS}, false, time.Time{}},
		"where no price is known":    {conversation.Conversation{Channel: "sms", Medium: conversation.SMS, Address: "+4912345"}, false, time.Time{}},
		"on WhatsApp":                {conversation.Conversation{Channel: "wa", Medium: conversation.WhatsApp, Address: "whatsapp:+33612345678", WroteAt: nine}, false, nine.Add(24 * time.Hour)},
		"on WhatsApp, before a word": {conversation.Conversation{Channel: "wa", Medium: conversation.WhatsApp}, false, time.Time{}},
	} {
		v := quiet().show(Row{Conversation: c.c}, Agent{}, "")
		if (v.SegmentPrice != nil) != c.price || c.price && v.SegmentPrice.String() != "0.0798 USD" {
			t.Errorf("%s a segment costs %v", name, v.SegmentPrice)
		}
		if (v.WindowUntil != nil) != !c.window.IsZero() || v.WindowUntil != nil && !v.WindowUntil.Equal(c.window) {
			t.Errorf("%s free text is taken until %v", name, v.WindowUntil)
		}
	}
}

func TestTheHourIsTheBrandsWhereTheCustomersIsNotKnown(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	d := quiet()
	d.brands = []Brand{{ID: "lumen", Zone: paris}, {ID: "umbra"}}
	of := func(brand conversation.BrandID, zone string) string {
		c := conversation.Conversation{Brand: brand, Customer: conversation.Customer{Timezone: zone}}
		return d.show(Row{Conversation: c}, Agent{}, "").Profile.Timezone
	}
	if of("lumen", "") != "Europe/Paris" || of("lumen", "Asia/Tokyo") != "Asia/Tokyo" || of("umbra", "") != "" {
		t.Errorf("zones %q, %q, %q", of("lumen", ""), of("lumen", "Asia/Tokyo"), of("umbra", ""))
	}
}

func TestAMessageNamesTheActThatSaidIt(t *testing.T) {
	act := func(version int64, event conversation.EventID, kind string) Item {
		return Item{Note: &gateway.NoteRow{ID: conversation.MessageID(fmt.Sprint("n", version)), Event: event, Kind: "event", Type: kind, Agent: "lea", Version: version}}
	}
	said := func(version int64, author string) Item {
		return Item{Message: &gateway.Stored{ID: conversation.MessageID(fmt.Sprint("m", version)), Author: author, Version: version,
			Status: gateway.Queued, After: nine}}
	}
	d := quiet()
	d.names["lea"] = named{"Léa", nine.Add(nameKept)}
	read := []Item{said(4, "assistant"), said(3, "agent:lea"), act(3, "act:lea:hello", "agent.wrote"), act(2, "act:lea:take-it", "agent.claimed"), act(1, "turn:1", "agent.idled")}
	var got []string
	list, err := d.entriesOf(t.Context(), "lumen", read, read)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		got = append(got, fmt.Sprintf("%s %s %t", e.ID, e.Act, !e.After.IsZero()))
	}
	if want := []string{"n1  false", "n2 take-it false", "m3 hello true", "m4  true"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	if list, err := d.entriesOf(t.Context(), "lumen", read[1:2], read); err != nil || list[0].Act != "hello" {
		t.Errorf("alone: %+v, %v", list, err)
	}
}
