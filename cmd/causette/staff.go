package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/phones"
)

// The demo's desk: four people, and a morning that gives them something to do.
var demoStaff = []agents.Agent{
	{Name: "Camille", Email: "camille@lumen.example", Role: agents.RoleAgent, Capacity: 6},
	{Name: "Thomas", Email: "thomas@lumen.example", Role: agents.RoleAgent, Capacity: 6},
	{Name: "Nadia", Email: "nadia@lumen.example", Role: agents.RoleSupervisor},
	{Name: "Olivier", Email: "olivier@lumen.example", Role: agents.RoleAdmin},
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

// demoMorning is what happened before anybody looks at the console: customers
// texted, and Thomas and Camille answered some of them.
var demoMorning = []line{
	{who: "Zoé", says: "où en est mon remboursement ? je voudrais parler à quelqu'un"},
	{who: "Zoé", agent: "Thomas", does: agents.Claim},
	{who: "Zoé", agent: "Thomas", does: agents.Write, says: "Bonjour Zoé, c'est Thomas. Votre retour est bien arrivé hier, je regarde où en est le virement."},
	{who: "Zoé", agent: "Thomas", does: agents.NoteDown, says: "@Camille tu as accès à la compta ce matin ? Le virement n'est pas parti."},
	{who: "Zoé", says: "merci Thomas, j'attends de vos nouvelles", silent: true},
	{who: "Jean-Baptiste", says: "je voudrais parler à un conseiller pour un cadeau"},
	{who: "Jean-Baptiste", agent: "Camille", does: agents.Claim},
	{who: "Jean-Baptiste", agent: "Camille", does: agents.Write, says: "Bonjour Jean-Baptiste ! Le Coffret Découverte plaît toujours : quatre bougies, prêt à offrir."},
	{who: "Jean-Baptiste", says: "parfait, je le prends, merci beaucoup", silent: true},
	{who: "Jean-Baptiste", agent: "Camille", does: agents.Resolve},
	{who: "Théodore", says: "j'hésite, c'est un peu cher"},
	{who: "Béatrice", says: "je voudrais parler à quelqu'un svp"},
	{who: "Ana", says: "ma lampe est arrivée cassée, c'est inadmissible !!"},
	{who: "Claire", says: "bonjour, où est mon colis ?"},
	{who: "Emma", says: "what are your opening hours?"},
}

// morning reminds Théodore of his cart and plays the morning. Each customer has
// their answer before the next writes.
func (d *demo) morning(ctx context.Context, problems io.Writer) {
	if err := d.remind(ctx, "Théodore"); err != nil {
		fmt.Fprintf(problems, "causette: the demo's morning: %v\n", err)
		return
	}
	for _, l := range demoMorning {
		if err := d.happens(ctx, l); err != nil {
			fmt.Fprintf(problems, "causette: the demo's morning: %s: %v\n", l.who, err)
		}
	}
	if err := d.automations(ctx); err != nil {
		fmt.Fprintf(problems, "causette: the demo's automations: %v\n", err)
	}
}

// happens plays a line of the morning.
func (d *demo) happens(ctx context.Context, l line) error {
	phone, err := d.phone(l.who)
	if err != nil {
		return err
	}
	if l.agent != "" {
		_, err = d.does(ctx, phone, l)
		return err
	}
	sent, err := d.carrier.Text(phone.Number, phones.Text{Text: l.says})
	if err != nil {
		return err
	}
	if l.silent {
		return d.taken(ctx, sent)
	}
	_, err = d.next(ctx, phone, sent.Place)
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
	done, err := d.gateway.Accept(ctx, "lumen", gateway.Who{Address: phone.Number}, conversation.Event{
		ID: conversation.EventID(id), Type: conversation.PromptRequested,
		Prompt: &conversation.Prompt{
			ID: id, Purpose: conversation.Marketing, Template: "cart_reminder", Channel: "lumen-sms", Medium: conversation.SMS,
			To: phone.Number, Opens: conversation.CartDialogue, Cart: c.Customer.Cart.ID,
			Variables: map[string]string{"link": c.Customer.Cart.Link, "product": c.Customer.Cart.Lines[0].Name},
		},
	})
	if err == nil && done.Turn != nil && len(done.Turn.Messages) == 0 {
		err = fmt.Errorf("the reminder for %s is not said: %+v", who, done.Turn.Prompts)
	}
	return err
}
