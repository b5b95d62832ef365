package configs

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing to mend in a file.
type Problem struct {
	File    string
	Line    int    // from 1; 0 when the whole file is meant
	Field   string // brands[0].support.phone; "" when no field is meant
	What    string // what is wrong
	Do      string // what to do about it
	Warning bool   // the gateway can run nevertheless
}

// String is one line: file:line: field: what is wrong; what to do.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Warning {
		b.WriteString("warning: ")
	}
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.What)
	if p.Do != "" {
		b.WriteString("; " + p.Do)
	}
	return b.String()
}

// Problems is everything that was found, in the order of the file. It is the
// error of Load and Parse; errors.As finds it.
type Problems []Problem

// Error writes the errors, one a line, without the warnings.
func (p Problems) Error() string {
	var lines []string
	for _, problem := range p {
		if !problem.Warning {
			lines = append(lines, problem.String())
		}
	}
	return strings.Join(lines, "\n")
}

// Warnings leaves the errors out.
func (p Problems) Warnings() Problems {
	var warnings Problems
	for _, problem := range p {
		if problem.Warning {
			warnings = append(warnings, problem)
		}
	}
	return warnings
}

// failed says whether one of them is an error.
func (p Problems) failed() bool {
	return slices.ContainsFunc(p, func(q Problem) bool { return !q.Warning })
}

// meant suggests the known name nearest to a misspelt one: (did you mean "x"?),
// or "" when none is near.
func meant(name string, known []string) string {
	best, distance := "", len(name)/3+1
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return fmt.Sprintf(" (did you mean %q?)", k)
		}
		if d := edits(strings.ToLower(name), strings.ToLower(k)); d <= distance && (best == "" || d < distance) {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// edits is how many letters are to be added, dropped, changed or swapped with
// their neighbour to make b of a. Names are short: over 64 bytes it gives up.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var rows [3][65]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
