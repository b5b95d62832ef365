package agents

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Agent reads who a session is of; *Forbidden when the account is closed. A
// session that began before Agent.Revoked is over.
func (d *Desk) Agent(ctx context.Context, id conversation.AgentID) (Agent, error) {
	a, err := d.store.Agent(ctx, id)
	switch {
	case errors.Is(err, gateway.ErrNotFound), err == nil && a.Disabled:
		return Agent{}, &Forbidden{Permission: See}
	case err != nil:
		return Agent{}, fmt.Errorf("read agent %s: %w", id, err)
	}
	return a, nil
}

// Agents lists the colleagues that have an account.
func (d *Desk) Agents(ctx context.Context, by Agent) ([]Agent, error) {
	if err := Allow(by, See, ""); err != nil {
		return nil, err
	}
	all, err := d.store.Agents(ctx)
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	return slices.DeleteFunc(all, func(a Agent) bool { return a.Disabled }), nil
}

// SetPresence says whether the agent takes conversations.
func (d *Desk) SetPresence(ctx context.Context, by Agent, p Presence) error {
	if err := Allow(by, See, ""); err != nil {
		return err
	}
	if p != Online && p != Away && p != Offline {
		return &Fault{"presence", "must be online, away or offline"}
	}
	if err := d.store.SetPresence(ctx, by.ID, p); err != nil {
		return fmt.Errorf("set presence: %w", err)
	}
	return d.record(ctx, by.ID, AuditPresence, "", map[string]string{"presence": string(p)})
}

// AddAgent makes an account. The e-mail address is what they log in with.
func (d *Desk) AddAgent(ctx context.Context, by Agent, a Agent, password string) (Agent, error) {
	if err := Allow(by, ManageAgents, ""); err != nil {
		return Agent{}, err
	}
	a.ID = conversation.AgentID(uuid.NewString())
	a.Created, a.Revoked, a.Presence = d.moment(), time.Time{}, Offline
	a.Email, a.Name = plainEmail(a.Email), strings.TrimSpace(a.Name)
	a.Languages, a.Teams = some(a.Languages), some(a.Teams)
	if err := d.checkAgent(a); err != nil {
		return Agent{}, err
	}
	var err error
	if a.Password, err = hashPassword(ctx, password); err != nil {
		return Agent{}, err
	}
	if err := d.store.PutAgent(ctx, a); err != nil {
		return Agent{}, fmt.Errorf("add agent: %w", err)
	}
	return a, d.record(ctx, by.ID, AuditAdded, "", map[string]string{"agent": string(a.ID), "role": string(a.Role)})
}

// UpdateAgent changes what an account is: name, e-mail, role, brands, languages,
// teams, capacity, disabled. Less than before takes effect at once: the sessions are over.
func (d *Desk) UpdateAgent(ctx context.Context, by Agent, change Agent) error {
	if err := Allow(by, ManageAgents, ""); err != nil {
		return err
	}
	a, err := d.store.Agent(ctx, change.ID)
	if err != nil {
		return fmt.Errorf("update agent: %w", err)
	}
	before := a
	if by.ID == a.ID && (change.Disabled || change.Role != a.Role) {
		return &Fault{"role", "nobody closes or changes the role of their own account; ask another admin"}
	}
	if change.Disabled || change.Role != a.Role || !slices.Equal(change.Brands, a.Brands) {
		a.Revoked = d.moment()
	}
	a.Name, a.Email = strings.TrimSpace(change.Name), plainEmail(change.Email)
	a.Role, a.Brands, a.Capacity, a.Disabled = change.Role, change.Brands, change.Capacity, change.Disabled
	a.Languages, a.Teams = change.Languages, change.Teams
	if err := d.checkAgent(a); err != nil {
		return err
	}
	if err := d.store.PutAgent(ctx, a); err != nil {
		return fmt.Errorf("update agent: %w", err)
	}
	kind := AuditChanged
	if a.Disabled && !before.Disabled {
		kind = AuditDisabled
	}
	return d.record(ctx, by.ID, kind, "", differences(before, a))
}

// SetPassword gives an account another password; its sessions are over.
func (d *Desk) SetPassword(ctx context.Context, by Agent, id conversation.AgentID, password string) error {
	return d.revoke(ctx, by, id, AuditPassword, func(a *Agent) (err error) {
		a.Password, err = hashPassword(ctx, password)
		return err
	})
}

// LogoutAgent ends every session of an agent: one's own, or with ManageAgents.
func (d *Desk) LogoutAgent(ctx context.Context, by Agent, id conversation.AgentID) error {
	return d.revoke(ctx, by, id, AuditForced, func(*Agent) error { return nil })
}

// revoke changes an account so that its sessions are over: one's own, or with ManageAgents.
func (d *Desk) revoke(ctx context.Context, by Agent, id conversation.AgentID, kind string, change func(*Agent) error) error {
	if by.ID != id || by.Disabled {
		if err := Allow(by, ManageAgents, ""); err != nil {
			return err
		}
	}
	a, err := d.store.Agent(ctx, id)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	if err := change(&a); err != nil {
		return err
	}
	a.Revoked = d.moment()
	if err := d.store.PutAgent(ctx, a); err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return d.record(ctx, by.ID, kind, "", map[string]string{"agent": string(id)})
}

const (
	maxEmail    = 254 // RFC 5321
	maxName     = 100
	maxCapacity = 1000
	maxTeams    = 20
	maxTeam     = 40 // bytes
)

func (d *Desk) checkAgent(a Agent) error {
	address, err := mail.ParseAddress(a.Email)
	switch {
	case err != nil || address.Address != a.Email || len(a.Email) > maxEmail:
		return &Fault{"email", "must be an e-mail address, as in lea@boutique.example"}
	case a.Name == "" || len(a.Name) > maxName:
		return &Fault{"name", fmt.Sprintf("must have 1 to %d bytes", maxName)}
	case rights[a.Role] == nil:
		return &Fault{"role", "must be agent, supervisor or admin"}
	case a.Capacity < 0 || a.Capacity > maxCapacity:
		return &Fault{"capacity", fmt.Sprintf("must be 0 (not bounded) to %d", maxCapacity)}
	}
	for _, l := range a.Languages {
		if !slices.Contains(languages, l) {
			return &Fault{"languages", fmt.Sprintf("%q is none of %s", l, strings.Join(languages, ", "))}
		}
	}
	if len(a.Teams) > maxTeams {
		return &Fault{"teams", fmt.Sprintf("are more than %d", maxTeams)}
	}
	for _, t := range a.Teams {
		if t == "" || len(t) > maxTeam || strings.TrimSpace(t) != t || strings.ContainsFunc(t, unicode.IsControl) {
			return &Fault{"teams", fmt.Sprintf("%q must have 1 to %d bytes, without spaces around it", t, maxTeam)}
		}
	}
	for _, b := range a.Brands {
		if !slices.ContainsFunc(d.brands, func(known Brand) bool { return known.ID == b }) {
			return &Fault{"brands", fmt.Sprintf("there is no brand %q", b)}
		}
	}
	return nil
}

// languages are those that the assistant understands, and hands over in.
var languages = []string{"fr", "en", "es", "de", "it", "nl", "pt"}

func plainEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// moment is now as the store keeps it.
func (d *Desk) moment() time.Time { return d.now().UTC().Truncate(time.Microsecond) }
