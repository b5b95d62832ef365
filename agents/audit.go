package agents

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
)

// Kinds of what was done that is no act in a conversation; acts have the types
// of their events.
const (
	AuditLogin       = "login"
	AuditFailed      = "login.failed" // the detail says as whom
	AuditLogout      = "logout"
	AuditForced      = "logout.forced" // of the agent in the detail
	AuditPresence    = "presence"
	AuditPassword    = "password.changed"
	AuditAdded       = "account.added"
	AuditChanged     = "account.changed"
	AuditDisabled    = "account.disabled"
	AuditIncident    = "incident.put"
	AuditIncidentEnd = "incident.ended"

	AuditPrivacyAsked     = "privacy.requested"
	AuditPrivacyExported  = "privacy.exported"
	AuditPrivacyConfirmed = "privacy.confirmed"
	AuditPrivacyErased    = "privacy.erased"

	AuditDevicePairing = "device.pairing" // somebody asked for codes to link the channel in the detail
	AuditDevicePaired  = "device.paired"
)

// AuditStore keeps what was done. Rows are only ever added.
type AuditStore interface {
	AddAudit(ctx context.Context, a Audited) error
	// ReadAudit reads rows and the acts in threads, newest first, and where to
	// read on, "" at the end. A page may be short, or empty, before the end.
	ReadAudit(ctx context.Context, q AuditRead) (list []Audited, next string, err error)
}

// AuditQuery asks for what was done: by everybody or one agent, of every kind
// or one, in one brand or all that the agent serves.
type AuditQuery struct {
	Brand  conversation.BrandID
	Agent  conversation.AgentID
	Kind   string // "agent.claimed", "login", …
	Cursor string
	Limit  int
}

// AuditRead is a query as the store answers it.
type AuditRead struct {
	Brands []conversation.BrandID // "" is the installation's own rows
	Agent  conversation.AgentID   // "" for all
	Kind   string                 // "" for all
	Team   []conversation.AgentID // of the installation's rows only theirs; nil for all
	Before string                 // an id, "" for the newest
	Limit  int
}

// Wants says whether a row is asked for.
func (q *AuditRead) Wants(a Audited) bool {
	return (q.Agent == "" || a.Agent == q.Agent) && (q.Kind == "" || a.Kind == q.Kind) &&
		(a.Brand != "" || q.Team == nil || slices.Contains(q.Team, a.Agent))
}

// Audited is one thing that was done.
type Audited struct {
	ID       string                  `json:"id"`
	At       time.Time               `json:"at"`
	Agent    conversation.AgentID    `json:"agent"` // "" for the desk itself, and for who failed to log in
	Name     string                  `json:"name"`  // the agent's
	Kind     string                  `json:"kind"`
	Brand    conversation.BrandID    `json:"brand"` // "": it is about none
	Customer conversation.CustomerID `json:"customer"`
	Detail   map[string]string       `json:"detail"`
}

// AuditPage is a page of them, newest first. It may be short before the end.
type AuditPage struct {
	Items []Audited `json:"items"`
	Next  string    `json:"next"`
}

// Audit reads what was done. Who serves some brands only sees what was done in
// them, and the logins of who serves one of them too.
func (d *Desk) Audit(ctx context.Context, by Agent, q AuditQuery) (AuditPage, error) {
	if err := Allow(by, Supervise, q.Brand); err != nil {
		return AuditPage{}, err
	}
	if len(q.Cursor) > maxCursor || len(q.Kind) > maxCursor || len(q.Agent) > maxCursor {
		return AuditPage{}, &Fault{"cursor", "is none of ours"}
	}
	read := AuditRead{Agent: q.Agent, Kind: q.Kind, Before: q.Cursor, Limit: pageOf(q.Limit)}
	for _, b := range d.brandsAsked(by, q.Brand) {
		read.Brands = append(read.Brands, b.ID)
	}
	if q.Brand == "" {
		read.Brands = append(read.Brands, "")
		team, err := d.team(ctx, by)
		if err != nil {
			return AuditPage{}, err
		}
		read.Team = team
	}
	list, next, err := d.store.ReadAudit(ctx, read)
	if err != nil {
		return AuditPage{}, fmt.Errorf("read the audit: %w", err)
	}
	for i := range list {
		list[i].Name = d.name(ctx, list[i].Agent)
		if list[i].Detail == nil {
			list[i].Detail = map[string]string{}
		}
	}
	return AuditPage{Items: some(list), Next: next}, nil
}

// team are the agents who serve a brand that the agent serves too; nil for who
// serves all of them.
func (d *Desk) team(ctx context.Context, by Agent) ([]conversation.AgentID, error) {
	if len(by.Brands) == 0 {
		return nil, nil
	}
	all, err := d.store.Agents(ctx)
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	team := []conversation.AgentID{}
	for _, a := range all {
		if slices.ContainsFunc(by.Brands, a.serves) {
			team = append(team, a.ID)
		}
	}
	return team, nil
}

// record keeps that an agent did something which is no act in a conversation.
func (d *Desk) record(ctx context.Context, by conversation.AgentID, kind string, brand conversation.BrandID, detail map[string]string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("name a row of the audit: %w", err)
	}
	return d.store.AddAudit(ctx, Audited{ID: id.String(), At: d.moment(), Agent: by, Kind: kind, Brand: brand, Detail: detail})
}

// differences is what changed of an account, as the audit tells it.
func differences(before, after Agent) map[string]string {
	changed := map[string]string{"agent": string(after.ID)}
	for field, of := range map[string]func(Agent) any{
		"name":      func(a Agent) any { return a.Name },
		"email":     func(a Agent) any { return a.Email },
		"role":      func(a Agent) any { return a.Role },
		"brands":    func(a Agent) any { return a.Brands },
		"capacity":  func(a Agent) any { return a.Capacity },
		"languages": func(a Agent) any { return a.Languages },
		"teams":     func(a Agent) any { return a.Teams },
		"disabled":  func(a Agent) any { return a.Disabled },
	} {
		if was, is := fmt.Sprint(of(before)), fmt.Sprint(of(after)); was != is {
			changed[field] = was + " → " + is
		}
	}
	return changed
}
