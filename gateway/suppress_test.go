package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/gatewaytest"
)

func suppress(t *testing.T, g *gateway.Gateway, st gateway.SuppressionStore, kind, body string) (end gateway.SuppressionEnd, reports []gateway.SuppressionReport) {
	t.Helper()
	end, err := gateway.ImportSuppressions(t.Context(), st, g, gateway.SuppressionImport{
		Brand: gatewaytest.Brand, Country: "FR", Kind: kind, Body: strings.NewReader(body), Now: time.Now().UTC().Truncate(time.Microsecond),
	}, func(r gateway.SuppressionReport) error {
		reports = append(reports, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return end, reports
}

// texted is a text from a number; the answer is what the turn says.
func texted(t *testing.T, g *gateway.Gateway, from conversation.Address, id, text string) (conversation.CustomerID, *conversation.Turn) {
	t.Helper()
	now := time.Now().UTC()
	out, err := g.Accept(t.Context(), gatewaytest.Brand, gateway.Who{Address: from}, gateway.InboundEvent(conversation.Inbound{
		Carrier: conversation.CarrierID(id), Channel: gatewaytest.Channel, Medium: conversation.SMS, From: from, To: "36105", Text: text, At: now}))
	if err != nil || out.Turn == nil {
		t.Fatalf("%q: %+v, %v", text, out, err)
	}
	return out.Customer, out.Turn
}

func TestWhoIsOnAListOfAFormerToolStaysWithdrawnAndGetsAnswers(t *testing.T) {
	g, st := gatewaytest.Run(t)
	const stranger, customer, after = conversation.Address("+33612345601"), conversation.Address("+33612345602"), conversation.Address("+33612345603")
	known, _ := texted(t, g, customer, "SM-known", "START")
	standing := func(id conversation.CustomerID, p conversation.Purpose) conversation.ConsentState {
		t.Helper()
		c, err := st.Conversation(t.Context(), gatewaytest.Brand, gateway.Who{Customer: id})
		if err != nil {
			t.Fatal(err)
		}
		return c.Customer.Consent(conversation.SMS, p)
	}
	if standing(known, conversation.Marketing) != conversation.Given {
		t.Fatal("START gave nothing")
	}
	list := "Phone;Name;Date\n06 12 34 56 01;Ana;2024-05-01\n+33612345602;Bea;\n33612345603;;01/06/2024\n12;;\n+33612345604;;demain\n"
	end, reports := suppress(t, g, st, "text/csv", list)
	if want := (gateway.SuppressionEnd{Done: true, Lines: 5, Accepted: 3, Refused: 2, Known: 1}); end != want {
		t.Errorf("end %+v, want %+v: %+v", end, want, reports)
	}
	for i, r := range reports {
		if r.Line != i+2 || (r.Status == "refused") != (i > 2) || (r.Error != "") != (i > 2) || r.Known != (i == 1) {
			t.Errorf("line %+v", r)
		}
	}

	// The customer's withdrawal is in the ledger, once, however often the list comes.
	suppress(t, g, st, "text/csv", list)
	rows, err := st.Consents(t.Context(), gatewaytest.Brand, known)
	if err != nil {
		t.Fatal(err)
	}
	imports := 0
	for _, r := range rows {
		if r.Source == "import" && r.State == conversation.Withdrawn {
			imports++
		}
	}
	if imports != 2 || standing(known, conversation.Marketing) != conversation.Withdrawn { // one a medium
		t.Errorf("ledger %+v", rows)
	}

	// Who comes later stands withdrawn from their first turn, and is answered.
	id, turn := texted(t, g, stranger, "SM-1", "aide")
	if standing(id, conversation.Marketing) != conversation.Withdrawn || standing(id, conversation.Transactional) == conversation.Withdrawn || len(turn.Messages) == 0 {
		t.Errorf("a stranger of the list: %+v, says %+v", standing(id, conversation.Marketing), turn.Messages)
	}
	for i, source := range []string{"api", "import", "form", "agent", "shop"} {
		out, err := g.Accept(t.Context(), gatewaytest.Brand, gateway.Who{Customer: id}, conversation.Event{
			ID: conversation.EventID(fmt.Sprint("again", i)), Type: conversation.ConsentRecorded, Time: time.Now(),
			Consent: &conversation.Consent{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: source, At: time.Now()}})
		if err != nil || len(out.Turn.Consents) != 0 || standing(id, conversation.Marketing) != conversation.Withdrawn {
			t.Errorf("source %s gave consent again: %+v, %v", source, out, err)
		}
	}
	// The first that is heard of them may be a shop or an API call.
	out, err := g.Accept(t.Context(), gatewaytest.Brand, gateway.Who{Address: after}, conversation.Event{
		ID: "first", Type: conversation.ConsentRecorded, Time: time.Now(),
		Consent: &conversation.Consent{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "form", At: time.Now()}})
	if err != nil || standing(out.Customer, conversation.Marketing) != conversation.Withdrawn {
		t.Errorf("a form overturned the list: %+v, %v", out, err)
	}
	if texted(t, g, stranger, "SM-2", "START"); standing(id, conversation.Marketing) != conversation.Given {
		t.Error("START does not overturn the list")
	}
}

func TestAListOfAFormerToolIsReadInItsOwnForms(t *testing.T) {
	g, st := gatewaytest.Run(t)
	for name, c := range map[string]struct {
		kind, body string
		want       gateway.SuppressionEnd
	}{
		"numbers alone":         {"text/csv", "+33612345601\n0612345602\n", gateway.SuppressionEnd{Done: true, Lines: 2, Accepted: 2}},
		"with Excel's mark":     {"text/csv", "\ufeffphone,date\n0612345601,2024-01-01\n", gateway.SuppressionEnd{Done: true, Lines: 1, Accepted: 1}},
		"nothing":               {"text/csv", "", gateway.SuppressionEnd{Done: true}},
		"objects":               {"application/x-ndjson", "{\"phone\":\"+33612345601\",\"medium\":\"sms\",\"purpose\":\"all\",\"date\":\"2024-05-01T10:00:00Z\"}\n\n[]\n{\"phone\":\"+33612345602\",\"medium\":\"fax\"}\n", gateway.SuppressionEnd{Done: true, Lines: 3, Accepted: 1, Refused: 2}},
		"an endless line":       {"application/x-ndjson", strings.Repeat("x", 100_000) + "\n{\"phone\":\"+33612345601\"}\n", gateway.SuppressionEnd{Done: true, Lines: 2, Accepted: 1, Refused: 1}},
		"more than one commit":  {"text/csv", "phone\n" + strings.Repeat("0612345601\n", 600), gateway.SuppressionEnd{Done: true, Lines: 600, Accepted: 600}},
		"a day not yet begun":   {"text/csv", "phone,date\n0612345601,2099-01-01\n", gateway.SuppressionEnd{Done: true, Lines: 1, Refused: 1}},
		"a broken line of it":   {"text/csv", "phone\n\"06\"x\n0612345601\n", gateway.SuppressionEnd{Done: true, Lines: 2, Accepted: 1, Refused: 1}},
		"a number of elsewhere": {"text/csv", "phone\n+1 415 555 2671\n+49 151 23456789\n", gateway.SuppressionEnd{Done: true, Lines: 2, Accepted: 2}},
	} {
		if end, reports := suppress(t, g, st, c.kind, c.body); end != c.want {
			t.Errorf("%s: %+v, want %+v: %+v", name, end, c.want, reports)
		}
	}
	for name, in := range map[string]gateway.SuppressionImport{
		"no column phone": {Kind: "text/csv", Body: strings.NewReader("name,mail\nAna,a@lumen.example\n")},
		"another kind":    {Kind: "text/html", Body: strings.NewReader("")},
	} {
		if _, err := gateway.ImportSuppressions(t.Context(), st, g, in, nil); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
