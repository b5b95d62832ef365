package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

// office is a whole node with everybody at its desk, and a customer.
type office struct {
	*whole
	ana            conversation.CustomerID
	theo, sam, ada *browser // an agent, a supervisor, an admin
	far            *browser // a supervisor of another brand
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{whole: runWhole(t, "file:"+filepath.Join(t.TempDir(), "causette.db"))}
	o.theo = o.enters(t, o.staff(t, "theo", agents.RoleAgent))
	o.sam = o.enters(t, o.staff(t, "sam", agents.RoleSupervisor))
	o.ada = o.enters(t, o.staff(t, "ada", agents.RoleAdmin))
	o.far = o.enters(t, o.staff(t, "far", agents.RoleSupervisor, "soleil"))
	o.ana = o.writes(t, "bonjour")
	return o
}

// Every route answers as PROTOCOL.md says: what it is, to whom, and why not.
func TestRoutes(t *testing.T) {
	o := newOffice(t)
	nobody := o.browser()
	ana := "conversations/lumen/" + string(o.ana)
	days := "from=2026-11-01T00:00:00Z&to=2026-11-08T00:00:00Z"
	incident := `{"brand":"lumen","kind":"intent","match":"where_is_order","text":{"fr":"Les livraisons ont un jour de retard.","en":"Deliveries are a day late."}}`
	var begun agents.Incident
	for _, c := range []struct {
		name         string
		from         *browser
		method, path string
		body         string
		status       int
		wants        string // the code of a problem, or fields of the answer
	}{
		{"who one is", o.theo, "GET", "me", "", 200, "agent csrf brands permissions take_back"},

		{"an act", o.theo, "POST", ana + "/acts", `{"id":"claim","kind":"claim"}`, 200, "version conversation"},
		{"a colleague's", o.sam, "POST", ana + "/acts", `{"id":"w","kind":"write","text":"x"}`, 409, "not_owner"},
		{"an act of another brand", o.far, "POST", ana + "/acts", `{"id":"c","kind":"claim"}`, 403, "forbidden"},
		{"an act that is none", o.theo, "POST", ana + "/acts", `{"id":"x","kind":"dance"}`, 422, "invalid_body"},
		{"an act without an id", o.theo, "POST", ana + "/acts", `{"kind":"claim"}`, 422, "invalid_body"},
		{"recalling nothing", o.theo, "POST", ana + "/acts", `{"id":"r","kind":"recall","message":"nothing"}`, 409, "sent"},

		{"many at once", o.theo, "POST", "bulk", `{"id":"b1","kind":"tag","tags":["vue"],"conversations":[{"brand":"lumen","customer":"` + string(o.ana) + `"},{"brand":"lumen","customer":"nobody"}]}`, 200, "items"},
		{"many of what cannot be", o.theo, "POST", "bulk", `{"id":"b2","kind":"claim","conversations":[{"brand":"lumen","customer":"x"}]}`, 422, "invalid_body"},
		{"many of none", o.theo, "POST", "bulk", `{"id":"b3","kind":"tag","conversations":[]}`, 422, "invalid_body"},
		{"too many", o.theo, "POST", "bulk", `{"id":"b4","kind":"tag","conversations":[` + strings.Repeat(`{"brand":"lumen","customer":"x"},`, 100) + `{"brand":"lumen","customer":"x"}]}`, 422, "invalid_body"},
		{"many, misspelt", o.theo, "POST", "bulk", `{"id":"b5","kind":"tag","conversation":[]}`, 422, "invalid_body"},
		{"many, of nobody", nobody, "POST", "bulk", `{}`, 401, "no_session"},

		{"a first word to a stranger", o.theo, "POST", "conversations", `{"id":"f1","brand":"lumen","phone":"+33699999999","text":"Bonjour","purpose":"transactional"}`, 404, "not_found"},
		{"a first word without a purpose", o.theo, "POST", "conversations", `{"id":"f2","brand":"lumen","customer":"` + string(o.ana) + `","text":"Bonjour","purpose":"fun"}`, 422, "invalid_body"},
		{"a first word of another brand", o.far, "POST", "conversations", `{"id":"f3","brand":"lumen","phone":"+33699999999","text":"Bonjour","purpose":"transactional"}`, 403, "forbidden"},

		{"the templates", o.theo, "GET", ana + "/templates", "", 200, "items"},
		{"the templates of another brand", o.far, "GET", ana + "/templates", "", 403, "forbidden"},
		{"the templates for nobody known", o.theo, "GET", "conversations/lumen/nobody/templates", "", 404, "not_found"},
		{"how a template reads", o.theo, "POST", ana + "/templates/delivered", `{"variables":{"order":"1042"}}`, 200, "text code why"},
		{"how a template reads that is a book", o.theo, "POST", ana + "/templates/delivered", `{"variables":{"order":"` + strings.Repeat("1", 600) + `"}}`, 422, "invalid_body"},
		{"a template that lacks a variable", o.theo, "POST", ana + "/acts", `{"id":"t2","kind":"write","template":"delivered"}`, 409, "missing_variable"},
		{"a template that there is not", o.theo, "POST", ana + "/acts", `{"id":"t3","kind":"write","template":"weather"}`, 409, "unknown_template"},
		{"releasing what is not shown", o.theo, "POST", ana + "/acts", `{"id":"p1","kind":"release","prompt":"nothing"}`, 409, "nothing"},
		{"dropping what is not shown", o.theo, "POST", ana + "/acts", `{"id":"p2","kind":"drop","prompt":"nothing"}`, 409, "nothing"},
		{"releasing a colleague's", o.sam, "POST", ana + "/acts", `{"id":"p4","kind":"release","prompt":"nothing"}`, 409, "not_owner"},
		{"a template and a text", o.theo, "POST", ana + "/acts", `{"id":"t4","kind":"write","template":"delivered","text":"x"}`, 422, "invalid_body"},
		{"a template", o.theo, "POST", ana + "/acts", `{"id":"t5","kind":"write","template":"delivered","variables":{"order":"1042"}}`, 200, "version conversation"},
		{"releasing nothing", o.theo, "POST", ana + "/acts", `{"id":"p3","kind":"release"}`, 422, "invalid_body"},

		{"the proof of consent", o.theo, "GET", ana + "/consents", "", 200, "items"},
		{"the proof of consent, another brand's", o.far, "GET", ana + "/consents", "", 403, "forbidden"},
		{"a search", o.theo, "GET", "messages?q=bonj", "", 200, "items next"},
		{"a search of another brand", o.far, "GET", "messages?q=bonj&brand=lumen", "", 403, "forbidden"},
		{"a search that is a book", o.theo, "GET", "messages?q=" + strings.Repeat("x", 300), "", 422, "invalid_body"},
		{"a search without end", o.theo, "GET", "messages?q=x&limit=100000", "", 422, "invalid_body"},
		{"mentions", o.theo, "GET", "mentions?limit=5", "", 200, "unread items next"},
		{"a mention that is none", o.theo, "PUT", "mentions/nothing", `{"read":true}`, 404, "not_found"},
		{"a mention unread again", o.theo, "PUT", "mentions/nothing", `{"read":false}`, 422, "invalid_body"},

		{"giving back what one has", o.theo, "POST", "agents/theo/reassign", `{}`, 200, "returned"},
		{"giving back a colleague's", o.theo, "POST", "agents/sam/reassign", `{}`, 403, "forbidden"},
		{"giving back a colleague's, as supervisor", o.sam, "POST", "agents/theo/reassign", `{}`, 200, "returned"},
		{"giving back nobody's", o.sam, "POST", "agents/nobody/reassign", ``, 404, "not_found"},
		{"logging a colleague out", o.sam, "POST", "agents/theo/logout", `{}`, 403, "forbidden"},
		{"logging nobody out", o.ada, "POST", "agents/nobody/logout", `{}`, 404, "not_found"},

		{"live figures", o.sam, "GET", "live?brand=lumen", "", 200, "as_of wait waiting breached soon offered reasons agents"},
		{"live figures, of all brands", o.sam, "GET", "live", "", 200, "as_of"},
		{"live figures, for an agent", o.theo, "GET", "live", "", 403, "forbidden"},
		{"live figures of another brand", o.far, "GET", "live?brand=lumen", "", 403, "forbidden"},
		{"a report", o.sam, "GET", "reports/volume?by=day&" + days, "", 200, "name columns rows from to"},
		{"a report of one's brand", o.sam, "GET", "reports/agents?brand=lumen&" + days, "", 200, "name columns rows"},
		{"a report for an agent", o.theo, "GET", "reports/volume?" + days, "", 403, "forbidden"},
		{"a report that is none", o.sam, "GET", "reports/weather?" + days, "", 422, "invalid_body"},
		{"a report of no time", o.sam, "GET", "reports/volume?from=yesterday&to=today", "", 422, "invalid_body"},
		{"a report of a century", o.sam, "GET", "reports/volume?from=1926-11-01T00:00:00Z&to=2026-11-08T00:00:00Z", "", 422, "invalid_body"},
		{"a report by the minute", o.sam, "GET", "reports/volume?by=minute&" + days, "", 422, "invalid_body"},
		{"the audit", o.sam, "GET", "audit?limit=10&kind=login", "", 200, "items next"},
		{"the audit, for an agent", o.theo, "GET", "audit", "", 403, "forbidden"},
		{"the audit of another brand", o.far, "GET", "audit?brand=lumen", "", 403, "forbidden"},
		{"the audit without end", o.sam, "GET", "audit?limit=0", "", 422, "invalid_body"},

		{"incidents", o.theo, "GET", "incidents?brand=lumen", "", 200, "items"},
		{"an incident of an agent", o.theo, "POST", "incidents", incident, 403, "forbidden"},
		{"an incident of another brand", o.far, "POST", "incidents", incident, 403, "forbidden"},
		{"an incident", o.sam, "POST", "incidents", incident, 200, "id brand kind match text since by"},
		{"an incident that is none", o.sam, "POST", "incidents", `{"brand":"lumen","kind":"weather","match":"rain","text":{"fr":"Il pleut."}}`, 422, "invalid_body"},
		{"an incident that nobody knows", o.sam, "PUT", "incidents/lumen/nothing", incident, 404, "not_found"},
		{"ending an incident that nobody knows", o.sam, "DELETE", "incidents/lumen/nothing", "", 404, "not_found"},
		{"ending an incident as an agent", o.theo, "DELETE", "incidents/lumen/x", "", 403, "forbidden"},

		{"privacy requests", o.ada, "GET", "privacy?brand=lumen", "", 200, "items"},
		{"privacy requests, for a supervisor", o.sam, "GET", "privacy", "", 403, "forbidden"},
		{"a privacy request of a stranger", o.ada, "POST", "privacy", `{"brand":"lumen","phone":"+33699999999","kind":"export"}`, 404, "not_found"},
		{"a privacy request that is none", o.ada, "POST", "privacy", `{"brand":"lumen","phone":"+33699999999","kind":"gossip"}`, 422, "invalid_body"},
		{"a privacy request of nobody", o.ada, "POST", "privacy", `{"brand":"lumen","kind":"export"}`, 422, "invalid_body"},
		{"a privacy request, as a supervisor", o.sam, "POST", "privacy", `{"brand":"lumen","customer":"x","kind":"export"}`, 403, "forbidden"},
		{"the document of no request", o.ada, "GET", "privacy/lumen/nothing/export", "", 404, "not_found"},
		{"the document, for a supervisor", o.sam, "GET", "privacy/lumen/nothing/export", "", 403, "forbidden"},
		{"the document, for nobody", nobody, "GET", "privacy/lumen/nothing/export", "", 401, "no_session"},
		{"erasing by no request", o.ada, "POST", "privacy/lumen/nothing/erase", `{"phone":"+33612345678"}`, 404, "not_found"},
		{"erasing as a supervisor", o.sam, "POST", "privacy/lumen/nothing/erase", `{"phone":"+33612345678"}`, 403, "forbidden"},

		{"the channels", o.sam, "GET", "channels?brand=lumen", "", 200, "items"},
		{"the channels, for an agent", o.theo, "GET", "channels", "", 403, "forbidden"},
		{"the channels of another brand", o.far, "GET", "channels?brand=lumen", "", 403, "forbidden"},
		{"the channels, for nobody", nobody, "GET", "channels", "", 401, "no_session"},
		{"linking a phone, as an agent", o.theo, "POST", "channels/lumen/wa/pair", "", 403, "forbidden"},
		{"linking a phone, as a supervisor", o.sam, "POST", "channels/lumen/wa/pair", "", 403, "forbidden"},
		{"linking a phone, for nobody", nobody, "POST", "channels/lumen/wa/pair", "", 401, "no_session"},
		{"linking a phone to no channel", o.ada, "POST", "channels/lumen/wb/pair", "", 404, "not_found"},
		{"linking a phone to another brand's channel", o.ada, "POST", "channels/lumen/soleil-wa/pair", "", 404, "not_found"},
		{"linking a phone to an API", o.ada, "POST", "channels/lumen/sms/pair", "", 409, "no_device"},

		{"a picture of no message", o.theo, "GET", "media/lumen/" + string(o.ana) + "/nothing/0", "", 404, "not_found"},
		{"a picture that is no number", o.theo, "GET", "media/lumen/" + string(o.ana) + "/nothing/first", "", 404, "not_found"},
		{"a picture of another brand", o.far, "GET", "media/lumen/" + string(o.ana) + "/nothing/0", "", 403, "forbidden"},
		{"a picture, for nobody", nobody, "GET", "media/lumen/x/y/0", "", 401, "no_session"},
		{"an address that leads nowhere", o.theo, "GET", "weather", "", 404, "no_route"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := c.from.send(c.method, c.path, c.body)
			if status != c.status {
				t.Fatalf("%d %s; want %d", status, body, c.status)
			}
			var answer map[string]any
			if err := json.Unmarshal(body, &answer); err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			if status >= 400 {
				if answer["code"] != c.wants || answer["title"] == "" || answer["detail"] == nil || answer["type"] != "urn:causette:problem:"+c.wants {
					t.Fatalf("%s; want the problem %s, with a title and what to do", body, c.wants)
				}
				return
			}
			for _, field := range strings.Fields(c.wants) {
				if _, is := answer[field]; !is {
					t.Errorf("%s has no %s", body, field)
				}
			}
			if c.name == "an incident" {
				_ = json.Unmarshal(body, &begun)
			}
		})
	}
	one := "incidents/lumen/" + begun.ID
	if status, body := o.sam.send("PUT", one, strings.Replace(incident, "un jour", "deux jours", 1)); status != 200 || !strings.Contains(string(body), "deux jours") {
		t.Errorf("changing an incident: %d %s", status, body)
	}
	if status, body := o.sam.send("DELETE", one, ""); status != http.StatusNoContent {
		t.Errorf("ending an incident: %d %s", status, body)
	}
	if status, body := o.sam.send("DELETE", one, ""); status != http.StatusNotFound {
		t.Errorf("ending it again: %d %s", status, body)
	}
}

