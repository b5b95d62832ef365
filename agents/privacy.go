package agents

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// PrivacyDays is how long a person waits at most for what they asked of their
// data: a month, article 12(3) of Regulation (EU) 2016/679.
const PrivacyDays = 30

// PrivacyKind is what a person asked for.
type PrivacyKind string

const (
	PrivacyExport  PrivacyKind = "export"  // articles 15 and 20: all that is kept about them
	PrivacyErasure PrivacyKind = "erasure" // article 17
)

// PrivacyStatus is where a request stands.
type PrivacyStatus string

const (
	PrivacyOpen    PrivacyStatus = "open"
	PrivacyRunning PrivacyStatus = "running" // an erasure that was confirmed
	PrivacyDone    PrivacyStatus = "done"
)

// PrivacyRequest is what a person asked for, and until when it must be done.
type PrivacyRequest struct {
	ID       string                  `json:"id"`
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"` // "" after an erasure
	Name     string                  `json:"name"`
	Kind     PrivacyKind             `json:"kind"`
	Status   PrivacyStatus           `json:"status"`
	Asked    time.Time               `json:"asked"`
	Due      time.Time               `json:"due"`
	By       conversation.AgentID    `json:"by"` // who took it down
	ByName   string                  `json:"by_name"`
	Done     time.Time               `json:"done,omitzero"`
}

// Subject is whose data it is: a customer, or a number as people write it.
type Subject struct {
	Brand    conversation.BrandID
	Customer conversation.CustomerID
	Phone    string    // where Customer is ""
	Asked    time.Time // when they asked; zero: now
}

// PrivacyStore keeps requests and carries them out.
type PrivacyStore interface {
	// PutPrivacyRequest writes a request by id.
	PutPrivacyRequest(ctx context.Context, r PrivacyRequest) error
	PrivacyRequest(ctx context.Context, brand conversation.BrandID, id string) (PrivacyRequest, error)
	// PrivacyRequests reads those of a brand that are not done, by their day, then
	// the newest that are.
	PrivacyRequests(ctx context.Context, brand conversation.BrandID, done int) ([]PrivacyRequest, error)
	// ExportCustomer writes all that is kept about a customer, as one JSON document.
	ExportCustomer(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, w io.Writer) error
	// EraseCustomer removes it, and leaves a keyed hash of their addresses on the
	// list of who is not written to. *gateway.InFlightError while a message is on
	// its way to them. Begun again it goes on where it was.
	EraseCustomer(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, source string) error
}

// PrivacyRequests lists what was asked for: what is not done by the day by which
// it must be, then the newest that are.
func (d *Desk) PrivacyRequests(ctx context.Context, by Agent, brand conversation.BrandID) ([]PrivacyRequest, error) {
	if err := Allow(by, ManagePrivacy, brand); err != nil {
		return nil, err
	}
	list := []PrivacyRequest{}
	for _, b := range d.brandsAsked(by, brand) {
		of, err := d.store.PrivacyRequests(ctx, b.ID, newest)
		if err != nil {
			return nil, fmt.Errorf("list privacy requests: %w", err)
		}
		list = append(list, of...)
	}
	slices.SortStableFunc(list, func(a, b PrivacyRequest) int {
		if over := a.Status == PrivacyDone; over != (b.Status == PrivacyDone) {
			return map[bool]int{true: 1, false: -1}[over]
		}
		return cmp.Or(b.Done.Compare(a.Done), a.Due.Compare(b.Due))
	})
	for i := range list {
		d.callRequest(ctx, &list[i])
	}
	return list, nil
}

// callRequest fills in how the customer and the agent are called.
func (d *Desk) callRequest(ctx context.Context, r *PrivacyRequest) {
	r.ByName = d.name(ctx, r.By)
	if r.Customer == "" {
		return
	}
	if c, err := d.store.Conversation(ctx, r.Brand, gateway.Who{Customer: r.Customer}); err == nil {
		r.Name = strings.TrimSpace(c.Customer.First + " " + c.Customer.Last)
	}
}

