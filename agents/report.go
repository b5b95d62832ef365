package agents

import (
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
	Brand    conversation.BrandID // "": all that the agent serves
	From, To time.Time            // To itself is left out
	By       Step                 // of volume, answers and ratings
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
