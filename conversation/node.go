package conversation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Problem is one thing wrong in a script, where it is and what to do.
type Problem struct {
	File    string
	Line    int
	Field   string // "copy.stop.marketing"
	Why     string
	Warning bool // the script can be run nevertheless
}

func (p Problem) Error() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Warning {
		where += ": warning"
	}
	if p.Field != "" {
		return where + ": " + p.Field + ": " + p.Why
	}
	return where + ": " + p.Why
}

// Problems are all that is wrong in a script, in the order of the files.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// split takes the warnings out.
func (ps Problems) split() (failed, warnings Problems) {
	for _, p := range ps {
		if p.Warning {
			warnings = append(warnings, p)
		} else {
			failed = append(failed, p)
		}
	}
	return failed, warnings
}

// A node is a place in a YAML file. Reading a value of the wrong kind notes a
// problem and gives the zero value, so that one check finds every mistake.
type node struct {
	file  string
	field string
	at    ast.Node // nil: absent
	line  int      // of the key, where the value has no line of its own
	found *Problems
}

// parseYAML reads one document.
func parseYAML(file string, text []byte, found *Problems) (node, bool) {
	n := node{file: file, found: found}
	if !utf8.Valid(text) {
		n.wrong("is not UTF-8")
		return n, false
	}
	doc, err := parser.ParseBytes(text, 0)
	if err != nil {
		var at yaml.Error
		why := err.Error()
		if errors.As(err, &at) {
			why = at.GetMessage()
			if token := at.GetToken(); token != nil && token.Position != nil {
				n.line = token.Position.Line
			}
		}
		n.wrong("%s", why)
		return n, false
	}
	switch {
	case len(doc.Docs) > 1:
		n.wrong("holds %d documents, want one", len(doc.Docs))
		return n, false
	case len(doc.Docs) == 1:
		n.at = doc.Docs[0].Body
	}
	return n, true
}

func (n node) wrong(format string, args ...any) { n.found.add(n.problem(format, args...)) }

// warn notes what is better mended, and what the script can be run with.
func (n node) warn(format string, args ...any) {
	p := n.problem(format, args...)
	p.Warning = true
	n.found.add(p)
}

func (ps *Problems) add(p Problem) { *ps = append(*ps, p) }

func (n node) problem(format string, args ...any) Problem {
	line := n.line
	if n.at != nil {
		if token := n.at.GetToken(); token != nil && token.Position != nil && n.line == 0 {
			line = token.Position.Line
		}
	}
	return Problem{File: n.file, Line: line, Field: n.field, Why: fmt.Sprintf(format, args...)}
}

func (n node) absent() bool {
	if n.at == nil {
		return true
	}
	_, null := n.at.(*ast.NullNode)
	return null
}

func (n node) isMapping() bool {
	switch n.at.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

// member is one key of a mapping.
type member struct {
	key string
	node
}

// members lists a mapping in the order of the file.
func (n node) members() []member {
	if n.absent() {
		return nil
	}
	var values []*ast.MappingValueNode
	switch m := n.at.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		n.wrong("is not a mapping of names to values")
		return nil
	}
	list := make([]member, 0, len(values))
	for _, v := range values {
		key := ""
		if s, ok := v.Key.(ast.ScalarNode); ok {
			key = fmt.Sprint(s.GetValue())
		}
		if b, ok := v.Key.(*ast.BoolNode); ok { // YAML reads the keys yes and no as booleans
			key = b.GetToken().Value
		}
		child := n.child(key, v.Value)
		child.line = v.Key.GetToken().Position.Line
		if slices.ContainsFunc(list, func(m member) bool { return m.key == key }) {
			child.wrong("is here twice")
			continue
		}
		list = append(list, member{key, child})
	}
	return list
}

func (n node) child(name string, at ast.Node) node {
	field := name
	if n.field != "" {
		field = n.field + "." + name
	}
	return node{file: n.file, field: field, at: at, found: n.found}
}

// fields reads a mapping whose keys are known.
func (n node) fields(known ...string) map[string]node {
	fields := map[string]node{}
	for _, m := range n.members() {
		if !slices.Contains(known, m.key) {
			m.wrong("unknown field%s", nearest(m.key, known))
			continue
		}
		fields[m.key] = m.node
	}
	for _, name := range known {
		if _, ok := fields[name]; !ok {
			fields[name] = node{file: n.file, field: n.child(name, nil).field, line: n.line, found: n.found}
		}
	}
	return fields
}

// items reads a sequence.
func (n node) items() []node {
	if n.absent() {
		return nil
	}
	s, ok := n.at.(*ast.SequenceNode)
	if !ok {
		n.wrong("is not a list")
		return nil
	}
	list := make([]node, len(s.Values))
	for i, v := range s.Values {
		list[i] = node{file: n.file, field: fmt.Sprintf("%s[%d]", n.field, i), at: v, found: n.found}
	}
	return list
}

// text reads a string; a number is as good, so that "12" needs no quotes.
func (n node) text() string {
	switch v := n.at.(type) {
	case nil, *ast.NullNode:
		return ""
	case *ast.StringNode:
		return v.Value
	case *ast.LiteralNode:
		return strings.TrimRight(v.Value.Value, "\n")
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return v.GetToken().Value
	}
	n.wrong("is not a text")
	return ""
}

// words reads a list of texts.
func (n node) words() []string {
	var list []string
	for _, item := range n.items() {
		if w := item.text(); w != "" {
			list = append(list, w)
		} else {
			item.wrong("is empty")
		}
	}
	return list
}

// oneOrMore reads a value, or a list of them.
func (n node) oneOrMore() []node {
	if n.absent() {
		return nil
	}
	if _, list := n.at.(*ast.SequenceNode); list {
		return n.items()
	}
	return []node{n}
}

// texts reads a text for each language.
func (n node) texts() map[string]node {
	all := map[string]node{}
	for _, m := range n.members() {
		all[m.key] = m.node
	}
	return all
}

// member is the value of a key, or the mapping itself where it has no such key.
func (n node) member(key string) node {
	for _, m := range n.members() {
		if m.key == key {
			return m.node
		}
	}
	return n
}

func (n node) truth() bool {
	if n.absent() {
		return false
	}
	b, ok := n.at.(*ast.BoolNode)
	if !ok {
		n.wrong("is neither true nor false")
		return false
	}
	return b.Value
}

// number reads a whole number in [least, most]; absent gives def.
func (n node) number(def, least, most int) int {
	if n.absent() {
		return def
	}
	v := math.MinInt
	if i, ok := n.at.(*ast.IntegerNode); ok {
		switch x := i.Value.(type) {
		case int64:
			v = int(x)
		case uint64:
			v = int(min(x, math.MaxInt))
		}
	}
	if v < least || v > most {
		n.wrong("is not a whole number from %d to %d", least, most)
		return def
	}
	return v
}

// duration reads "90s", "24h" or "3d" up to 90 days; absent gives def.
func (n node) duration(def time.Duration) time.Duration {
	if n.absent() {
		return def
	}
	text := n.text()
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		d, err = time.ParseDuration(days + "h")
		d *= 24
	}
	if err != nil || d < 0 || d > 90*24*time.Hour {
		n.wrong("%q is not a duration such as 90s, 24h or 3d, up to 90d", text)
		return def
	}
	return d
}

// oneOf reads one of a few names; absent gives the first.
func (n node) oneOf(names ...string) string {
	if n.absent() {
		return names[0]
	}
	v := n.text()
	if !slices.Contains(names, v) {
		n.wrong("%q is none of %s%s", v, strings.Join(names, ", "), nearest(v, names))
		return names[0]
	}
	return v
}
