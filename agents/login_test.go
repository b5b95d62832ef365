package agents_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/causette/causette/agents"
)

// vouched is an e-mail address that an identity provider vouches for; "" for
// one that it does not.
type vouched string

func (vouched) Claimed() string { return "" }

func (v vouched) Authenticate(context.Context, agents.Accounts) (string, error) {
	if v == "" {
		return "", agents.ErrWrongLogin
	}
	return string(v), nil
}

func TestHoweverOneProvesWhoOneIsTheRulesAreTheSame(t *testing.T) {
	w := open(t)
	lea, nadia := w.agent("lea", agents.RoleAgent), w.agent("nadia", agents.RoleSupervisor)
	closed := w.agent("paul", agents.RoleAgent)
	closed.Disabled = true
	if err := w.desk.UpdateAgent(t.Context(), agents.Operator, closed); err != nil {
		t.Fatal(err)
	}
	got, err := w.desk.LoginAs(t.Context(), vouched("Lea@Lumen.example"), "192.0.2.1")
	if err != nil || got.ID != lea.ID || got.Presence != agents.Online {
		t.Errorf("logged in as %+v, %v", got, err)
	}
	for what, i := range map[string]vouched{"nobody vouches": "", "nobody has it": "nobody@lumen.example", "it is closed": "paul@lumen.example"} {
		if _, err := w.desk.LoginAs(t.Context(), i, "192.0.2.2"); !errors.Is(err, agents.ErrWrongLogin) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for kind, want := range map[string]int{agents.AuditLogin: 1, agents.AuditFailed: 3} {
		if p, err := w.desk.Audit(t.Context(), nadia, agents.AuditQuery{Kind: kind}); err != nil || len(p.Items) != want {
			t.Errorf("%s: the audit has %d, want %d (%v)", kind, len(p.Items), want, err)
		}
	}
}

func TestWhoGuessesIsStoppedByNetwork(t *testing.T) {
	w := open(t)
	tries := func(address func(n int) string) (stopped bool) {
		for n := range 100 {
			_, err := w.desk.LoginAs(t.Context(), vouched(""), address(n))
			stopped = stopped || errors.Is(err, agents.ErrTooManyLogins)
		}
		return stopped
	}
	if !tries(func(n int) string { return fmt.Sprintf("2001:db8:1:2::%x", n) }) {
		t.Error("the addresses of one IPv6 network were counted apart")
	}
	if tries(func(n int) string { return fmt.Sprintf("2001:db8:1:%x::1", n+16) }) {
		t.Error("other IPv6 networks were counted together")
	}
	if tries(func(n int) string { return fmt.Sprintf("192.0.2.%d", n) }) {
		t.Error("other IPv4 addresses were counted together")
	}
	if !tries(func(int) string { return "198.51.100.1" }) {
		t.Error("one address was let through for ever")
	}
}
