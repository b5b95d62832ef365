package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
)

type consentsCmd struct {
	Verify consentsVerifyCmd `cmd:"" help:"Prove the ledger of consents: that no row was changed, removed, inserted or moved."`
}

type consentsVerifyCmd struct {
	configFlag
	Brand    string `help:"The brand whose ledger is proved; without it, every one."`
	Contains string `placeholder:"ROW:HASH" help:"A head that an earlier run printed: the chain must still contain it. Needs --brand."`
}

func (c *consentsVerifyCmd) Run(ctx context.Context, s streams) error {
	if c.Contains != "" && c.Brand == "" {
		return usageError{errors.New("--contains is of one brand: say --brand")}
	}
	return c.withStore(ctx, func(cfg *configs.Config, st *store.Store) error {
		secret, err := st.Secret(ctx)
		if err != nil {
			return err
		}
		brands, err := st.LedgerBrands(ctx)
		if err != nil {
			return err
		}
		if c.Brand != "" {
			if err := c.knownBrand(cfg, c.Brand); err != nil {
				return err
			}
			brands = []conversation.BrandID{conversation.BrandID(c.Brand)}
		}
		var broken []error
		for _, b := range brands {
			p, err := secret.Verify(ctx, st, b)
			if errors.Is(err, gateway.ErrNotFound) {
				fmt.Fprintf(s.out, "%s: no ledger yet\n", b)
				continue
			}
			if err != nil {
				return err
			}
			if p.Broken != nil {
				broken = append(broken, fmt.Errorf("the ledger of %s is broken at row %d: %s: %s", b, p.Broken.Seq, p.Broken.What, p.Broken.Why))
				continue
			}
			fmt.Fprintf(s.out, "%s: %d rows hold, %d of them erased; %d more are from before the chain; head %d:%s\n", b, p.Rows, p.Erased, p.Unchained, p.Head.Seq, p.Head.Hash)
		}
		if c.Contains != "" && len(broken) == 0 {
			broken = append(broken, contains(ctx, st, brands[0], c.Contains))
		}
		return errors.Join(broken...)
	})
}

// contains looks whether a sound chain holds a head that it had once: what an
// older copy of the database, put in the place of this one, would not.
func contains(ctx context.Context, st *store.Store, brand conversation.BrandID, head string) error {
	row, hash, _ := strings.Cut(head, ":")
	seq, err := strconv.ParseInt(row, 10, 64)
	if err != nil || seq < 1 || hash == "" {
		return usageError{fmt.Errorf("--contains %q is no head: write it as it was printed, as 17:3f2a…", head)}
	}
	found := false
	err = st.LedgerRows(ctx, brand, seq, func(r *gateway.LedgerRow) bool {
		found = r.Seq == seq && r.Hash == hash
		return false
	})
	if err == nil && !found {
		err = fmt.Errorf("the ledger of %s does not contain row %d as it was: it is another one, or an older copy of it", brand, seq)
	}
	return err
}

type suppressionsCmd struct {
	Import suppressionsImportCmd `cmd:"" help:"Take over the list of a former tool: who is not written to any more."`
}

type suppressionsImportCmd struct {
	configFlag
	Brand string `required:"" help:"The brand that does not write to them."`
	File  string `required:"" placeholder:"FILE" help:"CSV (columns phone, date, medium, purpose; or numbers alone), or NDJSON where it ends in .ndjson or .jsonl; - for standard input."`
}

func (c *suppressionsImportCmd) Run(ctx context.Context, s streams) error {
	in, kind := io.NopCloser(s.in), "text/csv"
	switch strings.ToLower(filepath.Ext(c.File)) {
	case ".ndjson", ".jsonl":
		kind = "application/x-ndjson"
	}
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return usageError{err}
		}
		in = f
	}
	defer in.Close()
	return c.withStore(ctx, func(cfg *configs.Config, st *store.Store) error {
		if err := c.knownBrand(cfg, c.Brand); err != nil {
			return err
		}
		brand := cfg.Brand(conversation.BrandID(c.Brand))
		g, err := errand(ctx, cfg, st)
		if err != nil {
			return err
		}
		return g.Errand(func() error {
			end, err := gateway.ImportSuppressions(ctx, st, g, gateway.SuppressionImport{
				Brand: brand.ID, Country: brand.Country, Kind: kind, Body: in, Now: time.Now().UTC().Truncate(time.Microsecond),
			}, func(r gateway.SuppressionReport) error {
				if r.Error == "" {
					return nil
				}
				_, err := fmt.Fprintf(s.out, "line %d: refused: %s\n", r.Line, r.Error)
				return err
			})
			if err != nil {
				return fmt.Errorf("after %d lines: %w; import the same list again", end.Lines, err)
			}
			_, err = fmt.Fprintf(s.out, "%d lines: %d accepted, of them %d of customers; %d refused\n", end.Lines, end.Accepted, end.Known, end.Refused)
			return err
		})
	})
}

