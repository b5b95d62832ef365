package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
		return demoConfig("127.0.0.1:8080", "https://text.lumen.example", "file:unused.db")
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
		script, err := parseScript(cfg, &cfg.Brands[i])
		if err != nil {
			problems = append(problems, err)
			continue
		}
		for _, w := range script.Warnings() {
			fmt.Fprintln(s.out, w)
		}
		for _, w := range exampleContents(cfg, &cfg.Brands[i], script) {
			fmt.Fprintln(s.out, w)
		}
	}
	for _, w := range cfg.Warnings() {
		fmt.Fprintln(s.out, w)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	if c.Config != "" && cfg.Secret == "" {
		fmt.Fprintln(s.out, "secret: there is none, so the database keeps one: whoever writes to the database could then rewrite the ledger of consents; set secret: ${CAUSETTE_SECRET} before the first customer comes")
	}
	fmt.Fprintf(s.out, "%d brands, %d channels: fine\n", len(cfg.Brands), len(cfg.Channels))
	return nil
}

// exampleSID begins the SIDs of the templates that the embedded scripts name: no
// account has them.
const exampleSID = "HX0000000000000000"

// exampleContents warns a brand that would ask a real carrier for the examples.
func exampleContents(cfg *configs.Config, b *configs.Brand, script *conversation.Script) (warnings []string) {
	real := slices.ContainsFunc(cfg.Channels, func(c configs.Channel) bool {
		return c.Brand == b.ID && c.Kind == configs.Twilio && c.Medium() == conversation.WhatsApp
	})
	for _, t := range script.Templates() {
		for _, language := range slices.Sorted(maps.Keys(t.Content)) {
			if sid := t.Content[language]; real && strings.HasPrefix(sid, exampleSID) {
				warnings = append(warnings, fmt.Sprintf("%s: warning: prompts.%s.whatsapp.content.%s: %s is an example; write the SID of the template that WhatsApp approved for you", b.ID, t.Name, language, sid))
			}
		}
	}
	return warnings
}

type graphCmd struct{}

func (graphCmd) Run(s streams) error {
	drawn, err := conversation.Graph()
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.out, drawn)
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
		b.Links = nil // a transcript shows where a link leads
		script, err := parseScript(cfg, b)
		if err != nil {
			return err
		}
		files, err := transcripts(cfg, b, c.Files)
		if err != nil {
			return err
		}
		for _, f := range files {
			ran++
			if problem := f.run(script); problem != "" {
				failed++
				fmt.Fprintln(s.out, problem)
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d transcripts differ", failed, ran)
	}
	fmt.Fprintf(s.out, "%d transcripts: as written\n", ran)
	return nil
}

// written is a transcript as it stands in a file.
type written struct{ name, text string }

// transcripts reads the named files, or those beside the brand's scripts.
func transcripts(cfg *configs.Config, b *configs.Brand, named []string) ([]written, error) {
	var files []written
	for _, name := range named {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, written{name, string(text)})
	}
	if len(named) > 0 {
		return files, nil
	}
	folder, err := cfg.ScriptsOf(b.ID)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(folder, "*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		files = append(files, written{string(b.ID) + "/" + name, string(text)})
	}
	return files, nil
}

// run plays the transcript and says how it differs from what is written, at its
// first line that does; "" when it does not.
func (f written) run(script *conversation.Script) string {
	got, err := transcript.Run(script, f.text)
	if err != nil {
		return fmt.Sprintf("%s: %v", f.name, err)
	}
	want, have := strings.Split(f.text, "\n"), strings.Split(got, "\n")
	for i := range max(len(want), len(have)) {
		if w, h := at(want, i), at(have, i); w != h {
			return fmt.Sprintf("%s:%d:\n  written %s\n  now     %s", f.name, i+1, w, h)
		}
	}
	return ""
}

// at is a line, or nothing behind the last.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

type migrateCmd struct{ configFlag }

func (c *migrateCmd) Run(ctx context.Context, s streams) error {
	log := logger(slog.LevelWarn)
	cfg, err := c.load(log)
	if err != nil {
		return err
	}
	st, err := openStore(ctx, cfg, true, log)
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

// scopesHelp lists what keys may do, for --help.
func scopesHelp() string {
	var names []string
	for _, s := range api.Scopes() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

type keyAddCmd struct {
	configFlag
	Brand string   `required:"" help:"The brand that the key acts for."`
	Name  string   `required:"" help:"Whose key it is, as logs and lists show it."`
	Scope []string `sep:"," help:"What it may do: ${scopes}. Without any: everything. Several with commas between."`
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
	st, err := openStore(ctx, cfg, false, log)
	if err != nil {
		return err
	}
	if err := errors.Join(st.PutKey(ctx, key), st.Close()); err != nil {
		return err
	}
	fmt.Fprintln(s.out, secret)
	return nil
}
