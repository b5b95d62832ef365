package store

import (
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// A database of a former version keeps in the customer's profile where they wrote
// from: nothing of it is lost on the way to the conversation.
func TestWhereCustomersWroteMovesToTheirConversation(t *testing.T) {
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			s := openMigrated(t, url(t))
			exec := func(text string) {
				t.Helper()
				if _, err := s.db.ExecContext(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
			wrote, silent := gateway.Who{Address: "+33612345678"}, gateway.Who{Address: "+33612345679"}
			err := s.Group(t.Context(), "g-1", []conversation.BrandID{"lumen"}, func(tx gateway.Tx) error {
				rows, err := tx.Lock(t.Context(), "lumen", []gateway.Who{wrote, silent})
				if err != nil {
					return err
				}
				rows[0].Conversation.Disclosed = true
				return tx.Write(t.Context(), "lumen", gateway.Writes{Rows: rows})
			})
			if err != nil {
				t.Fatal(err)
			}
			want := conversation.Reach{Medium: conversation.SMS, Channel: "lumen-sms", Address: wrote.Address, WroteAt: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
			exec(`update customers set profile = '{"first":"Zoé","reach":[{"medium":"sms","channel":"lumen-sms","address":"+33612345678","wrote_at":"2026-11-20T10:00:00Z"}]}'
				where id = (select customer from addresses where address = '+33612345678')`)
			exec(`delete from goose_db_version where version_id = 16`)
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			c, err := s.Conversation(t.Context(), "lumen", wrote)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(c.Reach, []conversation.Reach{want}) || !c.Disclosed || c.Customer.First != "Zoé" {
				t.Errorf("they wrote from %+v; disclosed %v, %q", c.Reach, c.Disclosed, c.Customer.First)
			}
			if c, err = s.Conversation(t.Context(), "lumen", silent); err != nil || len(c.Reach) > 0 {
				t.Errorf("who never wrote wrote from %+v (%v)", c.Reach, err)
			}
			var kept int
			if err := s.db.QueryRowContext(t.Context(), `select count(*) from customers where profile like '%reach%'`).Scan(&kept); err != nil || kept > 0 {
				t.Errorf("%d profiles keep it (%v)", kept, err)
			}
		})
	}
}
