package twiliotest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	account  = "AC00000000000000000000000000000001"
	public   = "https://text.lumen.example"
	callback = public + "/hooks/twilio/lumen-sms/status?m=ms_1&a=2&c=cu_1"
)

// gateway keeps the webhooks that it gets.
type gateway struct {
	*httptest.Server
	mu    sync.Mutex
	said  []string // MessageStatus, or Body
	bad   int      // wrong signatures
	reply int      // HTTP status; 0: 200
}

func newGateway(t testing.TB) *gateway {
	g := &gateway{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		g.mu.Lock()
		defer g.mu.Unlock()
		if r.Header.Get("X-Twilio-Signature") != Sign("token", public+r.RequestURI, r.PostForm) {
			g.bad++
		}
		g.said = append(g.said, r.PostForm.Get("MessageStatus")+r.PostForm.Get("Body"))
		if g.reply != 0 {
			w.WriteHeader(g.reply)
		}
		io.WriteString(w, "<Response/>")
	}))
	t.Cleanup(g.Close)
	return g
}

func start(t testing.TB, o Options) (*Server, string) {
	t.Helper()
	s := New(o)
	base, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, base
}

// ask makes a request as the account; 0 stands for no answer.
func ask(t testing.TB, method, u, body string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequest(method, u, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(account, "token")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return res.StatusCode, nil
	}
	return res.StatusCode, answer
}

func send(t testing.TB, base string, fields ...string) (int, map[string]any) {
	t.Helper()
	f := url.Values{"To": {"+33612345678"}, "From": {"36105"}, "Body": {"Bonjour"}, "StatusCallback": {callback}}
	for i := 0; i < len(fields); i += 2 {
		f.Set(fields[i], fields[i+1])
	}
	return ask(t, http.MethodPost, base+"/2010-04-01/Accounts/"+account+"/Messages.json", f.Encode())
}

func TestCreate(t *testing.T) {
	var heard []string
	s, base := start(t, Options{Statuses: []string{}, Numbers: map[string]int{"+33600000001": 21211}, OnAccept: func(m Message) { heard = append(heard, m.Sid) }})
	status, answer := send(t, base)
	if status != http.StatusCreated || answer["status"] != "queued" || answer["body"] != "Bonjour" {
		t.Fatalf("answered %d %v", status, answer)
	}
	taken := s.Accepted()
	if len(taken) != 1 || taken[0].Sid != answer["sid"] || taken[0].Message != "ms_1" || taken[0].Attempt != 2 || taken[0].Customer != "cu_1" || taken[0].At <= 0 {
		t.Errorf("the ledger says %+v", taken)
	}
	if !slices.Equal(heard, []string{taken[0].Sid}) {
		t.Errorf("heard of %v", heard)
	}
	for _, tt := range []struct {
		name   string
		fields []string
		code   float64
	}{
		{"nobody", []string{"To", ""}, 21604},
		{"from nobody", []string{"From", ""}, 21603},
		{"nothing", []string{"Body", ""}, 21602},
		{"too long", []string{"Body", strings.Repeat("é", 1601)}, 21617},
		{"a refused number", []string{"To", "+33600000001"}, 21211},
		{"WhatsApp from a short code", []string{"To", "whatsapp:+33612345678"}, 63007},
	} {
		if status, answer := send(t, base, tt.fields...); status != http.StatusBadRequest || answer["code"] != tt.code {
			t.Errorf("%s: answered %d %v, want %v", tt.name, status, answer, tt.code)
		}
	}
	res, err := http.Post(base+"/2010-04-01/Accounts/"+account+"/Messages.json", "", nil)
	if err != nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without credentials: %v, error %v", res.StatusCode, err)
	}
	res.Body.Close()
	if s.Count() != 1 {
		t.Errorf("%d were accepted", s.Count())
	}
}

func TestCallbacks(t *testing.T) {
	for _, tt := range []struct {
		name      string
		hostility Hostility
		want      string
	}{
		{"in order and once", Hostility{}, "[sent delivered]"},
		{"lost", Hostility{LoseCallback: 1}, "[]"},
		{"twice", Hostility{RepeatCallback: 1}, "[delivered delivered sent sent]"},
		{"in any order", Hostility{ReorderCallback: 1}, "[delivered sent]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t)
			s, base := start(t, Options{Gateways: []string{g.URL}, Hostility: tt.hostility})
			if status, _ := send(t, base); status != http.StatusCreated {
				t.Fatalf("answered %d", status)
			}
			s.Drain()
			if tt.name != "in order and once" {
				slices.Sort(g.said)
			}
			if got := fmt.Sprint(g.said); got != tt.want || g.bad != 0 {
				t.Errorf("called back %s with %d wrong signatures, want %s", got, g.bad, tt.want)
			}
		})
	}
}

func TestFaultsAccept(t *testing.T) {
	for _, f := range Faults {
		t.Run(string(f), func(t *testing.T) {
			s, base := start(t, Options{Statuses: []string{}, Stall: time.Millisecond})
			s.Next(f)
			status, _ := send(t, base)
			if got := s.Count() == 1; got != f.Accepts() || (status == http.StatusCreated) != (f == CallbackFirst || f == AcceptTruncate) {
				t.Errorf("accepted %v, answered %d", got, status)
			}
			if status, _ := send(t, base); status != http.StatusCreated {
				t.Errorf("the next one was answered %d", status)
			}
		})
	}
}

