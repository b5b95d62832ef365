package main

import (
	"context"
	"errors"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// automations is what the shop's automations did before anybody looks at the
// console: a refund's message comes while Thomas talks with Zoé, who is told no
// offer meanwhile, and Claire hears of a product tomorrow. Malik wrote on WhatsApp
// two days ago and Camille saw to it: only what was approved reaches him there now.
func (d *demo) automations(ctx context.Context) error {
	now := time.Now().UTC()
	return errors.Join(
		d.prompts(ctx, "Zoé", conversation.Prompt{ID: "demo:refund:zoe", Purpose: conversation.Transactional, Template: "refunded",
			Variables: map[string]string{"order": "LU-1012", "total": "34.90 EUR"}}),
		d.prompts(ctx, "Zoé", conversation.Prompt{ID: "demo:review:zoe", Purpose: conversation.Marketing, Template: "review_request",
			Variables: map[string]string{"order": "LU-1030"}, Campaign: "avis-novembre"}),
		d.prompts(ctx, "Claire", conversation.Prompt{ID: "demo:back:claire", Purpose: conversation.Marketing, Template: "back_in_stock",
			Variables: map[string]string{"product": "Guirlande Été", "link": "https://lumen.example/guirlande"}, Campaign: "noel", SendAt: now.Add(24 * time.Hour)}),
		d.longAgo(ctx, "Malik", "votre livreur n'est pas passé, je peux parler à quelqu'un ?", now.Add(-44*time.Hour)),
		d.happens(ctx, line{who: "Malik", agent: "Camille", does: agents.Claim}),
		d.happens(ctx, line{who: "Malik", agent: "Camille", does: agents.Resolve}),
	)
}

// prompts asks for a first word to a phone, as an automation does.
func (d *demo) prompts(ctx context.Context, who string, p conversation.Prompt) error {
	phone, err := d.phone(who)
	if err != nil {
		return err
	}
	p.To = phone.Number
	_, err = d.gateway.Accept(ctx, "lumen", gateway.Who{Address: phone.Number}, conversation.Event{
		ID: conversation.EventID("prompt:" + p.ID), Type: conversation.PromptRequested, Time: time.Now().UTC(), Prompt: &p})
	return err
}

// longAgo is a text that came in on WhatsApp some time ago.
func (d *demo) longAgo(ctx context.Context, who, text string, at time.Time) error {
	phone, err := d.phone(who)
	if err != nil {
		return err
	}
	_, err = d.gateway.Accept(ctx, "lumen", gateway.Who{Address: phone.Number}, gateway.InboundEvent(conversation.Inbound{
		Carrier: "demo-long-ago", Channel: "lumen-whatsapp", Medium: conversation.WhatsApp, From: phone.Number, To: "whatsapp:+33939061235", Text: text, At: at}))
	return err
}
