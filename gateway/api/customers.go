package api

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// putCustomer sets what a shop knows of a customer. What the body leaves out
// stays as it is.
func (a *API) putCustomer(c *call) (int, any, error) {
	v, err := parseJSON(c.body)
	if err != nil {
		return 0, nil, err
	}
	r := reader{brand: c.brand, now: c.now}
	in := r.customer(v, c.PathValue("external_id"))
	if len(r.faults) > 0 {
		return 0, nil, invalid(r.faults)
	}
	in.event.ID = conversation.EventID("api:put:" + rand.Text())
	out, err := a.mustAccept(c, in.who, in.event)
	if err != nil {
		return 0, nil, err
	}
	now, err := a.store.Conversation(c.Context(), c.brand.ID, gateway.Who{Customer: out.Customer})
	if err != nil {
		return 0, nil, fmt.Errorf("read customer: %w", err)
	}
	return http.StatusOK, customerOf(now, in.who.Account), nil
}

// customer reads a customer as PUT and imports give one.
func (r *reader) customer(v any, account string) incoming {
	in := incoming{id: account, event: conversation.Event{Type: "customer.updated", Time: r.now, Shop: &conversation.ShopEvent{Account: account, Customer: &conversation.Profile{}}}}
	if account = strings.TrimSpace(strings.ReplaceAll(account, "\x00", "")); account == "" || len(account) > maxID {
		r.fault("/external_id", "has %d bytes; an id has 1 to %d", len(account), maxID)
	}
	in.who.Account, in.event.Shop.Account = account, account
	o, ok := r.object(v, "", customerFields)
	if !ok {
		return in
	}
	if id := o.text("external_id", maxID); id != "" && id != account {
		o.fault("/external_id", "is %q and the address says %q; send it once", id, account)
	}
	in.who.Address = o.phone("phone")
	o.profile(in.event.Shop.Customer)
	return in
}

func (a *API) getCustomer(c *call) (int, any, error) {
	found, err := a.find(c, c.PathValue("external_id"))
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, customerOf(found, ""), nil
}

// find reads the conversation of the customer whom a path names: by a phone in
// E.164, by the shop's external id, or by the gateway's own id.
func (a *API) find(c *call, name string) (conversation.Conversation, error) {
	ways := []gateway.Who{{Account: name}, {Customer: conversation.CustomerID(name)}}
	if strings.HasPrefix(name, "+") {
		ways = []gateway.Who{{Address: conversation.Address(name)}}
	}
	for _, who := range ways {
		found, err := a.store.Conversation(c.Context(), c.brand.ID, who)
		if err == nil {
			return found, nil
		}
		if !errors.Is(err, gateway.ErrNotFound) {
			return conversation.Conversation{}, fmt.Errorf("find customer: %w", err)
		}
	}
	return conversation.Conversation{}, problem(http.StatusNotFound, "unknown_customer", "There is no such customer",
		"send the shop's external id, a phone number in E.164 (%2B33…) or the gateway's own id")
}

// customer is a customer as the API answers.
type customer struct {
	ID          conversation.CustomerID `json:"id"`
	ExternalIDs []string                `json:"external_ids"`
	Phone       conversation.Address    `json:"phone,omitempty"`
	First       string                  `json:"first_name,omitempty"`
	Last        string                  `json:"last_name,omitempty"`
	Email       string                  `json:"email,omitempty"`
	Language    string                  `json:"language,omitempty"`
	Timezone    string                  `json:"timezone,omitempty"`
	Country     string                  `json:"country,omitempty"`
	VIP         bool                    `json:"vip"`
	Value       *conversation.Money     `json:"lifetime_value,omitempty"`
	Points      *int64                  `json:"points,omitempty"`
	Tags        []string                `json:"tags"`
	Cart        *conversation.Cart      `json:"cart,omitempty"`
	Orders      []conversation.Order    `json:"orders"`
	Returns     []conversation.Return   `json:"returns"`
	Preferences map[string]string       `json:"preferences,omitempty"`
	Consents    []conversation.Standing `json:"consents"`
	Suspended   bool                    `json:"marketing_suspended"`
	Silenced    bool                    `json:"silenced"`
	Invalid     []conversation.Medium   `json:"unreachable_on"`
}

// customerOf writes a customer. account comes first among the external ids.
func customerOf(from conversation.Conversation, account string) customer {
	c := from.Customer
	out := customer{ID: c.ID, ExternalIDs: []string{}, Phone: c.Phone, First: c.First, Last: c.Last, Email: c.Email,
		Language: c.Language, Timezone: c.Timezone, Country: c.Country, VIP: c.VIP, Points: c.Points,
		Tags: orEmpty(c.Tags), Cart: c.Cart, Orders: orEmpty(c.Orders), Returns: orEmpty(c.Returns),
		Preferences: c.Preferences, Consents: orEmpty(c.Consents), Suspended: c.Suspended, Silenced: c.Silenced, Invalid: orEmpty(c.Invalid)}
	if account != "" {
		out.ExternalIDs = append(out.ExternalIDs, account)
	}
	for _, id := range c.Accounts {
		if id != account {
			out.ExternalIDs = append(out.ExternalIDs, id)
		}
	}
	if c.Value.Currency != "" {
		out.Value = &c.Value
	}
	return out
}

// orEmpty makes [] of nil, so that readers need not tell them apart.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
