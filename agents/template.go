package agents

import (
	"cmp"
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Bounds of what fills a template.
const (
	maxTemplate  = 64  // bytes of a name
	maxVariables = 40  // of a template
	maxVariable  = 500 // bytes of a value; the turn says less of it
)

// Template is what an agent may say to a customer, with what is known of them.
type Template struct {
	Name      string               `json:"name"`
	Purpose   conversation.Purpose `json:"purpose"`
	Languages []string             `json:"languages"`
	Language  string               `json:"language"` // that the customer reads it in
	Source    string               `json:"source"`   // what it says there, as written: with {placeholders}
	Approved  bool                 `json:"approved"` // WhatsApp takes it outside its window
	Variables []Variable           `json:"variables"`
	Reading
}

// Variable is a placeholder of a template, and what fills it for this customer.
type Variable struct {
	Name     string   `json:"name"`
	Filters  []string `json:"filters"`  // money, date: how its value is to be given
	Required bool     `json:"required"` // nothing is said without a value
	Known    bool     `json:"known"`    // of the brand or the customer: it need not be given
	Default  string   `json:"default"`  // what is said without one
	Value    string   `json:"value"`    // what the customer's row tells
	From     string   `json:"from"`     // where Value comes from: customer, cart, order; "" for none
	Of       string   `json:"of"`       // the order's number
}

// Reading is a template as the customer would read it, or why it cannot be said.
type Reading struct {
	Text string `json:"text"`
	Code string `json:"code"` // of conversation.Refused; "" where it may be said
	Why  string `json:"why"`  // what is wrong with it, where the template is why
}

// templated is a script that has templates; the one that cmd compiles does.
type templated interface {
	Templates() []conversation.TemplateInfo
}

// Templates lists what an agent may say to the customer: filled from their row
// and their newest order or cart, in their language, by the rules that hold now.
func (d *Desk) Templates(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID) ([]Template, error) {
	c, script, err := d.scripted(ctx, by, brand, customer)
	if err != nil {
		return nil, err
	}
	list, ok := script.(templated)
	if !ok {
		return []Template{}, nil
	}
	var found []Template
	for _, info := range list.Templates() {
		t := Template{Name: info.Name, Purpose: info.Purpose, Languages: info.Languages, Language: d.reads(c, info.Languages)}
		t.Source, t.Approved = info.Texts[t.Language], info.Content[t.Language] != ""
		values := make(map[string]string)
		known := factsOf(c, &info, d.zone(c))
		for _, v := range info.Variables {
			filled := Variable{Name: v.Name, Filters: some(v.Filters), Required: v.Required, Known: v.Known, Default: cmp.Or(v.Default[t.Language], v.Default[""])}
			if f, is := known[v.Name]; is && f.value != "" {
				filled.Value, filled.From, filled.Of = f.value, f.from, f.of
			}
			if v.Known && filled.From == "" && v.Name != "first" {
				filled.From = "brand"
			}
			if filled.Value != "" && !v.Known {
				values[v.Name] = filled.Value
			}
			t.Variables = append(t.Variables, filled)
		}
		t.Variables = some(t.Variables)
		t.Reading = d.reading(c, script, Act{Kind: Write, Template: info.Name, Variables: values})
		found = append(found, t)
	}
	return some(found), nil
}

// Read says how a template would read with these variables, without saying it.
func (d *Desk) Read(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID, template string, variables map[string]string) (Reading, error) {
	a := Act{Kind: Write, Template: template, Variables: variables}
	if template == "" {
		return Reading{}, &Fault{"template", "is missing"}
	}
	if err := a.checkTemplate(); err != nil {
		return Reading{}, err
	}
	c, script, err := d.scripted(ctx, by, brand, customer)
	if err != nil {
		return Reading{}, err
	}
	return d.reading(c, script, a), nil
}

// scripted reads a conversation and what it runs on.
func (d *Desk) scripted(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID) (*conversation.Conversation, gateway.Script, error) {
	if err := Allow(by, MayWrite, brand); err != nil {
		return nil, nil, err
	}
	row, err := d.store.Detail(ctx, brand, customer)
	if err != nil {
		return nil, nil, fmt.Errorf("read templates: %w", err)
	}
	if d.script == nil {
		return &row.Conversation, nil, nil
	}
	script, err := d.script(row.Conversation)
	if err != nil {
		return nil, nil, fmt.Errorf("read templates: %w", err)
	}
	return &row.Conversation, script, nil
}

// reading is the turn that the act would be, without its effects: what it would
// say is what is said. Whose conversation it is does not matter to that.
func (d *Desk) reading(c *conversation.Conversation, script gateway.Script, a Act) Reading {
	if script == nil {
		return Reading{Code: conversation.RefusedTemplate}
	}
	as := *c
	desk := conversation.Desk{Status: conversation.DeskAssigned}
	if c.Desk != nil {
		desk = *c.Desk
	}
	if as.State = conversation.WithAgent; desk.Owner == "" {
		desk.Owner = "nobody"
	}
	as.Desk = &desk
	act := d.turned(Agent{ID: desk.Owner}, a)
	turn := script.Step(as, conversation.Event{ID: "reading", Type: conversation.AgentWrote, Time: d.moment(), Act: act}, d.moment())
	switch {
	case turn.Refused != nil:
		return Reading{Code: turn.Refused.Code, Why: turn.Refused.Why}
	case len(turn.Messages) == 0:
		return Reading{Code: conversation.RefusedNothing}
	}
	return Reading{Text: turn.Messages[0].Text}
}

func (a *Act) checkTemplate() error {
	switch {
	case a.Template == "" && len(a.Variables) == 0:
		return nil
	case a.Kind != Write:
		return &Fault{"template", "belongs to what is written"}
	case a.Template == "":
		return &Fault{"variables", "belong to a template"}
	case a.Text != "":
		return &Fault{"text", "and template exclude each other"}
	case len(a.Template) > maxTemplate:
		return &Fault{"template", fmt.Sprintf("is longer than %d bytes", maxTemplate)}
	case len(a.Variables) > maxVariables:
		return &Fault{"variables", fmt.Sprintf("are more than %d", maxVariables)}
	}
	given := make(map[string]string, len(a.Variables))
	for name, value := range a.Variables {
		if len(name) > maxTemplate || len(value) > maxVariable {
			return &Fault{"variables", fmt.Sprintf("have a name longer than %d bytes, or a value longer than %d", maxTemplate, maxVariable)}
		}
		given[name] = clean(value)
	}
	a.Variables = given
	return nil
}
