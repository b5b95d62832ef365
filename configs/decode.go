package configs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/causette/causette/gateway"
)

const (
	maxFile  = 1 << 20 // bytes; far more than a thousand brands need
	maxNodes = 200_000 // values read, aliases included, so that aliases of aliases end
)

// decoder reads a YAML document into a Go value and notes everything that is
// wrong with it, and where everything stood, so that what is checked later can
// name the line too. yaml.Unmarshal would stop at the first error.
type decoder struct {
	file     string
	env      func(string) (string, bool)
	lines    map[string]int  // of each field that the file has
	literal  map[string]bool // fields written out, without ${…}
	anchors  map[string]ast.Node
	nodes    int
	problems Problems
}

// defaulter is a struct that knows what its fields are when the file is silent.
type defaulter interface{ defaults() }

// scalar is a value that reads itself from one word of the file. The error says
// what is wrong and what to do, with a semicolon between them.
type scalar interface{ parse(word string) error }

func newDecoder(file string, env func(string) (string, bool)) *decoder {
	return &decoder{file: file, env: env,
		lines: map[string]int{}, literal: map[string]bool{}, anchors: map[string]ast.Node{}}
}

// decode reads data into the struct or map that into points at.
func (d *decoder) decode(data []byte, into any) {
	v := reflect.ValueOf(into).Elem()
	if f, ok := into.(defaulter); ok {
		f.defaults()
	}
	switch {
	case len(data) > maxFile:
		d.fail("", 0, fmt.Sprintf("has %d bytes", len(data)), fmt.Sprintf("a file may have %d", maxFile))
		return
	case !utf8.Valid(data):
		d.fail("", 0, "is not UTF-8", "save it as UTF-8")
		return
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey()) // pairs names both lines
	if err != nil {
		line, what := 0, err.Error()
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			what = syntax.GetMessage()
			if t := syntax.GetToken(); t != nil && t.Position != nil {
				line = t.Position.Line
			}
		}
		d.fail("", line, "is not YAML: "+what, "mend the line or the one above it")
		return
	}
	if len(file.Docs) > 1 && file.Docs[1].Body != nil {
		d.fail("", line(file.Docs[1].Body), "a second document begins here", "put everything into one")
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return
	}
	d.value(file.Docs[0].Body, v, "")
}

func (d *decoder) fail(path string, line int, what, do string) {
	d.problems = append(d.problems, Problem{File: d.file, Line: line, Field: path, What: what, Do: do})
}

