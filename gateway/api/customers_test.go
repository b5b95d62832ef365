package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/causette/causette/gateway"
)

func TestACustomerIsSetAndRead(t *testing.T) {
	w := open(t)
	put := func(id, body string) answer {
		return w.ask(ask{method: "PUT", path: "/v1/customers/" + id, body: body})
	}
	w.refused(put("c_1", `{"first_name":"Claire"}`), 422, "invalid_body")
	first := w.expect(put("c_1", `{"phone":"06 12 34 56 78","first_name":"Claire","email":"claire@example.com","tags":["lampes"]}`), 200)
	if first["phone"] != claire || first["first_name"] != "Claire" || fmt.Sprint(first["external_ids"]) != "[c_1]" {
		t.Errorf("customer %v", first)
	}
	w.expect(put("c_1", `{"last_name":"Martin","vip":true}`), 200)
	for _, name := range []string{"c_1", "%2B33612345678", first["id"].(string)} {
		c := w.expect(w.get("/v1/customers/"+name), 200)
		if c["id"] != first["id"] || c["first_name"] != "Claire" || c["last_name"] != "Martin" || c["vip"] != true {
			t.Errorf("%s is %v", name, c)
		}
	}
	body := w.refused(w.ask(ask{method: "PUT", path: "/v1/customers/c_1", body: `{"fist_name":"Claire"}`, broken: true}), 422, "invalid_body")
	if !strings.Contains(fmt.Sprint(body["errors"]), `did you mean "first_name"?`) {
		t.Errorf("%v", body)
	}
	w.refused(w.ask(ask{method: "PUT", path: "/v1/customers/c_1", body: `{"external_id":"c_2"}`, broken: true}), 422, "invalid_body")
}

// rows takes an import's answer apart.
func (w *world) rows(a answer) (rows []map[string]any, end map[string]any) {
	w.Helper()
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/x-ndjson" {
		w.Fatalf("answered %d %s", a.StatusCode, a.text)
	}
	for line := range strings.Lines(a.text) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			w.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows[:len(rows)-1], rows[len(rows)-1]
}

func TestAnImportIsReportedLineByLine(t *testing.T) {
	for name, c := range map[string]struct{ kind, body string }{
		"CSV with commas": {"text/csv", "external_id,phone,first_name,vip,lifetime_value,tags\n" +
			"c_1,06 12 34 56 78,Claire,oui,1490.00,lampes|bougies\nc_2,12,Paul,,,\n\"c_3\",+33612345679,\"O'Neil, Zoé\",,,\nc_4,+33612345680\n"},
		"CSV of a French Excel": {"text/csv", "\ufeffexternal_id;phone;first_name;vip;lifetime_value;tags\r\n" +
			"c_1;0612345678;Claire;1;1490.00;lampes|bougies\r\nc_2;12;Paul;;;\r\nc_3;+33612345679;O'Neil, Zoé;;;\r\nc_4;+33612345680\r\n"},
		"NDJSON": {"application/x-ndjson", `{"external_id":"c_1","phone":"0612345678","first_name":"Claire","vip":true,"lifetime_value":{"amount":149000,"currency":"EUR"},"tags":["lampes","bougies"]}` + "\n" +
			`{"external_id":"c_2","phone":"12","first_name":"Paul"}` + "\n" + `{"external_id":"c_3","phone":"+33612345679","first_name":"O'Neil, Zoé"}` + "\n" + `{"external_id":"c_4"` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			rows, end := w.rows(w.post("/v1/customers/import", c.body, "Content-Type", c.kind))
			if len(rows) != 4 || end["done"] != true || end["lines"] != 4.0 || end["accepted"] != 2.0 || end["refused"] != 2.0 {
				t.Fatalf("rows %v, end %v", rows, end)
			}
			first := 2.0
			if name == "NDJSON" {
				first = 1
			}
			for i, want := range []string{"accepted", "refused", "accepted", "refused"} {
				if rows[i]["status"] != want || rows[i]["line"] != first+float64(i) {
					t.Errorf("row %v, want %s on line %v", rows[i], want, first+float64(i))
				}
			}
			if fault := rows[1]["errors"].([]any)[0].(map[string]any); fault["pointer"] != "/phone" {
				t.Errorf("fault %v", fault)
			}
			claire := w.expect(w.get("/v1/customers/c_1"), 200)
			if claire["vip"] != true || claire["lifetime_value"].(map[string]any)["amount"] != 149000.0 || len(claire["tags"].([]any)) != 2 {
				t.Errorf("customer %v", claire)
			}
			if zoe := w.expect(w.get("/v1/customers/c_3"), 200); zoe["first_name"] != "O'Neil, Zoé" {
				t.Errorf("customer %v", zoe)
			}
		})
	}
}

