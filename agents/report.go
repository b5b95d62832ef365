package agents

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
)

// ReportName is what a report tells.
type ReportName string

const (
	VolumeReport  ReportName = "volume"  // how many came to the desk, and what became of them
	AnswersReport ReportName = "answers" // how long they waited
	AgentsReport  ReportName = "agents"
	ReasonsReport ReportName = "reasons"
	RatingsReport ReportName = "ratings"
)

// Step is how far apart the rows of a report over time are, in the brand's
// time zone.
type Step string

const (
	ByDay  Step = "day"
	ByHour Step = "hour"
)

// ReportQuery asks for a report of the handoffs that began in a time.
type ReportQuery struct {
	Name     ReportName
	Brand    conversation.BrandID // "": all that the agent serves, in the first one's time zone
	From, To time.Time            // To itself is left out
	By       Step                 // of volume, answers and ratings; "" is ByDay
}

// Report is a table; a plot has the first column on its axis.
type Report struct {
	Name    ReportName `json:"name"`
	Columns []Column   `json:"columns"`
	Rows    [][]any    `json:"rows"` // a value a column: RFC 3339, text or a number; null: there is none
	From    time.Time  `json:"from"`
	To      time.Time  `json:"to"`
}

// Column is what stands below each other in a report.
type Column struct {
	Key  string     `json:"key"`
	Kind ColumnKind `json:"kind"`
}

// ColumnKind is how a column's values are written.
type ColumnKind string

const (
	TimeColumn    ColumnKind = "time"
	TextColumn    ColumnKind = "text"
	NumberColumn  ColumnKind = "number"
	SecondsColumn ColumnKind = "seconds"
	PercentColumn ColumnKind = "percent" // 0 to 100
)

// Handoff is one time that people had to do with a customer, from when they
// were asked for or stepped in.
type Handoff struct {
	Began    time.Time
	Reason   string
	Owner    conversation.AgentID // who had it last
	Answered time.Time            // first; zero: never
	Closed   time.Time            // zero: not yet
	Breached int                  // answers that came too late
	Rating   int                  // 1 to 5, 0 for none
}

// HandoffStore reads handoffs.
type HandoffStore interface {
	// Handoffs calls each for the brand's handoffs that began from one moment
	// on and before another, in no order, until it returns an error.
	Handoffs(ctx context.Context, brand conversation.BrandID, from, to time.Time, each func(Handoff) error) error
}

const (
	maxReportDays = 366
	maxReportRows = 400
	maxHandoffs   = 500_000 // that one report reads: the times of all of them are held to find the middle one
)

// Report counts the handoffs that began in a time. It reads them one by one and
// counts here: the database's own percentiles and time zones exist on one of
// the two engines only, and a year of a busy desk is read in a second.
func (d *Desk) Report(ctx context.Context, by Agent, q ReportQuery) (Report, error) {
	if err := Allow(by, Supervise, q.Brand); err != nil {
		return Report{}, err
	}
	r := Report{Name: q.Name, Rows: [][]any{}, From: q.From.UTC(), To: q.To.UTC()}
	shape, known := shapes[q.Name]
	brands := d.brandsAsked(by, q.Brand)
	switch {
	case !known:
		return r, &Fault{"name", "must be volume, answers, agents, reasons or ratings"}
	case q.From.IsZero() || !q.From.Before(q.To):
		return r, &Fault{"from", "must be a time before to"}
	case q.To.Sub(q.From) > maxReportDays*24*time.Hour:
		return r, &Fault{"to", fmt.Sprintf("is more than %d days after from; ask for less at once", maxReportDays)}
	case len(brands) == 0:
		return r, nil
	}
	r.Columns = shape.columns
	groups, err := shape.groups(q, brands[0].zone())
	if err != nil {
		return r, err
	}
	read := 0
	for _, b := range brands {
		err := d.store.Handoffs(ctx, b.ID, q.From, q.To, func(h Handoff) error {
			if read++; read > maxHandoffs {
				return errTooMany
			}
			groups.tally(h).add(h)
			return nil
		})
		if errors.Is(err, errTooMany) {
			return r, &Fault{"to", fmt.Sprintf("is too far from from: more than %d handoffs began between them", maxHandoffs)}
		}
		if err != nil {
			return r, fmt.Errorf("report %s: %w", q.Name, err)
		}
	}
	for _, t := range groups.all(read) {
		r.Rows = append(r.Rows, shape.row(t))
	}
	if q.Name == AgentsReport {
		for _, row := range r.Rows {
			row[0] = d.name(ctx, row[0].(conversation.AgentID))
		}
	}
	return r, nil
}

