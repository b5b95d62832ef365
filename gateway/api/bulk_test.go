package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestASegmentIsExplainedAndCounted(t *testing.T) {
	w := open(t)
	for i, vip := range []bool{true, true, false} {
		w.expect(w.ask(ask{method: "PUT", path: fmt.Sprintf("/v1/customers/c_%d", i), body: fmt.Sprintf(`{"phone":"+3361234567%d","vip":%t}`, i, vip)}), 200)
	}
	count := w.expect(w.post("/v1/segments/preview", `{"segment":"VIP  and not returning"}`), 200)
	if count["segment"] != "vip and not returning" || count["considered"] != 3.0 || count["matched"] != 2.0 ||
		count["explained"].(map[string]any)["fr"] == "" || count["explained"].(map[string]any)["en"] == "" {
		t.Errorf("count %v", count)
	}
	body := w.refused(w.ask(ask{method: "POST", path: "/v1/segments/preview", body: `{"segment":"vpi"}`}), 422, "invalid_body")
	if fault := body["errors"].([]any)[0].(map[string]any); fault["pointer"] != "/segment" || !strings.Contains(fault["detail"].(string), "column 1") {
		t.Errorf("fault %v", fault)
	}
}

func TestABulkJobIsOrderedReadAndTold(t *testing.T) {
	w := open(t)
	w.expect(w.ask(ask{method: "PUT", path: "/v1/customers/c_1", body: `{"phone":"+33612345678","vip":true}`}), 200)
	order := `{"segment":"vip","prompt":{"purpose":"transactional","text":"Votre commande est prête."},"slice":50,"confirm":1}`
	first := w.post("/v1/bulk", order, "Idempotency-Key", "spring")
	job := w.expect(first, 202)
	if again := w.post("/v1/bulk", order, "Idempotency-Key", "spring"); again.text != first.text {
		t.Errorf("first %s, again %s", first.text, again.text)
	}
	path := "/v1/bulk/" + job["id"].(string)
	if by := w.expect(w.get(path), 200)["by"]; by != "key:"+t.Name() {
		t.Errorf("ordered by %v", by)
	}
	list := w.expect(w.get("/v1/bulk?limit=1"), 200)
	if jobs := list["jobs"].([]any); len(jobs) != 1 || jobs[0].(map[string]any)["id"] != job["id"] {
		t.Errorf("list %v", list)
	}
	if next := w.expect(w.get(list["next"].(string)), 200); len(next["jobs"].([]any)) != 0 {
		t.Errorf("next %v", next)
	}
	body := w.refused(w.ask(ask{method: "POST", path: path + "/stop", broken: true}), 400, "invalid_parameter")
	if !strings.Contains(body["detail"].(string), "choose among pause, resume, continue, cancel") {
		t.Errorf("%v", body)
	}
	w.refused(w.ask(ask{method: "POST", path: path + "/resume"}), 409, "bulk_state")
	if told := w.ask(ask{method: "POST", path: path + "/cancel"}); told.StatusCode == 200 {
		if status := w.expect(told, 200)["status"]; status != "cancelled" {
			t.Errorf("status %v", status)
		}
	} else { // it was faster
		w.refused(told, 409, "bulk_state")
	}
	w.refused(w.get("/v1/bulk/nobody"), 404, "unknown_bulk")
	w.refused(w.ask(ask{method: "POST", path: "/v1/bulk/nobody/pause"}), 404, "unknown_bulk")
}

// Whoever lost the answer asks again, and orders no second job.
func TestABulkJobOfOneKeyIsOrderedOnce(t *testing.T) {
	w := open(t)
	const order = `{"segment":"vip","prompt":{"purpose":"marketing","template":"welcome"},"confirm":1}`
	w.jobs.lose.Store(true)
	w.refused(w.post("/v1/bulk", order, "Idempotency-Key", "spring"), 503, "busy")
	w.jobs.lose.Store(false)
	job := w.expect(w.post("/v1/bulk", order, "Idempotency-Key", "spring"), 202)
	if jobs := w.expect(w.get("/v1/bulk"), 200)["jobs"].([]any); len(jobs) != 1 || jobs[0].(map[string]any)["id"] != job["id"] {
		t.Errorf("jobs %v", jobs)
	}
	w.refused(w.post("/v1/bulk", strings.Replace(order, "vip", "not vip", 1), "Idempotency-Key", "spring"), 409, "idempotency_key_reused")
	w.expect(w.post("/v1/bulk", order), 202)
	if jobs := w.expect(w.get("/v1/bulk"), 200)["jobs"].([]any); len(jobs) != 2 {
		t.Errorf("jobs %v", jobs)
	}
}

