package gateway

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"github.com/causette/causette/conversation"
)

// Suppression is an address that nobody may write to: it stands on a list as a
// keyed hash, and whoever comes with it later stands as withdrawn from their
// first turn. Only their own START overturns that.
type Suppression struct {
	Address conversation.Address
	Medium  conversation.Medium
	Purpose conversation.Purpose
	Source  string    // import, erasure, retention
	At      time.Time // when it was withdrawn
}

// SuppressionStore keeps the list; package store satisfies it.
type SuppressionStore interface {
	// Suppress puts addresses on the brand's list, and returns the customer of
	// each, "" where there is none. What stands there already takes the later time.
	Suppress(ctx context.Context, brand conversation.BrandID, list []Suppression) ([]conversation.CustomerID, error)
}

// SuppressionImport is a list of a former tool: CSV whose first line names the
// columns (phone, and where there are any date, medium and purpose), CSV of
// numbers alone, or NDJSON with those fields. Other columns are not read.
type SuppressionImport struct {
	Brand   conversation.BrandID
	Country string // ISO 3166-1: of numbers without a +, and of how dates are written
	Kind    string // text/csv or application/x-ndjson
	Body    io.Reader
	Now     time.Time // of lines without a date
}

// SuppressionReport is what became of one line.
type SuppressionReport struct {
	Line   int    `json:"line"`
	Status string `json:"status"`          // accepted, refused
	Known  bool   `json:"known,omitempty"` // a customer: the ledger has their withdrawal
	Error  string `json:"error,omitempty"`
}

// SuppressionEnd is what became of the whole list.
type SuppressionEnd struct {
	Done     bool   `json:"done"` // false: it stopped early, and why stands in error
	Lines    int    `json:"lines"`
	Accepted int    `json:"accepted"`
	Refused  int    `json:"refused"`
	Known    int    `json:"known"`
	Error    string `json:"error,omitempty"`
}

const (
	suppressionBatch = 256     // lines that are committed together
	maxSuppression   = 8 << 10 // bytes of a line
)

