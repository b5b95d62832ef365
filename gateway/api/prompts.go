package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Prompts decides on prompts before they are asked for; gateway.Gateway
// satisfies it.
type Prompts interface {
	// Routes are the brand's ways to an address, best first.
	Routes(brand conversation.BrandID, to conversation.Address) []conversation.Route
	// Preview is what would become of a prompt now, without its effects.
	Preview(ctx context.Context, brand conversation.BrandID, who gateway.Who, p conversation.Prompt) (conversation.Preview, error)
	// Templates lists what prompts may say, by the brand's current script.
	Templates(brand conversation.BrandID) []conversation.TemplateInfo
}

const promptExample = `{"to": "+33612345678", "purpose": "marketing", "template": "cart_reminder",
	"variables": {"product": "sac à main", "link": "https://lumen.example/c/42"}, "channel": "auto", "opens": {"dialogue": "cart", "cart": "c_42"}}`

func (a *API) routePrompts() {
	serve(a, operation{id: "postPrompt", route: "POST /v1/prompts", tag: "prompts", scope: PromptsWrite, status: http.StatusAccepted,
		summary: "Send the first word",
		text: `The gateway decides whether, when and on which channel it goes out, and says why.
What may not go out is refused with 422 and a code. The Idempotency-Key names the
prompt: the same key never sends twice, whatever the number of requests.`,
		success: "It is queued, scheduled, held or shown to the agent who talks with the customer",
		codes:   promptCodes, example: promptExample}, a.postPrompt)
	serve(a, operation{id: "previewPrompt", route: "POST /v1/prompts/preview", tag: "prompts", scope: PromptsWrite,
		summary: "Decide without sending",
		text:    "The same decision as POST /v1/prompts would take now, with the text as it would read. A refusal is an answer here and no problem.",
		success: "What would become of it", codes: []string{"invalid_number", "no_channel"}, example: promptExample}, a.previewPrompt)
	serve(a, operation{id: "getPrompt", route: "GET /v1/prompts/{id}", tag: "prompts", scope: PromptsRead,
		summary: "Read a prompt and every step of its delivery", success: "The prompt", codes: []string{"unknown_prompt"}}, a.getPrompt)
	serve(a, operation{id: "cancelPrompt", route: "DELETE /v1/prompts/{id}", tag: "prompts", scope: PromptsWrite,
		summary: "Take a prompt back while it has not left", text: "Cancelling it again changes nothing.",
		success: "It is cancelled", codes: []string{"unknown_prompt", "prompt_sent", "set_aside"}}, a.cancelPrompt)
}

type postPrompt struct{ Body PromptInput }

// promptAnswer is what became of a prompt that was asked for.
type promptAnswer struct {
	ID       string                    `json:"id"`
	Status   conversation.PromptStatus `json:"status"`
	Customer conversation.CustomerID   `json:"customer"`
	Decision decision                  `json:"decision"`
	Expires  time.Time                 `json:"expires_at"`
}

// postPrompt asks for a prompt. What its turn decided is the answer; a turn that
// was there before, on whatever node, is answered from what was stored.
func (a *API) postPrompt(c *call, given *postPrompt) (promptAnswer, error) {
	p, err := a.routed(c, &given.Body)
	if err != nil {
		return promptAnswer{}, err
	}
	p.ID = promptID(c)
	out, err := a.mustAccept(c, gateway.Who{Address: p.To}, conversation.Event{ID: conversation.EventID("prompt:" + p.ID),
		Type: conversation.PromptRequested, Time: p.Requested, Prompt: &p})
	if err != nil {
		return promptAnswer{}, err
	}
	if out.Turn != nil {
		if i := slices.IndexFunc(out.Turn.Prompts, func(x conversation.PromptChange) bool { return x.ID == p.ID }); i >= 0 {
			made := out.Turn.Prompts[i]
			return a.answerPrompt(c, out.Customer, p, made.Status, made.Verdict, saidOf(p.ID, out.Turn.Messages))
		}
	}
	row, messages, err := a.store.Prompt(c.Context(), c.brand.ID, p.ID)
	if err != nil {
		return promptAnswer{}, fmt.Errorf("read prompt: %w", err)
	}
	if !asksTheSame(&row.Request, &p) {
		return promptAnswer{}, errReused
	}
	text := ""
	if len(messages) > 0 {
		text = messages[0].Text
	}
	return a.answerPrompt(c, row.Customer, row.Request, row.Status, row.Verdict, text)
}

