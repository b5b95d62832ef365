package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/term"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
)

type agentCmd struct {
	Add      agentAddCmd      `cmd:"" help:"Make the account of a person at the desk."`
	Password agentPasswordCmd `cmd:"" help:"Give an account another password; its sessions end."`
	Close    agentCloseCmd    `cmd:"" help:"Close an account; its sessions end."`
}

type agentAddCmd struct {
	configFlag
	Email    string   `required:"" help:"What they log in with."`
	Name     string   `required:"" help:"As colleagues read it."`
	Role     string   `default:"agent" enum:"agent,supervisor,admin" help:"agent, supervisor or admin."`
	Brand    []string `sep:"," help:"The brands that they answer for; without any: all."`
	Language []string `sep:"," help:"The languages in which they answer, as fr; without any: all."`
	Team     []string `sep:"," help:"The teams whose queues they answer, beside everybody's."`
	Capacity int      `default:"8" help:"How many conversations they take at once; 0 is not bounded."`
	passwordFlag
}

func (c *agentAddCmd) Run(ctx context.Context, s streams) error {
	return c.desk(ctx, func(d *agents.Desk) error {
		password, err := c.password(s)
		if err != nil {
			return err
		}
		a := agents.Agent{Email: c.Email, Name: c.Name, Role: agents.Role(c.Role), Capacity: c.Capacity, Languages: c.Language, Teams: c.Team}
		for _, b := range c.Brand {
			a.Brands = append(a.Brands, conversation.BrandID(b))
		}
		a, err = d.AddAgent(ctx, agents.Operator, a, password)
		if errors.Is(err, agents.ErrTaken) {
			return fmt.Errorf("%s has an account already: causette agent password --email %[1]s gives it another password", c.Email)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "%s may log in as %s\n", a.Email, a.Role)
		return err
	})
}

type agentPasswordCmd struct {
	configFlag
	Email string `required:"" help:"Whose account."`
	passwordFlag
}

func (c *agentPasswordCmd) Run(ctx context.Context, s streams) error {
	return c.desk(ctx, func(d *agents.Desk) error {
		a, err := accountOf(ctx, d, c.Email)
		if err != nil {
			return err
		}
		password, err := c.password(s)
		if err != nil {
			return err
		}
		return d.SetPassword(ctx, agents.Operator, a.ID, password)
	})
}

type agentCloseCmd struct {
	configFlag
	Email string `required:"" help:"Whose account."`
}

func (c *agentCloseCmd) Run(ctx context.Context, s streams) error {
	return c.desk(ctx, func(d *agents.Desk) error {
		a, err := accountOf(ctx, d, c.Email)
		if err != nil {
			return err
		}
		a.Disabled = true
		return d.UpdateAgent(ctx, agents.Operator, a)
	})
}

// accountOf finds an open account by its e-mail address.
func accountOf(ctx context.Context, d *agents.Desk, email string) (agents.Agent, error) {
	list, err := d.Agents(ctx, agents.Operator)
	if err != nil {
		return agents.Agent{}, err
	}
	var known []string
	for _, a := range list {
		if strings.EqualFold(a.Email, strings.TrimSpace(email)) {
			return a, nil
		}
		known = append(known, a.Email)
	}
	return agents.Agent{}, usageError{fmt.Errorf("%s has no open account%s: causette agent add makes one", email, gateway.Suggest(email, known))}
}

// desk opens the configured database for a desk without a gateway.
func (f configFlag) desk(ctx context.Context, do func(*agents.Desk) error) error {
	log := logger(slog.LevelWarn)
	cfg, err := f.load(log)
	if err != nil {
		return err
	}
	st, err := openStore(ctx, cfg, false, log)
	if err != nil {
		return err
	}
	err = errors.Join(do(newDesk(cfg, st, nil, log)), st.Close())
	var fault *agents.Fault
	if errors.As(err, &fault) {
		return usageError{fmt.Errorf("--%s %s (%s)", strings.TrimSuffix(fault.Field, "s"), fault.Detail, filepath.Base(f.Config))}
	}
	return err
}

// newDesk is the desk of a configuration; g is nil where nobody acts.
func newDesk(cfg *configs.Config, st *store.Store, g *gateway.Gateway, log *slog.Logger) *agents.Desk {
	o := agents.Options{Store: st, Log: log, TakeBack: cfg.Desk.TakeBack, Idle: cfg.Desk.Idle, Price: segmentPrice(cfg)}
	if g != nil {
		o.Door, o.Script = g, g.ScriptOf
	}
	for i := range cfg.Brands {
		b := &cfg.Brands[i]
		o.Brands = append(o.Brands, agents.Brand{ID: b.ID, Name: b.Name, Languages: b.Languages, Country: b.Country, Zone: b.Location()})
	}
	for i := range cfg.Channels {
		c := &cfg.Channels[i]
		o.Channels = append(o.Channels, agents.Channel{ID: c.ID, Brand: c.Brand, Medium: c.Medium()})
	}
	for _, t := range cfg.Desk.Canned {
		o.Canned = append(o.Canned, agents.Canned(t))
	}
	return agents.New(o)
}

// segmentPrice is what a segment costs by the price table: by the kind of the
// channel and the country of the number. What is paid by message has none.
func segmentPrice(cfg *configs.Config) func(conversation.ChannelID, conversation.Address) (sms.Price, bool) {
	kinds := make(map[conversation.ChannelID]configs.Kind)
	for i := range cfg.Channels {
		kinds[cfg.Channels[i].ID] = cfg.Channels[i].Kind
		if cfg.Channels[i].Medium() == conversation.WhatsApp {
			kinds[cfg.Channels[i].ID] = configs.WhatsApp
		}
	}
	return func(channel conversation.ChannelID, to conversation.Address) (sms.Price, bool) {
		n, err := phonenumbers.Parse(strings.TrimPrefix(string(to), "whatsapp:"), "ZZ")
		if err != nil || kinds[channel] == "" {
			return sms.Price{}, false
		}
		rate, known := cfg.Tariff.Rate(string(kinds[channel]), phonenumbers.GetRegionCodeForNumber(n))
		return rate.Price, known && rate.Per != sms.PerMessage
	}
}

type passwordFlag struct {
	PasswordStdin bool `help:"Read the password from the first line of standard input instead of asking for it."`
}

// password asks for a password twice without echo, or reads a line.
func (f passwordFlag) password(s streams) (string, error) {
	if f.PasswordStdin {
		line, err := bufio.NewReader(io.LimitReader(s.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	terminal, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return "", usageError{errors.New("there is no terminal to ask for a password: pipe it in and add --password-stdin")}
	}
	ask := func(what string) (string, error) {
		fmt.Fprint(s.err, what)
		typed, err := term.ReadPassword(int(terminal.Fd()))
		fmt.Fprintln(s.err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return string(typed), nil
	}
	first, err := ask(fmt.Sprintf("Password (at least %d characters): ", agents.MinPassword))
	if err != nil {
		return "", err
	}
	second, err := ask("Again: ")
	switch {
	case err != nil:
		return "", err
	case first != second:
		return "", errors.New("the two passwords differ: run the command again")
	}
	return first, nil
}
