package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/transcript"
	"github.com/causette/causette/gateway/api"
)

// databaseKind names the engine, never the address, which may hold a password.
func databaseKind(url string) string {
	if strings.HasPrefix(url, "postgres") {
		return "postgresql"
	}
	return "sqlite"
}

type checkCmd struct {
	Config string `type:"path" placeholder:"FILE" help:"The configuration file; without one the embedded demo is checked."`
}

// configuration is the file's, or the demo's.
func configuration(path string) (*configs.Config, error) {
	if path == "" {
		return demoConfig("127.0.0.1:8080", "file:unused.db")
	}
	return configs.Load(path, os.LookupEnv)
}

func (c *checkCmd) Run(s streams) error {
	cfg, err := configuration(c.Config)
	if err != nil {
		return err
	}
	var problems []error
	for i := range cfg.Brands {
		if _, err := parseScript(cfg, &cfg.Brands[i]); err != nil {
			problems = append(problems, err)
		}
	}
	for _, w := range cfg.Warnings() {
		fmt.Fprintln(s.out, w)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d brands, %d channels: fine\n", len(cfg.Brands), len(cfg.Channels))
	return nil
}

type graphCmd struct{}

func (graphCmd) Run(s streams) error {
	_, err := fmt.Fprint(s.out, conversation.Graph())
	return err
}

type testCmd struct {
	Config string   `type:"path" placeholder:"FILE" help:"The configuration whose scripts are tested; without one, the embedded ones."`
	Files  []string `arg:"" optional:"" type:"existingfile" help:"Transcripts; without any, those beside the scripts."`
}

func (c *testCmd) Run(s streams) error {
	cfg, err := configuration(c.Config)
	if err != nil {
		return err
	}
	ran, failed := 0, 0
	for i := range cfg.Brands {
		b := &cfg.Brands[i]
		script, err := parseScript(cfg, b)
		if err != nil {
			return err
		}
		files, err := transcripts(cfg, b, c.Files)
		if err != nil {
			return err
		}
		for name, text := range files {
			ran++
			if err := transcript.Check(script, name, text); err != nil {
				failed++
				fmt.Fprintf(s.out, "%v\n", err)
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d transcripts differ", failed, ran)
	}
	fmt.Fprintf(s.out, "%d transcripts: as written\n", ran)
	return nil
}

type migrateCmd struct{ configFlag }

func (c *migrateCmd) Run(ctx context.Context, s streams) error {
	log := logger(slog.LevelWarn)
	cfg, err := c.load(log)
	if err != nil {
		return err
	}
	st, err := openStore(ctx, cfg.Database, true, log)
	if err != nil {
		return err
	}
	have, _, err := st.Schema(ctx)
	if err := errors.Join(err, st.Close()); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "schema %d\n", have)
	return nil
}

type keyCmd struct {
	Add keyAddCmd `cmd:"" help:"Make an API key and print it once."`
}

type keyAddCmd struct {
	configFlag
	Brand string   `required:"" help:"The brand that the key acts for."`
	Name  string   `required:"" help:"Whose key it is, as logs and lists show it."`
	Scope []string `sep:"," help:"What it may do; without any: everything. One of ${scopes}."`
}

func (c *keyAddCmd) Run(ctx context.Context, s streams) error {
	log := logger(slog.LevelWarn)
	cfg, err := c.load(log)
	if err != nil {
		return err
	}
	if cfg.Brand(conversation.BrandID(c.Brand)) == nil {
		return usageError{fmt.Errorf("no brand %q in %s", c.Brand, filepath.Base(c.Config))}
	}
	secret, key, err := api.NewKey(conversation.BrandID(c.Brand), c.Name, c.Scope)
	if err != nil {
		return usageError{err}
	}
	st, err := openStore(ctx, cfg.Database, false, log)
	if err != nil {
		return err
	}
	if err := errors.Join(st.PutKey(ctx, key), st.Close()); err != nil {
		return err
	}
	fmt.Fprintln(s.out, secret)
	return nil
}