// saidOf is the text of a prompt's message, "" where none was said.
func saidOf(id string, messages []conversation.Message) string {
	i := slices.IndexFunc(messages, func(m conversation.Message) bool { return m.Prompt == id })
	if i < 0 {
		return ""
	}
	return messages[i].Text
}

func (a *API) answerPrompt(c *call, customer conversation.CustomerID, p conversation.Prompt, status conversation.PromptStatus, v conversation.Verdict, text string) (promptAnswer, error) {
	if text == "" && v.Code == "" { // it waits: its words are those of a preview
		if seen, err := a.prompts.Preview(c.Context(), c.brand.ID, gateway.Who{Customer: customer}, previewOf(p)); err == nil {
			text = seen.Message.Text
		}
	}
	d := a.decide(v, p.To, text, p.Requested)
	if v.Code != "" {
		r := refusedPrompt(v.Code, v.Why, &d)
		r.Instance = promptPath(p.ID)
		return promptAnswer{}, r
	}
	return promptAnswer{ID: p.ID, Status: status, Customer: customer, Decision: d, Expires: p.Expires}, nil
}

// previewOf is a prompt under the name that a preview has.
func previewOf(p conversation.Prompt) conversation.Prompt {
	p.ID = "preview"
	return p
}

// promptPreview is what would become of a prompt now.
type promptPreview struct {
	Allowed  bool     `json:"allowed" doc:"POST /v1/prompts would take it"`
	Decision decision `json:"decision"`
	Text     string   `json:"text,omitempty" doc:"as the customer would read it"`
	Lint     []string `json:"lint" doc:"what is better said otherwise"`

	Appearance *appearance `json:"appearance,omitempty" doc:"how the text travels, and what would be cheaper"`
}

func (a *API) previewPrompt(c *call, given *postPrompt) (promptPreview, error) {
	p, err := a.routed(c, &given.Body)
	if err != nil {
		return promptPreview{}, err
	}
	seen, err := a.prompts.Preview(c.Context(), c.brand.ID, gateway.Who{Address: p.To}, previewOf(p))
	if err != nil {
		return promptPreview{}, fmt.Errorf("preview: %w", err)
	}
	d := a.decide(seen.Verdict, p.To, seen.Message.Text, p.Requested)
	return promptPreview{Allowed: seen.Verdict.Code == "", Decision: d, Text: seen.Message.Text, Lint: orEmpty(seen.Lint),
		Appearance: a.appear(&d, p.To, seen.Message.Text)}, nil
}

type promptName struct {
	ID string `path:"id" maxLength:"200" doc:"as POST /v1/prompts answered it"`
}

func promptPath(id string) string { return "/v1/prompts/" + id }

// promptState is a prompt and how far it came.
type promptState struct {
	ID       string                    `json:"id"`
	Status   conversation.PromptStatus `json:"status"`
	Customer conversation.CustomerID   `json:"customer"`
	Purpose  conversation.Purpose      `json:"purpose"`
	Template string                    `json:"template,omitempty"`
	Campaign string                    `json:"campaign,omitempty"`
	Into     string                    `json:"merged_into,omitempty" doc:"the prompt whose message says it"`
	Decision decision                  `json:"decision" doc:"the gate's last word"`
	Created  time.Time                 `json:"created"`
	Changed  time.Time                 `json:"changed"`
	Expires  time.Time                 `json:"expires_at,omitzero"`
	Steps    []step                    `json:"steps" doc:"oldest first"`
	Messages []message                 `json:"messages" doc:"that say it: two where the first medium failed"`
}

