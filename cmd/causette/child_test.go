package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/causette/causette/gateway"
)

// The proofs run the program as processes of their own, which they kill and
// stop. A child is this test binary, told so by its environment; the program
// itself knows nothing of it.
const (
	childEnv = "CAUSETTE_PROOF_CHILD" // set: be the program
	planEnv  = "CAUSETTE_PROOF_PLAN"  // a plan as JSON
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	if text := os.Getenv(planEnv); text != "" {
		var p plan
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			fmt.Fprintln(os.Stderr, "causette: plan:", err)
			os.Exit(exitUsage)
		}
		trace = p.armed()
	}
	playWhatsApp(os.Getenv(playedEnv))
	go func() { // a child does not outlive its test
		io.Copy(io.Discard, os.Stdin)
		os.Exit(exitFailed)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{strings.NewReader(""), os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// plan is where a child ends itself: when it comes to a point for the nth time,
// and a little after. A delay of zero is the point itself; any other lets the
// process run on meanwhile, so that it ends somewhere in what follows the point:
// inside COMMIT, inside the request, inside settling.
type plan struct {
	Point  gateway.Point  `json:"point"`
	Nth    int64          `json:"nth"`
	Delay  time.Duration  `json:"delay"`
	Signal syscall.Signal `json:"signal"` // SIGKILL, or SIGSTOP
}

func (p plan) String() string {
	return fmt.Sprintf("%v at %q, time %d, %v after", p.Signal, p.Point, p.Nth, p.Delay)
}

// armed is the trace that carries the plan out.
func (p plan) armed() func(gateway.Point) {
	var seen atomic.Int64
	return func(at gateway.Point) {
		if at != p.Point || seen.Add(1) != p.Nth {
			return
		}
		if p.Delay > 0 {
			go func() {
				for begun := time.Now(); time.Since(begun) < p.Delay; { // a timer is too coarse for microseconds
				}
				p.act()
			}()
			return
		}
		p.act()
		if p.Signal == syscall.SIGKILL {
			select {} // nothing follows the point
		}
	}
}

func (p plan) act() {
	if err := syscall.Kill(os.Getpid(), p.Signal); err != nil {
		panic(err)
	}
}

// child is the program as a process.
type child struct {
	cmd     *exec.Cmd
	life    io.Closer // while it is open the child lives
	begun   time.Time
	serving chan string   // the address that it listens on, once
	stopped chan struct{} // told when it was stopped by a signal
	exited  chan struct{} // closed when it has ended
	status  syscall.WaitStatus

	mu  sync.Mutex
	log []string // the last lines of its log
}

// startChild runs the program with the arguments.
func startChild(t testing.TB, p *plan, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{
		cmd: exec.Command(self, args...), begun: time.Now(),
		serving: make(chan string, 1), stopped: make(chan struct{}, 1), exited: make(chan struct{}),
	}
	c.cmd.Env = append(os.Environ(), childEnv+"=1", "TWILIO_AUTH_TOKEN="+authToken)
	if p != nil {
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		c.cmd.Env = append(c.cmd.Env, planEnv+"="+string(text))
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stdout, c.cmd.Stderr = write, write
	if c.life, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	write.Close()
	go c.read(read)
	go c.wait()
	return c
}

// maxLog is how many lines of a child's log a failure shows.
const maxLog = 40

// read keeps the end of the log, and finds the address in it.
func (c *child) read(r io.ReadCloser) {
	defer r.Close()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct{ Msg, Listen string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			c.serving <- line.Listen
		}
		c.mu.Lock()
		c.log = append(c.log, lines.Text())
		if len(c.log) > maxLog {
			c.log = c.log[1:]
		}
		c.mu.Unlock()
	}
}

// wait follows the process's life. exec.Cmd.Wait would not tell of a stop.
func (c *child) wait() {
	defer close(c.exited)
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(c.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return
		case status.Stopped():
			select {
			case c.stopped <- struct{}{}:
			default: // told already
			}
		default:
			c.status = status
			return
		}
	}
}

// tail is the end of the child's log.
func (c *child) tail() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.log, "\n")
}

func (c *child) signal(s syscall.Signal) {
	select {
	case <-c.exited: // its number may be another's by now
	default:
		_ = syscall.Kill(c.cmd.Process.Pid, s) // it may end meanwhile
	}
}

// kill ends the child at once.
func (c *child) kill() {
	c.signal(syscall.SIGKILL)
	<-c.exited
}

// drain asks the child to stop, and returns its exit code.
func (c *child) drain(t testing.TB) int {
	t.Helper()
	c.signal(syscall.SIGTERM)
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	select {
	case <-c.exited:
		return c.status.ExitStatus()
	case <-late.C:
		c.kill()
		t.Errorf("the program did not stop within 30 s of SIGTERM:\n%s", c.tail())
		return -1
	}
}

// address waits until the child serves. It returns false when it ended before.
func (c *child) address(t testing.TB) (string, bool) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	select {
	case addr := <-c.serving:
		return "http://" + addr, true
	case <-c.exited:
		return "", false
	case <-late.C:
		c.kill()
		t.Fatalf("the program does not serve:\n%s", c.tail())
		return "", false
	}
}