var errTooMany = errors.New("too many handoffs")

// zone is the brand's time zone.
func (b *Brand) zone() *time.Location {
	if b.Zone == nil {
		return time.UTC
	}
	return b.Zone
}

// tally is what is counted of the handoffs of one row.
type tally struct {
	at     time.Time // of a row over time
	of     string    // of another: the reason, the agent
	total  int       // of all rows
	n      int
	late   int     // with an answer that came too late
	first  []int64 // seconds until the first answer
	whole  []int64 // seconds until they were closed
	rated  int
	low    int // 1 or 2
	points int
}

func (t *tally) add(h Handoff) {
	t.n++
	if h.Breached > 0 {
		t.late++
	}
	if !h.Answered.IsZero() {
		t.first = append(t.first, max(int64(h.Answered.Sub(h.Began)/time.Second), 0))
	}
	if !h.Closed.IsZero() {
		t.whole = append(t.whole, max(int64(h.Closed.Sub(h.Began)/time.Second), 0))
	}
	if h.Rating > 0 {
		t.rated++
		t.points += h.Rating
		if h.Rating <= 2 {
			t.low++
		}
	}
}

// rank is the value that so many in a hundred do not exceed (the nearest rank),
// nil for none.
func rank(values []int64, percent int) any {
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	return values[(len(values)*percent+99)/100-1]
}

// share is a part of a whole in per cent, with one decimal; nil of nothing.
func share(part, whole int) any {
	if whole == 0 {
		return nil
	}
	return math.Round(1000*float64(part)/float64(whole)) / 10
}

func (t *tally) rating() any {
	if t.rated == 0 {
		return nil
	}
	return math.Round(100*float64(t.points)/float64(t.rated)) / 100
}

// groups are the rows of a report as they are counted.
type groups interface {
	tally(h Handoff) *tally
	all(total int) []*tally
}

// shape is how one report looks.
type shape struct {
	columns []Column
	groups  func(q ReportQuery, zone *time.Location) (groups, error)
	row     func(t *tally) []any
}

