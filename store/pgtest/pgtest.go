// Package pgtest starts a private PostgreSQL from the installed binaries, for
// tests, benchmarks and proofs that run several processes. The server listens
// on a Unix socket in a directory of its own; both go when the process that
// started them ends, however it ends.
//
// A missing PostgreSQL fails the test: a skipped one would prove nothing.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options say how the server runs; the zero value is for tests.
type Options struct {
	Durable bool     // fsync on, for benchmarks and proofs of durability
	Set     []string // more settings, as "name=value"
}

// Server is a running PostgreSQL.
type Server struct {
	dir   string
	leash io.Closer // the watchdog stops the server when it is closed
	guard *exec.Cmd
	names atomic.Int64
}

// URL makes an empty database for a test, on a server that all tests of the
// binary share. It is dropped with the server.
func URL(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	url, err := s.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

var shared = sync.OnceValues(func() (*Server, error) { return Start(context.Background(), Options{}) })

// Start makes a cluster and starts its server, which takes about a second.
func Start(ctx context.Context, o Options) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(socketRoot(), "causette-pg-")
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	s := &Server{dir: dir}
	if err := s.start(ctx, bin, o); err != nil {
		return nil, errors.Join(err, s.Stop(), os.RemoveAll(dir))
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, bin string, o Options) error {
	as, err := servant(s.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := []string{"-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"}
	if !o.Durable {
		initdb = append(initdb, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), initdb...)
	cmd.Dir, cmd.SysProcAttr = s.dir, as
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	if err := s.watch(bin, data, as, o); err != nil {
		return err
	}
	return s.await(ctx)
}

// watchdog runs the server, and ends it when its standard input closes: with
// Stop, or with the process that holds the other end. $1 is the directory, the
// rest is the command. SIGINT is PostgreSQL's fast shutdown.
const watchdog = `
dir=$1; shift
"$@" >"$dir/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -INT $server 2>/dev/null
wait $server
rm -rf "$dir"
`

// watch starts the server under its watchdog, in a session of its own: what
// kills the tests must not kill the watchdog.
func (s *Server) watch(bin, data string, as *syscall.SysProcAttr, o Options) error {
	args := []string{"-c", watchdog, "watchdog", s.dir, filepath.Join(bin, "postgres"), "-D", data}
	set := []string{"listen_addresses=", "unix_socket_directories=" + s.dir, "max_connections=200"}
	if !o.Durable {
		set = append(set, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	for _, one := range append(set, o.Set...) {
		args = append(args, "-c", one)
	}
	guard := exec.Command("/bin/sh", args...)
	as.Setsid = true
	guard.Dir, guard.SysProcAttr = s.dir, as
	leash, err := guard.StdinPipe()
	if err != nil {
		return err
	}
	if err := guard.Start(); err != nil {
		return fmt.Errorf("start the watchdog: %w", err)
	}
	s.guard, s.leash = guard, leash
	return nil
}

// Stop ends the server and removes its directory.
func (s *Server) Stop() error {
	if s.guard == nil {
		return nil
	}
	err := s.leash.Close()
	return errors.Join(err, s.guard.Wait())
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(ctx context.Context) (string, error) {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	defer conn.Close(ctx)
	name := "t" + strconv.FormatInt(s.names.Add(1), 10)
	if _, err := conn.Exec(ctx, "create database "+name); err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	return s.url(name), nil
}

func (s *Server) url(database string) string {
	return "postgres://postgres@/" + database + "?host=" + s.dir
}

// await waits until the server answers.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("the server does not answer: %w\n%s", err, log)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// binaries finds the newest installed server.
func binaries() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", errors.New("no PostgreSQL server in PATH or /usr/lib/postgresql/*/bin: install it (Debian: apt-get install postgresql)")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// servant makes the directory the server's own and says as whom it runs: the
// server refuses root.
func servant(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// socketRoot is where sockets' directories go: a socket's path has at most 107 bytes.
func socketRoot() string {
	if root := os.TempDir(); len(root) < 60 {
		return root
	}
	return "/tmp"
}