// ImportSuppressions reads a list while it answers line by line: neither is ever
// held whole. The same list again changes nothing.
func ImportSuppressions(ctx context.Context, store SuppressionStore, door Door, in SuppressionImport, report func(SuppressionReport) error) (SuppressionEnd, error) {
	next, err := in.rows()
	if err != nil {
		return SuppressionEnd{}, err
	}
	end := SuppressionEnd{}
	for {
		var lines []suppressedLine
		for len(lines) < suppressionBatch && err == nil {
			var l suppressedLine
			if l, err = next(); err == nil {
				lines = append(lines, l)
			}
		}
		known, failed := in.take(ctx, store, door, lines)
		if failed != nil {
			end.Error = "the gateway cannot commit now; import the same list again"
			return end, failed
		}
		for i, l := range lines {
			r := SuppressionReport{Line: l.line, Status: "accepted", Known: known[i], Error: l.wrong}
			end.Lines++
			switch {
			case l.wrong != "":
				r.Status = "refused"
				end.Refused++
			case r.Known:
				end.Known++
				fallthrough
			default:
				end.Accepted++
			}
			if e := report(r); e != nil {
				return end, fmt.Errorf("report line %d: %w", l.line, e)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			end.Done = true
			return end, nil
		case err != nil:
			end.Error = err.Error()
			return end, fmt.Errorf("read the list after line %d: %w", end.Lines, err)
		}
	}
}

// suppressedLine is a line of a list; wrong says why it is none.
type suppressedLine struct {
	line     int
	address  conversation.Address
	media    []conversation.Medium
	purposes []conversation.Purpose
	at       time.Time // zero: the line has no date
	wrong    string
}

// take puts lines on the list, and tells the conversations of those who are
// customers already.
func (in *SuppressionImport) take(ctx context.Context, store SuppressionStore, door Door, lines []suppressedLine) (known []bool, err error) {
	known = make([]bool, len(lines))
	var list []Suppression
	var of []int // whose line
	for i, l := range lines {
		for _, m := range l.media {
			for _, p := range l.purposes {
				s := Suppression{Address: l.address, Medium: m, Purpose: p, Source: "import", At: l.at}
				if s.At.IsZero() {
					s.At = in.Now
				}
				list, of = append(list, s), append(of, i)
			}
		}
	}
	if len(list) == 0 {
		return known, nil
	}
	customers, err := store.Suppress(ctx, in.Brand, list)
	if err != nil {
		return nil, fmt.Errorf("suppress: %w", err)
	}
	for i, s := range list {
		if customers[i] == "" {
			continue
		}
		known[of[i]] = true
		dated := ""
		if at := lines[of[i]].at; !at.IsZero() {
			dated = at.UTC().Format(time.RFC3339)
		}
		_, err := door.Accept(ctx, in.Brand, Who{Customer: customers[i]}, conversation.Event{
			ID:   conversation.EventID(fmt.Sprintf("suppressed:%s:%s:%s:%s", customers[i], s.Medium, s.Purpose, dated)),
			Type: conversation.ConsentRecorded, Time: s.At,
			Consent: &conversation.Consent{Medium: s.Medium, Purpose: s.Purpose, State: conversation.Withdrawn, Source: "import", At: s.At},
		})
		if err != nil && !errors.Is(err, ErrUnknownCustomer) { // erased meanwhile
			return nil, fmt.Errorf("withdraw: %w", err)
		}
	}
	return known, nil
}

// Columns of a list, as tools call them.
var suppressionColumns = map[string][]string{
	"phone":   {"phone", "phone_number", "number", "msisdn", "mobile", "to", "telephone", "téléphone", "numéro", "numero"},
	"date":    {"date", "time", "at", "created_at", "unsubscribed_at", "date_desinscription"},
	"medium":  {"medium", "channel", "canal"},
	"purpose": {"purpose", "type"},
}

func (in *SuppressionImport) rows() (func() (suppressedLine, error), error) {
	switch in.Kind {
	case "text/csv":
		return in.csv()
	case "application/x-ndjson":
		return in.ndjson(), nil
	}
	return nil, fmt.Errorf("%q is neither text/csv nor application/x-ndjson", in.Kind)
}

func (in *SuppressionImport) ndjson() func() (suppressedLine, error) {
	lines := bufio.NewReaderSize(in.Body, maxSuppression)
	n := 0
	return func() (suppressedLine, error) {
		for {
			text, err := lines.ReadSlice('\n')
			if len(text) == 0 && err != nil {
				return suppressedLine{}, err
			}
			n++
			if errors.Is(err, bufio.ErrBufferFull) {
				for errors.Is(err, bufio.ErrBufferFull) {
					_, err = lines.ReadSlice('\n')
				}
				return suppressedLine{line: n, wrong: fmt.Sprintf("it is longer than %d bytes", maxSuppression)}, nil
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return suppressedLine{}, err
			}
			if len(bytes.TrimSpace(text)) == 0 {
				continue
			}
			var fields map[string]any
			if json.Unmarshal(text, &fields) != nil || fields == nil {
				return suppressedLine{line: n, wrong: `it is no JSON object; write {"phone": "+33612345678"}`}, nil
			}
			return in.line(n, func(field string) string {
				for _, name := range suppressionColumns[field] {
					if v, ok := fields[name].(string); ok {
						return v
					}
				}
				return ""
			}), nil
		}
	}
}

func (in *SuppressionImport) csv() (func() (suppressedLine, error), error) {
	buffered := bufio.NewReaderSize(in.Body, maxSuppression)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" { // Excel's mark of UTF-8
		_, _ = buffered.Discard(len(mark))
	}
	head, _ := buffered.Peek(maxSuppression)
	head, _, _ = bytes.Cut(head, []byte("\n"))
	rows := csv.NewReader(buffered)
	rows.FieldsPerRecord, rows.TrimLeadingSpace = -1, true
	if bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		rows.Comma = ';'
	}
	first, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return func() (suppressedLine, error) { return suppressedLine{}, io.EOF }, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the list is not CSV: %w", err)
	}
	columns := map[string]int{}
	for field, names := range suppressionColumns {
		if i := slices.IndexFunc(first, func(title string) bool { return slices.Contains(names, strings.ToLower(strings.TrimSpace(title))) }); i >= 0 {
			columns[field] = i
		}
	}
	var waiting []string // the first line, where it is a number and no title
	if _, there := columns["phone"]; !there {
		if _, wrong := in.number(first[0]); wrong != "" {
			return nil, fmt.Errorf("the list has no column phone: its first line must name the columns, as phone,date, or begin with a number")
		}
		columns, waiting = map[string]int{"phone": 0, "date": 1}, first
	}
	return func() (suppressedLine, error) {
		record, err := waiting, error(nil)
		if waiting = nil; record == nil {
			record, err = rows.Read()
		}
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			return suppressedLine{line: broken.StartLine, wrong: "it is not CSV: " + broken.Err.Error()}, nil
		case err != nil:
			return suppressedLine{}, err
		}
		line, _ := rows.FieldPos(0)
		return in.line(line, func(field string) string {
			if i, there := columns[field]; there && i < len(record) {
				return record[i]
			}
			return ""
		}), nil
	}, nil
}

