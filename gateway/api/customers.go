package api

import (
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func (a *API) routeCustomers() {
	serve(a, operation{id: "putCustomer", route: "PUT /v1/customers/{external_id}", tag: "customers", scope: CustomersWrite,
		summary: "Set what the shop knows of a customer",
		text:    "What the body leaves out stays as it is. The phone number is needed the first time.",
		success: "The customer", codes: []string{"set_aside"},
		example: `{"phone": "+33612345678", "first_name": "Claire", "language": "fr", "vip": true}`}, a.putCustomer)
	serve(a, operation{id: "getCustomer", route: "GET /v1/customers/{external_id}", tag: "customers", scope: CustomersRead,
		summary: "Read a customer", success: "The customer", codes: []string{"unknown_customer"}}, a.getCustomer)
	stream(a, operation{id: "importCustomers", route: "POST /v1/customers/import", tag: "customers", scope: CustomersWrite,
		summary: "Set many customers",
		text: `A stream of CSV or NDJSON, up to 32 MiB, answered line by line while it is read;
the last line sums up, and its done is false when the import stopped early. The
first line of CSV names the fields; tags are separated by |, and lifetime_value is
written 1490.00 in the brand's currency. With an Idempotency-Key the body may have
4 MiB.`,
		success: "One ImportRow a line, then one ImportEnd", codes: []string{"malformed_csv"},
		kinds: rowKinds, answers: rowAnswer}, a.importCustomers)
	a.known(reflect.TypeFor[importRow](), reflect.TypeFor[importEnd]())
}

type putCustomer struct {
	External string `path:"external_id" minLength:"1" maxLength:"200" doc:"the shop's id"`
	Body     CustomerInput
}

// putCustomer sets what a shop knows of a customer. What the body leaves out
// stays as it is.
func (a *API) putCustomer(c *call, given *putCustomer) (customer, error) {
	r := reader{brand: c.brand, now: c.now}
	in := r.customer(given.Body, given.External)
	if len(r.faults) > 0 {
		return customer{}, invalid(r.faults)
	}
	in.event.ID = conversation.EventID("api:put:" + rand.Text())
	out, err := a.mustAccept(c, in.who, in.event)
	if err != nil {
		return customer{}, err
	}
	now, err := a.store.Conversation(c.Context(), c.brand.ID, gateway.Who{Customer: out.Customer})
	if err != nil {
		return customer{}, fmt.Errorf("read customer: %w", err)
	}
	return customerOf(now, in.who.Account), nil
}

// customer makes the event of a customer as PUT and imports give one.
func (r *reader) customer(given CustomerInput, account string) incoming {
	in := incoming{id: account, who: given.who(), event: conversation.Event{Type: customerUpdated, Time: r.now, Shop: &conversation.ShopEvent{Customer: given.profile()}}}
	if account = strings.TrimSpace(strings.ReplaceAll(account, "\x00", "")); account == "" || len(account) > maxID {
		r.fault("/external_id", "has %d bytes; an id has 1 to %d", len(account), maxID)
	}
	if id := in.who.Account; id != "" && id != account {
		r.fault("/external_id", "is %q and the address says %q; send it once", id, account)
	}
	in.who.Account, in.event.Shop.Account = account, account
	if in.event.Shop.Customer == nil {
		in.event.Shop.Customer = &conversation.Profile{}
	}
	return in
}

// maxID bounds a shop's id.
const maxID = 200 // bytes

type getCustomer struct {
	Name string `path:"external_id" maxLength:"200" doc:"the shop's external id, a phone number in E.164 (%2B33…) or the gateway's own id"`
}

func (a *API) getCustomer(c *call, given *getCustomer) (customer, error) {
	found, err := a.find(c, given.Name)
	if err != nil {
		return customer{}, err
	}
	return customerOf(found, ""), nil
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
	return conversation.Conversation{}, problem("unknown_customer",
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
	Region      string                  `json:"region,omitempty"`
	Prefers     conversation.Medium     `json:"prefers,omitempty" doc:"what they asked to be reached on"`
	VIP         bool                    `json:"vip"`
	Value       *conversation.Money     `json:"lifetime_value,omitempty"`
	Points      *int64                  `json:"points,omitempty"`
	Tags        []string                `json:"tags"`
	Cart        *conversation.Cart      `json:"cart,omitempty"`
	Orders      []conversation.Order    `json:"orders"`
	Returns     []conversation.Return   `json:"returns"`
	Preferences map[string]string       `json:"preferences,omitempty"`
	Consents    []conversation.Standing `json:"consents"`
	Suspended   bool                    `json:"marketing_suspended" doc:"a doubtful opt-out is being clarified"`
	Silenced    bool                    `json:"silenced" doc:"everything stopped but answers to what the customer writes"`
	Invalid     []conversation.Medium   `json:"unreachable_on"`
}

// customerOf writes a customer. account comes first among the external ids.
func customerOf(from conversation.Conversation, account string) customer {
	c := from.Customer
	out := customer{ID: c.ID, ExternalIDs: []string{}, Phone: c.Phone, First: c.First, Last: c.Last, Email: c.Email,
		Language: c.Language, Timezone: c.Timezone, Country: c.Country, Region: c.Region, Prefers: c.Prefers, VIP: c.VIP, Points: c.Points,
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
