package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation/understanding"
)

// configFlag names the configuration of a command that touches data.
type configFlag struct {
	Config string `required:"" type:"path" placeholder:"FILE" help:"The configuration file."`
}

// load reads the configuration and logs its warnings.
func (f configFlag) load(log *slog.Logger) (*configs.Config, error) {
	cfg, err := configs.Load(f.Config, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	for _, w := range cfg.Warnings() {
		log.Warn(w.String())
	}
	return cfg, nil
}

type serveCmd struct {
	configFlag
	Migrate bool `help:"Bring an older schema up to date first."`
	Debug   bool `help:"Log at debug level."`
}

func (c *serveCmd) Run(ctx context.Context) error {
	level := slog.LevelInfo
	if c.Debug {
		level = slog.LevelDebug
	}
	log := logger(level)
	cfg, err := c.load(log)
	if err != nil {
		return err
	}
	st, err := openStore(ctx, cfg, c.Migrate, log)
	if err != nil {
		return err
	}
	if err := st.Exclusive(); err != nil {
		return errors.Join(err, st.Close())
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	understanding.Load()
	a, err := build(ctx, cfg, st, log, nil)
	if err != nil {
		return errors.Join(err, st.Close())
	}
	err = a.run(ctx, func(addr string) {
		log.Info("serving", "listen", addr, "admin", cfg.AdminListen, "database", databaseKind(cfg.Database))
	})
	if err := errors.Join(err, st.Close()); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// gcPercent is the collector's target unless GOGC says another. Little of a turn
// lives on. At 300 a gateway of 100,000 customers outgrew its 150 MiB; at Go's own
// 100 collecting takes a tenth of the processor more than there.
const gcPercent = 150
