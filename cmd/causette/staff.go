package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/phones"
)

// The demo's desk: three people, and a morning that gives them something to do.
var demoStaff = []agents.Agent{
	{Name: "Camille", Email: "camille@lumen.example", Role: agents.RoleAgent, Capacity: 6},
	{Name: "Thomas", Email: "thomas@lumen.example", Role: agents.RoleAgent, Capacity: 6},
	{Name: "Nadia", Email: "nadia@lumen.example", Role: agents.RoleSupervisor},
}

// login is how one may come in, printed when the demo starts.
type login struct{ email, password, role string }

// staff makes the accounts, each with a password of this start: nobody else's
// demo has it.
func (d *demo) staff(ctx context.Context) ([]login, error) {
	known, err := d.people.Agents(ctx, agents.Operator)
	if err != nil {
		return nil, err
	}
	var logins []login
	for _, a := range demoStaff {
		password := strings.ToLower(rand.Text()[:12])
		err := d.account(ctx, a, password, known)
		if err != nil {
			return logins, fmt.Errorf("%s: %w", a.Email, err)
		}
		logins = append(logins, login{a.Email, password, string(a.Role)})
	}
	return logins, nil
}

func (d *demo) account(ctx context.Context, a agents.Agent, password string, known []agents.Agent) error {
	for _, k := range known {
		if k.Email == a.Email {
			return d.people.SetPassword(ctx, agents.Operator, k.ID, password)
		}
	}
	_, err := d.people.AddAgent(ctx, agents.Operator, a, password)
	return err
}

func table(logins []login) string {
	var b strings.Builder
	for _, l := range logins {
		fmt.Fprintf(&b, "      %-24s %-14s %s\n", l.email, l.password, l.role)
	}
	return b.String()
}

// demoMorning is what customers text before anybody looks at the console.
var demoMorning = []struct{ who, says string }{
	{"Théodore", "j'hésite, c'est un peu cher"},
	{"Béatrice", "je voudrais parler à quelqu'un svp"},
	{"Ana", "ma lampe est arrivée cassée, c'est inadmissible !!"},
	{"Claire", "bonjour, où est mon colis ?"},
	{"Emma", "what are your opening hours?"},
}

// morning reminds Théodore of his cart and lets the customers text. Each has
// their answer before the next writes.
func (d *demo) morning(ctx context.Context, problems io.Writer) {
	if err := d.remind(ctx, "Théodore"); err != nil {
		fmt.Fprintf(problems, "causette: the demo's morning: %v\n", err)
		return
	}
	for _, m := range demoMorning {
		if err := d.says(ctx, m.who, m.says); err != nil {
			fmt.Fprintf(problems, "causette: the demo's morning: %s: %v\n", m.who, err)
		}
	}
}

func (d *demo) says(ctx context.Context, who, text string) error {
	phone, err := d.phone(who)
	if err != nil {
		return err
	}
	sent, err := d.carrier.Text(phone.Number, phones.Text{Text: text})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	_, err = d.carrier.Await(ctx, phone.Number, sent.Place, func(phones.Message) bool { return true })
	if errors.Is(err, context.DeadlineExceeded) {
		return nil // it waits for a person
	}
	return err
}

// remind sends the reminder of an abandoned cart, as an automation would.
func (d *demo) remind(ctx context.Context, who string) error {
	phone, err := d.phone(who)
	if err != nil {
		return err
	}
	c, err := d.store.Conversation(ctx, "lumen", gateway.Who{Address: phone.Number})
	if err != nil {
		return err
	}
	if c.Customer.Cart == nil {
		return fmt.Errorf("%s has no cart", who)
	}
	id := "demo:cart:" + c.Customer.Cart.ID
	_, err = d.gateway.Accept(ctx, "lumen", gateway.Who{Address: phone.Number}, conversation.Event{
		ID: conversation.EventID(id), Type: conversation.PromptRequested, Time: time.Now().UTC(),
		Prompt: &conversation.Prompt{
			ID: id, Purpose: conversation.Marketing, Template: "cart_reminder", Channel: "lumen-sms", Medium: conversation.SMS,
			To: phone.Number, Opens: conversation.CartDialogue, Cart: c.Customer.Cart.ID,
			Variables: map[string]string{"link": c.Customer.Cart.Link, "product": c.Customer.Cart.Lines[0].Name},
		},
	})
	return err
}
