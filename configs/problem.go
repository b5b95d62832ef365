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
