package agents

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/visitor"
)

// Logins of one e-mail address and from one network address: somebody who
// mistypes is not stopped, somebody who guesses is.
const (
	loginBurst     = 5
	loginEvery     = 15 * time.Second
	addressBurst   = 30 // an office has one address
	addressEvery   = 2 * time.Second
	throttledNames = 10_000
)

// Identity is one attempt to prove who one is. A password is one way; the
// callback of an identity provider (OIDC) would be another, with the provider's
// code in it, and is given to LoginAs like it.
type Identity interface {
	// Claimed is the e-mail address that is said before anything is proved:
	// attempts are counted by it. "" where only the proof tells.
	Claimed() string
	// Authenticate proves it and returns the e-mail address of the account;
	// ErrWrongLogin when it does not. It says nothing of whether there is such
	// an account, nor does the time it takes.
	Authenticate(ctx context.Context, accounts Accounts) (email string, err error)
}

// passwordLogin is an e-mail address and a password.
type passwordLogin struct{ email, password string }

func (p passwordLogin) Claimed() string { return p.email }

func (p passwordLogin) Authenticate(ctx context.Context, accounts Accounts) (string, error) {
	if len(p.password) > MaxPassword || len(p.email) > maxEmail {
		return "", ErrWrongLogin
	}
	a, err := accounts.AgentByEmail(ctx, p.email)
	if err != nil && !errors.Is(err, gateway.ErrNotFound) {
		return "", err
	}
	hash := a.Password
	if err != nil || hash == "" || a.Disabled {
		hash = nobody
	}
	right, err := checkHash(ctx, hash, p.password)
	if err == nil && !right {
		err = ErrWrongLogin
	}
	return p.email, err
}

// Login finds who logs in with a password. from is the network address that asks.
func (d *Desk) Login(ctx context.Context, email, password, from string) (Agent, error) {
	return d.LoginAs(ctx, passwordLogin{plainEmail(email), password}, from)
}

// LoginAs finds who logs in, however they prove it: attempts are counted, the
// account must be there and open, and the audit keeps both what succeeded and
// what failed. Who calls begins the session.
func (d *Desk) LoginAs(ctx context.Context, i Identity, from string) (Agent, error) {
	now := d.now()
	if claimed := i.Claimed(); !d.byAddress.Allow(visitor.Network(from), now) || claimed != "" && !d.byEmail.Allow(claimed, now) {
		return Agent{}, ErrTooManyLogins
	}
	email, err := i.Authenticate(ctx, d.store)
	var a Agent
	if err == nil {
		a, err = d.store.AgentByEmail(ctx, plainEmail(email))
	}
	if errors.Is(err, gateway.ErrNotFound) || err == nil && a.Disabled {
		err = ErrWrongLogin
	}
	if errors.Is(err, ErrWrongLogin) {
		who := map[string]string{"email": cut(strings.ToValidUTF8(i.Claimed(), "\uFFFD"), maxName), "from": cut(from, maxName)}
		if failed := d.record(ctx, "", AuditFailed, "", who); failed != nil {
			d.log.Error("cannot keep in the audit that a login failed", "error", failed)
		}
		return Agent{}, ErrWrongLogin
	}
	if err != nil {
		return Agent{}, fmt.Errorf("log in: %w", err)
	}
	if a.Presence == Offline { // who comes in may be given work
		if err := d.store.SetPresence(ctx, a.ID, Online); err != nil {
			return Agent{}, fmt.Errorf("log in: %w", err)
		}
		a.Presence = Online
	}
	if err := d.record(ctx, a.ID, AuditLogin, "", map[string]string{"from": cut(from, maxName)}); err != nil {
		return Agent{}, fmt.Errorf("log in: %w", err)
	}
	return a, nil
}

// LoggedOut records that the agent ended a session of theirs.
func (d *Desk) LoggedOut(ctx context.Context, by Agent) error {
	return d.record(ctx, by.ID, AuditLogout, "", nil)
}
