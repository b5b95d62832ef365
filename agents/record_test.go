package agents_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var strike = agents.Incident{Brand: lumen, Incident: conversation.Incident{Kind: conversation.CarrierIncident, Match: "Colissimo",
	Text: map[string]string{"fr": "Colissimo est en grève.", "en": "Colissimo is on strike."}}}

// kinds is the audit as "kind by agent", oldest first.
func (w *world) kinds(by agents.Agent, q agents.AuditQuery) (kinds []string) {
	w.Helper()
	for {
		p, err := w.desk.Audit(w.Context(), by, q)
		if err != nil {
			w.Fatal(err)
		}
		for _, a := range p.Items {
			kinds = append(kinds, a.Kind+" by "+a.Name)
		}
		if q.Cursor = p.Next; q.Cursor == "" {
			slices.Reverse(kinds)
			return kinds
		}
	}
}

func TestTheAuditTellsEverythingThatWasDone(t *testing.T) {
	w := open(t)
	lea, nadia := w.agent("lea", agents.RoleAgent), w.agent("nadia", agents.RoleSupervisor)
	nobodys := w.agent("marc", agents.RoleSupervisor, "soleil")
	customer := w.texts("Je veux parler à un conseiller")
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.desk.Login(ctx, lea.Email, password, "192.0.2.1")
	must(err)
	if _, err := w.desk.Login(ctx, "intruder@example.org", password, "192.0.2.2"); !errors.Is(err, agents.ErrWrongLogin) {
		t.Fatal(err)
	}
	must(w.desk.SetPresence(ctx, lea, agents.Away))
	w.act(lea, customer, agents.Act{ID: "1", Kind: agents.Claim})
	w.act(lea, customer, agents.Act{ID: "2", Kind: agents.NoteDown, Text: "Rappeler demain"})
	must(w.desk.SetPassword(ctx, lea, lea.ID, "une lampe verte"))
	put, err := w.desk.PutIncident(ctx, nadia, strike)
	must(err)
	must(w.desk.EndIncident(ctx, nadia, lumen, put.ID))
	must(w.desk.LogoutAgent(ctx, agents.Operator, lea.ID))
	must(w.desk.LoggedOut(ctx, nadia))
	closed := nobodys
	closed.Disabled = true
	must(w.desk.UpdateAgent(ctx, agents.Operator, closed))

	want := []string{"account.added by operator", "account.added by operator", "account.added by operator", "login by lea", "login.failed by ",
		"presence by lea", "agent.claimed by lea", "agent.noted by lea", "password.changed by lea", "incident.put by nadia", "incident.ended by nadia",
		"logout.forced by operator", "logout by nadia", "account.disabled by operator"}
	for limit := range 4 {
		if got := w.kinds(nadia, agents.AuditQuery{Limit: limit}); !slices.Equal(got, want) {
			t.Errorf("%d at once:\n%q, want\n%q", limit, got, want)
		}
	}
	for what, c := range map[string]struct {
		q    agents.AuditQuery
		want []string
	}{
		"of Léa":     {agents.AuditQuery{Agent: lea.ID}, []string{"login by lea", "presence by lea", "agent.claimed by lea", "agent.noted by lea", "password.changed by lea"}},
		"notes":      {agents.AuditQuery{Kind: "agent.noted"}, []string{"agent.noted by lea"}},
		"of a brand": {agents.AuditQuery{Brand: lumen}, []string{"agent.claimed by lea", "agent.noted by lea", "incident.put by nadia", "incident.ended by nadia"}},
	} {
		if got := w.kinds(nadia, c.q); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
	// Who serves another brand sees nothing of this one, nor who failed to log in.
	if got := w.kinds(nobodys, agents.AuditQuery{}); slices.ContainsFunc(got, func(k string) bool {
		return strings.HasPrefix(k, "agent.") || strings.HasPrefix(k, "incident.") || k == "login.failed by "
	}) || !slices.Contains(got, "login by lea") { // who serves all brands serves that one too
		t.Errorf("another brand's supervisor reads %q", got)
	}
	p, err := w.desk.Audit(ctx, nadia, agents.AuditQuery{Kind: "login.failed"})
	must(err)
	if d := p.Items[0].Detail; d["email"] != "intruder@example.org" || d["from"] != "192.0.2.2" {
		t.Errorf("a failed login: %v", d)
	}
	p, err = w.desk.Audit(ctx, nadia, agents.AuditQuery{Kind: "account.disabled"})
	must(err)
	if d := p.Items[0].Detail; d["agent"] != string(nobodys.ID) || d["disabled"] != "false → true" || len(d) != 2 {
		t.Errorf("a closed account: %v", d)
	}
}

func TestAnIncidentIsChecked(t *testing.T) {
	w := open(t)
	nadia := w.agent("nadia", agents.RoleSupervisor)
	now := time.Now()
	for what, c := range map[string]struct {
		change func(*agents.Incident)
		field  string
	}{
		"no brand":           {func(i *agents.Incident) { i.Brand = "lumne" }, "brand"},
		"no kind":            {func(i *agents.Incident) { i.Kind = "weather" }, "kind"},
		"nothing to match":   {func(i *agents.Incident) { i.Match = "  " }, "match"},
		"a long match":       {func(i *agents.Incident) { i.Match = strings.Repeat("x", 101) }, "match"},
		"no text":            {func(i *agents.Incident) { i.Text = nil }, "text"},
		"an empty text":      {func(i *agents.Incident) { i.Text = map[string]string{"fr": " "} }, "text"},
		"a long text":        {func(i *agents.Incident) { i.Text = map[string]string{"fr": strings.Repeat("é", 481)} }, "text"},
		"a foreign language": {func(i *agents.Incident) { i.Text = map[string]string{"nl": "Staking."} }, "text"},
		"an end in the past": {func(i *agents.Incident) { i.Until = now.Add(-time.Hour) }, "until"},
		"an end before it begins": {func(i *agents.Incident) {
			i.Since, i.Until = now.Add(2*time.Hour), now.Add(time.Hour)
		}, "until"},
		"an endless one":  {func(i *agents.Incident) { i.Until = now.AddDate(1, 0, 0) }, "until"},
		"an ancient one":  {func(i *agents.Incident) { i.Since = now.AddDate(-1, 0, 0) }, "since"},
		"a distant one":   {func(i *agents.Incident) { i.Since = now.AddDate(1, 0, 0) }, "since"},
		"a control in it": {func(i *agents.Incident) { i.Match = "Colis\nsimo" }, "match"},
	} {
		i := strike
		c.change(&i)
		_, err := w.desk.PutIncident(t.Context(), nadia, i)
		var fault *agents.Fault
		if !errors.As(err, &fault) && c.field == "brand" && isForbidden(err) {
			continue
		}
		if !errors.As(err, &fault) || fault.Field != c.field {
			t.Errorf("%s: %v, want a fault of %s", what, err, c.field)
		}
	}
	unknown := strike
	unknown.ID = "none"
	if _, err := w.desk.PutIncident(t.Context(), nadia, unknown); !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("an id of nobody: %v", err)
	}
	for range 20 {
		if _, err := w.desk.PutIncident(t.Context(), nadia, strike); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.desk.PutIncident(t.Context(), nadia, strike); !isFault(err) {
		t.Errorf("the twenty-first at once: %v", err)
	}
}

func TestAnIncidentIsActiveUntilItEnds(t *testing.T) {
	w := open(t)
	nadia := w.agent("nadia", agents.RoleSupervisor)
	first, err := w.desk.PutIncident(t.Context(), nadia, strike)
	if err != nil {
		t.Fatal(err)
	}
	later := strike
	later.Since = time.Now().Add(time.Hour)
	if _, err := w.desk.PutIncident(t.Context(), nadia, later); err != nil {
		t.Fatal(err)
	}
	first.Match = "Chronopost"
	changed, err := w.desk.PutIncident(t.Context(), nadia, first)
	if err != nil || changed.ID != first.ID || changed.By != nadia.ID {
		t.Fatalf("%+v, %v", changed, err)
	}
	active, err := w.desk.ActiveIncidents(t.Context())
	if err != nil || !reflect.DeepEqual(active, map[conversation.BrandID][]conversation.Incident{lumen: {changed.Incident}}) {
		t.Errorf("active: %+v, %v", active, err)
	}
	if err := w.desk.EndIncident(t.Context(), nadia, lumen, first.ID); err != nil {
		t.Fatal(err)
	}
	if active, err := w.desk.ActiveIncidents(t.Context()); err != nil || len(active) != 0 {
		t.Errorf("after its end: %+v, %v", active, err)
	}
	list, err := w.desk.Incidents(t.Context(), nadia, "")
	if err != nil || len(list) != 2 || list[1].ID != first.ID || list[1].Until.IsZero() {
		t.Errorf("listed: %+v, %v", list, err)
	}
}

func TestANoteNamesColleagues(t *testing.T) {
	w := open(t)
	called := func(name, email string, brands ...conversation.BrandID) agents.Agent {
		a, err := w.desk.AddAgent(t.Context(), agents.Operator, agents.Agent{Name: name, Email: email, Role: agents.RoleAgent, Brands: brands}, password)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	lea, theo := called("Léa Martin", "lea@lumen.example"), called("Théo", "theo@lumen.example")
	eva, other := called("Léa Bernard", "eva@lumen.example"), called("Marc", "marc@lumen.example", "soleil")
	customer := w.texts("bonjour")
	head, _, err := w.desk.Head(t.Context(), theo, lumen)
	if err != nil {
		t.Fatal(err)
	}
	for n, c := range []struct {
		text string
		also []conversation.AgentID
		want []conversation.AgentID
	}{
		{"rien pour personne, theo non plus", nil, nil},
		{"@théo et moi", nil, nil}, // it is they who write
		{"@lea martin regarde", nil, []conversation.AgentID{lea.ID}},
		{"cc @LÉA, merci", nil, []conversation.AgentID{lea.ID, eva.ID}},
		{"@Léa Bernardin ?", nil, []conversation.AgentID{lea.ID, eva.ID}},
		{"@leandre n'est personne, @marc d'une autre marque", nil, nil},
		{"@ @@ a@lea", []conversation.AgentID{eva.ID}, []conversation.AgentID{eva.ID, lea.ID}},
	} {
		w.act(theo, customer, agents.Act{ID: fmt.Sprint("n", n), Kind: agents.NoteDown, Text: c.text, Mentions: c.also})
		changes, err := w.desk.Since(t.Context(), theo, lumen, head, 100)
		if err != nil || len(changes) != 1 {
			t.Fatalf("%+v, %v", changes, err)
		}
		head = changes[0].Seq
		var got []conversation.AgentID
		for _, m := range changes[0].Mentions {
			got = append(got, m.To)
			if m.Text != c.text || m.By != theo.ID || m.ByName != "Théo" || m.Brand != lumen || m.Customer != customer {
				t.Errorf("%q: %+v", c.text, m)
			}
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q names %v, want %v", c.text, got, c.want)
		}
	}
	p, err := w.desk.Mentions(t.Context(), lea, "", 2)
	if err != nil || p.Unread != 4 || len(p.Items) != 2 || p.Items[0].Text != "@ @@ a@lea" || p.Items[0].Read {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := w.desk.ReadMention(t.Context(), lea, p.Items[0].ID); err != nil {
		t.Fatal(err)
	}
	if p, err = w.desk.Mentions(t.Context(), lea, p.Next, 2); err != nil || p.Unread != 3 || len(p.Items) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := w.desk.ReadMention(t.Context(), other, p.Items[0].ID); !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("a mention of somebody else: %v", err)
	}
}

func TestWhatWasSaidAndNotedIsFound(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent, lumen)
	elsewhere := w.agent("marc", agents.RoleAgent, "soleil")
	customer := w.texts("Ma lampe est arrivée cassée")
	w.act(lea, customer, agents.Act{ID: "1", Kind: agents.NoteDown, Text: "Lampe cassée : renvoyer"})
	for {
		if n, err := w.store.IndexTexts(t.Context(), 0, 500); err != nil || n == 0 {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	p, err := w.desk.SearchMessages(t.Context(), lea, agents.TextQuery{Text: " CASSEE lam"})
	if err != nil || len(p.Items) != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	if note, said := p.Items[0], p.Items[1]; note.Entry.Kind != agents.EntryNote || note.Entry.Name != "lea" ||
		said.Entry.Text != "Ma lampe est arrivée cassée" || said.Customer != customer || said.Brand != lumen {
		t.Errorf("found %+v", p.Items)
	}
	if p, err := w.desk.SearchMessages(t.Context(), elsewhere, agents.TextQuery{Text: "lampe"}); err != nil || len(p.Items) != 0 {
		t.Errorf("another brand's agent finds %+v, %v", p, err)
	}
	if _, err := w.desk.SearchMessages(t.Context(), lea, agents.TextQuery{Text: strings.Repeat("x", 201)}); !isFault(err) {
		t.Errorf("an endless search: %v", err)
	}
}

func TestASupervisorSeesTheDeskAsItIs(t *testing.T) {
	w := open(t)
	lea, nadia := w.agent("lea", agents.RoleAgent), w.agent("nadia", agents.RoleSupervisor)
	w.agent("marc", agents.RoleAgent, "soleil")
	customer := w.texts("Je veux parler à un conseiller")
	f, err := w.desk.Figures(t.Context(), nadia, lumen)
	if err != nil || f.Waiting != 1 || f.Oldest.IsZero() || len(f.Reasons) != 1 || f.Reasons[0].N != 1 || len(f.Agents) != 2 {
		t.Fatalf("%+v, %v", f, err)
	}
	w.act(lea, customer, agents.Act{ID: "1", Kind: agents.Claim})
	if f, err = w.desk.Figures(t.Context(), nadia, ""); err != nil || f.Waiting != 0 || len(f.Reasons) != 0 || len(f.Agents) != 3 {
		t.Fatalf("%+v, %v", f, err)
	}
	for _, a := range f.Agents {
		if has := a.ID == lea.ID; has != (a.Load == 1 && a.Waiting == 1 && !a.Active.IsZero()) {
			t.Errorf("%s: %+v", a.Name, a)
		}
	}
}

func TestConsentsAreShownWithTheirProofNewestFirst(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	customer := w.texts("STOP")
	w.texts("START")
	list, err := w.desk.Consents(t.Context(), lea, lumen, customer)
	if err != nil || len(list) < 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if first, last := list[0], list[len(list)-1]; first.State != conversation.Given || last.State != conversation.Withdrawn ||
		first.Evidence["text"] != "START" || first.Source == "" || first.Wording == "" || first.At.Before(last.At) {
		t.Errorf("%+v", list)
	}
}