// step is one thing that happened to a prompt.
type step struct {
	At      time.Time              `json:"at"`
	Status  string                 `json:"status" doc:"requested, the prompt's own, or the message's: queued, posting, accepted, sent, delivered, …"`
	Message conversation.MessageID `json:"message,omitempty"`
	Channel conversation.ChannelID `json:"channel,omitempty"`
	Rule    conversation.Rule      `json:"rule,omitempty"`
	Code    string                 `json:"carrier_code,omitempty"`
}

func (a *API) getPrompt(c *call, given *promptName) (promptState, error) {
	row, messages, err := a.findPrompt(c, given.ID)
	if err != nil {
		return promptState{}, err
	}
	return a.stateOf(row, messages), nil
}

func (a *API) findPrompt(c *call, id string) (gateway.PromptRow, []gateway.Stored, error) {
	row, messages, err := a.store.Prompt(c.Context(), c.brand.ID, id)
	switch {
	case errors.Is(err, gateway.ErrNotFound):
		return row, nil, problem("unknown_prompt", "send an id that POST /v1/prompts answered to a key of this brand")
	case err != nil:
		return row, nil, fmt.Errorf("read prompt: %w", err)
	}
	return row, messages, nil
}

func (a *API) stateOf(row gateway.PromptRow, messages []gateway.Stored) promptState {
	p := row.Request
	s := promptState{ID: row.ID, Status: row.Status, Customer: row.Customer, Purpose: p.Purpose, Template: p.Template, Campaign: p.Campaign,
		Into: row.Into, Created: row.Created, Changed: row.Changed, Expires: p.Expires, Messages: []message{},
		Steps: []step{{At: row.Created, Status: "requested"}}}
	text := ""
	for _, m := range messages {
		if text == "" {
			text = m.Text
		}
		s.Messages = append(s.Messages, messageOf(m))
		s.Steps = append(s.Steps, step{At: m.At, Status: string(gateway.Queued), Message: m.ID, Channel: m.Channel, Rule: m.Rule})
		if m.Status != gateway.Queued {
			s.Steps = append(s.Steps, step{At: m.Changed, Status: string(m.Status), Message: m.ID, Channel: m.Channel, Code: m.Code})
		}
	}
	if row.Status != conversation.PromptQueued {
		s.Steps = append(s.Steps, step{At: row.Changed, Status: string(row.Status), Rule: row.Verdict.Rule})
	}
	slices.SortStableFunc(s.Steps, func(a, b step) int { return a.At.Compare(b.At) })
	s.Decision = a.decide(row.Verdict, p.To, text, row.Created)
	return s
}

// cancelPrompt takes back a prompt that has not left.
func (a *API) cancelPrompt(c *call, given *promptName) (promptState, error) {
	row, messages, err := a.findPrompt(c, given.ID)
	if err != nil {
		return promptState{}, err
	}
	if row.Status == conversation.PromptDropped {
		return a.stateOf(row, messages), nil
	}
	_, err = a.mustAccept(c, gateway.Who{Customer: row.Customer}, conversation.Event{ID: conversation.EventID("prompt.cancel:" + rand.Text()),
		Type: conversation.PromptCancelled, Time: c.now.Truncate(time.Microsecond), Prompt: &conversation.Prompt{ID: row.ID}})
	if err != nil {
		return promptState{}, err
	}
	if row, messages, err = a.findPrompt(c, given.ID); err != nil {
		return promptState{}, err
	}
	if row.Status != conversation.PromptDropped {
		p := problem("prompt_sent", "it is "+string(row.Status)+"; what has left cannot be taken back")
		p.Instance = promptPath(row.ID)
		return promptState{}, p
	}
	return a.stateOf(row, messages), nil
}