// What many at once come to is what each alone would have been answered.
func TestABulkAnswersForEach(t *testing.T) {
	o := newOffice(t)
	o.theo.send("POST", "conversations/lumen/"+string(o.ana)+"/acts", `{"id":"claim","kind":"claim"}`)
	for _, c := range []struct {
		from *browser
		want string
	}{
		{o.theo, `[{lumen ANA 200  } {lumen nobody 404 not_found } {soleil x 404 not_found }]`},
		{o.sam, `[{lumen ANA 409 not_owner theo} {lumen nobody 404 not_found } {soleil x 404 not_found }]`},
		{o.far, `[{lumen ANA 403 forbidden } {lumen nobody 403 forbidden } {soleil x 404 not_found }]`},
	} {
		status, body := c.from.send("POST", "bulk", fmt.Sprintf(
			`{"id":"many","kind":"snooze","until":"2099-01-01T00:00:00Z","conversations":[{"brand":"lumen","customer":%q},{"brand":"lumen","customer":"nobody"},{"brand":"soleil","customer":"x"}]}`, o.ana))
		var list items[outcome]
		if err := json.Unmarshal(body, &list); err != nil || status != 200 {
			t.Fatalf("%d %s %v", status, body, err)
		}
		if got := strings.ReplaceAll(fmt.Sprint(list.Items), string(o.ana), "ANA"); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}

// Whoever logs an agent out ends their pages at once.
func TestAForcedLogoutClosesThePages(t *testing.T) {
	o := newOffice(t)
	p := o.theo.page()
	if status, body := o.ada.send("POST", "agents/theo/logout", `{}`); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	if code := p.closed(); code != closeOver {
		t.Errorf("closed with %d", code)
	}
	if status, body := o.theo.send("GET", "me", ""); status != http.StatusUnauthorized {
		t.Errorf("after it: %d %s", status, body)
	}
}

// A note that names a colleague reaches their pages as a mention, and theirs alone.
func TestWhoIsNamedIsTold(t *testing.T) {
	o := newOffice(t)
	theo, sam := o.theo.page(), o.sam.page()
	status, body := o.ada.send("POST", "conversations/lumen/"+string(o.ana)+"/acts", `{"id":"n","kind":"note","text":"@theo tu peux regarder ?","mentions":["theo"]}`)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	var m agents.Mention
	if err := json.Unmarshal(theo.until("mention").D, &m); err != nil || m.By != "ada" || m.Customer != o.ana || m.Read || !strings.Contains(m.Text, "tu peux") {
		t.Fatalf("%+v, %v", m, err)
	}
	for noted := false; !noted; {
		var e entered
		if err := json.Unmarshal(sam.until("entry").D, &e); err != nil {
			t.Fatal(err)
		}
		noted = e.Entry.Kind == agents.EntryNote
	}
	sam.until("conversation")
	for _, kind := range sam.seen {
		if kind == "mention" {
			t.Error("who is not named is told")
		}
	}
	if status, body := o.theo.send("PUT", "mentions/"+string(m.ID), `{"read":true}`); status != http.StatusNoContent {
		t.Errorf("%d %s", status, body)
	}
	if status, body := o.theo.send("GET", "mentions", ""); status != 200 || !strings.Contains(string(body), `"unread":0`) {
		t.Errorf("%d %s", status, body)
	}
}
