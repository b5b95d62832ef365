package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const (
	maxRow      = 64 << 10 // bytes of one line
	maxRowWait  = 30 * time.Second
	rowsPerTurn = 64 // rows that wait for their commit at a time
)

// rowKinds are the kinds of bodies that are read row by row.
var rowKinds = []string{"text/csv", rowAnswer}

const rowAnswer = "application/x-ndjson"

// importRow is the answer to one line of an import.
type importRow struct {
	Line int `json:"line" minimum:"1"`
	EventReport
}

// importEnd is the last line of an answer.
type importEnd struct {
	Done     bool   `json:"done" doc:"false: it stopped early, and why stands in error"`
	Lines    int    `json:"lines"`
	Accepted int    `json:"accepted"`
	Refused  int    `json:"refused"`
	Error    string `json:"error,omitempty"`
}

// row is one line on its way.
type row struct {
	line  int
	given incoming
	fault []gateway.FieldFault
}

// importCustomers carries out an import. name makes the rows' event ids.
func (a *API) importCustomers(w http.ResponseWriter, c *call, body io.Reader, name string) {
	next, err := ndjsonRows(body), error(nil)
	if mediaType(c.Request) == "text/csv" {
		next, err = csvRows(body, c.brand)
	}
	if err != nil {
		a.fail(w, c.Request, err)
		return
	}
	w.Header().Set("Content-Type", rowAnswer)
	w.Header().Set("Cache-Control", "no-store")
	out := json.NewEncoder(w)
	flush := http.NewResponseController(w)
	end := importEnd{Done: true}
	for end.Done {
		rows, err := a.readRows(c, next, name)
		reports, failed := a.acceptRows(c, rows)
		for _, one := range reports {
			end.Lines++
			if one.Status == refused {
				end.Refused++
			} else {
				end.Accepted++
			}
			if out.Encode(one) != nil {
				return // the source has gone
			}
		}
		_ = flush.Flush() // a recorder cannot
		if failed != nil {
			err = failed
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			end.Done, end.Error = false, importError(err)
		}
	}
	_ = out.Encode(end)
}

func importError(err error) string {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return fmt.Sprintf("the body has more than %d bytes; send the rest in another request", large.Limit)
	case errors.Is(err, gateway.ErrBusy), errors.Is(err, context.Canceled):
		return "the gateway cannot commit now; send the rows without a report again"
	}
	return err.Error()
}

// readRows reads as many rows as may wait at a time.
func (a *API) readRows(c *call, next func() (int, map[string]any, error), name string) (rows []row, err error) {
	for len(rows) < rowsPerTurn {
		line, fields, err := next()
		var bad *badRow
		if errors.As(err, &bad) {
			rows = append(rows, row{line: line, fault: []gateway.FieldFault{{Detail: bad.why}}})
			continue
		}
		if err != nil {
			return rows, err
		}
		id, _ := fields["external_id"].(string)
		r := reader{brand: c.brand, now: a.now().UTC().Truncate(time.Microsecond)}
		if id == "" {
			r.fault("/external_id", "is missing; send the shop's id of the customer")
		}
		given := incoming{id: id}
		if len(r.faults) == 0 {
			var customer CustomerInput
			r.object(fields, "", reflect.ValueOf(&customer).Elem())
			given = r.customer(customer, id)
			given.event.ID = conversation.EventID("api:import:" + name + ":" + strconv.Itoa(line))
		}
		rows = append(rows, row{line, given, r.faults})
	}
	return rows, nil
}

// acceptRows takes rows through the door, side by side, and reports in order.
func (a *API) acceptRows(c *call, rows []row) ([]importRow, error) {
	reports := make([]EventReport, len(rows))
	var batch []numbered
	for i, r := range rows {
		if len(r.fault) > 0 {
			reports[i] = EventReport{ID: r.given.id, Status: refused, Errors: r.fault}
			continue
		}
		batch = append(batch, numbered{i, r.given})
	}
	err := a.acceptAll(c, batch, reports)
	// An import waits where an event would be sent again: it has no hurry.
	for wait, until := 100*time.Millisecond, time.Now().Add(maxRowWait); errors.Is(err, gateway.ErrBusy) && time.Now().Before(until); wait = min(2*wait, 2*time.Second) {
		select {
		case <-time.After(wait):
		case <-c.Context().Done():
			return nil, c.Context().Err()
		}
		batch = slices.DeleteFunc(batch, func(in numbered) bool { return reports[in.at].Status != "" })
		err = a.acceptAll(c, batch, reports)
	}
	var out []importRow
	for i, one := range reports {
		if one.Status == "" {
			continue // not reached
		}
		for j := range one.Errors { // a row's pointers begin at the row
			one.Errors[j].Pointer = strings.TrimPrefix(one.Errors[j].Pointer, "/"+strconv.Itoa(i)+"/customer")
		}
		out = append(out, importRow{rows[i].line, one})
	}
	return out, err
}
