package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/api"
	"github.com/causette/causette/gateway/bulk"
	"github.com/causette/causette/gateway/gatewaytest"
	"github.com/causette/causette/store"
)

const (
	lumen   = gatewaytest.Brand
	channel = gatewaytest.Channel
	claire  = "+33612345678"
)

// world is a real gateway on a real SQLite, behind the API over real HTTP. Every
// answer is held against the description.
type world struct {
	*testing.T
	api     *api.API
	server  *httptest.Server
	store   *store.Store
	gateway *gateway.Gateway
	door    *door
	jobs    jobs
	secret  string // of a key that may do everything
	router  routers.Router
}

// door passes events on to the gateway, counts them, and fails when told to.
type door struct {
	gateway.Door
	knocks atomic.Int64
	fail   atomic.Pointer[error]
	poison atomic.Bool
	mu     sync.Mutex
	ids    []conversation.EventID // in the order of their commits
}

func (d *door) Accept(ctx context.Context, brand conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	d.knocks.Add(1)
	if err := d.fail.Load(); err != nil {
		return gateway.Outcome{}, *err
	}
	if d.poison.Load() {
		return gateway.Outcome{Poisoned: true, Customer: "c_poisoned"}, nil
	}
	out, err := d.Door.Accept(ctx, brand, who, e)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ids = append(d.ids, e.ID)
	return out, err
}

// failing makes the door refuse until the returned function is called.
func (d *door) failing(err error) (heal func()) {
	d.fail.Store(&err)
	return func() { d.fail.Store(nil) }
}

// rate is what one key may ask.
type rate struct {
	perSecond float64
	burst     int
}

func open(t *testing.T) *world { return openRated(t, rate{1e4, 1e4}) }

func openRated(t *testing.T, r rate) *world {
	t.Helper()
	g, st := gatewaytest.Run(t)
	return openOver(t, r, g, st)
}

// openOver opens the API over a gateway that runs already.
func openOver(t *testing.T, r rate, g *gateway.Gateway, st *store.Store) *world {
	t.Helper()
	w := &world{T: t, store: st, gateway: g, door: &door{Door: g}}
	var err error
	if w.jobs.Bulk, err = bulk.New(bulk.Options{Store: st, Door: w.door, Preview: g.Preview}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.jobs.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	w.api = api.New(api.Options{Door: w.door, Store: st, Prompts: g, Bulk: &w.jobs, Reports: weather{}, Price: tariff,
		Brands: []api.Brand{{ID: lumen, Country: "FR", Currency: "EUR"}}, PerSecond: r.perSecond, Burst: r.burst})
	w.server = httptest.NewServer(w.api)
	t.Cleanup(w.server.Close)
	w.secret = w.key(lumen)
	if w.router, err = described(); err != nil {
		t.Fatal(err)
	}
	return w
}

// tariff is 0.07 € a segment.
func tariff(conversation.ChannelID, conversation.Address) (sms.Price, bool) {
	return sms.Price{Amount: 7, Scale: 2, Currency: "EUR"}, true
}

// jobs are bulk jobs, whose start may be lost on the way back.
type jobs struct {
	*bulk.Bulk
	lose atomic.Bool
}

func (j *jobs) Start(ctx context.Context, brand conversation.BrandID, by string, o gateway.BulkOrder) (gateway.Bulk, error) {
	job, err := j.Bulk.Start(ctx, brand, by, o)
	if j.lose.Load() {
		err = gateway.ErrBusy
	}
	return job, err
}

// weather stands for the desk's reports.
type weather struct{}

func (weather) Report(_ context.Context, brand conversation.BrandID, q api.ReportQuery) (api.Report, error) {
	if !q.From.Before(q.To) {
		return api.Report{}, &api.ParameterError{Name: "from", Detail: "must be a time before to"}
	}
	return api.Report{Name: q.Name, Columns: []api.Column{{Key: "at", Kind: "time"}, {Key: "handoffs", Kind: "number"}},
		Rows: []api.Row{{q.From, 3}, {q.From.Add(24 * time.Hour), nil}}, From: q.From, To: q.To}, nil
}

// everything has every route; nobody stands behind them.
func everything() *api.API {
	return api.New(api.Options{Bulk: struct{ api.Bulk }{}, Reports: struct{ api.Reports }{}})
}

// described is the description, checked and ready to find routes in.
var described = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(everything().Description())
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// key makes a key with the scopes and stores it.
func (w *world) key(brand conversation.BrandID, scopes ...string) string {
	w.Helper()
	secret, key, err := api.NewKey(brand, w.Name(), scopes)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.store.PutKey(w.Context(), key); err != nil {
		w.Fatal(err)
	}
	return secret
}

// ask is one request; the header overrides are pairs.
type ask struct {
	method, path, body string
	header             []string
	broken             bool // on purpose: only the answer is held against the description
}

// answer is what came back.
type answer struct {
	*http.Response
	text string
}

func (w *world) ask(a ask) answer {
	w.Helper()
	build := func() *http.Request {
		r, err := http.NewRequestWithContext(w.Context(), a.method, w.server.URL+a.path, strings.NewReader(a.body))
		if err != nil {
			w.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+w.secret)
		if a.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i < len(a.header); i += 2 {
			r.Header.Set(a.header[i], a.header[i+1])
			if a.header[i+1] == "" {
				r.Header.Del(a.header[i])
			}
		}
		return r
	}
	response, err := http.DefaultClient.Do(build())
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.Fatal(err)
	}
	w.holds(build(), response, body, a.broken)
	return answer{response, string(body)}
}

