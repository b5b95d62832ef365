package agents_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func TestOnlyAdminsAnswerForACustomersData(t *testing.T) {
	w := open(t)
	customer := w.texts("bonjour")
	ctx := t.Context()
	admin := w.agent("ana", agents.RoleAdmin)
	asked, err := w.desk.RequestErase(ctx, admin, agents.Subject{Brand: lumen, Customer: customer})
	if err != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]agents.Agent{
		"an agent": w.agent("lea", agents.RoleAgent), "a supervisor": w.agent("theo", agents.RoleSupervisor),
		"an admin of another brand": w.agent("marc", agents.RoleAdmin, "soleil"),
	} {
		for method, try := range map[string]func() error{
			"PrivacyRequests": func() error { _, err := w.desk.PrivacyRequests(ctx, by, lumen); return err },
			"RequestExport": func() error {
				_, err := w.desk.RequestExport(ctx, by, agents.Subject{Brand: lumen, Customer: customer})
				return err
			},
			"RequestErase": func() error {
				_, err := w.desk.RequestErase(ctx, by, agents.Subject{Brand: lumen, Customer: customer})
				return err
			},
			"Export": func() error { return w.desk.Export(ctx, by, lumen, asked.ID, &bytes.Buffer{}) },
			"ConfirmErase": func() error {
				_, err := w.desk.ConfirmErase(ctx, by, lumen, asked.ID, string(claire))
				return err
			},
		} {
			if err := try(); !isForbidden(err) {
				t.Errorf("%s by %s: %v", method, name, err)
			}
		}
	}
	if list, err := w.desk.PrivacyRequests(ctx, admin, lumen); err != nil || len(list) != 1 || list[0].Status != agents.PrivacyOpen {
		t.Errorf("what nobody may do was done: %+v, %v", list, err)
	}
}

