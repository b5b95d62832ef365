package agents

import (
	"cmp"
	"context"
	"strings"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const maxPreview = 140 // characters of a list's row

// summary shows a conversation as a list does.
func (d *Desk) summary(r Row) Summary {
	c := &r.Conversation
	s := Summary{
		Brand: c.Brand, Customer: c.Customer.ID, Name: strings.TrimSpace(c.Customer.First + " " + c.Customer.Last),
		Phone: c.Customer.Phone, Medium: c.Medium, Language: c.Customer.Language, State: c.State,
		OwnerKind: c.State.Owner(), Priority: conversation.Normal, At: r.Changed,
		VIP: c.Customer.VIP, Version: c.Version, Silenced: c.Customer.Silenced, Tags: []string{},
	}
	if s.Phone == "" {
		s.Phone = c.Address
	}
	if c.Customer.Cart != nil {
		s.Cart = &c.Customer.Cart.Total
	}
	if k := c.Desk; k != nil {
		s.Owner, s.Status, s.Priority, s.Reason, s.Waits = k.Owner, k.Status, k.Priority, k.Reason, k.Waits
		s.Due, s.ResolveBy, s.Offered, s.Hold = k.Due, k.ResolveBy, k.Offered, k.Hold
		s.Team, s.Tags, s.Rating = k.Team, some(k.Tags), k.Rating
	}
	if m := r.Last; m != nil {
		s.Preview, s.At = cut(m.Text, maxPreview), m.At
		s.From, _ = author(m)
	}
	return s
}

// author is who said a message.
func author(m *gateway.Stored) (From, conversation.AgentID) {
	if m.Inbound {
		return FromCustomer, ""
	}
	if id, ok := strings.CutPrefix(m.Author, "agent:"); ok {
		return FromAgent, conversation.AgentID(id)
	}
	return FromAssistant, ""
}

// cut shortens a text to one line of n characters.
func cut(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// show shows a conversation as who works on it sees it.
func (d *Desk) show(r Row, by Agent, draft string) Detail {
	c := &r.Conversation
	v := Detail{Summary: d.summary(r), Desk: c.Desk, Profile: profile(&c.Customer), Questions: some(c.Questions), Draft: draft, Channel: c.Channel, Prompts: d.pending(c)}
	for i := range d.brands { // as the script takes it, where nothing else tells
		if b := &d.brands[i]; b.ID == c.Brand && b.Zone != nil {
			v.Profile.Timezone = cmp.Or(v.Profile.Timezone, b.Zone.String())
		}
	}
	v.WhyNot = d.whyNot(c, by)
	v.CanWrite = v.WhyNot == ""
	if d.price != nil && c.Address != "" {
		if p, known := d.price(c.Channel, c.Address); known {
			v.SegmentPrice = &p
		}
	}
	if c.Medium == conversation.WhatsApp && !c.WroteAt.IsZero() {
		until := c.WroteAt.Add(conversation.FreeWindow)
		v.WindowUntil = &until
	}
	return v
}

// whyNot says why the agent cannot write to the customer now, "" where they can.
// The turn decides again when they do.
func (d *Desk) whyNot(c *conversation.Conversation, by Agent) string {
	switch {
	case c.State.Owner() != conversation.Agent || c.Desk == nil || c.Desk.Owner != by.ID:
		return conversation.RefusedNotOwner
	case c.Unheard():
		return conversation.RefusedOptedOut
	case c.Medium == conversation.WhatsApp && d.now().Sub(c.WroteAt) >= conversation.FreeWindow:
		return conversation.RefusedWindow
	}
	return ""
}

func profile(c *conversation.Customer) Profile {
	p := Profile{
		First: c.First, Last: c.Last, Email: c.Email, Language: c.Language, Timezone: c.Timezone, Country: c.Country,
		VIP: c.VIP, Suspended: c.Suspended, Value: c.Value, Points: c.Points, Tags: some(c.Tags), Cart: c.Cart,
		Orders: some(c.Orders), Returns: some(c.Returns), Consents: some(c.Consents), Preferences: c.Preferences,
	}
	if p.Preferences == nil {
		p.Preferences = map[string]string{}
	}
	return p
}

// some is the list, [] in JSON when it is empty.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// id is what a page of a thread begins before.
func (i Item) id() string {
	if i.Message != nil {
		return string(i.Message.ID)
	}
	return string(i.Note.ID)
}

// name is how colleagues call an agent; "" for nobody, the id for who is gone.
func (d *Desk) name(ctx context.Context, id conversation.AgentID) string {
	if id == "" {
		return ""
	}
	now := d.now()
	d.mu.Lock()
	known := d.names[id]
	d.mu.Unlock()
	if now.Before(known.till) {
		return known.name
	}
	a, err := d.store.Agent(ctx, id)
	if err != nil {
		return cmp.Or(known.name, string(id))
	}
	d.mu.Lock()
	d.names[id] = named{a.Name, now.Add(nameKept)}
	d.mu.Unlock()
	return a.Name
}
