package segment

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
)

// parser reads, with one token of foresight:
//
//	segment   = all { "or" all }
//	all       = one { "and" one }
//	one       = "not" one | "(" segment ")" | condition
//	condition = field [ "(" value { "," value } ")" ] [ comparison ]
type parser struct {
	text  string
	pos   int
	token token
	depth int
	conds int
}

func (p *parser) parse() (node, error) {
	switch {
	case len(p.text) > MaxLength:
		p.text = "" // the error quotes none of it
		return node{}, p.wrong(0, "a segment has at most %d bytes", MaxLength)
	case !utf8.ValidString(p.text) || strings.ContainsRune(p.text, 0):
		p.text = ""
		return node{}, p.wrong(0, "a segment is UTF-8 without U+0000")
	}
	if err := p.advance(); err != nil {
		return node{}, err
	}
	if p.token.kind == end {
		return node{}, p.wrong(p.token.at, "the segment is empty; write everyone to mean all customers")
	}
	n, err := p.segment()
	if err != nil {
		return node{}, err
	}
	if p.token.kind != end {
		return node{}, p.wrong(p.token.at, "a condition ends here; go on with and, or, or an end")
	}
	return n, nil
}

func (p *parser) advance() (err error) {
	p.token, err = p.next()
	return err
}

func (p *parser) segment() (node, error) { return p.series(anyOf, "or", p.all) }
func (p *parser) all() (node, error)     { return p.series(allOf, "and", p.one) }

// series reads one or more parts with a word between them.
func (p *parser) series(op operation, between string, part func() (node, error)) (node, error) {
	var kids []node
	for {
		k, err := part()
		if err != nil {
			return node{}, err
		}
		kids = append(kids, k)
		if !p.token.is(between) {
			return joined(op, kids), nil
		}
		if err := p.advance(); err != nil {
			return node{}, err
		}
	}
}

func (p *parser) one() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return node{}, p.wrong(p.token.at, "more than %d parentheses and nots in one another", maxDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.token.is("not"):
		if err := p.advance(); err != nil {
			return node{}, err
		}
		k, err := p.one()
		return node{op: not, kids: []node{k}}, err
	case p.token.is("("):
		if err := p.advance(); err != nil {
			return node{}, err
		}
		n, err := p.segment()
		if err != nil {
			return node{}, err
		}
		return n, p.expect(")")
	}
	c, err := p.condition()
	return node{cond: c}, err
}

// expect reads a sign that must stand here.
func (p *parser) expect(text string) error {
	if !p.token.is(text) {
		return p.wrong(p.token.at, "%q is missing", text)
	}
	return p.advance()
}

func (p *parser) condition() (*condition, error) {
	if p.conds++; p.conds > maxConds {
		return nil, p.wrong(p.token.at, "a segment has at most %d conditions", maxConds)
	}
	name := p.token
	if name.kind != bare {
		return nil, p.wrong(name.at, "a condition begins with a field: %s, …", strings.Join(names()[:5], ", "))
	}
	f := fields[strings.ToLower(name.text)]
	if f == nil {
		return nil, p.wrong(name.at, "there is no field %q%s", name.text, conversation.Nearest(strings.ToLower(name.text), names()))
	}
	c := &condition{at: name.at, field: f}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.arguments(c); err != nil {
		return nil, err
	}
	return c, p.comparison(c)
}

// arguments reads what stands in parentheses behind the fields that need it.
func (p *parser) arguments(c *condition) error {
	if len(c.field.args) == 0 {
		return nil
	}
	for i, a := range c.field.args {
		want := "("
		if i > 0 {
			want = ","
		}
		if !p.token.is(want) {
			return p.wrong(p.token.at, "%s is written %s", c.field.name, c.field.example)
		}
		if err := p.advance(); err != nil {
			return err
		}
		v, err := p.value(c.field.name, a)
		if err != nil {
			return err
		}
		c.args = append(c.args, v)
	}
	return p.expect(")")
}

// comparison reads what is asked of the field.
func (p *parser) comparison(c *condition) error {
	f := c.field
	at := p.token.at
	switch f.kind {
	case flag, pair:
		return nil
	case list:
		if err := p.values(c); err != nil {
			return err
		}
		if f.dated && p.token.is("within") {
			c.op = within
			if err := p.advance(); err != nil {
				return err
			}
			return p.span(c)
		}
		return nil
	}
	op, err := p.operator()
	if err != nil {
		return err
	}
	if !slices.Contains(f.kind.comparisons(), op) {
		return p.wrong(at, "%s wants one of %s, such as %s", f.name, strings.Join(f.kind.written(), ", "), f.example)
	}
	c.op = op
	switch {
	case op == known:
		return nil
	case op == in:
		return p.values(c)
	case op == within, op == olderThan:
		return p.span(c)
	case op == before, op == since:
		return p.date(c)
	case f.kind == word:
		v, err := p.value(f.name, f.vocabulary)
		c.values = []string{v}
		return err
	}
	return p.amount(c)
}

// operator reads a comparison of whatever field; "" for none.
func (p *parser) operator() (comparison, error) {
	t := p.token
	for _, op := range []comparison{known, equal, differs, less, atMost, more, atLeast, in, within, before, since} {
		if t.is(string(op)) {
			return op, p.advance()
		}
	}
	if t.is("older") {
		if err := p.advance(); err != nil {
			return "", err
		}
		return olderThan, p.expect("than")
	}
	return "", nil
}
