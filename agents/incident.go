package agents

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Incident is one of a brand's, with who said so.
type Incident struct {
	Brand conversation.BrandID `json:"brand"`
	conversation.Incident
	By conversation.AgentID `json:"by"`
}

// IncidentStore keeps incidents.
type IncidentStore interface {
	// PutIncident writes it whole, by brand and id.
	PutIncident(ctx context.Context, i Incident) error
	// EndIncident ends one that is on; gateway.ErrNotFound when it is not.
	EndIncident(ctx context.Context, brand conversation.BrandID, id string, at time.Time) error
	// ReadIncidents reads those that are on, then the newest that ended.
	ReadIncidents(ctx context.Context, brand conversation.BrandID, now time.Time, limit int) ([]Incident, error)
	// OpenIncidents reads those of all brands that have begun and are on.
	OpenIncidents(ctx context.Context, now time.Time) ([]Incident, error)
}

// Bounds of an incident. The text is said in one message.
const (
	maxOpen         = 20  // incidents of a brand at once
	maxIncidents    = 100 // that are listed
	maxIncidentText = 480 // characters, of each language
	maxMatch        = 100 // bytes
	maxIncidentTime = 90 * 24 * time.Hour
)

// Incidents lists those that are on, then the newest that ended.
func (d *Desk) Incidents(ctx context.Context, by Agent, brand conversation.BrandID) ([]Incident, error) {
	if err := Allow(by, See, brand); err != nil {
		return nil, err
	}
	list := []Incident{}
	for _, b := range d.BrandsOf(by) {
		if brand != "" && b.ID != brand {
			continue
		}
		of, err := d.store.ReadIncidents(ctx, b.ID, d.now(), maxIncidents)
		if err != nil {
			return nil, fmt.Errorf("list incidents: %w", err)
		}
		list = append(list, of...)
	}
	return list, nil
}

// PutIncident begins an incident, or changes the one of its id.
func (d *Desk) PutIncident(ctx context.Context, by Agent, i Incident) (Incident, error) {
	if err := Allow(by, Supervise, i.Brand); err != nil {
		return Incident{}, err
	}
	now := d.moment()
	i.Match, i.By = strings.TrimSpace(i.Match), by.ID
	if i.Since.IsZero() {
		i.Since = now
	}
	i.Since, i.Until = i.Since.UTC().Truncate(time.Microsecond), i.Until.UTC().Truncate(time.Microsecond)
	if err := d.checkIncident(i, now); err != nil {
		return Incident{}, err
	}
	known, err := d.store.ReadIncidents(ctx, i.Brand, now, maxOpen)
	if err != nil {
		return Incident{}, fmt.Errorf("put an incident: %w", err)
	}
	other := func(k Incident) bool { return k.ID != i.ID && (k.Until.IsZero() || k.Until.After(now)) }
	same := func(k Incident) bool { return k.ID == i.ID }
	switch {
	case i.ID != "" && !slices.ContainsFunc(known, same):
		return Incident{}, fmt.Errorf("put an incident: %w", gateway.ErrNotFound)
	case len(slices.DeleteFunc(known, func(k Incident) bool { return !other(k) })) >= maxOpen:
		return Incident{}, &Fault{"brand", fmt.Sprintf("has %d incidents that are on; end one of them first", maxOpen)}
	}
	if i.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return Incident{}, fmt.Errorf("name an incident: %w", err)
		}
		i.ID = id.String()
	}
	if err := d.store.PutIncident(ctx, i); err != nil {
		return Incident{}, fmt.Errorf("put an incident: %w", err)
	}
	return i, d.record(ctx, by.ID, AuditIncident, i.Brand, map[string]string{"incident": i.ID, "on": string(i.Kind), "match": i.Match})
}

func (d *Desk) checkIncident(i Incident, now time.Time) error {
	at := slices.IndexFunc(d.brands, func(b Brand) bool { return b.ID == i.Brand })
	if at < 0 {
		return &Fault{"brand", fmt.Sprintf("there is no brand %q", i.Brand)}
	}
	kinds := []conversation.IncidentKind{conversation.CarrierIncident, conversation.ProductIncident, conversation.IntentIncident}
	switch {
	case !slices.Contains(kinds, i.Kind):
		return &Fault{"kind", "must be carrier, product or intent"}
	case i.Match == "" || len(i.Match) > maxMatch || !utf8.ValidString(i.Match) || strings.ContainsFunc(i.Match, isControl):
		return &Fault{"match", fmt.Sprintf("must be the carrier's name, the product's SKU or the intent, in 1 to %d bytes", maxMatch)}
	case len(i.Text) == 0:
		return &Fault{"text", "must be given in one of the brand's languages, " + strings.Join(d.brands[at].Languages, ", ")}
	case i.Since.Before(now.Add(-maxIncidentTime)) || i.Since.After(now.Add(maxIncidentTime)):
		return &Fault{"since", "must be within 90 days"}
	case !i.Until.IsZero() && (!i.Until.After(now) || !i.Until.After(i.Since)):
		return &Fault{"until", "must be in the future and after since; leave it out until somebody ends it"}
	case i.Until.After(now.Add(maxIncidentTime)):
		return &Fault{"until", "must be within 90 days; leave it out until somebody ends it"}
	}
	for l, text := range i.Text {
		switch {
		case !slices.Contains(d.brands[at].Languages, l):
			return &Fault{"text", fmt.Sprintf("%q is none of the brand's languages, %s", l, strings.Join(d.brands[at].Languages, ", "))}
		case strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > maxIncidentText || !utf8.ValidString(text) || strings.ContainsRune(text, 0):
			return &Fault{"text", fmt.Sprintf("in %s must have 1 to %d characters", l, maxIncidentText)}
		}
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// EndIncident ends an incident that is on.
func (d *Desk) EndIncident(ctx context.Context, by Agent, brand conversation.BrandID, id string) error {
	if err := Allow(by, Supervise, brand); err != nil {
		return err
	}
	if err := d.store.EndIncident(ctx, brand, id, d.moment()); err != nil {
		return fmt.Errorf("end an incident: %w", err)
	}
	return d.record(ctx, by.ID, AuditIncidentEnd, brand, map[string]string{"incident": id})
}

// ActiveIncidents are those that are on now, by brand: what turns are told of.
func (d *Desk) ActiveIncidents(ctx context.Context) (map[conversation.BrandID][]conversation.Incident, error) {
	list, err := d.store.OpenIncidents(ctx, d.now())
	if err != nil {
		return nil, fmt.Errorf("read what is going wrong: %w", err)
	}
	active := make(map[conversation.BrandID][]conversation.Incident)
	for _, i := range list {
		active[i.Brand] = append(active[i.Brand], i.Incident)
	}
	return active, nil
}