func TestARequestHasAMonthAndIsDoneOnce(t *testing.T) {
	w := open(t)
	claires, others := w.texts("bonjour, je suis Claire"), w.from("+33612345679", "bonjour")
	admin := w.agent("ana", agents.RoleAdmin)
	ctx := t.Context()
	seq, _, err := w.desk.Head(ctx, admin, lumen)
	if err != nil {
		t.Fatal(err)
	}
	lastWeek := time.Now().Add(-7 * 24 * time.Hour).UTC().Truncate(time.Microsecond)
	erase, err := w.desk.RequestErase(ctx, admin, agents.Subject{Brand: lumen, Customer: claires, Asked: lastWeek})
	if err != nil || !erase.Due.Equal(lastWeek.AddDate(0, 0, agents.PrivacyDays)) || erase.Kind != agents.PrivacyErasure || erase.ByName != "ana" {
		t.Fatalf("%+v, %v", erase, err)
	}
	export, err := w.desk.RequestExport(ctx, admin, agents.Subject{Brand: lumen, Phone: "06 12 34 56 78"})
	if err != nil || export.Customer != claires {
		t.Fatalf("%+v, %v", export, err)
	}
	for name, s := range map[string]agents.Subject{
		"a number that is none":     {Brand: lumen, Phone: "lampe"},
		"a day that has not come":   {Brand: lumen, Customer: claires, Asked: time.Now().Add(time.Hour)},
		"a day that nobody recalls": {Brand: lumen, Customer: claires, Asked: time.Now().AddDate(-2, 0, 0)},
	} {
		if _, err := w.desk.RequestExport(ctx, admin, s); !isFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.desk.RequestExport(ctx, admin, agents.Subject{Brand: lumen, Phone: "+33699999999"}); !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("a stranger: %v", err)
	}
	ids := func() (ids []string) {
		t.Helper()
		list, err := w.desk.PrivacyRequests(ctx, admin, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			ids = append(ids, r.ID+" "+string(r.Status))
		}
		return ids
	}
	if got := strings.Join(ids(), ", "); got != erase.ID+" open, "+export.ID+" open" {
		t.Errorf("by their day: %s", got)
	}

	var refusal *agents.Refusal
	if err := w.desk.Export(ctx, admin, lumen, erase.ID, &bytes.Buffer{}); !errors.As(err, &refusal) {
		t.Errorf("the export of an erasure: %v", err)
	}
	var document bytes.Buffer
	if err := w.desk.Export(ctx, admin, lumen, export.ID, &document); err != nil || !json.Valid(document.Bytes()) || !strings.Contains(document.String(), "je suis Claire") {
		t.Errorf("the document: %v, %s", err, document.String())
	}
	if got := strings.Join(ids(), ", "); got != erase.ID+" open, "+export.ID+" done" {
		t.Errorf("what is done comes last: %s", got)
	}

	// Erased is whose number is typed anew.
	for _, phone := range []string{"", "+33612345679", "+33600000000"} {
		if _, err := w.desk.ConfirmErase(ctx, admin, lumen, erase.ID, phone); !isFault(err) {
			t.Errorf("typed %q: %v", phone, err)
		}
	}
	if r, err := w.desk.ConfirmErase(ctx, admin, lumen, erase.ID, "06 12 34 56 78"); err != nil || r.Status != agents.PrivacyRunning {
		t.Errorf("confirmed: %+v, %v", r, err)
	}
	if r, err := w.desk.ConfirmErase(ctx, admin, lumen, erase.ID, "+33612345679"); err != nil || r.Status != agents.PrivacyRunning {
		t.Errorf("a page that asks again: %+v, %v", r, err)
	}
	if err := w.desk.Erase(ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Erase(ctx); err != nil {
		t.Error(err)
	}
	list, err := w.desk.PrivacyRequests(ctx, admin, lumen)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, r := range list {
		if r.Status != agents.PrivacyDone || r.Customer != "" || r.Name != "" {
			t.Errorf("after the erasure: %+v", r)
		}
	}

	// Pages are told that the conversation is gone; the others' are not.
	changes, err := w.desk.Since(ctx, admin, lumen, seq, 100)
	gone := map[conversation.CustomerID]bool{}
	for _, c := range changes {
		gone[c.Customer] = c.Conversation == nil
	}
	if err != nil || !gone[claires] || gone[others] {
		t.Errorf("changes %+v, %v", changes, err)
	}
	if _, err := w.desk.Conversation(ctx, admin, lumen, claires); !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("the conversation: %v", err)
	}
	page, err := w.desk.Audit(ctx, admin, agents.AuditQuery{Brand: lumen})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, a := range page.Items {
		if strings.HasPrefix(a.Kind, "privacy.") {
			kinds[a.Kind]++
		}
	}
	if kinds[agents.AuditPrivacyAsked] != 2 || kinds[agents.AuditPrivacyExported] != 1 || kinds[agents.AuditPrivacyConfirmed] != 1 || kinds[agents.AuditPrivacyErased] != 1 {
		t.Errorf("the audit: %v", kinds)
	}

	// Who texts again is new, and answered.
	if again := w.texts("bonjour"); again == claires {
		t.Error("the same customer is back")
	}
}

// An erasure that was confirmed and cut off is ended by whoever runs next.
func TestAConfirmedErasureOutlivesTheProcess(t *testing.T) {
	w := open(t)
	customer := w.texts("bonjour")
	admin := w.agent("ana", agents.RoleAdmin)
	ctx := t.Context()
	r, err := w.desk.RequestErase(ctx, admin, agents.Subject{Brand: lumen, Customer: customer})
	if err == nil {
		_, err = w.desk.ConfirmErase(ctx, admin, lumen, r.ID, string(claire))
	}
	if err == nil {
		err = w.store.EraseCustomer(ctx, lumen, customer, "erasure") // and then the power failed
	}
	if err != nil {
		t.Fatal(err)
	}
	next := over(t, w.gateway, w.store, agents.Options{})
	if err := next.desk.Erase(ctx); err != nil {
		t.Fatal(err)
	}
	if list, err := next.desk.PrivacyRequests(ctx, admin, lumen); err != nil || len(list) != 1 || list[0].Status != agents.PrivacyDone {
		t.Errorf("%+v, %v", list, err)
	}
}
