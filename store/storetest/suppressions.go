package storetest

import (
	"reflect"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func suppressions(t *testing.T, open Opener) {
	day := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	t.Run("who stands on the list begins withdrawn, on whatever channel, in its brand", func(t *testing.T) {
		w := begin(t, open)
		list := w.Store.(gateway.SuppressionStore)
		known := w.customer(bea)
		entry := func(a conversation.Address, m conversation.Medium, p conversation.Purpose, at time.Time) gateway.Suppression {
			return gateway.Suppression{Address: a, Medium: m, Purpose: p, Source: "import", At: at}
		}
		customers, err := list.Suppress(t.Context(), lumen, []gateway.Suppression{
			entry(ana, conversation.SMS, conversation.Marketing, day), entry(bea, conversation.SMS, conversation.Marketing, day),
			entry(ana, conversation.WhatsApp, conversation.Transactional, day), entry(ana, conversation.SMS, conversation.Marketing, day.Add(-time.Hour)),
		})
		w.must(err)
		if want := []conversation.CustomerID{"", known, "", ""}; !reflect.DeepEqual(customers, want) {
			t.Errorf("customers %v, want %v", customers, want)
		}
		want := []conversation.Standing{
			{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Withdrawn, At: day},
			{Medium: conversation.WhatsApp, Purpose: conversation.Transactional, State: conversation.Withdrawn, At: day},
		}
		w.group(func(tx gateway.Tx) {
			rows := w.lock(tx, at(ana), at("whatsapp:"+ana), at("+33612345670"), at(bea))
			for i, r := range rows {
				standing := want
				if i > 1 {
					standing = nil // of nobody on the list, and of a customer from before: the ledger tells
				}
				if c := r.Conversation.Customer; !reflect.DeepEqual(c.Consents, standing) || c.Silenced != (i < 2) {
					t.Errorf("customer %d: %+v", i, c)
				}
			}
		})
		w.groupOf([]conversation.BrandID{other}, func(tx gateway.Tx) {
			rows, err := tx.Lock(t.Context(), other, []gateway.Who{at(ana)})
			w.must(err)
			if c := rows[0].Conversation.Customer; len(c.Consents) != 0 {
				t.Errorf("another brand's: %+v", c)
			}
		})
		if customers, err := list.Suppress(t.Context(), lumen, nil); err != nil || len(customers) != 0 {
			t.Errorf("nobody: %v %v", customers, err)
		}
	})
}
