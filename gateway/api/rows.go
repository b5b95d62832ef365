package api

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/causette/causette/gateway"
)

// badRow is a line that is no row; the next ones may be.
type badRow struct{ why string }

func (b *badRow) Error() string { return b.why }

// ndjsonRows reads one JSON object a line. Empty lines are none.
func ndjsonRows(body io.Reader) func() (int, map[string]any, error) {
	lines := bufio.NewReaderSize(body, maxRow)
	n := 0
	return func() (int, map[string]any, error) {
		for {
			text, err := lines.ReadSlice('\n')
			if len(text) == 0 && err != nil {
				return n, nil, err
			}
			n++
			if err == bufio.ErrBufferFull {
				for err == bufio.ErrBufferFull {
					_, err = lines.ReadSlice('\n')
				}
				return n, nil, &badRow{fmt.Sprintf("is longer than %d bytes; send less of one customer", maxRow)}
			}
			if err != nil && err != io.EOF {
				return n, nil, err
			}
			if len(bytes.TrimSpace(text)) == 0 {
				continue
			}
			v, bad := parseJSON(text)
			fields, ok := v.(map[string]any)
			if bad != nil || !ok {
				return n, nil, &badRow{"is no JSON object; send one a line"}
			}
			return n, fields, nil
		}
	}
}

// csvRows reads CSV whose first line names the fields. Comma or semicolon: what
// the first line has more of separates.
func csvRows(body io.Reader, b Brand) (func() (int, map[string]any, error), error) {
	buffered := bufio.NewReaderSize(body, maxRow)
	head, _ := buffered.Peek(maxRow)
	if first := bytes.TrimPrefix(head, []byte("\ufeff")); len(first) != len(head) {
		_, _ = buffered.Discard(len(head) - len(first)) // Excel's mark of UTF-8
		head = first
	}
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	rows := csv.NewReader(buffered)
	rows.FieldsPerRecord = -1
	rows.ReuseRecord = true
	if bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		rows.Comma = ';'
	}
	titles, err := rows.Read()
	if err != nil {
		return nil, problem("malformed_csv", "the first line names the fields, as external_id,phone,first_name")
	}
	titles = slices.Clone(titles)
	if err := checkTitles(titles); err != nil {
		return nil, err
	}
	return func() (int, map[string]any, error) {
		record, err := rows.Read()
		line, _ := rows.FieldPos(0)
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			return broken.StartLine, nil, &badRow{"is not CSV: " + broken.Err.Error()}
		case err != nil:
			return 0, nil, err
		case len(record) != len(titles):
			return line, nil, &badRow{fmt.Sprintf("has %d fields, the first line %d", len(record), len(titles))}
		}
		fields := make(map[string]any, len(titles))
		for i, text := range record {
			if text = strings.TrimSpace(text); text == "" {
				continue // an empty cell changes nothing
			}
			if !utf8.ValidString(text) {
				return line, nil, &badRow{"is not UTF-8; save the file so"}
			}
			fields[titles[i]] = cell(titles[i], text, b)
		}
		return line, fields, nil
	}, nil
}

// cell makes of a cell's text what JSON would have.
func cell(title, text string, b Brand) any {
	switch title {
	case "vip":
		switch strings.ToLower(text) {
		case "true", "1", "yes", "oui":
			return true
		case "false", "0", "no", "non":
			return false
		}
	case "points":
		return json.Number(text)
	case "tags":
		var tags []any
		for tag := range strings.SplitSeq(text, "|") {
			tags = append(tags, tag)
		}
		return tags
	case "lifetime_value": // 1490.00, in the brand's currency
		if m, ok := minor(text, b.Currency); ok {
			return map[string]any{"amount": json.Number(strconv.FormatInt(m.Amount, 10)), "currency": m.Currency}
		}
	}
	return text
}

func checkTitles(titles []string) error {
	var faults []gateway.FieldFault
	known := namesOf[CustomerInput]()
	for i, title := range titles {
		titles[i] = strings.ToLower(strings.TrimSpace(title))
		switch {
		case !slices.Contains(known, titles[i]):
			hint := gateway.Suggest(titles[i], known)
			if hint == "" {
				hint = "; known here: " + strings.Join(known, ", ")
			}
			faults = append(faults, gateway.FieldFault{Detail: fmt.Sprintf("column %d: unknown field %.60q%s", i+1, titles[i], hint)})
		case slices.Contains(titles[:i], titles[i]):
			faults = append(faults, gateway.FieldFault{Detail: fmt.Sprintf("column %d: %s is there twice", i+1, titles[i])})
		}
	}
	if !slices.Contains(titles, "external_id") {
		faults = append(faults, gateway.FieldFault{Detail: "no column external_id; it names the customer"})
	}
	if faults != nil {
		return invalid(faults)
	}
	return nil
}