// at finds the line of a field, or of the nearest thing around it that the file has.
func (d *decoder) at(path string) int {
	for path != "" {
		if n, ok := d.lines[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// value reads one node into v. path is where it stands.
func (d *decoder) value(n ast.Node, v reflect.Value, path string) {
	if d.nodes++; d.nodes > maxNodes {
		if d.nodes == maxNodes+1 {
			d.fail(path, line(n), "the file unfolds to too many values", "write fewer aliases")
		}
		return
	}
	n = d.resolve(n, path)
	if n == nil {
		return
	}
	if path != "" {
		d.lines[path] = line(n)
	}
	if v.CanAddr() {
		if s, ok := v.Addr().Interface().(scalar); ok {
			if word, ok := d.word(n, path, "one value"); ok {
				d.complain(path, n, s.parse(word))
			}
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		if f, ok := v.Interface().(defaulter); ok {
			f.defaults()
		}
		d.value(n, v.Elem(), path)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Map:
		d.dictionary(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	default:
		d.plain(n, v, path)
	}
}

// plain reads text, numbers, booleans and durations.
func (d *decoder) plain(n ast.Node, v reflect.Value, path string) {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		if word, ok := d.word(n, path, "a duration such as 8s"); ok {
			t, err := duration(word)
			d.complain(path, n, err)
			v.SetInt(int64(t))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		if word, ok := d.word(n, path, "text"); ok {
			v.SetString(word)
		}
	case reflect.Bool:
		if word, ok := d.word(n, path, "true or false"); ok {
			if word != "true" && word != "false" {
				d.fail(path, line(n), strconv.Quote(word)+" is neither true nor false", "write one of the two")
			}
			v.SetBool(word == "true")
		}
	case reflect.Int, reflect.Int64:
		if word, ok := d.word(n, path, "a whole number"); ok {
			i, err := strconv.ParseInt(strings.ReplaceAll(word, "_", ""), 10, 64)
			if err != nil {
				d.fail(path, line(n), strconv.Quote(word)+" is not a whole number", "write digits only")
			}
			v.SetInt(i)
		}
	case reflect.Float64:
		if word, ok := d.word(n, path, "a number"); ok {
			f, err := strconv.ParseFloat(word, 64)
			if err != nil || f != f {
				d.fail(path, line(n), strconv.Quote(word)+" is not a number", "write it as 10 or 0.5")
				f = 0
			}
			v.SetFloat(f)
		}
	default:
		panic("configs: no reading of " + v.Type().String())
	}
}

func (d *decoder) complain(path string, n ast.Node, err error) {
	if err == nil {
		return
	}
	what, do, _ := strings.Cut(err.Error(), "; ")
	d.fail(path, line(n), what, do)
}

// resolve follows anchors, aliases and tags; nil when there is nothing to read.
func (d *decoder) resolve(n ast.Node, path string) ast.Node {
	for range 32 {
		switch t := n.(type) {
		case *ast.AnchorNode:
			d.anchors[t.Name.String()] = t.Value
			n = t.Value
		case *ast.AliasNode:
			known, ok := d.anchors[t.Value.String()]
			if !ok {
				d.fail(path, line(t), "alias *"+t.Value.String()+" has no anchor above it", "write &"+t.Value.String()+" where the value stands first")
				return nil
			}
			n = known
		case *ast.TagNode:
			n = t.Value
		case nil, *ast.NullNode:
			return nil // as if the key were not there
		default:
			return n
		}
	}
	d.fail(path, line(n), "an alias leads to itself", "write the value out")
	return nil
}

func (d *decoder) structure(n ast.Node, v reflect.Value, path string) {
	fields := map[string]int{}
	var names []string
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); tag != "" && tag != "-" {
			tag, _, _ = strings.Cut(tag, ",")
			fields[tag] = i
			names = append(names, tag)
		}
	}
	d.pairs(n, path, names, func(key string, at int, value ast.Node) {
		i, ok := fields[key]
		if !ok {
			if where, known := elsewhere[key]; known {
				d.fail(join(path, key), at, "stands elsewhere", where)
				return
			}
			slices.Sort(names)
			do := "known here: " + strings.Join(names, ", ")
			if hint := gateway.Suggest(key, names); hint != "" {
				do = "remove or rename it" + hint
			}
			d.fail(join(path, key), at, "unknown key", do)
			return
		}
		d.lines[join(path, key)] = at
		d.value(value, v.Field(i), join(path, key))
	})
}

// elsewhere is what people look for here and find in another file.
var elsewhere = map[string]string{
	"hours":         "write the hours into the brand's scripts, under hours:",
	"opening_hours": "write the hours into the brand's scripts, under hours:",
	"first_answer":  "write it into the brand's scripts, as rules: {sla: {first_answer: 5m}}; opening hours count there",
	"next_answer":   "write it into the brand's scripts, as rules: {sla: {next_answer: 10m}}; opening hours count there",
	"templates":     "write what is said into the brand's scripts",
}

func (d *decoder) dictionary(n ast.Node, v reflect.Value, path string) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	d.pairs(n, path, nil, func(key string, at int, value ast.Node) {
		d.lines[join(path, key)] = at
		element := reflect.New(v.Type().Elem()).Elem()
		d.value(value, element, join(path, key))
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), element)
	})
}

// pairs calls each for every key of a mapping, once.
func (d *decoder) pairs(n ast.Node, path string, names []string, each func(key string, line int, value ast.Node)) {
	var values []*ast.MappingValueNode
	switch t := n.(type) {
	case *ast.MappingNode:
		values = t.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{t}
	default:
		example := "key: value"
		if len(names) > 0 {
			example = names[0] + ": …"
		}
		d.fail(path, line(n), "should hold keys and values", "write them below it, indented, as "+example)
		return
	}
	seen := map[string]int{}
	for _, pair := range values {
		at := line(pair.Key)
		if pair.Key.IsMergeKey() {
			d.fail(join(path, "<<"), at, "merge keys are not read", "write the keys out")
			continue
		}
		t := pair.Key.GetToken()
		if t == nil {
			continue
		}
		key := t.Value
		if first, twice := seen[key]; twice {
			d.fail(join(path, key), at, fmt.Sprintf("stands on line %d already", first), "keep one of the two")
			continue
		}
		seen[key] = at
		each(key, at, pair.Value)
	}
}

func (d *decoder) list(n ast.Node, v reflect.Value, path string) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		if _, one := n.(ast.ScalarNode); one { // languages: fr
			element := reflect.New(v.Type().Elem())
			d.value(n, element.Elem(), path)
			v.Set(reflect.Append(v, element.Elem()))
			return
		}
		d.fail(path, line(n), "should be a list", "begin each element with a dash")
		return
	}
	for i, value := range sequence.Values {
		element := reflect.New(v.Type().Elem())
		if f, ok := element.Interface().(defaulter); ok {
			f.defaults()
		}
		d.value(value, element.Elem(), fmt.Sprintf("%s[%d]", path, i))
		v.Set(reflect.Append(v, element.Elem()))
	}
}

func line(n ast.Node) int {
	if n == nil {
		return 0
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		if p, ok := n.(*ast.MappingNode); ok && len(p.Values) > 0 && !p.IsFlowStyle {
			return line(p.Values[0].Key)
		}
		if p, ok := n.(*ast.MappingValueNode); ok {
			return line(p.Key)
		}
		return t.Position.Line
	}
	return 0
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
