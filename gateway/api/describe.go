package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const componentPrefix = "#/components/schemas/"

// newRegistry makes schemas of Go types: those of the description and those that
// requests are read by.
func newRegistry() huma.Registry {
	reg := huma.NewMapRegistry(componentPrefix, huma.DefaultSchemaNamer)
	for of, as := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[conversation.Medium]():       reflect.TypeFor[medium](),
		reflect.TypeFor[conversation.Purpose]():      reflect.TypeFor[purpose](),
		reflect.TypeFor[conversation.ConsentState](): reflect.TypeFor[consentState](),
		reflect.TypeFor[conversation.Owner]():        reflect.TypeFor[owner](),
		reflect.TypeFor[conversation.PromptStatus](): reflect.TypeFor[promptStatus](),
		reflect.TypeFor[gateway.Status]():            reflect.TypeFor[messageStatus](),
		reflect.TypeFor[json.RawMessage]():           reflect.TypeFor[any](),
	} {
		reg.RegisterTypeAlias(of, as)
	}
	return reg
}

// Words that the ground floor names in constants, which a type does not tell.
type (
	medium        string
	purpose       string
	consentState  string
	owner         string
	messageStatus string
	promptStatus  string
)

func oneOf[S ~string](words ...S) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, w := range words {
		s.Enum = append(s.Enum, string(w))
	}
	return s
}

// Schema lists the words; the same of all the others below.
func (medium) Schema(huma.Registry) *huma.Schema {
	return oneOf(conversation.SMS, conversation.WhatsApp)
}

func (purpose) Schema(huma.Registry) *huma.Schema {
	return oneOf(conversation.Answer, conversation.Transactional, conversation.Marketing)
}

func (consentState) Schema(huma.Registry) *huma.Schema {
	return oneOf(conversation.Given, conversation.Withdrawn)
}

func (owner) Schema(huma.Registry) *huma.Schema {
	return oneOf(conversation.Assistant, conversation.Queue, conversation.Agent)
}

func (messageStatus) Schema(huma.Registry) *huma.Schema {
	return oneOf(gateway.Queued, gateway.PostingNow, gateway.Accepted, gateway.Sent, gateway.Delivered, gateway.Read,
		gateway.Undelivered, gateway.Failed, gateway.Cancelled, gateway.Expired, gateway.Unknown, gateway.Received)
}

func (promptStatus) Schema(huma.Registry) *huma.Schema {
	return oneOf(conversation.PromptScheduled, conversation.PromptHeld, conversation.PromptShown, conversation.PromptQueued, conversation.PromptMerged,
		conversation.PromptRefused, conversation.PromptDropped, conversation.PromptExpired, conversation.PromptUndeliverable)
}

