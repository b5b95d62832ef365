package api

import (
	"cmp"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// field is a field of a type that requests carry: how it is called there, and
// the schema that bounds it, which is the one of the description.
type field struct {
	name     string
	index    []int
	schema   *huma.Schema
	required bool
}

// ask says what to send where the field is missing. The description of a field
// is written so that it reads on after "send".
func (f field) ask() string {
	if known := choices(f.schema); len(known) > 0 {
		return "choose among " + strings.Join(known, ", ")
	}
	return "send " + cmp.Or(f.schema.Description, "it")
}

var plans sync.Map // reflect.Type → []field; types never change

// fieldsOf lists the fields of a struct, those of embedded ones too, in order.
func fieldsOf(t reflect.Type) []field {
	if known, ok := plans.Load(t); ok {
		return known.([]field)
	}
	schemas := newRegistry()
	var list []field
	for _, f := range reflect.VisibleFields(t) {
		name, option, tagged := strings.Cut(f.Tag.Get("json"), ",")
		if !tagged && name == "" || f.Anonymous || !f.IsExported() {
			continue
		}
		list = append(list, field{name, f.Index, huma.SchemaFromField(schemas, f, f.Name), !strings.HasPrefix(option, "omit")})
	}
	plans.Store(t, list)
	return list
}

func names(fields []field) []string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.name
	}
	return list
}

// namesOf lists the fields of T as requests call them.
func namesOf[T any]() []string { return names(fieldsOf(reflect.TypeFor[T]())) }
