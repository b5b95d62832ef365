package agents_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

func isFault(err error) bool {
	var fault *agents.Fault
	return errors.As(err, &fault)
}

func isForbidden(err error) bool {
	var forbidden *agents.Forbidden
	return errors.As(err, &forbidden)
}

// Every method of Desk, tried by every role, by somebody of another brand and
// by somebody whose account is closed: may do it, or is forbidden.
func TestEachRoleMayDoWhatTheTableSays(t *testing.T) {
	w := open(t)
	customer := w.texts("Je veux parler à un conseiller")
	all, supervisors := []string{"agent", "supervisor", "admin"}, []string{"supervisor", "admin"}
	who := map[string]agents.Agent{
		"agent":      w.agent("lea", agents.RoleAgent, lumen),
		"supervisor": w.agent("theo", agents.RoleSupervisor),
		"admin":      w.agent("ana", agents.RoleAdmin),
		"elsewhere":  w.agent("marc", agents.RoleAdmin, "soleil"),
		"closed":     w.agent("paul", agents.RoleAdmin),
		"no role":    {ID: "x", Role: "intruder"},
	}
	closed := who["closed"]
	closed.Disabled = true
	if err := w.desk.UpdateAgent(t.Context(), agents.Operator, closed); err != nil {
		t.Fatal(err)
	}
	who["closed"] = closed

	ctx := t.Context()
	act := func(kind agents.Kind, to conversation.AgentID) func(agents.Agent) error {
		n := 0
		return func(by agents.Agent) error {
			n++
			_, err := w.desk.Act(ctx, by, lumen, customer, agents.Act{ID: string(kind) + string(rune('a'+n)), Kind: kind, To: to,
				Text: "x", Tags: []string{"x"}, Until: time.Now().Add(time.Hour)})
			return err
		}
	}
	for _, c := range []struct {
		method string
		try    func(agents.Agent) error
		may    []string
	}{
		{"Agents", func(by agents.Agent) error { _, err := w.desk.Agents(ctx, by); return err }, append(all, "elsewhere")},
		{"SetPresence", func(by agents.Agent) error { return w.desk.SetPresence(ctx, by, agents.Online) }, append(all, "elsewhere")},
		{"List", func(by agents.Agent) error {
			_, err := w.desk.List(ctx, by, agents.Query{Brands: []conversation.BrandID{lumen}, View: agents.ViewAll})
			return err
		}, all},
		{"Conversation", func(by agents.Agent) error { _, err := w.desk.Conversation(ctx, by, lumen, customer); return err }, all},
		{"Thread", func(by agents.Agent) error { _, err := w.desk.Thread(ctx, by, lumen, customer, "", 0); return err }, all},
		{"Templates", func(by agents.Agent) error { _, err := w.desk.Templates(ctx, by, lumen, customer); return err }, all},
		{"Read", func(by agents.Agent) error {
			_, err := w.desk.Read(ctx, by, lumen, customer, "welcome", nil)
			return err
		}, all},
		{"PutDraft", func(by agents.Agent) error { return w.desk.PutDraft(ctx, by, lumen, customer, "x") }, all},
		{"Head", func(by agents.Agent) error { _, _, err := w.desk.Head(ctx, by, lumen); return err }, all},
		{"Since", func(by agents.Agent) error { _, err := w.desk.Since(ctx, by, lumen, 0, 10); return err }, all},
		{"Figures", func(by agents.Agent) error { _, err := w.desk.Figures(ctx, by, lumen); return err }, supervisors},
		{"Report", func(by agents.Agent) error {
			_, err := w.desk.Report(ctx, by, agents.ReportQuery{Name: agents.VolumeReport, Brand: lumen, From: time.Now().Add(-time.Hour), To: time.Now()})
			return err
		}, supervisors},
		{"Audit", func(by agents.Agent) error {
			_, err := w.desk.Audit(ctx, by, agents.AuditQuery{Brand: lumen})
			return err
		}, supervisors},
		{"Incidents", func(by agents.Agent) error { _, err := w.desk.Incidents(ctx, by, lumen); return err }, all},
		{"PutIncident", func(by agents.Agent) error { _, err := w.desk.PutIncident(ctx, by, strike); return err }, supervisors},
		{"EndIncident", func(by agents.Agent) error { return w.desk.EndIncident(ctx, by, lumen, "none") }, supervisors},
		{"Mentions", func(by agents.Agent) error { _, err := w.desk.Mentions(ctx, by, "", 0); return err }, append(all, "elsewhere")},
		{"ReadMention", func(by agents.Agent) error { return w.desk.ReadMention(ctx, by, "none") }, append(all, "elsewhere")},
		{"SearchMessages", func(by agents.Agent) error {
			_, err := w.desk.SearchMessages(ctx, by, agents.TextQuery{Brand: lumen, Text: "x"})
			return err
		}, all},
		{"Consents", func(by agents.Agent) error { _, err := w.desk.Consents(ctx, by, lumen, customer); return err }, all},
		{"Devices", func(by agents.Agent) error { _, err := w.desk.Devices(ctx, by, lumen); return err }, supervisors},
		{"PairingBegins", func(by agents.Agent) error { return w.desk.PairingBegins(ctx, by, lumen, "wa") }, []string{"admin"}},
		{"Paired", func(by agents.Agent) error { return w.desk.Paired(ctx, by, lumen, "wa") }, []string{"admin"}},
		{"LogoutAgent of another", func(by agents.Agent) error { return w.desk.LogoutAgent(ctx, by, who["supervisor"].ID) }, []string{"supervisor", "admin", "elsewhere"}}, // of "supervisor" it is their own
		{"Act claim", act(agents.Claim, ""), all},
		{"Act write", act(agents.Write, ""), all},
		{"Act note", act(agents.NoteDown, ""), all},
		{"Act tag", act(agents.Tag, ""), all},
		{"Act snooze", act(agents.Snooze, ""), all},
		{"Act return", act(agents.Return, ""), all},
		{"Act resolve", act(agents.Resolve, ""), all},
		{"Act reopen", act(agents.Reopen, ""), all},
		{"Act unsubscribe", act(agents.Unsubscribe, ""), all},
		{"Act keep", act(agents.Keep, ""), all},
		// At this point nobody has it, or somebody else: only supervisors give it away.
		{"Act transfer", act(agents.Transfer, who["supervisor"].ID), []string{"supervisor", "admin"}},
		{"AddAgent", func(by agents.Agent) error {
			_, err := w.desk.AddAgent(ctx, by, agents.Agent{Name: "x", Email: string(by.Role) + "@new.example", Role: agents.RoleAgent}, password)
			return err
		}, []string{"admin", "elsewhere"}},
		{"UpdateAgent", func(by agents.Agent) error { return w.desk.UpdateAgent(ctx, by, who["agent"]) }, []string{"admin", "elsewhere"}},
		{"SetPassword of another", func(by agents.Agent) error {
			return w.desk.SetPassword(ctx, by, who["agent"].ID, password)
		}, []string{"agent", "admin", "elsewhere"}}, // of "agent" it is their own
	} {
		if c.method == "Act transfer" {
			// The one who was last to reopen it must not be its owner's role.
			_, _ = w.desk.Act(ctx, who["agent"], lumen, customer, agents.Act{ID: "give-up", Kind: agents.Return})
		}
		for role, by := range who {
			err := c.try(by)
			if may := slices.Contains(c.may, role); may == isForbidden(err) {
				t.Errorf("%s by %s: %v", c.method, role, err)
			}
		}
	}
}

