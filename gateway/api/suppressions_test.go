package api_test

import (
	"testing"
)

func TestAListOfAFormerToolIsAnsweredLineByLine(t *testing.T) {
	w := open(t)
	w.expect(w.post("/v1/consents", consent("given")), 201)
	rows, end := w.rows(w.post("/v1/suppressions/import", "phone,date\n06 12 34 56 78,\n12,\n+33612345679,\n", "Content-Type", "text/csv"))
	if len(rows) != 3 || rows[0]["status"] != "accepted" || rows[0]["known"] != true || rows[1]["status"] != "refused" || rows[1]["error"] == "" ||
		rows[2]["known"] != nil || end["done"] != true || end["accepted"] != 2.0 || end["known"] != 1.0 {
		t.Errorf("rows %v, end %v", rows, end)
	}
	rows, end = w.rows(w.post("/v1/suppressions/import", `{"phone":"+33612345670"}`+"\n", "Content-Type", "application/x-ndjson", "Idempotency-Key", "s1"))
	if len(rows) != 1 || end["accepted"] != 1.0 {
		t.Errorf("rows %v, end %v", rows, end)
	}
	again := w.post("/v1/suppressions/import", `{"phone":"+33612345670"}`+"\n", "Content-Type", "application/x-ndjson", "Idempotency-Key", "s1")
	if again.Header.Get("Idempotency-Replayed") != "true" {
		t.Error("the answer was not kept")
	}
	w.refused(w.post("/v1/suppressions/import", "nom,prénom\nMartin,Claire\n", "Content-Type", "text/csv"), 400, "malformed_csv")
	w.refused(w.ask(ask{method: "POST", path: "/v1/suppressions/import", body: "{}", broken: true}), 415, "unsupported_media_type")
	// Who stands on the list has withdrawn, and no request overturns that.
	w.refused(w.post("/v1/consents", consent("given")), 422, "withdrawn_by_customer")
}