// RequestExport takes down that a person asked for their data; Export hands it out.
func (d *Desk) RequestExport(ctx context.Context, by Agent, s Subject) (PrivacyRequest, error) {
	return d.takeDown(ctx, by, s, PrivacyExport)
}

// RequestErase takes down that a person asked to be forgotten; ConfirmErase does it.
func (d *Desk) RequestErase(ctx context.Context, by Agent, s Subject) (PrivacyRequest, error) {
	return d.takeDown(ctx, by, s, PrivacyErasure)
}

func (d *Desk) takeDown(ctx context.Context, by Agent, s Subject, kind PrivacyKind) (PrivacyRequest, error) {
	if err := Allow(by, ManagePrivacy, s.Brand); err != nil {
		return PrivacyRequest{}, err
	}
	now := d.moment()
	if s.Asked.IsZero() {
		s.Asked = now
	}
	if s.Asked.After(now) || s.Asked.Before(now.AddDate(-1, 0, 0)) {
		return PrivacyRequest{}, &Fault{"asked", "must lie in the last year: it is when they asked"}
	}
	customer, err := d.subject(ctx, s)
	if err != nil {
		return PrivacyRequest{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return PrivacyRequest{}, fmt.Errorf("name a request: %w", err)
	}
	asked := s.Asked.UTC().Truncate(time.Microsecond)
	r := PrivacyRequest{ID: id.String(), Brand: s.Brand, Customer: customer, Kind: kind, Status: PrivacyOpen,
		Asked: asked, Due: asked.AddDate(0, 0, PrivacyDays), By: by.ID}
	if err := d.store.PutPrivacyRequest(ctx, r); err != nil {
		return PrivacyRequest{}, fmt.Errorf("keep a request: %w", err)
	}
	d.callRequest(ctx, &r)
	return r, d.recordRequest(ctx, by.ID, AuditPrivacyAsked, r)
}

// subject finds whose data it is.
func (d *Desk) subject(ctx context.Context, s Subject) (conversation.CustomerID, error) {
	who := gateway.Who{Customer: s.Customer}
	if s.Customer == "" {
		to, err := d.number(s.Brand, s.Phone)
		if err != nil {
			return "", err
		}
		who.Address = to
	}
	if len(s.Customer) > maxCursor {
		return "", fmt.Errorf("find a customer: %w", gateway.ErrNotFound)
	}
	c, err := d.store.Conversation(ctx, s.Brand, who)
	if errors.Is(err, gateway.ErrNotFound) && who.Address != "" {
		c, err = d.store.Conversation(ctx, s.Brand, gateway.Who{Address: "whatsapp:" + who.Address})
	}
	if err != nil {
		return "", fmt.Errorf("find a customer: %w", err)
	}
	return c.Customer.ID, nil
}

// Export writes the customer's document, and the request is done.
func (d *Desk) Export(ctx context.Context, by Agent, brand conversation.BrandID, id string, w io.Writer) error {
	r, err := d.request(ctx, by, brand, id, PrivacyExport)
	if err != nil {
		return err
	}
	if err := d.store.ExportCustomer(ctx, brand, r.Customer, w); err != nil {
		return fmt.Errorf("export a customer: %w", err)
	}
	if r.Status != PrivacyDone {
		r.Status, r.Done = PrivacyDone, d.moment()
		if err := d.store.PutPrivacyRequest(ctx, r); err != nil {
			return fmt.Errorf("close a request: %w", err)
		}
	}
	return d.recordRequest(ctx, by.ID, AuditPrivacyExported, r)
}

// request reads a request of one kind.
func (d *Desk) request(ctx context.Context, by Agent, brand conversation.BrandID, id string, kind PrivacyKind) (PrivacyRequest, error) {
	if err := Allow(by, ManagePrivacy, brand); err != nil {
		return PrivacyRequest{}, err
	}
	if len(id) > maxCursor {
		return PrivacyRequest{}, fmt.Errorf("find a request: %w", gateway.ErrNotFound)
	}
	r, err := d.store.PrivacyRequest(ctx, brand, id)
	if err != nil {
		return PrivacyRequest{}, fmt.Errorf("find a request: %w", err)
	}
	if r.Kind != kind {
		return PrivacyRequest{}, &Refusal{Code: conversation.RefusedNothing}
	}
	return r, nil
}

// ConfirmErase has a customer erased, whose number is typed anew: nothing brings
// them back. What is on its way to them is waited for; RunErasures does it.
func (d *Desk) ConfirmErase(ctx context.Context, by Agent, brand conversation.BrandID, id, phone string) (PrivacyRequest, error) {
	r, err := d.request(ctx, by, brand, id, PrivacyErasure)
	if err != nil {
		return PrivacyRequest{}, err
	}
	if r.Status != PrivacyOpen { // a page that asks again
		d.callRequest(ctx, &r)
		return r, nil
	}
	whose, err := d.subject(ctx, Subject{Brand: brand, Phone: phone})
	if errors.Is(err, gateway.ErrNotFound) || err == nil && whose != r.Customer {
		return PrivacyRequest{}, &Fault{"phone", "is not this customer's number: type the one that is to be erased"}
	}
	if err != nil {
		return PrivacyRequest{}, err
	}
	r.Status = PrivacyRunning
	if err := d.store.PutPrivacyRequest(ctx, r); err != nil {
		return PrivacyRequest{}, fmt.Errorf("confirm an erasure: %w", err)
	}
	if err := d.recordRequest(ctx, by.ID, AuditPrivacyConfirmed, r); err != nil {
		return PrivacyRequest{}, err
	}
	select {
	case d.erasures <- struct{}{}:
	default:
	}
	d.callRequest(ctx, &r)
	return r, nil
}

// eraseEvery is how often confirmed erasures are looked for that another node, or
// this one before its last start, did not end.
const eraseEvery = time.Minute

// RunErasures does what was confirmed, until ctx ends.
func (d *Desk) RunErasures(ctx context.Context) {
	tick := time.NewTicker(eraseEvery)
	defer tick.Stop()
	for {
		if err := d.Erase(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("an erasure was not ended; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-d.erasures:
		case <-tick.C:
		}
	}
}

// Erase does every erasure that was confirmed.
func (d *Desk) Erase(ctx context.Context) error {
	var failed []error
	for _, b := range d.brands {
		list, err := d.store.PrivacyRequests(ctx, b.ID, 0)
		if err != nil {
			return fmt.Errorf("list erasures: %w", err)
		}
		for _, r := range list {
			if r.Status == PrivacyRunning {
				failed = append(failed, d.erase(ctx, r))
			}
		}
	}
	return errors.Join(failed...)
}

// flightPoll is how often a message in flight is looked at: it settles long
// before its lease ends.
const flightPoll = time.Second

func (d *Desk) erase(ctx context.Context, r PrivacyRequest) error {
	for {
		err := d.store.EraseCustomer(ctx, r.Brand, r.Customer, "erasure")
		var flying *gateway.InFlightError
		if err == nil {
			break
		}
		if !errors.As(err, &flying) {
			return fmt.Errorf("erase a customer of %s: %w", r.Brand, err)
		}
		wait := time.NewTimer(flightPoll)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return fmt.Errorf("wait for a message in flight: %w", ctx.Err())
		}
	}
	r.Customer, r.Name, r.Status, r.Done = "", "", PrivacyDone, d.moment()
	if err := d.store.PutPrivacyRequest(ctx, r); err != nil {
		return fmt.Errorf("close an erasure: %w", err)
	}
	return d.recordRequest(ctx, r.By, AuditPrivacyErased, r)
}

func (d *Desk) recordRequest(ctx context.Context, by conversation.AgentID, kind string, r PrivacyRequest) error {
	return d.record(ctx, by, kind, r.Brand, map[string]string{"request": r.ID, "kind": string(r.Kind)})
}
