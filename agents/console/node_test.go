package console

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/gatewaytest"
)

// nodeEnv, when set, makes this test binary a node: a gateway on SQLite, the
// desk and the console, with so many agents logged in. It is a process of its
// own, so that what it uses is not mixed with what the consoles use.
const nodeEnv = "CAUSETTE_CONSOLE_NODE"

func TestMain(m *testing.M) {
	text := os.Getenv(nodeEnv)
	if text == "" {
		os.Exit(m.Run())
	}
	consoles, err := strconv.Atoi(text)
	if err == nil {
		err = runNode(consoles)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "console node:", err)
		os.Exit(1)
	}
}

// crowd is how many customers talk to agents at the node.
const crowd = 50

// node is what the proof asks of the process beside what pages ask.
type node struct {
	gateway   *gateway.Gateway
	desk      *agents.Desk
	console   *Console
	writer    agents.Agent
	cookies   []string
	customers []conversation.CustomerID
}

func runNode(consoles int) (err error) {
	folder, err := os.MkdirTemp("", "causette-console-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	g, st, err := gatewaytest.Open(context.Background(), folder)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	defer func() { stop(); err = errors.Join(err, <-ended, st.Close()) }()

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	n := &node{gateway: g}
	n.desk = agents.New(agents.Options{Door: g, Store: st, Brands: []agents.Brand{{ID: lumen, Name: "Lumen", Languages: []string{"fr"}}}})
	n.console = New(Options{Desk: n.desk, Sessions: st, Origins: []string{"http://" + l.Addr().String()}, Subscribe: g.Subscribe})
	ran := make(chan struct{})
	go func() { defer close(ran); n.console.Run(ctx) }()
	defer func() { stop(); <-ran }()
	if err := n.people(ctx, st, consoles); err != nil {
		return err
	}
	server := &http.Server{Handler: n.routes(), ReadHeaderTimeout: time.Minute}
	go server.Serve(l)
	defer server.Close()
	fmt.Println(l.Addr())
	_, err = io.Copy(io.Discard, os.Stdin) // it ends with its test
	return err
}

// people makes an account and a session for each console, and gives the
// conversations to one agent.
func (n *node) people(ctx context.Context, accounts agents.Accounts, consoles int) error {
	for i := range consoles {
		a := agents.Agent{ID: conversation.AgentID(fmt.Sprint("agent-", i)), Name: fmt.Sprint("Agent ", i), Role: agents.RoleAgent,
			Email: fmt.Sprintf("agent-%d@lumen.example", i), Presence: agents.Online}
		if err := accounts.PutAgent(ctx, a); err != nil {
			return err
		}
		s, err := n.console.guard.begin(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil), a)
		if err != nil {
			return err
		}
		n.cookies, n.writer = append(n.cookies, s.token), a
	}
	for i := range crowd {
		customer, err := n.text(ctx, i, "begin", "bonjour")
		if err == nil {
			_, err = n.desk.Act(ctx, n.writer, lumen, customer, agents.Act{ID: fmt.Sprint("claim-", i), Kind: agents.Claim})
		}
		if err != nil {
			return err
		}
		n.customers = append(n.customers, customer)
	}
	return nil
}

// text is a customer's text, committed when it returns.
func (n *node) text(ctx context.Context, i int, id, text string) (conversation.CustomerID, error) {
	now := time.Now().UTC()
	from := conversation.Address(fmt.Sprintf("+3361200%04d", i%crowd))
	out, err := n.gateway.Accept(ctx, lumen, gateway.Who{Address: from}, gateway.InboundEvent(conversation.Inbound{
		Carrier: conversation.CarrierID(fmt.Sprintf("SM-%s-%d", id, i)), Channel: gatewaytest.Channel, Medium: conversation.SMS,
		From: from, To: "36105", Text: text, At: now}))
	if err == nil && out.Poisoned {
		err = errors.New("the turn failed")
	}
	return out.Customer, err
}

func (n *node) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", n.console)
	answer := func(w http.ResponseWriter, body any, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		writeJSON(w, http.StatusOK, jsonType, body)
	}
	mux.HandleFunc("GET /proof/cookies", func(w http.ResponseWriter, _ *http.Request) { answer(w, n.cookies, nil) })
	mux.HandleFunc("GET /proof/memory", func(w http.ResponseWriter, _ *http.Request) { answer(w, measure(), nil) })
	mux.HandleFunc("GET /proof/slow", func(w http.ResponseWriter, _ *http.Request) { answer(w, n.slow(), nil) })
	// An event: a customer writes, or their agent does.
	mux.HandleFunc("POST /proof/say/{n}", func(w http.ResponseWriter, r *http.Request) {
		i, err := strconv.Atoi(r.PathValue("n"))
		says := fmt.Sprint("proof ", i)
		if err == nil && i%2 == 0 {
			_, err = n.text(r.Context(), i, "say", says)
		} else if err == nil {
			err = n.act(r.Context(), i, agents.Act{Kind: agents.Write, Text: says})
		}
		answer(w, says, err)
	})
	mux.HandleFunc("POST /proof/note/{n}", func(w http.ResponseWriter, r *http.Request) {
		i, err := strconv.Atoi(r.PathValue("n"))
		if err == nil {
			err = n.act(r.Context(), i, agents.Act{Kind: agents.NoteDown, Text: strings.Repeat("proof ", 600)})
		}
		answer(w, i, err)
	})
	return mux
}

// act is something that the agent who has the conversations does in one of them.
func (n *node) act(ctx context.Context, i int, a agents.Act) error {
	a.ID = fmt.Sprint(a.Kind, "-", i)
	_, err := n.desk.Act(ctx, n.writer, lumen, n.customers[i%crowd], a)
	return err
}

// slow is whose pages are to be told that they are too slow, by their cookies.
func (n *node) slow() (cookies []string) {
	h := n.console.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		c.mu.Lock()
		if c.code == closeSlow {
			cookies = append(cookies, c.token)
		}
		c.mu.Unlock()
	}
	return cookies
}

// usage is what the process uses after a collection, in bytes.
type usage struct {
	Runtime int64 `json:"runtime"` // what Go has mapped and not given back
	RSS     int64 `json:"rss"`     // what the system has given the process
}

func measure() usage {
	debug.FreeOSMemory()
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	m := usage{Runtime: int64(s[0].Value.Uint64() - s[1].Value.Uint64())}
	if text, err := os.ReadFile("/proc/self/statm"); err == nil { // elsewhere the runtime's figure stands alone
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			pages, _ := strconv.ParseInt(fields[1], 10, 64)
			m.RSS = pages * int64(os.Getpagesize())
		}
	}
	return m
}

// startNode starts a node for so many consoles; it ends with the test.
func startNode(t *testing.T, consoles int) *remote {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprint(nodeEnv, "=", consoles))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the node: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the node does not serve: %v", err)
	}
	r := &remote{t: t, addr: strings.TrimSpace(line), pid: cmd.Process.Pid}
	r.ask("GET", "cookies", &r.cookies)
	return r
}

// remote is a node as the proof sees it.
type remote struct {
	t       *testing.T
	addr    string
	pid     int
	cookies []string
}

func (r *remote) ask(method, path string, into any) {
	r.t.Helper()
	if err := r.try(method, path, into); err != nil {
		r.t.Fatal(err)
	}
}

func (r *remote) try(method, path string, into any) error {
	q, err := http.NewRequest(method, "http://"+r.addr+"/proof/"+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %s: %w", path, answer.StatusCode, text, err)
	}
	return json.Unmarshal(text, into)
}