func TestOneSeedIsOneWorld(t *testing.T) {
	world := func(seed uint64) (answers []int) {
		_, base := start(t, Options{Seed: seed, Hostility: Hostile, Statuses: []string{}})
		for i := range 60 {
			status, _ := send(t, base, "To", fmt.Sprintf("+3361234567%d", i%7))
			answers = append(answers, status)
		}
		return answers
	}
	first := world(1)
	if !slices.Equal(first, world(1)) {
		t.Error("one seed made two worlds")
	}
	if slices.Equal(first, world(2)) {
		t.Error("two seeds made one world")
	}
	if failed := len(first) - len(slices.DeleteFunc(slices.Clone(first), func(s int) bool { return s != http.StatusCreated })); failed == 0 || failed > 40 {
		t.Errorf("%d of 60 requests failed on a bad day", failed)
	}
}

func TestList(t *testing.T) {
	s, base := start(t, Options{ListLag: -1, Statuses: []string{}})
	for i := range 7 {
		send(t, base, "Body", fmt.Sprint(i), "To", fmt.Sprintf("+3361234567%d", i%2))
	}
	if _, err := s.Write(t.Context(), Text{From: "+33612345670", To: "36105", Body: "réponse"}); err == nil {
		t.Error("a webhook without a URL was delivered")
	}
	path := "/2010-04-01/Accounts/" + account + "/Messages.json"
	read := func(query string) (bodies []string) {
		for next := path + query; next != ""; {
			_, answer := ask(t, http.MethodGet, base+next, "")
			for _, m := range answer["messages"].([]any) {
				bodies = append(bodies, m.(map[string]any)["body"].(string))
			}
			next, _ = answer["next_page_uri"].(string)
		}
		return bodies
	}
	for query, want := range map[string]string{
		"": "[réponse 6 5 4 3 2 1 0]", "?PageSize=3": "[réponse 6 5 4 3 2 1 0]", "?To=%2B33612345670&From=36105&PageSize=1": "[6 4 2 0]",
		"?To=36105": "[réponse]", "?To=%2B33612345679": "[]", "?DateSent%3E=2020-01-01": "[réponse]", "?DateSent%3E=2999-01-01": "[]",
	} {
		if got := fmt.Sprint(read(query)); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"?PageSize=0", "?PageSize=1001", "?DateSent%3E=yesterday"} {
		if status, _ := ask(t, http.MethodGet, base+path+query, ""); status != http.StatusBadRequest {
			t.Errorf("%s: answered %d", query, status)
		}
	}
}

func TestWriteIsTriedAgain(t *testing.T) {
	g := newGateway(t)
	g.reply = http.StatusServiceUnavailable
	s, _ := start(t, Options{Webhook: public + "/hooks/twilio/lumen-sms#rc=5&rp=all", Gateways: []string{g.URL}})
	d, err := s.Write(t.Context(), Text{From: "+33612345678", To: "36105", Body: "allô", Tries: 3})
	if err != nil || d.Status != http.StatusServiceUnavailable || len(g.said) != 3 || g.bad != 0 {
		t.Errorf("%+v, error %v, tried %v, %d wrong signatures", d, err, g.said, g.bad)
	}
	g.reply = 0
	again, err := s.Write(t.Context(), Text{From: "+33612345678", To: "36105", Body: "allô", Sid: d.Sid})
	if err != nil || again.Status != http.StatusOK || again.Acked <= again.Sent || len(s.Written()) != 1 {
		t.Errorf("%+v, error %v, written %d times", again, err, len(s.Written()))
	}
}

// TestServe asks a played Twilio as another process does.
func TestServe(t *testing.T) {
	g := newGateway(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- New(Options{Statuses: []string{}}).Serve(ctx, l) }()
	base := "http://" + l.Addr().String()
	tell := func(path, body string, answer any) {
		t.Helper()
		res, err := http.Post(base+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(answer); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: answered %d, error %v", path, res.StatusCode, err)
		}
	}
	var ignored any
	tell("/played/gateways", `{"webhook":"`+public+`/hooks/twilio/lumen-sms","gateways":["`+g.URL+`"]}`, &ignored)
	tell("/played/next", `["500"]`, &ignored)
	var d Delivery
	tell("/played/texts", `{"from":"+33612345678","to":"36105","body":"bonjour"}`, &d)
	if d.Status != http.StatusOK || d.Answer != "<Response/>" || g.bad != 0 {
		t.Errorf("delivered %+v with %d wrong signatures", d, g.bad)
	}
	if status, _ := send(t, base); status != http.StatusInternalServerError {
		t.Errorf("answered %d, want the fault that was asked for", status)
	}
	send(t, base)
	var taken []Message
	res, err := http.Get(base + "/played/accepted")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&taken); err != nil || len(taken) != 1 || taken[0].Message != "ms_1" {
		t.Errorf("accepted %+v, error %v", taken, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("stopped with %v", err)
	}
}

// BenchmarkCreate is the played Twilio alone, without HTTP on the way.
func BenchmarkCreate(b *testing.B) {
	s := New(Options{Statuses: []string{}, Forget: true})
	form := []byte("To=%2B33612345678&From=36105&Body=Votre+colis+part+demain&StatusCallback=" + url.QueryEscape(callback))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/2010-04-01/Accounts/"+account+"/Messages.json", bytes.NewReader(form))
		r.SetBasicAuth(account, "token")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusCreated {
			b.Fatal(w.Code)
		}
	}
}
