package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/causette/causette/gateway"
)

// maxFaults bounds what is said of one body: whoever sent 1,000 broken events
// mends the first ones first.
const maxFaults = 50

// reader takes a JSON document apart and notes every fault with its pointer.
type reader struct {
	brand  Brand
	now    time.Time
	faults []gateway.FieldFault
}

func (r *reader) fault(at, format string, args ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, gateway.FieldFault{Pointer: at, Detail: fmt.Sprintf(format, args...)})
	}
}

// parseJSON reads one JSON value, with numbers as they were written.
func parseJSON(body []byte) (any, error) {
	bad := func(detail string) error {
		return problem(http.StatusBadRequest, "malformed_json", "The body is not JSON", detail)
	}
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

// object is a JSON object at a pointer. Its zero value has no fields.
type object struct {
	*reader
	at     string
	fields map[string]any
}

// object reads v as an object with no other fields than the known ones.
func (r *reader) object(v any, at string, known []string) (object, bool) {
	fields, ok := v.(map[string]any)
	if !ok {
		r.fault(at, "is %s; send an object", kindOf(v))
		return object{reader: r, at: at}, false
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(known, name) {
			hint := gateway.Suggest(name, known)
			if hint == "" {
				hint = "; known here: " + strings.Join(known, ", ")
			}
			r.fault(at+"/"+escape(name), "unknown field%s", hint)
		}
	}
	return object{reader: r, at: at, fields: fields}, true
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

// get finds a field that is there and not null.
func (o object) get(name string) (v any, at string, ok bool) {
	at = o.at + "/" + name
	v, ok = o.fields[name]
	return v, at, ok && v != nil
}

func (o object) missing(name, do string) { o.fault(o.at+"/"+name, "is missing; %s", do) }

// text reads a string of at most limit characters. U+0000 is removed: no
// database of ours keeps it.
func (o object) text(name string, limit int) string {
	v, at, ok := o.get(name)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		o.fault(at, "is %s; send text", kindOf(v))
		return ""
	}
	s = strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
	if n := utf8.RuneCountInString(s); n > limit {
		o.fault(at, "has %d characters; send %d at most", n, limit)
	}
	return s
}

// needText is text that must be there.
func (o object) needText(name string, limit int, do string) string {
	s := o.text(name, limit)
	if v, _, ok := o.get(name); s == "" {
		if _, isText := v.(string); !ok || isText {
			o.missing(name, do)
		}
	}
	return s
}

// choice reads one of the known words.
func (o object) choice(name string, known ...string) string {
	s := o.needText(name, 200, "choose among "+strings.Join(known, ", "))
	if s != "" && !slices.Contains(known, s) {
		o.fault(o.at+"/"+name, "%q is not known; choose among %s%s", s, strings.Join(known, ", "), gateway.Suggest(s, known))
	}
	return s
}

func (o object) boolean(name string) (value, ok bool) {
	v, at, ok := o.get(name)
	if !ok {
		return false, false
	}
	b, ok := v.(bool)
	if !ok {
		o.fault(at, "is %s; send true or false", kindOf(v))
	}
	return b, ok
}

func (o object) whole(name string, low, high int64) (int64, bool) {
	v, at, ok := o.get(name)
	if !ok {
		return 0, false
	}
	n, ok := v.(json.Number)
	if !ok {
		o.fault(at, "is %s; send a whole number", kindOf(v))
		return 0, false
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || i < low || i > high {
		o.fault(at, "%s is not a whole number from %d to %d", n, low, high)
		return 0, false
	}
	return i, true
}

// moment reads a time, RFC 3339, as UTC with microseconds.
func (o object) moment(name string) time.Time {
	s := o.text(name, 60)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		o.fault(o.at+"/"+name, "%q is not a time; send RFC 3339, as 2026-11-21T09:41:00Z", s)
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// link reads an https address that a customer may be sent.
func (o object) link(name string) string {
	s := o.text(name, 2000)
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		o.fault(o.at+"/"+name, "is not a link; send an absolute https address")
	}
	return s
}

// list calls each for every element of an array of at most limit.
func (o object) list(name string, limit int, each func(v any, at string)) bool {
	v, at, ok := o.get(name)
	if !ok {
		return false
	}
	elements, ok := v.([]any)
	if !ok {
		o.fault(at, "is %s; send an array", kindOf(v))
		return false
	}
	if len(elements) > limit {
		o.fault(at, "has %d elements; send %d at most", len(elements), limit)
		return false
	}
	for i, element := range elements {
		each(element, at+"/"+strconv.Itoa(i))
	}
	return true
}
