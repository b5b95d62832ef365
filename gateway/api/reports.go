package api

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/causette/causette/conversation"
)

// Reports counts what the desk did. Package agents has them and stands on this
// floor: cmd puts the two together.
type Reports interface {
	// Report makes a table; a *ParameterError says what cannot be asked.
	Report(ctx context.Context, brand conversation.BrandID, q ReportQuery) (Report, error)
}

// ReportQuery asks for a report of what began in a time.
type ReportQuery struct {
	Name string    `path:"name" enum:"volume,answers,agents,reasons,ratings"`
	From time.Time `query:"from" required:"true" doc:"RFC 3339"`
	To   time.Time `query:"to" required:"true" doc:"RFC 3339; itself left out, at most 366 days after from"`
	By   string    `query:"by" enum:"day,hour" default:"day" doc:"how far apart the rows over time are, in the brand's time zone"`
}

// Report is a table.
type Report struct {
	Name    string    `json:"name"`
	Columns []Column  `json:"columns"`
	Rows    []Row     `json:"rows"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
}

// Row has a value a column.
type Row []any

// Schema says what the values are.
func (Row) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Description: "a value a column: RFC 3339, text or a number; null where there is none",
		Items: &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}, {Type: "null"}}}}
}

// Column is what stands below each other in a report.
type Column struct {
	Key  string `json:"key"`
	Kind string `json:"kind" enum:"time,text,number,seconds,percent"`
}

// ParameterError is what is wrong with a parameter.
type ParameterError struct{ Name, Detail string }

func (e *ParameterError) Error() string { return e.Name + " " + e.Detail }

func (a *API) routeReports() {
	serve(a, operation{id: "getReport", route: "GET /v1/reports/{name}", tag: "reports", scope: ReportsRead,
		summary: "Read a report of the desk", text: "volume and answers and ratings have a row a day or an hour, agents and reasons one each.", success: "The table"}, a.getReport)
}

func (a *API) getReport(c *call, given *ReportQuery) (Report, error) {
	r, err := a.reports.Report(c.Context(), c.brand.ID, *given)
	var wrong *ParameterError
	if errors.As(err, &wrong) {
		return r, problem("invalid_parameter", wrong.Error())
	}
	r.Columns, r.Rows = orEmpty(r.Columns), orEmpty(r.Rows)
	return r, err
}
