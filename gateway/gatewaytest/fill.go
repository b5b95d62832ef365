package gatewaytest

import (
	"fmt"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
)

// Fill makes so many conversations with two texts each, a tenth of them in the
// queue, five for each of ten agents, and lets one customer write long amid them.
func Fill(t testing.TB, s *store.Store, size, long int) (writer conversation.CustomerID) {
	t.Helper()
	const batch = 500
	message := 0
	text := func(id conversation.CustomerID) gateway.InboundRow {
		m := gateway.InboundRow{ID: conversation.MessageID(fmt.Sprintf("m%08d", message)), Customer: id, Inbound: conversation.Inbound{
			Channel: "lumen-sms", Medium: conversation.SMS, Text: "Bonjour, où est mon colis ?", At: time.Unix(int64(message), 0)}}
		message++
		return m
	}
	group := func(from, to int, of func(i int, r *gateway.Row) []gateway.InboundRow) {
		var who []gateway.Who
		for i := from; i < to; i++ {
			who = append(who, gateway.Who{Address: conversation.Address(fmt.Sprintf("+33600%06d", i))})
		}
		err := s.Group(t.Context(), gateway.GroupID(fmt.Sprintf("g%d", message)), []conversation.BrandID{Brand}, func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), Brand, who)
			if err != nil {
				return err
			}
			w := gateway.Writes{Rows: rows}
			for i, r := range rows {
				w.Received = append(w.Received, of(from+i, r)...)
			}
			return tx.Write(t.Context(), Brand, w)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for from := 0; from < size; from += batch {
		if from == size/2 {
			for range long / batch {
				group(from-1, from, func(_ int, r *gateway.Row) (list []gateway.InboundRow) {
					writer = r.Conversation.Customer.ID
					for range batch {
						list = append(list, text(writer))
					}
					return list
				})
			}
		}
		group(from, from+batch, func(i int, r *gateway.Row) []gateway.InboundRow {
			c := &r.Conversation
			c.Customer.First, c.Customer.Last = "Client", fmt.Sprintf("Nom%05d", i)
			r.CustomerChanged, r.NamesChanged = true, true
			switch {
			case i < 50:
				c.Desk = &conversation.Desk{Status: conversation.DeskAssigned, Owner: conversation.AgentID(fmt.Sprintf("agent%d", i%10))}
			case i%9 == 0:
				c.Desk = &conversation.Desk{Status: conversation.DeskQueued, Priority: conversation.High, Queued: time.Unix(int64(i), 0)}
				if i%2 == 0 {
					c.Desk.Due = time.Unix(int64(2*size-i), 0)
				}
			}
			r.DeskChanged = c.Desk != nil
			return []gateway.InboundRow{text(c.Customer.ID), text(c.Customer.ID)}
		})
	}
	return writer
}
