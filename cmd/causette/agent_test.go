package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/causette/causette/agents"
)

func TestAnAgentIsAddedAndMayLogIn(t *testing.T) {
	folder := t.TempDir()
	config := filepath.Join(folder, "causette.yaml")
	err := os.WriteFile(config, []byte(`
public_url: http://127.0.0.1:8080
database: file:desk.db
brands:
  - {id: lumen, name: Lumen, languages: [fr], country: FR, timezone: Europe/Paris, currency: EUR, support: {email: aide@lumen.example}}
channels:
  - {id: phones, brand: lumen, kind: phones, address: "36105"}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	type answer struct {
		code     int
		out, err string
	}
	agent := func(in string, args ...string) answer {
		var out, problems bytes.Buffer
		code := run(t.Context(), append([]string{"agent", args[0], "--config", config}, args[1:]...),
			streams{strings.NewReader(in), &out, &problems})
		return answer{code, out.String(), problems.String()}
	}
	lea := []string{"add", "--email", "Lea@lumen.example", "--name", "Léa", "--brand", "lumen", "--language", "fr", "--language", "en", "--team", "retours"}
	piped := append(lea, "--password-stdin")
	for _, c := range []struct {
		name string
		got  answer
		code int
		says string
	}{
		{"nothing to ask with", agent("", lea...), exitUsage, "--password-stdin"},
		{"a short password", agent("court\n", piped...), exitUsage, "--password is shorter than 10 characters"},
		{"no brand of ours", agent("une lampe bleue\n", append(piped, "--brand", "lumne")...), exitUsage, `--brand there is no brand "lumne"`},
		{"no language of ours", agent("une lampe bleue\n", append(piped, "--language", "tlh")...), exitUsage, `--language "tlh" is none of fr, en`},
		{"no address", agent("une lampe bleue\n", "add", "--email", "lea", "--name", "Léa", "--password-stdin"), exitUsage, "--email must be an e-mail address"},
		{"an unknown role", agent("une lampe bleue\n", append(piped, "--role", "king")...), exitUsage, "--role"},
		{"an account", agent("une lampe bleue\r\n", piped...), exitDone, "lea@lumen.example may log in as agent"},
		{"the same again", agent("une lampe bleue\n", piped...), exitFailed, "has an account already"},
		{"a password for nobody", agent("x", "password", "--email", "leo@lumen.example", "--password-stdin"), exitUsage, "has no open account"},
		{"another password", agent("une lampe verte", "password", "--email", "lea@lumen.example", "--password-stdin"), exitDone, ""},
	} {
		said := c.got.out + c.got.err
		if c.got.code != c.code || !strings.Contains(said, c.says) || strings.Count(said, "\n") > 1 {
			t.Errorf("%s: exit %d, %q", c.name, c.got.code, said)
		}
	}

	log := logger(0)
	cfg, err := configFlag{config}.load(log)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStore(t.Context(), cfg, false, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	desk := newDesk(cfg, st, nil, log)
	login := func(password string) error {
		_, err := desk.Login(t.Context(), "lea@lumen.example", password, "192.0.2.1")
		return err
	}
	if err := login("une lampe verte"); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if err := login("une lampe bleue"); err == nil {
		t.Error("the old password still opens")
	}
	account, err := st.AgentByEmail(t.Context(), "lea@lumen.example")
	if err != nil || !slices.Equal(account.Languages, []string{"fr", "en"}) || !slices.Equal(account.Teams, []string{"retours"}) {
		t.Errorf("the account is %+v, %v", account, err)
	}
	if got := agent("", "close", "--email", "lea@lumen.example"); got.code != exitDone {
		t.Errorf("close: %+v", got)
	}
	if err := login("une lampe verte"); err != agents.ErrWrongLogin {
		t.Errorf("a closed account: %v", err)
	}
}