func TestALoginIsAnEmailAndAPassword(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	closed := w.agent("paul", agents.RoleAgent)
	closed.Disabled = true
	if err := w.desk.UpdateAgent(t.Context(), agents.Operator, closed); err != nil {
		t.Fatal(err)
	}
	got, err := w.desk.Login(t.Context(), " Lea@Lumen.example ", password, "192.0.2.1")
	if err != nil || got.ID != lea.ID {
		t.Errorf("logged in as %+v, %v", got, err)
	}
	for name, c := range map[string][2]string{
		"a wrong password":   {"lea@lumen.example", "une lampe rouge"},
		"an unknown address": {"nobody@lumen.example", password},
		"a closed account":   {"paul@lumen.example", password},
		"an endless one":     {"lea@lumen.example", string(make([]byte, 1<<20))},
		"none":               {"lea@lumen.example", ""},
	} {
		if _, err := w.desk.Login(t.Context(), c[0], c[1], "192.0.2.2"); !errors.Is(err, agents.ErrWrongLogin) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stopped := false
	for range 10 {
		_, err := w.desk.Login(t.Context(), "lea@lumen.example", "une lampe rouge", "192.0.2.3")
		stopped = stopped || errors.Is(err, agents.ErrTooManyLogins)
	}
	if !stopped {
		t.Error("ten guesses in a row were let through")
	}
}

func TestASessionEndsWithWhatItRestsOn(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	for name, change := range map[string]func(agents.Agent) error{
		"another password": func(a agents.Agent) error {
			return w.desk.SetPassword(t.Context(), a, a.ID, "une lampe verte")
		},
		"another role": func(a agents.Agent) error {
			a.Role = agents.RoleSupervisor
			return w.desk.UpdateAgent(t.Context(), agents.Operator, a)
		},
		"fewer brands": func(a agents.Agent) error {
			a.Brands = []conversation.BrandID{lumen}
			return w.desk.UpdateAgent(t.Context(), agents.Operator, a)
		},
	} {
		before, err := w.desk.Agent(t.Context(), lea.ID)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := change(before); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if after, err := w.desk.Agent(t.Context(), lea.ID); err != nil || !after.Revoked.After(begun.Add(-time.Millisecond)) {
			t.Errorf("%s: sessions before %s are over, %v", name, after.Revoked, err)
		}
	}
	now, err := w.desk.Agent(t.Context(), lea.ID)
	if err != nil {
		t.Fatal(err)
	}
	now.Disabled = true
	if err := w.desk.UpdateAgent(t.Context(), agents.Operator, now); err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.Agent(t.Context(), lea.ID); !isForbidden(err) {
		t.Errorf("a closed account: %v", err)
	}
}

func TestAnAccountIsChecked(t *testing.T) {
	w := open(t)
	ana := w.agent("ana", agents.RoleAdmin)
	good := agents.Agent{Name: "Léa", Email: "lea@lumen.example", Role: agents.RoleAgent}
	for name, change := range map[string]func(*agents.Agent){
		"no name":           func(a *agents.Agent) { a.Name = " " },
		"no address":        func(a *agents.Agent) { a.Email = "lea" },
		"a named address":   func(a *agents.Agent) { a.Email = "Lea <lea@lumen.example>" },
		"no role":           func(a *agents.Agent) { a.Role = "king" },
		"a brand of nobody": func(a *agents.Agent) { a.Brands = []conversation.BrandID{"lumne"} },
		"a negative burden": func(a *agents.Agent) { a.Capacity = -1 },
		"an endless burden": func(a *agents.Agent) { a.Capacity = 1 << 30 },
	} {
		a := good
		change(&a)
		if _, err := w.desk.AddAgent(t.Context(), ana, a, password); !isFault(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.desk.AddAgent(t.Context(), ana, good, "court"); !isFault(err) {
		t.Errorf("a short password: %v", err)
	}
	if _, err := w.desk.AddAgent(t.Context(), ana, good, password); err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.AddAgent(t.Context(), ana, good, password); !errors.Is(err, agents.ErrTaken) {
		t.Errorf("the same address twice: %v", err)
	}
	ana.Role = agents.RoleAgent
	if err := w.desk.UpdateAgent(t.Context(), agents.Agent{ID: ana.ID, Role: agents.RoleAdmin}, ana); !isFault(err) {
		t.Errorf("an admin who makes themself an agent: %v", err)
	}
}
