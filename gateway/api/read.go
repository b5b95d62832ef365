package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/causette/causette/gateway"
)

// maxFaults bounds what is said of one body: whoever sent 1,000 broken events
// mends the first ones first.
const maxFaults = 50

// reader takes a JSON document apart into Go types, by the schemas that the
// description shows, and notes every fault with its pointer.
type reader struct {
	brand  Brand
	now    time.Time
	faults []gateway.FieldFault
}

// own is a type that reads itself: its kind says too little of what it holds.
type own interface {
	read(r *reader, v any, at string)
}

// checked is an object whose fields say something only together.
type checked interface {
	check(r *reader, at string)
}

func (r *reader) fault(at, format string, args ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, gateway.FieldFault{Pointer: at, Detail: fmt.Sprintf(format, args...)})
	}
}

// parseJSON reads one JSON value, with numbers as they were written.
func parseJSON(body []byte) (any, error) {
	bad := func(detail string) error { return problem("malformed_json", detail) }
	if !utf8.Valid(body) {
		return nil, bad("it is not UTF-8; encode it so")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, bad(fmt.Sprintf("at byte %d: %s", syntax.Offset, syntax))
	case err == io.EOF:
		return nil, bad("it is empty")
	case err != nil:
		return nil, bad("it ends too early")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, bad("more follows after the first value; send an array")
	}
	return v, nil
}

// value reads v into a Go value of the schema.
func (r *reader) value(v any, at string, s *huma.Schema, into reflect.Value) {
	if o, ok := into.Addr().Interface().(own); ok {
		o.read(r, v, at)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		p := reflect.New(into.Type().Elem())
		r.value(v, at, s, p.Elem())
		into.Set(p)
	case reflect.String:
		into.SetString(r.word(v, at, s))
	case reflect.Bool:
		b, ok := v.(bool)
		if !ok {
			r.fault(at, "is %s; send true or false", kindOf(v))
		}
		into.SetBool(b)
	case reflect.Int, reflect.Int64:
		into.SetInt(r.whole(v, at, s))
	case reflect.Slice:
		r.list(v, at, s, into)
	case reflect.Map:
		r.entries(v, at, s, into)
	case reflect.Interface:
		into.Set(reflect.ValueOf(v))
	default:
		if t, ok := into.Addr().Interface().(*time.Time); ok {
			*t = r.moment(v, at)
			return
		}
		r.object(v, at, into)
	}
}

// object reads the fields of v, and no others than the type has. A field that is
// null is not there.
func (r *reader) object(v any, at string, into reflect.Value) {
	given, ok := v.(map[string]any)
	if !ok {
		r.fault(at, "is %s; send an object", kindOf(v))
		return
	}
	known := fieldsOf(into.Type())
	r.unknown(given, at, names(known))
	for _, f := range known {
		here := at + "/" + f.name
		v := given[f.name]
		if v == nil {
			if f.required {
				r.fault(here, "is missing; %s", f.ask())
			}
			continue
		}
		before, to := len(r.faults), into.FieldByIndex(f.index)
		r.value(v, here, f.schema, to)
		if f.required && to.Kind() == reflect.String && to.Len() == 0 && len(r.faults) == before {
			r.fault(here, "is missing; %s", f.ask())
		}
	}
	if c, ok := into.Addr().Interface().(checked); ok {
		c.check(r, at)
	}
}

// unknown notes the names that nobody knows, each with the nearest one known.
func (r *reader) unknown(given map[string]any, at string, known []string) {
	strange := make([]string, 0, len(given))
	for name := range given {
		if !slices.Contains(known, name) {
			strange = append(strange, name)
		}
	}
	slices.Sort(strange)
	for _, name := range strange {
		hint := gateway.Suggest(name, known)
		if hint == "" {
			hint = "; known here: " + strings.Join(known, ", ")
		}
		r.fault(at+"/"+escape(name), "unknown field%s", hint)
	}
}

// escape makes a name fit for a JSON pointer (RFC 6901).
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "an array"
	}
	return "an object"
}

// text reads a string of at most limit characters. U+0000 is removed: no
// database of ours keeps it.
func (r *reader) text(v any, at string, limit int) string {
	s, ok := v.(string)
	if !ok {
		r.fault(at, "is %s; send text", kindOf(v))
		return ""
	}
	s = strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
	if n := utf8.RuneCountInString(s); n > limit {
		r.fault(at, "has %d characters; send %d at most", n, limit)
	}
	return s
}

// maxWord bounds texts whose schema says nothing else.
const maxWord = 200

// word reads text as its schema bounds it.
func (r *reader) word(v any, at string, s *huma.Schema) string {
	limit := maxWord
	if s.MaxLength != nil {
		limit = *s.MaxLength
	}
	text := r.text(v, at, limit)
	if text != "" && len(s.Enum) > 0 && !slices.Contains(s.Enum, any(text)) {
		known := choices(s)
		r.fault(at, "%q is not known; choose among %s%s", text, strings.Join(known, ", "), gateway.Suggest(text, known))
	}
	return text
}

// choices are the words that a schema knows.
func choices(s *huma.Schema) []string {
	known := make([]string, len(s.Enum))
	for i, word := range s.Enum {
		known[i] = word.(string)
	}
	return known
}

func (r *reader) whole(v any, at string, s *huma.Schema) int64 {
	n, ok := v.(json.Number)
	if !ok {
		r.fault(at, "is %s; send a whole number", kindOf(v))
		return 0
	}
	low, high := int64(-maxAmount), int64(maxAmount)
	if s.Minimum != nil {
		low = int64(*s.Minimum)
	}
	if s.Maximum != nil {
		high = int64(*s.Maximum)
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || i < low || i > high {
		r.fault(at, "%s is not a whole number from %d to %d", n, low, high)
		return 0
	}
	return i
}

// moment reads a time, RFC 3339, as UTC with microseconds.
func (r *reader) moment(v any, at string) time.Time {
	s := r.text(v, at, 60)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		r.fault(at, "%q is not a time; send RFC 3339, as 2026-11-21T09:41:00Z", s)
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

func (r *reader) list(v any, at string, s *huma.Schema, into reflect.Value) {
	elements, ok := v.([]any)
	if !ok {
		r.fault(at, "is %s; send an array", kindOf(v))
		return
	}
	if s.MaxItems != nil && len(elements) > *s.MaxItems {
		r.fault(at, "has %d elements; send %d at most", len(elements), *s.MaxItems)
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(elements), len(elements)))
	for i, element := range elements {
		r.value(element, at+"/"+strconv.Itoa(i), s.Items, into.Index(i))
	}
}

// maxEntryName bounds the names of an object that has any.
const maxEntryName = 60 // bytes

// entries reads an object whose names are the source's own.
func (r *reader) entries(v any, at string, s *huma.Schema, into reflect.Value) {
	given, ok := v.(map[string]any)
	if !ok || len(given) > *s.MaxProperties {
		r.fault(at, "is not an object of up to %d texts", *s.MaxProperties)
		return
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(given)))
	each := s.AdditionalProperties.(*huma.Schema)
	for name, v := range given {
		here := at + "/" + escape(name)
		if name == "" || len(name) > maxEntryName || strings.Contains(name, "\x00") {
			r.fault(here, "has a name of %d bytes; write 1 to %d", len(name), maxEntryName)
			continue
		}
		value := reflect.New(into.Type().Elem()).Elem()
		r.value(v, here, each, value)
		into.SetMapIndex(reflect.ValueOf(name), value)
	}
}
