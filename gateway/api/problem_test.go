package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// answered are the codes of the problems that the tests were answered with, each
// held against the description of its route.
var answered sync.Map

// What the description promises is what the tests have seen: when all of them
// ran, no problem of any route is left that nobody was answered with.
func TestMain(m *testing.M) {
	flag.Parse()
	failed := m.Run()
	for _, name := range []string{"test.run", "test.skip", "test.fuzz", "test.list"} {
		if flag.Lookup(name).Value.String() != "" {
			os.Exit(failed)
		}
	}
	codes, err := describedCodes()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		failed = 1
	}
	for _, code := range codes {
		if _, seen := answered.Load(code); !seen {
			fmt.Fprintf(os.Stderr, "no test is answered with %s\n", code)
			failed = 1
		}
	}
	os.Exit(failed)
}

// describedCodes are those that any route may answer with.
func describedCodes() ([]string, error) {
	doc, err := openapi3.NewLoader().LoadFromData(everything().Description())
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, response := range op.Responses.Map() {
				problem := response.Value.Content["application/problem+json"]
				if problem == nil {
					continue
				}
				for _, code := range problem.Schema.Value.AllOf[1].Value.Properties["code"].Value.Enum {
					codes = append(codes, code.(string))
				}
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes), nil
}

func TestACutBodyIsRefused(t *testing.T) {
	w := open(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/prompts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", w.secret)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	w.problem(response, 400, "interrupted_body")
}

func TestWhoLeavesIsToldToComeAgain(t *testing.T) {
	w := open(t)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	r := httptest.NewRequestWithContext(ctx, "GET", "/v1/customers/c_1", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+w.secret)
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, r)
	response := rec.Result()
	w.problem(response, 503, "interrupted")
	if response.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// problem checks an answer that did not come over w.ask.
func (w *world) problem(response *http.Response, status int, code string) {
	w.Helper()
	var p gateway.ProblemDetails
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil || response.StatusCode != status || p.Code != code {
		w.Fatalf("answered %d %+v, not %s (%v)", response.StatusCode, p, code, err)
	}
	answered.Store(code, true)
}

func TestWhoHasHeardEnoughIsLeftAlone(t *testing.T) {
	w := open(t)
	w.expect(w.post("/v1/consents", consent("given")), 201)
	// A discount is given once in 90 days. Where the day on which the next may be
	// given is a Sunday or a holiday, it is the hour that comes too late.
	now := time.Now().UTC()
	for day := range 14 {
		w.change(day, claire, func(c *conversation.Conversation) {
			c.Customer.Touches = []conversation.Touch{{Prompt: "p", Purpose: conversation.Marketing, Incentive: true, At: now.Add(-time.Duration(10+day) * 24 * time.Hour)}}
		})
		a := w.post("/v1/prompts", fmt.Sprintf(`{"to":%q,"purpose":"marketing","template":"welcome","incentive":true,"expires_at":%q}`, claire, now.Add(12*time.Hour).Format(time.RFC3339)))
		if w.expect(a, 422)["code"] == "expired" {
			continue
		}
		decision := w.refused(a, 422, "frequency_cap")["decision"].(map[string]any)
		if !strings.HasPrefix(decision["rule"].(string), "cap.") || len(decision["inputs"].(map[string]any)) == 0 {
			t.Errorf("decision %v", decision)
		}
		return
	}
	t.Error("nobody is left alone")
}

// change writes a conversation as a turn would leave it.
func (w *world) change(n int, to conversation.Address, change func(*conversation.Conversation)) {
	w.Helper()
	err := w.store.Group(w.Context(), gateway.GroupID(fmt.Sprint("change ", n, " of ", to)), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
		rows, err := tx.Lock(w.Context(), lumen, []gateway.Who{{Address: to}})
		if err != nil {
			return err
		}
		change(&rows[0].Conversation)
		rows[0].CustomerChanged = true
		return tx.Write(w.Context(), lumen, gateway.Writes{Rows: rows})
	})
	if err != nil {
		w.Fatal(err)
	}
}

// A prompt that cannot be processed is set aside, and says so.
func TestAPoisonedPromptIsSetAside(t *testing.T) {
	w := open(t)
	w.door.poison.Store(true)
	w.refused(w.post("/v1/prompts", shipped), 422, "set_aside")
}
