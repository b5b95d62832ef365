package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/phones"
)

// acted is how the scripted day tells of what an agent did.
var acted = map[agents.Kind]string{
	agents.Claim:   "prend la conversation de %s (%s)",
	agents.Return:  "rend la conversation de %s à l'assistant%.0s",
	agents.Resolve: "a résolu la demande de %s%.0s",
}

// staffed does an agent's act through the desk, as the console would, and prints
// it; what the agent writes is printed as it arrives on the phone.
func (d *demo) staffed(ctx context.Context, out io.Writer, day *dayClock, phone phones.Phone, l line) error {
	heard, err := d.heard(phone)
	if err != nil {
		return err
	}
	c, err := d.does(ctx, phone, l)
	switch {
	case err != nil:
		return err
	case l.does == agents.NoteDown:
		show(out, day, l.agent, "#", l.says)
		return nil
	case l.does != agents.Write:
		reason := ""
		if c.Desk != nil {
			reason = c.Desk.Reason
		}
		show(out, day, l.agent, "@", fmt.Sprintf(acted[l.does], l.who, reason))
		return nil
	}
	patience, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	got, err := d.carrier.Await(patience, phone.Number, heard, func(m phones.Message) bool { return m.Text == l.says })
	if err != nil {
		return err
	}
	show(out, day, l.agent, "<", got.Text)
	return nil
}

// does has an agent do a line's act, having read the conversation as it is. It
// returns what they saw.
func (d *demo) does(ctx context.Context, phone phones.Phone, l line) (conversation.Conversation, error) {
	by, err := d.colleague(ctx, l.agent)
	if err != nil {
		return conversation.Conversation{}, err
	}
	c, err := d.store.Conversation(ctx, "lumen", gateway.Who{Address: phone.Number})
	if err != nil {
		return c, err
	}
	_, err = d.people.Act(ctx, by, "lumen", c.Customer.ID, agents.Act{
		ID: fmt.Sprintf("play-%s-%d", l.does, c.Version), Kind: l.does, Text: l.says, Seen: c.Version,
	})
	return c, err
}

// taken returns once the gateway has taken what a phone texted, where no answer
// says so.
func (d *demo) taken(ctx context.Context, sent phones.Message) error {
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		c, err := d.store.Conversation(ctx, "lumen", gateway.Who{Address: sent.Phone})
		if err != nil || !c.WroteAt.Before(sent.At.Truncate(time.Microsecond)) {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("%q was not taken: %w", sent.Text, ctx.Err())
		}
	}
}

// colleague is one of the demo's staff.
func (d *demo) colleague(ctx context.Context, name string) (agents.Agent, error) {
	all, err := d.people.Agents(ctx, agents.Operator)
	if err != nil {
		return agents.Agent{}, err
	}
	for _, a := range all {
		if a.Name == name {
			return a, nil
		}
	}
	return agents.Agent{}, fmt.Errorf("nobody at the desk is %s", name)
}

// heard is the place of the newest message on a phone.
func (d *demo) heard(phone phones.Phone) (place uint64, err error) {
	list, err := d.carrier.Messages(phone.Number)
	for _, m := range list {
		place = max(place, m.Place)
	}
	return place, err
}

// remindOf has an automation remind the customer of their cart.
func (d *demo) remindOf(ctx context.Context, out io.Writer, day *dayClock, phone phones.Phone, l line) error {
	heard, err := d.heard(phone)
	if err != nil {
		return err
	}
	if err := d.remind(ctx, l.who); err != nil {
		return err
	}
	got, err := d.next(ctx, phone, heard)
	if err != nil {
		return err
	}
	show(out, day, "boutique", ".", "panier abandonné de "+l.who)
	show(out, day, "Lumen", "<", got.Text)
	return nil
}

// offerAtNight has an automation tell the customer of an offer, shows what the
// gate says, and waits for the morning that it names.
func (d *demo) offerAtNight(ctx context.Context, out io.Writer, day *dayClock, phone phones.Phone, l line) error {
	heard, err := d.heard(phone)
	if err != nil {
		return err
	}
	p := conversation.Prompt{
		ID: "play:offer:" + l.who, Purpose: conversation.Marketing, Template: "back_in_stock", To: phone.Number,
		Variables: map[string]string{"product": l.offer, "link": "https://lumen.example/lison"},
		Requested: day.now().UTC(), Routes: d.gateway.Routes("lumen", phone.Number),
	}
	done, err := d.gateway.Accept(ctx, "lumen", gateway.Who{Address: phone.Number}, conversation.Event{
		ID: conversation.EventID("prompt:" + p.ID), Type: conversation.PromptRequested, Time: p.Requested, Prompt: &p,
	})
	if err != nil {
		return err
	}
	if done.Turn == nil || len(done.Turn.Prompts) != 1 || done.Turn.Prompts[0].Verdict.Waits == "" {
		return fmt.Errorf("the offer does not wait: %+v", done.Turn)
	}
	v := done.Turn.Prompts[0].Verdict
	show(out, day, "boutique", ".", fmt.Sprintf("%s est de retour, pour %s : attend jusqu'à %s (%s)", l.offer, l.who, v.At.In(day.zone).Format("15:04"), v.Rule))
	day.until(v.At)
	got, err := d.next(ctx, phone, heard)
	if err != nil {
		return err
	}
	show(out, day, "Lumen", "<", got.Text)
	return nil
}