// errand is a gateway that takes events and sends nothing.
func errand(ctx context.Context, cfg *configs.Config, st *store.Store) (*gateway.Gateway, error) {
	g, err := gateway.New(gateway.Options{Store: st, Scripts: func(_ conversation.BrandID, source []byte) (gateway.Script, error) {
		return conversation.LoadScript(source)
	}})
	if err != nil {
		return nil, err
	}
	for i := range cfg.Brands {
		script, err := parseScript(cfg, &cfg.Brands[i])
		if err != nil {
			return nil, err
		}
		if err := g.Use(ctx, cfg.Brands[i].ID, script, script.Source()); err != nil {
			return nil, err
		}
	}
	return g, nil
}

type customerCmd struct {
	Export customerExportCmd `cmd:"" help:"Write all that is kept about a customer as one JSON document."`
	Erase  customerEraseCmd  `cmd:"" help:"Erase a customer for good; what is in flight to them is waited for."`
}

type customerFlags struct {
	configFlag
	Brand string `required:"" help:"The brand whose customer it is."`
	Phone string `required:"" help:"The customer's number."`
}

func (c *customerFlags) subject() agents.Subject {
	return agents.Subject{Brand: conversation.BrandID(c.Brand), Phone: c.Phone}
}

// customer runs do with the desk.
func (c *customerFlags) customer(ctx context.Context, do func(*agents.Desk) error) error {
	err := c.desk(ctx, func(d *agents.Desk) error {
		for _, b := range d.BrandsOf(agents.Operator) {
			if b.ID == conversation.BrandID(c.Brand) {
				return do(d)
			}
		}
		return usageError{fmt.Errorf("no brand %q in %s", c.Brand, filepath.Base(c.Config))}
	})
	if errors.Is(err, gateway.ErrNotFound) {
		return fmt.Errorf("%s has no customer with this number", c.Brand)
	}
	return err
}

type customerExportCmd struct {
	customerFlags
	Out string `type:"path" placeholder:"FILE" help:"The file that it is written to; without it, standard output."`
}

func (c *customerExportCmd) Run(ctx context.Context, s streams) error {
	return c.customer(ctx, func(d *agents.Desk) (err error) {
		r, err := d.RequestExport(ctx, agents.Operator, c.subject())
		if err != nil {
			return err
		}
		out := s.out
		if c.Out != "" {
			f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // for nobody else to read
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, f.Close()) }()
			out = f
		}
		return d.Export(ctx, agents.Operator, r.Brand, r.ID, out)
	})
}

type customerEraseCmd struct{ customerFlags }

func (c *customerEraseCmd) Run(ctx context.Context, s streams) error {
	return c.customer(ctx, func(d *agents.Desk) error {
		if err := d.Erase(ctx); err != nil { // what was cut off before
			return err
		}
		r, err := d.RequestErase(ctx, agents.Operator, c.subject())
		if err != nil {
			return err
		}
		if _, err := d.ConfirmErase(ctx, agents.Operator, r.Brand, r.ID, c.Phone); err != nil {
			return err
		}
		if err := d.Erase(ctx); err != nil {
			return fmt.Errorf("%w; run the command again, it goes on where it was", err)
		}
		_, err = fmt.Fprintf(s.out, "erased (request %s): a keyed hash of the number stays on the list of who is not written to\n", r.ID)
		return err
	})
}

// withStore opens the configured database for a command.
func (f configFlag) withStore(ctx context.Context, do func(*configs.Config, *store.Store) error) error {
	log := logger(slog.LevelWarn)
	cfg, err := f.load(log)
	if err != nil {
		return err
	}
	st, err := openStore(ctx, cfg, false, log)
	if err != nil {
		return err
	}
	return errors.Join(do(cfg, st), st.Close())
}

func (f configFlag) knownBrand(cfg *configs.Config, brand string) error {
	if cfg.Brand(conversation.BrandID(brand)) == nil {
		return usageError{fmt.Errorf("no brand %q in %s", brand, filepath.Base(f.Config))}
	}
	return nil
}