// holds checks a request and its answer against the description.
func (w *world) holds(r *http.Request, response *http.Response, body []byte, broken bool) {
	w.Helper()
	r.URL.Scheme, r.URL.Host, r.Host = "", "", ""
	route, params, err := w.router.FindRoute(r)
	if err != nil {
		if !broken {
			w.Errorf("%s %s is not described: %v", r.Method, r.URL, err)
		}
		return
	}
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeRequestBody: isStream(r)}}
	if err := openapi3filter.ValidateRequest(w.Context(), input); err != nil && !broken {
		w.Errorf("request %s %s is not as described: %v", r.Method, r.URL, err)
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: response.StatusCode, Header: response.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: response.Header.Get("Content-Type") == "application/x-ndjson"}}
	out.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(w.Context(), out); err != nil {
		w.Errorf("answer %d to %s %s is not as described: %v\n%s", response.StatusCode, r.Method, r.URL, err, body)
	}
}

func isStream(r *http.Request) bool {
	kind := r.Header.Get("Content-Type")
	return kind == "text/csv" || kind == "application/x-ndjson"
}

func (w *world) post(path, body string, header ...string) answer {
	w.Helper()
	return w.ask(ask{method: "POST", path: path, body: body, header: header})
}

func (w *world) get(path string) answer {
	w.Helper()
	return w.ask(ask{method: "GET", path: path})
}

// expect checks a status and reads the body.
func (w *world) expect(a answer, status int) map[string]any {
	w.Helper()
	if a.StatusCode != status {
		w.Fatalf("%s %s answered %d, not %d: %s", a.Request.Method, a.Request.URL, a.StatusCode, status, a.text)
	}
	var body map[string]any
	if err := json.NewDecoder(bytes.NewReader([]byte(a.text))).Decode(&body); err != nil {
		w.Fatalf("%v: %s", err, a.text)
	}
	return body
}

// refused checks that an answer is a problem of this status and code.
func (w *world) refused(a answer, status int, code string) map[string]any {
	w.Helper()
	body := w.expect(a, status)
	if body["code"] != code || a.Header.Get("Content-Type") != "application/problem+json" {
		w.Fatalf("answered %v as %s, not %s", body, a.Header.Get("Content-Type"), code)
	}
	answered.Store(code, true)
	return body
}

// texts has the customer write.
func (w *world) texts(id, text string) {
	w.Helper()
	now := time.Now().UTC().Truncate(time.Microsecond)
	_, err := w.door.Door.Accept(w.Context(), lumen, gateway.Who{Address: claire}, conversation.Event{
		ID: conversation.EventID("in:" + string(channel) + ":" + id), Type: conversation.MessageReceived, Time: now,
		Message: &conversation.Inbound{Carrier: conversation.CarrierID(id), Channel: channel, Medium: conversation.SMS, From: claire, To: "36105", Text: text, At: now}})
	if err != nil {
		w.Fatal(err)
	}
}