var shapes = map[ReportName]shape{
	VolumeReport: {
		[]Column{{"at", TimeColumn}, {"handoffs", NumberColumn}, {"answered", NumberColumn}, {"closed", NumberColumn}, {"breached", PercentColumn}},
		overTime,
		func(t *tally) []any { return []any{t.at, t.n, len(t.first), len(t.whole), share(t.late, t.n)} },
	},
	AnswersReport: {
		[]Column{{"at", TimeColumn}, {"answered", NumberColumn}, {"answer_median", SecondsColumn}, {"answer_p90", SecondsColumn},
			{"closed", NumberColumn}, {"resolution_median", SecondsColumn}, {"resolution_p90", SecondsColumn}, {"breached", PercentColumn}},
		overTime,
		func(t *tally) []any {
			return []any{t.at, len(t.first), rank(t.first, 50), rank(t.first, 90), len(t.whole), rank(t.whole, 50), rank(t.whole, 90), share(t.late, t.n)}
		},
	},
	AgentsReport: {
		[]Column{{"agent", TextColumn}, {"handoffs", NumberColumn}, {"closed", NumberColumn}, {"answer_median", SecondsColumn}, {"answer_p90", SecondsColumn},
			{"resolution_median", SecondsColumn}, {"resolution_p90", SecondsColumn}, {"breached", PercentColumn}, {"ratings", NumberColumn}, {"rating", NumberColumn}},
		sortedBy(func(h Handoff) string { return string(h.Owner) }),
		func(t *tally) []any {
			return []any{conversation.AgentID(t.of), t.n, len(t.whole), rank(t.first, 50), rank(t.first, 90),
				rank(t.whole, 50), rank(t.whole, 90), share(t.late, t.n), t.rated, t.rating()}
		},
	},
	ReasonsReport: {
		[]Column{{"reason", TextColumn}, {"handoffs", NumberColumn}, {"share", PercentColumn}, {"answer_median", SecondsColumn}, {"answer_p90", SecondsColumn},
			{"resolution_median", SecondsColumn}, {"resolution_p90", SecondsColumn}, {"breached", PercentColumn}, {"ratings", NumberColumn}, {"rating", NumberColumn}},
		sortedBy(func(h Handoff) string { return h.Reason }),
		func(t *tally) []any {
			return []any{t.of, t.n, share(t.n, t.total), rank(t.first, 50), rank(t.first, 90),
				rank(t.whole, 50), rank(t.whole, 90), share(t.late, t.n), t.rated, t.rating()}
		},
	},
	RatingsReport: {
		[]Column{{"at", TimeColumn}, {"ratings", NumberColumn}, {"rating", NumberColumn}, {"low", PercentColumn}},
		overTime,
		func(t *tally) []any { return []any{t.at, t.rated, t.rating(), share(t.low, t.rated)} },
	},
}

// timeline is a row for each day or hour, those without a handoff too.
type timeline []*tally

func overTime(q ReportQuery, zone *time.Location) (groups, error) {
	var rows timeline
	from := q.From.In(zone)
	year, month, day := from.Date()
	switch q.By {
	case ByDay, "":
		for i := 0; ; i++ {
			at := time.Date(year, month, day+i, 0, 0, 0, 0, zone)
			if !at.Before(q.To) {
				break
			}
			rows = append(rows, &tally{at: at.UTC()})
		}
	case ByHour:
		at := from.Add(-time.Duration(from.Minute())*time.Minute - time.Duration(from.Second())*time.Second - time.Duration(from.Nanosecond()))
		for ; at.Before(q.To) && len(rows) <= maxReportRows; at = at.Add(time.Hour) {
			rows = append(rows, &tally{at: at.UTC()})
		}
	default:
		return nil, &Fault{"by", "must be day or hour"}
	}
	if len(rows) > maxReportRows {
		return nil, &Fault{"by", fmt.Sprintf("would have more than %d rows; ask for days, or for less at once", maxReportRows)}
	}
	return rows, nil
}

func (l timeline) tally(h Handoff) *tally {
	i, exact := slices.BinarySearchFunc(l, h.Began, func(t *tally, began time.Time) int { return t.at.Compare(began) })
	if !exact {
		i--
	}
	return l[max(i, 0)]
}

func (l timeline) all(int) []*tally { return l }

// sorts are the rows of a report by something else, the largest first.
type sorts struct {
	of   func(Handoff) string
	rows map[string]*tally
}

func sortedBy(of func(Handoff) string) func(ReportQuery, *time.Location) (groups, error) {
	return func(ReportQuery, *time.Location) (groups, error) { return sorts{of, make(map[string]*tally)}, nil }
}

func (s sorts) tally(h Handoff) *tally {
	of := s.of(h)
	if s.rows[of] == nil {
		s.rows[of] = &tally{of: of}
	}
	return s.rows[of]
}

func (s sorts) all(total int) []*tally {
	rows := slices.SortedFunc(maps.Values(s.rows), func(a, b *tally) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.of, b.of)) })
	for _, t := range rows {
		t.total = total
	}
	return rows[:min(len(rows), maxReportRows)]
}
