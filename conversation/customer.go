package conversation

import "time"

// Customer is what the brand knows of one person, kept small: the events that
// change it write it, so that a turn costs the same whatever the history.
type Customer struct {
	ID       CustomerID `json:"-"`
	Accounts []string   `json:"accounts,omitempty"` // the shop's external ids; two on one phone happen
	Phone    Address    `json:"phone,omitempty"`    // E.164; "" when only a WhatsApp id is known
	First    string     `json:"first,omitempty"`
	Last     string     `json:"last,omitempty"`
	Email    string     `json:"email,omitempty"`
	Language string     `json:"language,omitempty"` // "" until known: the brand's first
	Timezone string     `json:"timezone,omitempty"`
	Country  string     `json:"country,omitempty"`
	VIP      bool       `json:"vip,omitempty"`
	Value    Money      `json:"value,omitzero"` // lifetime
	Points   *int64     `json:"points,omitempty"`
	Tags     []string   `json:"tags,omitempty"`

	Cart        *Cart             `json:"cart,omitempty"`
	Orders      []Order           `json:"orders,omitempty"`  // newest first, at most MaxOrders
	Returns     []Return          `json:"returns,omitempty"` // newest first, at most MaxOrders
	Preferences map[string]string `json:"preferences,omitempty"`

	// Shops tell things out of order; what is older than these changes nothing.
	Updated  time.Time `json:"updated,omitzero"`   // of the profile, by the shop's clock
	CartAt   time.Time `json:"cart_at,omitzero"`   // of the cart, kept when there is none
	PointsAt time.Time `json:"points_at,omitzero"` // of the points

	Consents  []Standing `json:"consents,omitempty"`  // how each purpose and medium stands now
	Suspended bool       `json:"suspended,omitempty"` // marketing waits for a doubtful opt-out to be clarified
	Silenced  bool       `json:"silenced,omitempty"`  // everything stopped but answers to what the customer writes
	Detached  bool       `json:"detached,omitempty"`  // wrong number or minor: the number no longer stands for the account
	Invalid   []Medium   `json:"invalid,omitempty"`   // media on which the carrier says the address cannot be reached

	Region  string  `json:"region,omitempty"`  // ISO 3166-2 without the country, "TX": where the shop says that they live
	Place   Place   `json:"place,omitzero"`    // what the number tells of where they are
	Prefers Medium  `json:"prefers,omitempty"` // what they asked to be reached on
	Touches []Touch `json:"touches,omitempty"` // what they were sent unasked, newest last: caps count it

	Clicked time.Time `json:"clicked,omitzero"` // when they followed a link that was texted, last
}

// MaxOrders bounds the orders and returns kept on the customer's row.
const MaxOrders = 10

// Standing is the current consent for one purpose on one medium.
type Standing struct {
	Medium  Medium       `json:"medium"`
	Purpose Purpose      `json:"purpose"`
	State   ConsentState `json:"state"`
	At      time.Time    `json:"at"`
	Promise *Promise     `json:"promise,omitempty"` // the frequency that they were promised
}

// Consent returns how the purpose stands on the medium, "" if nothing was ever said.
func (c *Customer) Consent(m Medium, p Purpose) ConsentState {
	for _, s := range c.Consents {
		if s.Medium == m && s.Purpose == p {
			return s.State
		}
	}
	return ""
}

// Money is an amount in minor units: {14990, "EUR"} is 149.90 €.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Line is an article of a cart or an order.
type Line struct {
	SKU      string `json:"sku"`
	Name     string `json:"name"`
	Quantity int    `json:"quantity"`
	Price    Money  `json:"price"` // of one
	Out      bool   `json:"out_of_stock,omitempty"`
}

// Cart is the open cart.
type Cart struct {
	ID      string    `json:"id"`
	Lines   []Line    `json:"lines,omitempty"`
	Total   Money     `json:"total"`
	Link    string    `json:"link,omitempty"`
	Updated time.Time `json:"updated"`

	Declined bool `json:"declined,omitempty"` // the customer said that they do not want it any more
}

// Order is an order as the customer asks about it.
type Order struct {
	ID       string    `json:"id"`
	Number   string    `json:"number"` // what the customer sees
	Status   string    `json:"status"` // placed, shipped, out_for_delivery, delivery_missed, delivered, cancelled, refunded
	Lines    []Line    `json:"lines,omitempty"`
	Total    Money     `json:"total"`
	Carrier  string    `json:"carrier,omitempty"`
	Tracking string    `json:"tracking,omitempty"` // a link
	Invoice  string    `json:"invoice,omitempty"`  // a link
	Expected time.Time `json:"expected,omitzero"`
	Placed   time.Time `json:"placed"`
	Changed  time.Time `json:"changed"`
	Missed   time.Time `json:"missed,omitzero"` // when its delivery was missed last
}

// Return is goods on their way back.
type Return struct {
	ID      string    `json:"id"`
	Order   string    `json:"order"`
	Status  string    `json:"status"` // requested, received, refunded
	Changed time.Time `json:"changed"`
}

// ShopEvent is what a shop tells of its customer; the fields that the event's
// type needs are set. The event's type is the contract's (POST /v1/events).
type ShopEvent struct {
	Account  string   `json:"account,omitempty"` // the shop's external id
	Customer *Profile `json:"customer,omitempty"`
	Cart     *Cart    `json:"cart,omitempty"`
	Order    *Order   `json:"order,omitempty"`
	Return   *Return  `json:"return,omitempty"`
	Points   *int64   `json:"points,omitempty"`
	Product  *Line    `json:"product,omitempty"`
}

// Profile is what a shop may set on a customer; nil leaves a field as it is.
type Profile struct {
	First    *string  `json:"first_name,omitempty"`
	Last     *string  `json:"last_name,omitempty"`
	Email    *string  `json:"email,omitempty"`
	Language *string  `json:"language,omitempty"`
	Timezone *string  `json:"timezone,omitempty"`
	Country  *string  `json:"country,omitempty"`
	Region   *string  `json:"region,omitempty"`
	Prefers  *Medium  `json:"prefers,omitempty"`
	VIP      *bool    `json:"vip,omitempty"`
	Value    *Money   `json:"lifetime_value,omitempty"`
	Points   *int64   `json:"points,omitempty"`
	Tags     []string `json:"tags,omitempty"`
}
