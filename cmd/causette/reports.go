package main

import (
	"context"
	"errors"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway/api"
)

// reports are the desk's, for automations: a key with the scope may read what a
// supervisor of its brand may.
type reports struct{ desk *agents.Desk }

// Report implements api.Reports.
func (r reports) Report(ctx context.Context, brand conversation.BrandID, q api.ReportQuery) (api.Report, error) {
	table, err := r.desk.Report(ctx, agents.Operator, agents.ReportQuery{Name: agents.ReportName(q.Name), Brand: brand, From: q.From, To: q.To, By: agents.Step(q.By)})
	var fault *agents.Fault
	if errors.As(err, &fault) {
		return api.Report{}, &api.ParameterError{Name: fault.Field, Detail: fault.Detail}
	}
	out := api.Report{Name: string(table.Name), From: table.From, To: table.To}
	for _, c := range table.Columns {
		out.Columns = append(out.Columns, api.Column{Key: c.Key, Kind: string(c.Kind)})
	}
	for _, row := range table.Rows {
		out.Rows = append(out.Rows, row)
	}
	return out, err
}
