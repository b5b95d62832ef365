package storetest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func customers(t *testing.T, open Opener) {
	t.Run("an unknown address makes a customer and an idle conversation of version 0", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			row := w.lock(tx, at(ana))[0]
			c := row.Conversation
			if !row.New || row.Flight != nil || row.Waiting != 0 || row.CustomerChanged {
				t.Errorf("row: %+v", row)
			}
			if c.Brand != lumen || c.State != conversation.Idle || c.Version != 0 || c.Epoch != 0 || c.Script != "" {
				t.Errorf("conversation: %+v", c)
			}
			if c.Customer.ID == "" || c.Customer.Phone != ana {
				t.Errorf("customer: %+v", c.Customer)
			}
		})
		w.group(func(tx gateway.Tx) {
			if w.lock(tx, at(ana))[0].New {
				t.Error("a known customer is new")
			}
		})
	})
	t.Run("a WhatsApp id is an address without a phone", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			if c := w.lock(tx, at("whatsapp:lid.77"))[0].Conversation.Customer; c.Phone != "" || c.ID == "" {
				t.Errorf("customer: %+v", c)
			}
		})
	})
	t.Run("customers' ids increase with time", func(t *testing.T) {
		w := begin(t, open)
		first := w.customer(ana)
		if second := w.customer(bea); second <= first {
			t.Errorf("%s, then %s", first, second)
		}
	})
	t.Run("two entries of one customer share one row", func(t *testing.T) {
		w := begin(t, open)
		id := w.customer(bea)
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, at(ana), gateway.Who{Customer: id}, at(ana), at(bea))
			if rows[0] != rows[2] || rows[1] != rows[3] || rows[0] == rows[1] {
				t.Errorf("rows: %p %p %p %p", rows[0], rows[1], rows[2], rows[3])
			}
		})
	})
	t.Run("an id or an account that nobody knows is nil", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, gateway.Who{Customer: nowhere}, gateway.Who{Account: "c-1"}, gateway.Who{}, at(ana))
			if rows[0] != nil || rows[1] != nil || rows[2] != nil || rows[3] == nil {
				t.Errorf("rows: %v", rows)
			}
		})
	})
	t.Run("the customer's id wins over the address, the address over the account", func(t *testing.T) {
		w := begin(t, open)
		a, b := w.customer(ana), w.customer(bea)
		w.write(gateway.Writes{}, gateway.Who{Address: bea, Account: "c-9"})
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, gateway.Who{Customer: a, Address: bea, Account: "c-9"})
			if got := rows[0].Conversation.Customer.ID; got != a {
				t.Errorf("got %s, want %s", got, a)
			}
		})
		w.group(func(tx gateway.Tx) {
			if got := w.lock(tx, gateway.Who{Account: "c-9"})[0].Conversation.Customer.ID; got != b {
				t.Errorf("the account moved to %s, from %s", got, b)
			}
		})
	})
	t.Run("an account that comes with an address is attached and listed", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, gateway.Who{Address: ana, Account: "c-2"}, gateway.Who{Account: "c-2"}, gateway.Who{Address: ana, Account: "c-1"})
			if rows[0] != rows[1] || rows[0] != rows[2] || !rows[0].CustomerChanged {
				t.Errorf("rows: %+v %+v %+v", rows[0], rows[1], rows[2])
			}
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: rows[:1]}))
		})
		c, err := w.Conversation(t.Context(), lumen, gateway.Who{Account: "c-1"})
		w.must(err)
		if !slices.Equal(c.Customer.Accounts, []string{"c-1", "c-2"}) || c.Customer.Phone != ana {
			t.Errorf("customer: %+v", c.Customer)
		}
		w.group(func(tx gateway.Tx) {
			if w.lock(tx, gateway.Who{Address: ana, Account: "c-2"})[0].CustomerChanged {
				t.Error("an account that is attached already changes the customer")
			}
		})
	})
	t.Run("an account that turns up with another address moves, and leaves the old profile", func(t *testing.T) {
		w := begin(t, open)
		for _, a := range []string{"c-1", "c-2"} {
			w.group(func(tx gateway.Tx) {
				w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: w.lock(tx, gateway.Who{Address: ana, Account: a})}))
			})
		}
		w.group(func(tx gateway.Tx) {
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: w.lock(tx, gateway.Who{Address: bea, Account: "c-1"})}))
		})
		for address, want := range map[conversation.Address][]string{ana: {"c-2"}, bea: {"c-1"}} {
			c, err := w.Conversation(t.Context(), lumen, at(address))
			w.must(err)
			if !slices.Equal(c.Customer.Accounts, want) {
				t.Errorf("%s: accounts %v, want %v", address, c.Customer.Accounts, want)
			}
		}
		c, err := w.Conversation(t.Context(), lumen, gateway.Who{Account: "c-1"})
		w.must(err)
		if c.Customer.Phone != bea {
			t.Errorf("c-1 is %+v", c.Customer)
		}
	})
	t.Run("an account that moves between two customers of one group changes both rows", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: w.lock(tx, gateway.Who{Address: ana, Account: "c-1"})}))
		})
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, at(ana), gateway.Who{Address: bea, Account: "c-1"})
			if !rows[0].CustomerChanged || !rows[1].CustomerChanged {
				t.Errorf("changed: %v %v", rows[0].CustomerChanged, rows[1].CustomerChanged)
			}
			if a, b := rows[0].Conversation.Customer.Accounts, rows[1].Conversation.Customer.Accounts; len(a) != 0 || !slices.Equal(b, []string{"c-1"}) {
				t.Errorf("accounts: %v %v", a, b)
			}
		})
	})
	t.Run("everything a conversation holds is read as it was written", func(t *testing.T) {
		w := begin(t, open)
		now := time.Date(2026, 11, 22, 9, 41, 0, 123456000, time.UTC)
		points := int64(120)
		var want conversation.Conversation
		w.group(func(tx gateway.Tx) {
			row := w.lock(tx, at(ana))[0]
			c := &row.Conversation
			c.State, c.Version, c.Epoch, c.Script = conversation.AskingCart, 7, 3, strings.Repeat("ab", 32)
			c.Channel, c.Address, c.Medium, c.WroteAt, c.Disclosed = sms, ana, conversation.SMS, now, true
			c.Questions = []conversation.Question{{
				ID: "q1", Dialogue: conversation.CartDialogue, Name: "why", AskedAt: now, Expires: now.Add(time.Hour),
				Options: []conversation.Option{{Value: "size", Label: "La taille", Accept: []string{"taille", "trop grand"}}},
			}}
			c.Slots = map[string]string{"cart": "c_42", "note": "l'été — ça va\n\"oui\" 👍 \u2028"}
			c.Burst = []conversation.Inbound{inbound(c.Customer.ID, "m1", "attends").Inbound}
			c.Misses, c.Budget = 1, conversation.Budget{Since: now, Said: 4}
			c.Customer.First, c.Customer.Language, c.Customer.VIP, c.Customer.Points = "Ana", "fr", true, &points
			c.Customer.Value = conversation.Money{Amount: 14990, Currency: "EUR"}
			c.Customer.Cart = &conversation.Cart{ID: "c_42", Total: conversation.Money{Amount: 8900, Currency: "EUR"}, Updated: now}
			c.Customer.Consents = []conversation.Standing{{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, At: now}}
			row.CustomerChanged = true
			want = *c
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: []*gateway.Row{row}}))
		})
		got, err := w.Conversation(t.Context(), lumen, at(ana))
		w.must(err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		w.group(func(tx gateway.Tx) {
			if row := w.lock(tx, at(ana))[0]; !reflect.DeepEqual(row.Conversation, want) {
				t.Errorf("under lock: %+v", row.Conversation)
			}
		})
	})
	t.Run("the customer's row is written only where it changed", func(t *testing.T) {
		w := begin(t, open)
		w.group(func(tx gateway.Tx) {
			row := w.lock(tx, at(ana))[0]
			row.Conversation.Version, row.Conversation.Customer.First = 1, "Ana"
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: []*gateway.Row{row}}))
		})
		c, err := w.Conversation(t.Context(), lumen, at(ana))
		w.must(err)
		if c.Version != 1 || c.Customer.First != "" {
			t.Errorf("version %d, first %q", c.Version, c.Customer.First)
		}
	})
	t.Run("a row says how many messages wait and which one is in flight", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		lease := w.dbNow().Add(time.Minute)
		w.write(gateway.Writes{Messages: []gateway.Outbound{
			message(c, "m1", version(1, 0), posting(lease), func(m *gateway.Outbound) { m.Exempt = true }),
			message(c, "m2", version(1, 1)), message(c, "m3", version(2, 0), after(lease)),
		}, Received: []gateway.InboundRow{inbound(c, "m0", "bonjour")}}, at(ana))
		w.group(func(tx gateway.Tx) {
			row := w.lock(tx, at(ana))[0]
			want := flight(c, "m1", 1, lease)
			want.Exempt, want.Channel, want.Purpose = true, sms, conversation.Answer
			if row.Waiting != 2 || row.Flight == nil || !reflect.DeepEqual(*row.Flight, want) {
				t.Errorf("waiting %d, flight %+v, want %+v", row.Waiting, row.Flight, want)
			}
		})
	})
	t.Run("a brief row is what is under way, and the rest where messages wait", func(t *testing.T) {
		w := begin(t, open)
		a, b := w.customer(ana), w.customer(bea)
		lease := w.dbNow().Add(time.Minute)
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, at(ana), at(bea))
			for _, r := range rows {
				r.Conversation.Version, r.Conversation.Customer.First, r.CustomerChanged = 7, "Ana", true
			}
			w.must(tx.Write(t.Context(), lumen, gateway.Writes{Rows: rows, Messages: []gateway.Outbound{
				message(a, "m1", posting(lease)), message(b, "m2", posting(lease)), message(b, "m3", version(2, 0)),
			}}))
		})
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, gateway.Who{Customer: a, Brief: true}, gateway.Who{Customer: b, Brief: true}, gateway.Who{Customer: nowhere, Brief: true})
			if r := rows[0]; r.Conversation.Customer.ID != a || r.Flight == nil || r.Waiting != 0 || r.Conversation.Version != 0 {
				t.Errorf("nothing waits: %+v", r)
			}
			if r := rows[1]; r.Flight == nil || r.Waiting != 1 || r.Conversation.Version != 7 || r.Conversation.Customer.First != "Ana" {
				t.Errorf("one waits: %+v", r)
			}
			if rows[2] != nil {
				t.Errorf("nobody: %+v", rows[2])
			}
		})
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, gateway.Who{Customer: a, Brief: true}, at(ana))
			if rows[0] != rows[1] || rows[0].Conversation.Version != 7 {
				t.Errorf("asked for in both ways: %+v", rows[0])
			}
		})
	})
	t.Run("a conversation of an unknown customer is ErrNotFound", func(t *testing.T) {
		w := begin(t, open)
		w.customer(ana)
		for _, who := range []gateway.Who{at(bea), {Customer: nowhere}, {Account: "c-1"}, {}} {
			_, err := w.Conversation(t.Context(), lumen, who)
			w.refused(err, gateway.ErrNotFound)
		}
		_, err := w.Conversation(t.Context(), other, at(ana))
		w.refused(err, gateway.ErrNotFound)
	})
}
