package api

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/causette/causette/gateway"
)

// operation is one route, declared once: what the description says of it is
// what admits and reads its requests. In and Out of serve say the rest.
type operation struct {
	id      string // of the description, postPrompt
	route   string // of the ServeMux, "POST /v1/prompts"
	tag     string
	scope   Scope
	status  int // of success; 0: 200
	summary string
	text    string   // more of it
	success string   // what the answer is
	codes   []string // problems beyond those that every route has
	example string   // a body, JSON
	kinds   []string // of the body; nil: JSON
	answers string   // the kind of the answer; "": JSON
}

func (o *operation) method() string {
	method, _, _ := strings.Cut(o.route, " ")
	return method
}

func (o *operation) path() string {
	_, path, _ := strings.Cut(o.route, " ")
	return path
}

// serve registers a route whose request is an In and whose answer is an Out. A
// field of In that is tagged path or query is a parameter; its Body, where it
// has one, is read from JSON.
func serve[In, Out any](a *API, o operation, do func(*call, *In) (Out, error)) {
	in := inputOf(reflect.TypeFor[In]())
	a.describe(o, in, reflect.TypeFor[Out]())
	status := o.status
	if status == 0 {
		status = http.StatusOK
	}
	carryOut := func(w http.ResponseWriter, c *call) {
		var given In
		err := in.read(c, reflect.ValueOf(&given).Elem())
		if err == nil {
			var out Out
			if out, err = do(c, &given); err == nil {
				writeJSON(w, status, out)
			}
		}
		if err != nil {
			a.fail(w, c.Request, err)
		}
	}
	a.mux.HandleFunc(o.route, func(w http.ResponseWriter, r *http.Request) {
		c, err := a.admit(w, r, o.scope)
		if err == nil && in.body != nil {
			c.body, err = readBody(w, r, maxBody, "application/json")
		}
		if err != nil {
			a.fail(w, r, err)
			return
		}
		if key := r.Header.Get("Idempotency-Key"); key != "" && r.Method == http.MethodPost {
			a.answerOnce(w, c, key, func(w http.ResponseWriter) { carryOut(w, c) })
			return
		}
		carryOut(w, c)
	})
}

// stream registers a route whose body is read and answered row by row: neither
// is ever held whole, unless an Idempotency-Key asks to keep the answer. do gets
// a name that is the same whenever that key comes again.
func stream(a *API, o operation, do func(w http.ResponseWriter, c *call, body io.Reader, name string)) {
	a.describe(o, input{}, reflect.TypeFor[string]())
	a.mux.HandleFunc(o.route, func(w http.ResponseWriter, r *http.Request) {
		c, err := a.admit(w, r, o.scope)
		if err == nil {
			err = isOf(r, o.kinds...)
		}
		if err == nil && r.ContentLength > maxImport {
			err = tooLarge(maxImport)
		}
		key := r.Header.Get("Idempotency-Key")
		if err == nil && key != "" {
			c.body, err = readBody(w, r, maxReplay, o.kinds...)
		}
		if err != nil {
			a.fail(w, r, err)
			return
		}
		if key == "" {
			// Answers begin before the body has ended (HTTP/1.1).
			_ = http.NewResponseController(w).EnableFullDuplex()
			do(w, c, http.MaxBytesReader(w, r.Body, maxImport), rand.Text())
			return
		}
		a.answerOnce(w, c, key, func(w http.ResponseWriter) {
			sum := sha256.Sum256([]byte(c.key.Hash + "\n" + key))
			do(w, c, bytes.NewReader(c.body), hex.EncodeToString(sum[:16]))
		})
	})
}

// input is what a request carries.
type input struct {
	params []param
	body   *reflect.StructField // nil: none
}

// param is a part of the address.
type param struct {
	field
	in string // path, query
}

func inputOf(t reflect.Type) input {
	var in input
	schemas := newRegistry()
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "Body" {
			in.body = &f
			continue
		}
		p := param{field{f.Tag.Get("path"), f.Index, huma.SchemaFromField(schemas, f, f.Name), true}, "path"}
		if p.name == "" {
			p.name, p.in, p.required = f.Tag.Get("query"), "query", f.Tag.Get("required") == "true"
		}
		in.params = append(in.params, p)
	}
	return in
}

// read reads a request into a value of the type that the input was made of.
func (in *input) read(c *call, into reflect.Value) error {
	if err := in.readParams(c, into); err != nil || in.body == nil {
		return err
	}
	v, err := parseJSON(c.body)
	if err != nil {
		return err
	}
	r := reader{brand: c.brand, now: c.now}
	r.value(v, "", nil, into.FieldByIndex(in.body.Index))
	if len(r.faults) > 0 {
		return invalid(r.faults)
	}
	return nil
}

func (in *input) readParams(c *call, into reflect.Value) error {
	r := reader{brand: c.brand, now: c.now}
	query := c.URL.Query()
	var known []string
	for _, p := range in.params {
		text := c.PathValue(p.name)
		if p.in == "query" {
			known = append(known, p.name)
			if text = query.Get(p.name); text == "" && p.schema.Default != nil {
				text = fmt.Sprint(p.schema.Default)
			}
			if len(query[p.name]) > 1 {
				r.fault(p.name, "is there %d times; send it once", len(query[p.name]))
			}
		}
		if text == "" && p.required && p.in == "query" {
			r.fault(p.name, "is missing; %s", p.ask())
		}
		if text == "" && (!p.required || p.in == "query") {
			continue
		}
		r.value(paramValue(text, p.schema.Type), p.name, p.schema, into.FieldByIndex(p.index))
	}
	for name := range query {
		if !slices.Contains(known, name) {
			r.fault(name, "is not known here%s", gateway.Suggest(name, known))
		}
	}
	if len(r.faults) > 0 {
		return problem("invalid_parameter", r.faults[0].Pointer+" "+r.faults[0].Detail)
	}
	return nil
}

// paramValue is what JSON would have of a parameter.
func paramValue(text, kind string) any {
	switch {
	case kind == huma.TypeInteger:
		return json.Number(text)
	case kind == huma.TypeBoolean && text == "true":
		return true
	case kind == huma.TypeBoolean && text == "false":
		return false
	}
	return text
}
