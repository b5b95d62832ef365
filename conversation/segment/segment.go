// Package segment is the language in which customers are chosen, for bulk
// jobs and for journeys:
//
//	vip and value >= 100 EUR and last_order older than 60d and consent(sms, marketing)
//
// Parse reads it, with positions in its errors; Match says whether a customer
// belongs to the segment, from what their conversation knows and nothing else;
// Explain and Check say it in words. README.md lists the language.
package segment

import (
	"time"

	"github.com/causette/causette/conversation"
)

// Bounds of a segment: it comes from outside, and is matched against everybody.
const (
	MaxLength  = 4000 // bytes
	maxDepth   = 20   // of parentheses and not
	maxConds   = 100
	maxValues  = 50  // in one list
	maxValue   = 200 // bytes of one value
	maxAmount  = 1_000_000_000_000
	maxSpan    = 3650 * 24 * time.Hour
	maxSkipped = 2_000 // steps of one pattern against one name
)

// Segment is a parsed and checked text. It is never changed, and safe for
// concurrent use.
type Segment struct {
	root node
}

// Parse reads a segment; the error is an *Error.
func Parse(text string) (*Segment, error) {
	p := &parser{text: text}
	root, err := p.parse()
	if err != nil {
		return nil, err
	}
	s := &Segment{root: root}
	if len(s.String()) > MaxLength { // what is kept is what is printed
		return nil, p.wrong(0, "written out, the segment has more than %d bytes", MaxLength)
	}
	return s, nil
}

// Match says whether the customer belongs to the segment at that moment.
func (s *Segment) Match(c *conversation.Conversation, now time.Time) bool {
	return s.root.match(c, now)
}

// node is all of its kids, any of them, not its only one, or a condition.
type node struct {
	op   operation
	kids []node
	cond *condition
}

type operation int

const (
	leaf operation = iota
	allOf
	anyOf
	not
)

// joined makes one node of several; those of the same kind become part of it.
func joined(op operation, kids []node) node {
	if len(kids) == 1 {
		return kids[0]
	}
	n := node{op: op}
	for _, k := range kids {
		if k.op == op {
			n.kids = append(n.kids, k.kids...)
		} else {
			n.kids = append(n.kids, k)
		}
	}
	return n
}

func (n *node) match(c *conversation.Conversation, now time.Time) bool {
	switch n.op {
	case leaf:
		return n.cond.holds(c, now)
	case not:
		return !n.kids[0].match(c, now)
	case allOf:
		for i := range n.kids {
			if !n.kids[i].match(c, now) {
				return false
			}
		}
		return true
	}
	for i := range n.kids {
		if n.kids[i].match(c, now) {
			return true
		}
	}
	return false
}

// each visits the conditions in their order, and says under how many nots each stands.
func (n *node) each(nots int, visit func(c *condition, nots int)) {
	if n.op == leaf {
		visit(n.cond, nots)
	}
	if n.op == not {
		nots++
	}
	for i := range n.kids {
		n.kids[i].each(nots, visit)
	}
}