// newDescription begins the document; describe adds what each route is.
func newDescription() *huma.OpenAPI {
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Causette", Version: "1", License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			Description: `What automations ask of a brand's gateway, what they tell it, and what they can
read of it. A key belongs to one brand, so no request names one. Amounts are whole
numbers of minor units: {"amount": 14990, "currency": "EUR"} is 149.90 €. Times are
RFC 3339. Phone numbers are E.164; numbers as people of the brand's country write
them are understood too. An unknown field is refused with a suggestion.

Every answer to a key carries RateLimit and RateLimit-Policy
(draft-ietf-httpapi-ratelimit-headers).
`},
		Servers:  []*huma.Server{{URL: "/"}},
		Security: []map[string][]string{{"key": {}}},
		Tags: []*huma.Tag{
			{Name: "prompts", Description: "The first word"},
			{Name: "bulk", Description: "The first word to many"},
			{Name: "events", Description: "What happened in the shop"},
			{Name: "customers", Description: "Who they are"},
			{Name: "consents", Description: "The ledger"},
			{Name: "conversations", Description: "What was said"},
			{Name: "reports", Description: "What it came to"},
		},
		Components: &huma.Components{
			Schemas: newRegistry(),
			SecuritySchemes: map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer",
				Description: "A key of one brand, ck_…; causette key add makes one"}},
		},
	}
	doc.AddOperation(&huma.Operation{Method: http.MethodGet, Path: "/openapi.json", OperationID: "describe", Summary: "This document",
		Security: []map[string][]string{},
		Responses: map[string]*huma.Response{"200": {Description: "OpenAPI 3.1",
			Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}}}})
	return doc
}

// describe adds a route: its parameters and body as they are read, its answer,
// and every problem that it may be.
func (a *API) describe(o operation, in input, out reflect.Type) {
	reg := a.doc.Components.Schemas
	op := &huma.Operation{Method: o.method(), Path: o.path(), OperationID: o.id, Summary: o.summary, Tags: []string{o.tag},
		Description: strings.TrimSpace(o.text + "\n\nNeeds the scope " + string(o.scope) + ".")}
	refusals := append([]string{"unauthorized", "missing_scope", "brand_gone", "too_many_requests", "busy", "interrupted", "internal"}, o.codes...)
	for _, p := range in.params {
		op.Parameters = append(op.Parameters, &huma.Param{Name: p.name, In: p.in, Required: p.required, Description: p.schema.Description, Schema: withoutDescription(p.schema)})
		refusals = append(refusals, "invalid_parameter")
	}
	success := &huma.Response{Description: o.success}
	if o.method() == http.MethodPost {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: textSchema(255, ""),
			Description: "The same key with the same request is answered with the first answer, with another request 409."})
		success.Headers = map[string]*huma.Param{"Idempotency-Replayed": {Description: "true when this is the answer to an earlier request", Schema: oneOf("true")}}
		refusals = append(refusals, "invalid_idempotency_key", "idempotency_key_reused")
	}
	if body := bodyOf(reg, o, in); body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: body}
		refusals = append(refusals, "interrupted_body", "body_too_large", "unsupported_media_type", "invalid_body")
		if o.kinds == nil {
			refusals = append(refusals, "malformed_json")
		}
	}
	kind := o.answers
	if kind == "" {
		kind = "application/json"
	}
	success.Content = map[string]*huma.MediaType{kind: {Schema: reg.Schema(out, true, o.id+"Answer")}}
	status := o.status
	if status == 0 {
		status = http.StatusOK
	}
	op.Responses = map[string]*huma.Response{strconv.Itoa(status): success}
	for status, of := range byStatus(refusals) {
		op.Responses[strconv.Itoa(status)] = refusalOf(reg, of)
	}
	a.doc.AddOperation(op)
}

// known describes types that no answer refers to: the rows of a stream.
func (a *API) known(types ...reflect.Type) {
	for _, t := range types {
		a.doc.Components.Schemas.Schema(t, true, "")
	}
}

func withoutDescription(s *huma.Schema) *huma.Schema {
	bare := *s
	bare.Description = ""
	return &bare
}

func bodyOf(reg huma.Registry, o operation, in input) map[string]*huma.MediaType {
	content := map[string]*huma.MediaType{}
	for _, kind := range o.kinds {
		content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	if in.body == nil {
		if len(content) == 0 {
			return nil
		}
		return content
	}
	m := &huma.MediaType{Schema: reg.Schema(in.body.Type, true, o.id+"Body")}
	if o.example != "" {
		var v any
		if err := json.Unmarshal([]byte(o.example), &v); err != nil { // it is ours: a test reads it
			panic(fmt.Errorf("the example of %s: %w", o.id, err))
		}
		m.Example = v
	}
	content["application/json"] = m
	return content
}

func byStatus(list []string) map[int][]string {
	of := map[int][]string{}
	for _, code := range list {
		status := codes[code].status
		if !slices.Contains(of[status], code) {
			of[status] = append(of[status], code)
		}
	}
	return of
}

// refusalOf describes the problems that share a status.
func refusalOf(reg huma.Registry, of []string) *huma.Response {
	refused := reg.Schema(reflect.TypeFor[gateway.ProblemDetails](), true, "")
	reg.SchemaFromRef(refused.Ref).Properties["decision"] = reg.Schema(reflect.TypeFor[decision](), true, "")
	slices.Sort(of)
	var meaning []string
	for _, code := range of {
		meaning = append(meaning, code+": "+codes[code].title)
	}
	answer := &huma.Response{Description: strings.Join(meaning, ". ") + ".",
		Content: map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{
			AllOf: []*huma.Schema{refused,
				{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"code": oneOf(of...)}}}}}}}
	if status := codes[of[0]].status; status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		one := 1.0
		answer.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds to wait", Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: &one}}}
	}
	return answer
}

// written is the finished document. Lists in our answers are never null, which
// huma takes Go's to be.
func written(doc *huma.OpenAPI) []byte {
	for _, s := range doc.Components.Schemas.Map() {
		neverNull(s)
	}
	text, err := json.Marshal(doc)
	if err != nil { // it is made of our own types
		panic(err)
	}
	return text
}

func neverNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
		neverNull(s.Items)
	}
	for _, p := range s.Properties {
		neverNull(p)
	}
}

func (a *API) serveDescription(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(a.description) // the source has gone: nobody to tell
}
