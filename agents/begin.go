package agents

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Begin is an agent's first word to a customer.
type Begin struct {
	ID       string                  `json:"id"` // as Act.ID
	Brand    conversation.BrandID    `json:"brand"`
	Phone    string                  `json:"phone,omitempty"` // E.164, or as the brand's country writes it
	Customer conversation.CustomerID `json:"customer,omitempty"`
	Text     string                  `json:"text"`
	Purpose  conversation.Purpose    `json:"purpose"` // Transactional or Marketing
	After    time.Time               `json:"after,omitzero"`
}

// Begin writes to a customer who asked nothing, and takes the conversation: one
// turn, which applies the rules of what nobody asked for. A number that is no
// customer's is gateway.ErrNotFound: a customer comes with their consent, over
// the API.
func (d *Desk) Begin(ctx context.Context, by Agent, b Begin) (*Done, error) {
	by, err := d.Agent(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	if err := Allow(by, MayBegin, b.Brand); err != nil {
		return nil, err
	}
	if err := b.check(d.now()); err != nil {
		return nil, err
	}
	who := gateway.Who{Customer: b.Customer}
	if b.Phone != "" {
		if who.Address, err = d.number(b.Brand, b.Phone); err != nil {
			return nil, err
		}
	}
	c, err := d.store.Conversation(ctx, b.Brand, who)
	if errors.Is(err, gateway.ErrNotFound) && who.Address != "" { // who only ever wrote on WhatsApp
		who.Address = "whatsapp:" + who.Address
		c, err = d.store.Conversation(ctx, b.Brand, who)
	}
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	channel, address, found := d.reach(&c)
	if !found {
		return nil, &Fault{"brand", "has no channel that reaches this customer: configure one for SMS"}
	}
	e := conversation.Event{ID: actID(by.ID, b.ID), Type: conversation.AgentBegan, Time: d.moment(), Act: &conversation.Act{
		Agent: by.ID, Text: b.Text, Purpose: b.Purpose, After: b.After,
		Channel: channel.ID, Medium: channel.Medium, Address: address,
	}}
	return d.do(ctx, by, b.Brand, gateway.Who{Customer: c.Customer.ID}, "begin", 0, e)
}

func (b *Begin) check(now time.Time) error {
	switch {
	case (b.Phone == "") == (b.Customer == ""):
		return &Fault{"phone", "either it or customer must be given"}
	case b.Purpose != conversation.Transactional && b.Purpose != conversation.Marketing:
		return &Fault{"purpose", "must be transactional or marketing"}
	case strings.TrimSpace(b.Text) == "":
		return &Fault{"text", "is missing"}
	}
	if err := checkID(b.ID, maxActID); err != nil {
		return err
	}
	return checkText(&b.Text, b.After, now)
}

// number is a number as agents type it, in E.164.
func (d *Desk) number(brand conversation.BrandID, phone string) (conversation.Address, error) {
	country := ""
	for _, b := range d.brands {
		if b.ID == brand {
			country = b.Country
		}
	}
	if len(phone) > 40 {
		return "", &Fault{"phone", "is no phone number"}
	}
	n, err := phonenumbers.Parse(phone, cmp.Or(country, "ZZ"))
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", &Fault{"phone", "is no phone number; write it as +33612345678"}
	}
	return conversation.Address(phonenumbers.Format(n, phonenumbers.E164)), nil
}

// reach is where a first word goes: where the customer wrote last, while free
// text is taken there, else by SMS from the brand's first number. Who is known on
// WhatsApp alone is not texted: their answer would be a stranger's.
func (d *Desk) reach(c *conversation.Conversation) (Channel, conversation.Address, bool) {
	var last, texts Channel
	for _, ch := range d.channels {
		if ch.Brand != c.Brand {
			continue
		}
		if ch.ID == c.Channel {
			last = ch
		}
		if ch.Medium == conversation.SMS && texts.ID == "" {
			texts = ch
		}
	}
	closed := last.Medium == conversation.WhatsApp && d.now().Sub(c.WroteAt) >= conversation.FreeWindow
	switch {
	case last.ID != "" && c.Address != "" && (!closed || c.Customer.Phone == "" || texts.ID == ""):
		return last, c.Address, true // the turn says that it is closed
	case texts.ID != "" && c.Customer.Phone != "":
		return texts, c.Customer.Phone, true
	}
	return Channel{}, "", false
}
