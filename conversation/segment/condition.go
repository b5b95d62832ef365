package segment

import (
	"strings"
	"time"

	"github.com/causette/causette/conversation"
)

// condition is one field of a customer, and what is asked of it.
type condition struct {
	at       int // byte offset in the text
	field    *field
	args     []string // consent(sms, marketing), preference(size)
	op       comparison
	values   []string // of =, !=, in and of lists
	amount   int64    // whole numbers, or the currency's minor units
	digits   string   // the amount as it is printed
	currency string
	span     time.Duration // of within and older than
	date     time.Time     // of before and since
}

// comparison is what is asked of a field.
type comparison string

const (
	is        comparison = "" // a flag, a consent, a list
	known     comparison = "known"
	equal     comparison = "="
	differs   comparison = "!="
	less      comparison = "<"
	atMost    comparison = "<="
	more      comparison = ">"
	atLeast   comparison = ">="
	in        comparison = "in"
	within    comparison = "within"
	olderThan comparison = "older than"
	before    comparison = "before"
	since     comparison = "since"
)

// holds asks the condition of a customer. What is not known holds no condition,
// "!=" and "older than" included.
func (d *condition) holds(c *conversation.Conversation, now time.Time) bool {
	f := d.field
	switch f.kind {
	case flag:
		return f.flag(c)
	case pair:
		return f.pair(c, d.args)
	case word:
		return d.word(f.word(c, d.args))
	case number:
		n, ok := f.number(c)
		return ok && d.compare(n)
	case money:
		n, ok := f.money(c, d.currency)
		return ok && d.compare(n)
	case moment:
		return d.moment(f.moment(c), now)
	case list:
		return f.list(c, d, now)
	}
	return false
}

func (d *condition) word(w string) bool {
	if w == "" {
		return false
	}
	switch d.op {
	case known:
		return true
	case differs:
		return !strings.EqualFold(w, d.values[0])
	}
	for _, v := range d.values {
		if strings.EqualFold(w, v) {
			return true
		}
	}
	return false
}

func (d *condition) compare(n int64) bool {
	switch d.op {
	case known:
		return true
	case equal:
		return n == d.amount
	case differs:
		return n != d.amount
	case less:
		return n < d.amount
	case atMost:
		return n <= d.amount
	case more:
		return n > d.amount
	case atLeast:
		return n >= d.amount
	}
	return false
}

func (d *condition) moment(at, now time.Time) bool {
	if at.IsZero() {
		return false
	}
	switch d.op {
	case known:
		return true
	case within:
		return now.Sub(at) <= d.span
	case olderThan:
		return now.Sub(at) > d.span
	case before:
		return at.Before(d.date)
	case since:
		return !at.Before(d.date)
	}
	return false
}

// names says whether one of the condition's patterns means the article.
func (d *condition) names(l *conversation.Line) bool {
	return d.like(l.SKU) || d.like(l.Name)
}

// like says whether one of the condition's patterns is the text, whatever the
// case; * is any number of letters.
func (d *condition) like(text string) bool {
	for _, pattern := range d.values {
		if like(pattern, text) {
			return true
		}
	}
	return false
}
