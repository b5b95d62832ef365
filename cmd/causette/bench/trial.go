package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// bench is one run of the benchmark.
type bench struct {
	dir      string // of everything that goes when it ends
	program  string // the gateway
	lines    int
	warmup   time.Duration
	closed   time.Duration
	duration time.Duration // of the open loop; 0: none
	profiles string        // where processor profiles of serve go; "": none
	say      func(format string, args ...any)
}

// trial is the whole loop on one engine, or its HTTP alone.
type trial struct {
	closed  *measured
	open    *measured
	used    cpu           // in the closed loop, for one answer
	started time.Duration // until serve was ready
}

// stage is a played Twilio, a gateway, and everybody who texts it.
type stage struct {
	*load
	server *server
}

// serve starts the shipped program on a database.
func (b *bench) serve(ctx context.Context, database string, callbacks bool) (*stage, error) {
	return b.stage(callbacks, func(s *server, carrier string) error {
		config := filepath.Join(b.dir, "causette.yaml")
		text := configuration(s.addr, s.admin, database, carrier)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			return fmt.Errorf("write the configuration: %w", err)
		}
		return launch(ctx, s, b.program, "serve", "--config", config)
	})
}

// echo starts the HTTP ceiling.
func (b *bench) echo(ctx context.Context, reply string, callbacks bool) (*stage, error) {
	return b.stage(callbacks, func(s *server, carrier string) error {
		s.admin = s.addr
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("find this program: %w", err)
		}
		return launch(ctx, s, self, "echo", "-listen", s.addr, "-carrier", carrier, "-reply", reply)
	})
}

func (b *bench) stage(callbacks bool, start func(*server, string) error) (*stage, error) {
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	c, err := startCarrier(baseURL(ports[0]), callbacks)
	if err != nil {
		return nil, err
	}
	s := &server{addr: ports[0], admin: ports[1], log: filepath.Join(b.dir, "gateway.log")}
	if err := start(s, c.url); err != nil {
		c.Close()
		return nil, err
	}
	return &stage{&load{carrier: c, client: newClient(b.lines), host: s.addr, lines: b.lines}, s}, nil
}

// stop ends the gateway while its carrier still answers.
func (s *stage) stop() error {
	s.client.CloseIdleConnections()
	err := s.server.stop()
	s.carrier.Close()
	return err
}

// saturate finds the throughput of the closed loop, and what it costs.
func (b *bench) saturate(ctx context.Context, s *stage, profile string) (*trial, error) {
	t := &trial{started: s.server.started}
	pid := s.server.cmd.Process.Pid
	var before, after cpu
	var answered int64
	var errs [3]error
	var watch sync.WaitGroup
	watch.Go(func() {
		wait(ctx, b.warmup)
		before, errs[0] = cpuOf(pid)
		from, began := s.carrier.replies.Load(), time.Now()
		if profile != "" {
			errs[1] = b.profile(ctx, s.server.admin, profile)
		}
		wait(ctx, b.closed*9/10-time.Since(began))
		after, errs[2] = cpuOf(pid)
		answered = s.carrier.replies.Load() - from
	})
	var err error
	t.closed, err = s.load.closed(ctx, b.warmup, b.closed)
	watch.Wait()
	if err := errors.Join(append(errs[:], err, ctx.Err())...); err != nil {
		return nil, err
	}
	t.used = after.since(before).each(answered)
	return t, nil
}

// profile fetches a processor profile of half the closed loop.
func (b *bench) profile(ctx context.Context, admin, name string) error {
	seconds := max(int(b.closed.Seconds()/2), 1)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", baseURL(admin), seconds), nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer res.Body.Close()
	f, err := os.Create(filepath.Join(b.profiles, name+".pprof"))
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close())
}