func TestAnImportWithWrongColumnsBeginsNothing(t *testing.T) {
	w := open(t)
	body := w.refused(w.post("/v1/customers/import", "external_id,fone\nc_1,0612345678\n", "Content-Type", "text/csv"), 422, "invalid_body")
	if !strings.Contains(fmt.Sprint(body["errors"]), `did you mean "phone"?`) {
		t.Errorf("%v", body)
	}
	w.refused(w.post("/v1/customers/import", "phone\n0612345678\n", "Content-Type", "text/csv"), 422, "invalid_body")
	w.refused(w.ask(ask{method: "POST", path: "/v1/customers/import", body: "{}", broken: true}), 415, "unsupported_media_type")
	if w.door.knocks.Load() != 0 {
		t.Error("a row went through")
	}
}

func TestAnImportKeepsItsAnswerForItsKey(t *testing.T) {
	w := open(t)
	body := "external_id,phone\nc_1,0612345678\n"
	first := w.post("/v1/customers/import", body, "Content-Type", "text/csv", "Idempotency-Key", "i1")
	again := w.post("/v1/customers/import", body, "Content-Type", "text/csv", "Idempotency-Key", "i1")
	if first.text != again.text || again.Header.Get("Idempotency-Replayed") != "true" || w.door.knocks.Load() != 1 {
		t.Errorf("first %s again %s after %d events", first.text, again.text, w.door.knocks.Load())
	}
	w.refused(w.post("/v1/customers/import", body+"c_2,0612345679\n", "Content-Type", "text/csv", "Idempotency-Key", "i1"), 409, "idempotency_key_reused")
}

func TestAnImportIsBounded(t *testing.T) {
	w := open(t)
	w.refused(w.post("/v1/customers/import", strings.Repeat("x", 4<<20+1), "Content-Type", "text/csv", "Idempotency-Key", "i1"), 413, "body_too_large")
	rows, end := w.rows(w.post("/v1/customers/import", `{"external_id":"c_1","first_name":"`+strings.Repeat("x", 70<<10)+"\"}\n"+`{"external_id":"c_2","phone":"0612345678"}`, "Content-Type", "application/x-ndjson"))
	if rows[0]["status"] != "refused" || rows[1]["status"] != "accepted" || end["done"] != true {
		t.Errorf("rows %v, end %v", rows, end)
	}
}

func TestALongImportComesWhole(t *testing.T) {
	w := open(t)
	var body strings.Builder
	const n = 500
	for i := range n {
		fmt.Fprintf(&body, `{"external_id":"c_%d","phone":"+3361234%04d"}`+"\n", i, i)
	}
	rows, end := w.rows(w.post("/v1/customers/import", body.String(), "Content-Type", "application/x-ndjson"))
	if len(rows) != n || end["accepted"] != float64(n) {
		t.Errorf("%d rows, end %v", len(rows), end)
	}
	for i, row := range rows {
		if row["line"] != float64(i+1) || row["id"] != fmt.Sprintf("c_%d", i) {
			t.Fatalf("row %d is %v", i, row)
		}
	}
}

func TestAnImportSaysWhereItStopped(t *testing.T) {
	w := open(t)
	defer w.door.failing(fmt.Errorf("%w: disk", gateway.ErrData))()
	rows, end := w.rows(w.post("/v1/customers/import", `{"external_id":"c_1","phone":"0612345678"}`, "Content-Type", "application/x-ndjson"))
	if len(rows) != 0 || end["done"] != false || end["error"] == "" {
		t.Errorf("rows %v, end %v", rows, end)
	}
}
