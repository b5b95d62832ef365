package channeltest

import (
	"context"
	"sync"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Door is a gateway.Door that keeps what comes in. Its zero value takes
// everything; set Refuse to make it busy.
type Door struct {
	mu      sync.Mutex
	events  []Knock
	reports []gateway.Report
	refuse  error
}

// Knock is one event as it came in.
type Knock struct {
	Brand conversation.BrandID
	Who   gateway.Who
	Event conversation.Event
}

// Refuse makes the door answer every knock with the error; nil opens it again.
func (d *Door) Refuse(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refuse = err
}

// Accept implements gateway.Door.
func (d *Door) Accept(_ context.Context, brand conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuse != nil {
		return gateway.Outcome{}, d.refuse
	}
	for _, k := range d.events {
		if k.Brand == brand && k.Event.ID == e.ID {
			return gateway.Outcome{Duplicate: true}, nil
		}
	}
	d.events = append(d.events, Knock{brand, who, e})
	return gateway.Outcome{}, nil
}

// Report implements gateway.Door.
func (d *Door) Report(_ context.Context, r gateway.Report) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuse != nil {
		return d.refuse
	}
	d.reports = append(d.reports, r)
	return nil
}

// Events lists what was accepted, in order, without duplicates.
func (d *Door) Events() []Knock {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Knock(nil), d.events...)
}

// Reports lists what was reported, in order.
func (d *Door) Reports() []gateway.Report {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]gateway.Report(nil), d.reports...)
}
