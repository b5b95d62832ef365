package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Bounds of a prompt's times.
const (
	promptFor   = 72 * time.Hour      // a prompt that says nothing is worth saying so long: over a Sunday and a holiday
	promptAhead = 30 * 24 * time.Hour // neither send_at nor expires_at lies further away
)

// PromptInput is the first word as an automation asks for it.
type PromptInput struct {
	To        dialled              `json:"to" doc:"the customer's phone number"`
	Purpose   conversation.Purpose `json:"purpose" enum:"transactional,marketing"`
	Template  string               `json:"template,omitempty" maxLength:"100" doc:"the template's name; or text"`
	Text      string               `json:"text,omitempty" maxLength:"1600" doc:"what is said; or template"`
	Variables map[string]variable  `json:"variables,omitempty" maxProperties:"30" doc:"what fills the template's placeholders"`
	Channel   string               `json:"channel,omitempty" maxLength:"100" doc:"auto: the best of the brand's. Or a medium, sms or whatsapp, or a channel's id"`
	Opens     *opens               `json:"opens,omitempty"`
	SendAt    time.Time            `json:"send_at,omitzero" doc:"not before; at most 30 days ahead"`
	Expires   time.Time            `json:"expires_at,omitzero" doc:"not after: until then it is worth saying; at most 30 days ahead. Absent, 72 hours after it could leave"`
	Incentive bool                 `json:"incentive,omitempty" doc:"it gives a discount: a customer gets one in 90 days"`
	Campaign  string               `json:"campaign,omitempty" maxLength:"100" doc:"what it belongs to, for reports"`
}

// opens is what the customer's answer continues.
type opens struct {
	Dialogue conversation.Dialogue `json:"dialogue" enum:"cart,reorder,preference,order_status,review,none"`
	Cart     string                `json:"cart,omitempty" maxLength:"200" doc:"why it is said: sent only while that cart is open"`
	Order    string                `json:"order,omitempty" maxLength:"200" doc:"why it is said: sent only while that order stands"`
}

// variable is what fills a placeholder.
type variable string

// Schema bounds it.
func (variable) Schema(huma.Registry) *huma.Schema { return textSchema(500, "") }

// dialled is a phone number that is refused with the contract's own code, and
// not as a fault of the body, where nobody has it.
type dialled string

// Schema says what a request may say.
func (dialled) Schema(reg huma.Registry) *huma.Schema { return phone("").Schema(reg) }

func (d *dialled) read(r *reader, v any, at string) {
	s := r.text(v, at, 40)
	if e164, ok := r.brand.normalise(s); ok {
		s = string(e164)
	}
	*d = dialled(s)
}

var nameOfVariable = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)

// wording checks what is to be said: a template and what fills it, or a text.
func (r *reader) wording(at, template, text string, variables map[string]variable) {
	if template == "" && text == "" {
		r.fault(at+"/template", "is missing; send template, or the text itself in text")
	}
	if template != "" && text != "" {
		r.fault(at+"/text", "stands beside template; send one of them")
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !nameOfVariable.MatchString(name) {
			r.fault(at+"/variables/"+escape(name), "has a name that no template can have; write letters, digits and _")
		}
	}
	if text != "" && len(variables) > 0 {
		r.fault(at+"/variables", "belongs to a template; a text says everything itself")
	}
}

// filled is the variables as the gateway takes them.
func filled(variables map[string]variable) map[string]string {
	if variables == nil {
		return nil
	}
	all := make(map[string]string, len(variables))
	for name, v := range variables {
		all[name] = string(v)
	}
	return all
}

func (i *PromptInput) check(r *reader, at string) {
	r.wording(at, i.Template, i.Text, i.Variables)
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"send_at", i.SendAt}, {"expires_at", i.Expires}} {
		if t.at.After(r.now.Add(promptAhead)) {
			r.fault(at+"/"+t.name, "lies more than 30 days ahead; send it nearer to that day")
		}
	}
	if !i.Expires.IsZero() && i.SendAt.After(i.Expires) {
		r.fault(at+"/expires_at", "is before send_at; the prompt would never leave")
	}
}

// prompt is what the input asks for; the id is its caller's to give.
func (i *PromptInput) prompt(now time.Time) conversation.Prompt {
	p := conversation.Prompt{Purpose: i.Purpose, Template: i.Template, Text: i.Text, Variables: filled(i.Variables), To: conversation.Address(i.To),
		SendAt: i.SendAt, Requested: now, Expires: i.Expires, Incentive: i.Incentive, Campaign: i.Campaign}
	if p.Expires.IsZero() {
		p.Expires = now.Add(promptFor)
		if p.SendAt.After(now) {
			p.Expires = p.SendAt.Add(promptFor)
		}
	}
	if i.Opens != nil {
		p.Opens, p.Cart, p.Order = i.Opens.Dialogue, i.Opens.Cart, i.Opens.Order
	}
	return p
}

// auto leaves the channel to the gateway.
const auto = "auto"

// routed makes a prompt of the input with the ways that it may take: all of the
// brand's, those of one medium, or one.
func (a *API) routed(c *call, i *PromptInput) (conversation.Prompt, error) {
	p := i.prompt(c.now.Truncate(time.Microsecond))
	if e164, ok := c.brand.normalise(string(p.To)); !ok || e164 != p.To {
		return p, refusedPrompt("invalid_number", "/to is not a phone number that exists; send it in E.164, as +33612345678", nil)
	}
	all := a.prompts.Routes(c.brand.ID, p.To)
	known := []string{auto}
	for _, r := range all {
		for _, name := range []string{string(r.Medium), string(r.Channel)} {
			if !slices.Contains(known, name) {
				known = append(known, name)
			}
		}
		switch i.Channel {
		case string(r.Channel):
			p.Channel, p.Medium, p.Routes = r.Channel, r.Medium, []conversation.Route{r}
		case string(r.Medium):
			p.Medium, p.Routes = r.Medium, append(p.Routes, r)
		}
	}
	if i.Channel == "" || i.Channel == auto {
		p.Routes = all
	}
	if len(p.Routes) == 0 {
		return p, refusedPrompt("no_channel", "this brand has no channel "+i.Channel+" to this number; choose among "+strings.Join(known, ", ")+gateway.Suggest(i.Channel, known), nil)
	}
	return p, nil
}

// promptID names the prompt of a request: the same one for the same
// Idempotency-Key, whatever the node.
func promptID(c *call) string {
	key := c.Header.Get("Idempotency-Key")
	if key == "" {
		return "p_" + strings.ToLower(rand.Text())
	}
	sum := sha256.Sum256([]byte(c.key.Hash + "\n" + key))
	return "p_" + hex.EncodeToString(sum[:16])
}

// asksTheSame says that a stored prompt is the one that is asked for: what the
// gateway fills in, and times that depend on when it was asked, left out.
func asksTheSame(a, b *conversation.Prompt) bool {
	return a.To == b.To && a.Purpose == b.Purpose && a.Template == b.Template && a.Text == b.Text && a.Opens == b.Opens &&
		a.Cart == b.Cart && a.Order == b.Order && a.Incentive == b.Incentive && a.Campaign == b.Campaign &&
		a.SendAt.Equal(b.SendAt) && maps.Equal(a.Variables, b.Variables)
}
