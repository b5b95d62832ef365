package conversation

import (
	"encoding/json"
	"fmt"
	"time"
)

// jobEvent is a job that tells the brand's shop what happened.
const jobEvent = "event"

// Outgoing is what a job of kind "event" carries: a word of the log for whoever
// keeps customers elsewhere.
type Outgoing struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      Told      `json:"data"`
}

// Told says of whom and what.
type Told struct {
	Customer CustomerID        `json:"customer"`
	Accounts []string          `json:"accounts,omitempty"` // the shop's external ids
	Phone    Address           `json:"phone,omitempty"`
	Email    string            `json:"email,omitempty"`
	Consents []Consent         `json:"consents,omitempty"`
	Values   map[string]string `json:"values,omitempty"`
}

// outside are the notices that the shop hears of.
var outside = map[string]bool{"prompt.undeliverable": true, "link.clicked": true, "rating.given": true}

// tellOutside leaves, where the shop listens, a job for each thing of the turn that it
// hears of. What the shop said itself is not told back.
func (t *turn) tellOutside() {
	var given, withdrawn []Consent
	for _, c := range t.out.Consents {
		switch {
		case c.Source == "shop":
		case c.State == Given:
			given = append(given, c)
		default:
			withdrawn = append(withdrawn, c)
		}
	}
	if len(given) > 0 {
		t.outgoing("consent.given", Told{Consents: given})
	}
	if len(withdrawn) > 0 {
		t.outgoing("consent.withdrawn", Told{Consents: withdrawn})
	}
	for _, n := range t.out.Publish {
		if outside[n.Type] {
			t.outgoing(n.Type, Told{Values: n.Data})
		}
	}
}

// outgoing leaves one event. Its id is the turn's, so that a turn that is run
// again leaves the same.
func (t *turn) outgoing(kind string, data Told) {
	c := &t.c.Customer
	data.Customer, data.Accounts, data.Phone, data.Email = c.ID, c.Accounts, c.Phone, c.Email
	if data.Phone == "" {
		data.Phone = t.c.Address
	}
	body, err := json.Marshal(Outgoing{Type: kind, Timestamp: t.at().UTC(), Data: data})
	if err != nil {
		panic("conversation: encode an event: " + err.Error()) // strings, numbers and times always encode
	}
	id := fmt.Sprintf("event:%s:%d:%d", c.ID, t.c.Version, len(t.out.Jobs))
	t.out.Jobs = append(t.out.Jobs, Job{ID: id, Kind: jobEvent, Payload: body})
}