func TestAFaultyBulkOrderIsRefused(t *testing.T) {
	w := open(t)
	const order = `{"segment":"vip","prompt":{"purpose":"marketing","template":"spring"},"confirm":12}`
	for name, c := range map[string]struct{ body, pointer, detail string }{
		"no count":            {strings.Replace(order, `,"confirm":12`, "", 1), "/confirm", "is missing; send how many customers"},
		"a slice of all":      {strings.Replace(order, `"confirm"`, `"slice":100,"confirm"`, 1), "/slice", "from 0 to 99"},
		"nothing to say":      {strings.Replace(order, `,"template":"spring"`, "", 1), "/prompt/template", "is missing"},
		"another dialogue":    {strings.Replace(order, `"template"`, `"opens":"reorder","template"`, 1), "/prompt/opens", "choose among cart, preference, none"},
		"a long segment":      {strings.Replace(order, "vip", strings.Repeat("vip or ", 600)+"vip", 1), "/segment", "send 4000 at most"},
		"no segment":          {strings.Replace(order, `"segment":"vip",`, "", 1), "/segment", "is missing; send who is meant"},
		"a segment that ends": {strings.Replace(order, "vip", "vip and", 1), "/segment", "column"},
		"a field like one":    {strings.Replace(order, "confirm", "confrim", 1), "/confrim", `did you mean "confirm"?`},
		"yesterday":           {strings.Replace(order, `"template"`, `"expires_at":"2020-01-01T00:00:00Z","template"`, 1), "", "expires"},
	} {
		t.Run(name, func(t *testing.T) {
			body := w.refused(w.ask(ask{method: "POST", path: "/v1/bulk", body: c.body, broken: true}), 422, "invalid_body")
			fault := body["errors"].([]any)[0].(map[string]any)
			if fault["pointer"] != c.pointer || !strings.Contains(fault["detail"].(string), c.detail) {
				t.Errorf("fault %v", fault)
			}
		})
	}
}

func TestAReportIsATable(t *testing.T) {
	w := open(t)
	from, to := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339), time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
	table := w.expect(w.get("/v1/reports/volume?from="+from+"&to="+to), 200)
	if len(table["columns"].([]any)) != 2 || len(table["rows"].([]any)) != 2 || table["name"] != "volume" {
		t.Errorf("table %v", table)
	}
	for name, c := range map[string]struct{ path, detail string }{
		"no such report":  {"/v1/reports/wether?from=" + from + "&to=" + to, "choose among volume, answers"},
		"no time":         {"/v1/reports/volume?to=" + to, "from is missing; send RFC 3339"},
		"a day in words":  {"/v1/reports/volume?from=yesterday&to=" + to, "RFC 3339"},
		"another step":    {"/v1/reports/volume?by=week&from=" + from + "&to=" + to, "choose among day, hour"},
		"the wrong order": {"/v1/reports/volume?from=" + to + "&to=" + from, "before to"},
		"a misspelt name": {"/v1/reports/volume?form=" + from + "&from=" + from + "&to=" + to, `did you mean "from"?`},
		"two of one":      {"/v1/reports/volume?from=" + from + "&from=" + from + "&to=" + to, "send it once"},
	} {
		t.Run(name, func(t *testing.T) {
			body := w.refused(w.ask(ask{method: "GET", path: c.path, broken: true}), 400, "invalid_parameter")
			if !strings.Contains(body["detail"].(string), c.detail) {
				t.Errorf("%v", body)
			}
		})
	}
}