// line reads the fields of one line.
func (in *SuppressionImport) line(n int, field func(string) string) suppressedLine {
	l := suppressedLine{line: n}
	if l.address, l.wrong = in.number(field("phone")); l.wrong != "" {
		return l
	}
	switch m := strings.ToLower(strings.TrimSpace(field("medium"))); m {
	case "", "all":
		l.media = []conversation.Medium{conversation.SMS, conversation.WhatsApp}
	case string(conversation.SMS), string(conversation.WhatsApp):
		l.media = []conversation.Medium{conversation.Medium(m)}
	default:
		l.wrong = fmt.Sprintf("medium %.40q is none of sms, whatsapp, all", m)
	}
	switch p := strings.ToLower(strings.TrimSpace(field("purpose"))); p {
	case "", string(conversation.Marketing):
		l.purposes = []conversation.Purpose{conversation.Marketing}
	case "all":
		l.purposes = []conversation.Purpose{conversation.Marketing, conversation.Transactional}
	case string(conversation.Transactional):
		l.purposes = []conversation.Purpose{conversation.Transactional}
	default:
		l.wrong = fmt.Sprintf("purpose %.40q is none of marketing, transactional, all", p)
	}
	if d := strings.TrimSpace(field("date")); d != "" {
		var ok bool
		if l.at, ok = in.date(d); !ok {
			l.wrong = fmt.Sprintf("date %.40q is none; write it as 2026-11-22 or 2026-11-22T09:41:00Z", d)
		} else if l.at.After(in.Now.Add(24 * time.Hour)) { // a day that has begun somewhere
			l.wrong = fmt.Sprintf("date %.40q lies in the future", d)
		}
	}
	if l.wrong != "" {
		l.media = nil
	}
	return l
}

func (in *SuppressionImport) number(text string) (conversation.Address, string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", "it has no phone number"
	}
	if !utf8.ValidString(text) || len(text) > 40 {
		return "", "its phone number is none"
	}
	n, err := phonenumbers.Parse(text, in.Country)
	if err == nil && !phonenumbers.IsPossibleNumber(n) {
		err = errors.New("not a number of its country")
	}
	if err != nil { // spreadsheets take the + away
		if n, err = phonenumbers.Parse("+"+text, in.Country); err != nil || !phonenumbers.IsValidNumber(n) {
			return "", fmt.Sprintf("%.40q is no phone number; write it as +33612345678", text)
		}
	}
	return conversation.Address(phonenumbers.Format(n, phonenumbers.E164)), ""
}

func (in *SuppressionImport) date(text string) (time.Time, bool) {
	layouts := []string{time.RFC3339Nano, time.DateTime, time.DateOnly, "02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006", "02.01.2006"}
	if in.Country == "US" {
		layouts = []string{time.RFC3339Nano, time.DateTime, time.DateOnly, "01/02/2006 15:04:05", "01/02/2006 15:04", "01/02/2006"}
	}
	for _, l := range layouts {
		if at, err := time.Parse(l, text); err == nil {
			return at.UTC().Truncate(time.Microsecond), true
		}
	}
	return time.Time{}, false
}
