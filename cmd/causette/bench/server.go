package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// What the measured gateway is called with: one brand, several senders.
const (
	accountSID = "AC00000000000000000000000000000001"
	authToken  = "played-token"
	publicURL  = "https://bench.example"
	brand      = "lumen"
	senders    = 4
)

// How many segments a second a sender may say. The most that a configuration may
// name must not be what limits; a short code is what a shop sends bulk from.
const (
	unpaced   = 10_000
	shortPace = 100
)

func channelOf(customer int) int    { return customer % senders }
func channelID(channel int) string  { return fmt.Sprintf("sms-%d", channel) }
func shortCode(channel int) string  { return fmt.Sprintf("3610%d", channel) }
func baseURL(address string) string { return "http://" + address }

// configuration is what serve is started with.
func configuration(listen, admin, database, carrier string, pace int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `listen: %s
admin_listen: %s
public_url: %s
database: "%s"
brands:
  - id: %s
    name: Lumen
    languages: [fr, en]
    country: FR
    timezone: Europe/Paris
    currency: EUR
    support: {phone: "+33123456789", email: aide@lumen.example}
    burst_wait: 0s
channels:
`, listen, admin, publicURL, database, brand)
	for i := range senders {
		fmt.Fprintf(&b, `  - id: %s
    brand: %s
    kind: twilio
    address: "%s"
    account_sid: %s
    auth_token: %s
    base_url: %s
    messages_per_second: %d
`, channelID(i), brand, shortCode(i), accountSID, authToken, carrier, pace)
	}
	return b.String()
}

// server is a process that answers webhooks: serve, or the HTTP ceiling.
type server struct {
	cmd     *exec.Cmd
	addr    string // of webhooks
	admin   string // of /readyz
	log     string // file
	env     []string
	started time.Duration
	ended   chan error
}

// launch starts a server and waits until it is ready.
func launch(ctx context.Context, s *server, program string, args ...string) error {
	log, err := os.Create(s.log)
	if err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(program), err)
	}
	defer log.Close() // the child has its own
	s.cmd = exec.Command(program, args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.Env = append(os.Environ(), s.env...)
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(program), err)
	}
	s.ended = make(chan error, 1)
	go func() { s.ended <- s.cmd.Wait() }()
	for !ready(s.admin) {
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("%s ended at once: %v: %s", filepath.Base(program), err, s.lastWords())
		case <-ctx.Done():
			return errors.Join(ctx.Err(), s.stop())
		case <-time.After(2 * time.Millisecond):
		}
		if time.Since(began) > time.Minute {
			return errors.Join(fmt.Errorf("%s is not ready after a minute: %s", filepath.Base(program), s.lastWords()), s.stop())
		}
	}
	s.started = time.Since(began)
	return nil
}

func ready(admin string) bool {
	res, err := http.Get(baseURL(admin) + "/readyz")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body) // only so that the connection is kept
	return res.StatusCode == http.StatusOK
}

// metric reads one value of the server's metrics.
func (s *server) metric(name string) (string, error) {
	res, err := http.Get(baseURL(s.admin) + "/metrics")
	if err != nil {
		return "", fmt.Errorf("read metrics: %w", err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("read metrics: no %s", name)
}

// stop lets the server finish, and insists after a while.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop: %w", err)
	}
	select {
	case err := <-s.ended:
		s.ended <- err
		if err != nil {
			return fmt.Errorf("the gateway stopped badly: %w: %s", err, s.lastWords())
		}
		return nil
	case <-time.After(time.Minute):
		return errors.Join(errors.New("the gateway did not stop within a minute"), s.cmd.Process.Kill())
	}
}

// lastWords is the end of what the server logged.
func (s *server) lastWords() string {
	b, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(b[max(0, len(b)-600):]))
}

// freePorts returns n addresses of the loopback interface that nobody has.
func freePorts(n int) ([]string, error) {
	var addrs []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close() // not before all are found
		addrs = append(addrs, l.Addr().String())
	}
	return addrs, nil
}

// build compiles the program as it is shipped.
func build(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "causette")
	out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "github.com/causette/causette/cmd/causette").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the gateway: %w: %s", err, out)
	}
	return program, nil
}
