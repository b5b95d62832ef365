package segment

import (
	"fmt"
	"strings"
	"time"
)

// String writes the segment as it is read: Parse of it is the same segment.
func (s *Segment) String() string {
	var b strings.Builder
	s.root.print(&b, leaf)
	return b.String()
}

// print writes a node that stands within another; leaf: within none.
func (n *node) print(b *strings.Builder, around operation) {
	switch n.op {
	case leaf:
		n.cond.print(b)
		return
	case not:
		b.WriteString("not ")
		n.kids[0].print(b, not)
		return
	}
	between, close := " and ", ""
	if n.op == anyOf {
		between = " or "
	}
	if around == not || n.op == anyOf && around == allOf {
		b.WriteByte('(')
		close = ")"
	}
	for i := range n.kids {
		if i > 0 {
			b.WriteString(between)
		}
		n.kids[i].print(b, n.op)
	}
	b.WriteString(close)
}

func (d *condition) print(b *strings.Builder) {
	b.WriteString(d.field.name)
	for i, a := range d.args {
		if i == 0 {
			b.WriteByte('(')
		} else {
			b.WriteString(", ")
		}
		b.WriteString(written(a))
	}
	if len(d.args) > 0 {
		b.WriteByte(')')
	}
	if d.field.kind == list {
		d.printValues(b, len(d.values) > 1)
	}
	if d.op == is {
		return
	}
	fmt.Fprintf(b, " %s", d.op)
	switch d.op {
	case known:
	case within, olderThan:
		fmt.Fprintf(b, " %s", span(d.span))
	case before, since:
		fmt.Fprintf(b, " %s", d.date.Format(time.DateOnly))
	case in:
		d.printValues(b, true)
	default:
		switch d.field.kind {
		case word:
			d.printValues(b, false)
		case money:
			fmt.Fprintf(b, " %s %s", d.digits, d.currency)
		default:
			fmt.Fprintf(b, " %s", d.digits)
		}
	}
}

func (d *condition) printValues(b *strings.Builder, several bool) {
	b.WriteByte(' ')
	if several {
		b.WriteByte('(')
	}
	for i, v := range d.values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(written(v))
	}
	if several {
		b.WriteByte(')')
	}
}

// written puts a value in quotes where it needs them.
func written(v string) string {
	if !keyword(v) && strings.IndexFunc(v, func(r rune) bool { return r > 'z' || !isBare(r) || r == '*' }) < 0 {
		return v
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}

// span writes a span in its largest unit of days or hours.
func span(d time.Duration) string {
	if days := d / (24 * time.Hour); d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", days)
	}
	return fmt.Sprintf("%dh", d/time.Hour)
}
