package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// bench is one run of the benchmark.
type bench struct {
	dir      string // of everything that goes when it ends
	program  string // the gateway
	lines    int
	warmup   time.Duration
	closed   time.Duration // of all rounds
	duration time.Duration // of the open loop; 0: none
	profiles string        // where processor profiles of serve go; "": none
	say      func(format string, args ...any)
}

// trial is the whole loop on one engine, or its HTTP alone.
type trial struct {
	rates series // answers a second in the closed loop
	used  []cpu  // there, for one answer; one each round too
	host  series // there, the share of time that the host gave to others
	open  *measured
}

// stage is a played Twilio, a gateway, and everybody who texts it.
type stage struct {
	*load
	server *server
}

// serve starts the shipped program on a database.
func (b *bench) serve(ctx context.Context, database string, callbacks bool, pace int) (*stage, error) {
	return b.stage("serve", callbacks, func(s *server, carrier string) error {
		config := filepath.Join(b.dir, "causette.yaml")
		text := configuration(s.addr, s.admin, database, carrier, pace)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			return fmt.Errorf("write the configuration: %w", err)
		}
		return launch(ctx, s, b.program, "serve", "--config", config)
	})
}

// echo starts a ceiling, which collects garbage as serve does: it is to differ by
// logic and store only, or, on a database, by logic only.
func (b *bench) echo(ctx context.Context, p *pair, callbacks bool, db *database) (*stage, error) {
	name, more := "echo", []string(nil)
	if db != nil {
		name, more = "rows", []string{"-database", db.url, "-apart=" + strconv.FormatBool(db.engine == "postgres")}
	}
	return b.stage(name, callbacks, func(s *server, carrier string) error {
		s.admin = s.addr
		s.env = append(s.env, "GOGC="+p.gogc)
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("find this program: %w", err)
		}
		return launch(ctx, s, self, append([]string{"echo", "-listen", s.addr, "-carrier", carrier, "-reply", p.answer}, more...)...)
	})
}

func (b *bench) stage(name string, callbacks bool, start func(*server, string) error) (*stage, error) {
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	c, err := startCarrier(baseURL(ports[0]), callbacks)
	if err != nil {
		return nil, err
	}
	s := &server{addr: ports[0], admin: ports[1], log: filepath.Join(b.dir, name+".log")}
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

// ramp is how long the lines of a round write before it counts: until each of
// them has been answered and the groups are full.
const ramp = 500 * time.Millisecond

// saturate adds a round to t: the throughput of the closed loop, and what it costs.
func (b *bench) saturate(ctx context.Context, s *stage, t *trial) error {
	pid := s.server.cmd.Process.Pid
	d := b.closed / rounds
	var before, after cpu
	var answered int64
	var errs [2]error
	var watch sync.WaitGroup
	watch.Go(func() {
		wait(ctx, ramp)
		before, errs[0] = cpuOf(pid)
		from := s.carrier.replies.Load()
		wait(ctx, d*9/10)
		after, errs[1] = cpuOf(pid)
		answered = s.carrier.replies.Load() - from
	})
	m, err := s.closed(ctx, ramp, d)
	watch.Wait()
	if err := errors.Join(append(errs[:], err)...); err != nil {
		return err
	}
	t.rates, t.used, t.host = append(t.rates, m.rate), append(t.used, after.since(before).each(answered)), append(t.host, m.host)
	return nil
}

// profile fetches a processor profile of serve in a closed loop of its own: a
// profile costs time, and would slow one side of a round.
func (b *bench) profile(ctx context.Context, s *stage, name string) error {
	seconds := max(int(b.closed.Seconds()/2), 1)
	var fetched error
	var watch sync.WaitGroup
	watch.Go(func() {
		wait(ctx, ramp)
		fetched = b.fetch(ctx, s.server.admin, name, seconds)
	})
	_, err := s.closed(ctx, ramp, time.Duration(seconds)*time.Second)
	watch.Wait()
	return errors.Join(err, fetched)
}

func (b *bench) fetch(ctx context.Context, admin, name string, seconds int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", baseURL(admin), seconds), nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer res.Body.Close()
	if err := os.MkdirAll(b.profiles, 0o755); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	f, err := os.Create(filepath.Join(b.profiles, name+".pprof"))
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close())
}
