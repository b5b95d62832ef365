package twilio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/channeltest"
	"github.com/causette/causette/gateway/twilio"
	"github.com/causette/causette/gateway/twilio/twiliotest"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// TestFaults sends into every fault of the played Twilio: each has its
// consequence, and a doubtful send can be looked up.
func TestFaults(t *testing.T) {
	tests := map[twiliotest.Fault]struct {
		code        string
		consequence gateway.Consequence
	}{
		twiliotest.AcceptReset:    {"reset", gateway.Ambiguous},
		twiliotest.Reset:          {"reset", gateway.Ambiguous},
		twiliotest.AcceptTruncate: {"truncated", gateway.Ambiguous},
		twiliotest.AcceptStall:    {"timeout", gateway.Ambiguous},
		twiliotest.Stall:          {"timeout", gateway.Ambiguous},
		twiliotest.TooMany:        {"20429", gateway.Retry},
		twiliotest.Broken:         {"20500", gateway.Ambiguous},
		twiliotest.AcceptBroken:   {"20500", gateway.Ambiguous},
		twiliotest.HTML:           {"http 503", gateway.Ambiguous},
		twiliotest.AcceptHTML:     {"http 503", gateway.Ambiguous},
		twiliotest.CallbackFirst:  {"", ""},
		twiliotest.NoNumber:       {"21211", gateway.Invalid},
		twiliotest.OptedOut:       {"21610", gateway.OptedOut},
	}
	for _, fault := range twiliotest.Faults {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			door := &channeltest.Door{}
			c := newCarrier(t, door, "36105", twiliotest.Options{Statuses: []string{"sent"}, CallbackDelay: time.Hour})
			want, ok := tests[fault]
			if !ok {
				t.Fatal("the fault has no expectation")
			}
			timeout := 5 * time.Second
			if want.code == "timeout" {
				timeout = 150 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			c.played.Next(fault)
			p := posting("Bonjour")
			receipt, err := c.channel.Send(ctx, p)
			var s *gateway.SendError
			switch {
			case want.consequence == "" && err != nil:
				t.Fatalf("the send failed: %v", err)
			case want.consequence == "":
				if len(door.Reports()) != 1 || door.Reports()[0].Carrier != receipt.Carrier {
					t.Errorf("reported before the answer: %+v", door.Reports())
				}
			case !errors.As(err, &s) || s.Code != want.code || s.Consequence != want.consequence:
				t.Fatalf("got %v, want %+v", err, want)
			}

			accepted := len(c.played.Accepted())
			if want := map[bool]int{true: 1}[fault.Accepts()]; accepted != want {
				t.Fatalf("the carrier took %d messages, want %d", accepted, want)
			}
			found, complete, err := c.channel.Lookup(t.Context(), p)
			if err != nil || !complete || len(found) != accepted {
				t.Errorf("lookup: %+v, complete %v, error %v, want %d", found, complete, err, accepted)
			}
			if _, err := c.channel.Send(t.Context(), posting("Encore")); err != nil {
				t.Errorf("the next send: %v", err)
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	c := newCarrier(t, &channeltest.Door{}, "36105", twiliotest.Options{Numbers: map[string]int{"+33600000001": 21211, "+33600000002": 21610, "+33100000003": 21614}})
	for to, want := range map[conversation.Address]gateway.Consequence{"+33600000001": gateway.Invalid, "+33600000002": gateway.OptedOut, "+33100000003": gateway.Unreachable} {
		p := posting("Bonjour")
		p.To = to
		_, err := c.channel.Send(t.Context(), p)
		var s *gateway.SendError
		if !errors.As(err, &s) || s.Consequence != want {
			t.Errorf("%s: %v, want %s", to, err, want)
		}
	}
	if n := c.played.Count(); n != 0 {
		t.Errorf("the carrier took %d messages", n)
	}
}

// serve is an API that answers as the handler says, and counts its connections.
func serve(t testing.TB, h http.HandlerFunc) (*twilio.Channel, *atomic.Int64) {
	t.Helper()
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(h)
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	c, err := twilio.New(twilio.Config{ID: "lumen-sms", Brand: "lumen", Address: "+33937000001", AccountSID: account, AuthToken: token,
		BaseURL: server.URL + "/edge/", PublicURL: public})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, &connections
}

func TestRequest(t *testing.T) {
	var got url.Values
	var path, user, password string
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		got, path = r.PostForm, r.URL.RequestURI()
		user, password, _ = r.BasicAuth()
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"sid":"SM1","status":"queued","num_segments":"2"}`)
	})
	p := posting("Élodie & co = 100 % +1;\n👍")
	p.Media = []string{"https://a.example/1", "https://a.example/2"}
	p.Message, p.Customer, p.Attempt = "ms/1&x", "cu 9", 3
	p.Expires = p.Posted.Add(90 * time.Second)
	receipt, err := c.Send(t.Context(), p)
	if err != nil || receipt != (gateway.Receipt{Carrier: "SM1", Status: gateway.Accepted, Segments: 2}) {
		t.Fatalf("receipt %+v, error %v", receipt, err)
	}
	want := url.Values{
		"To": {"+33612345678"}, "From": {"+33937000001"}, "Body": {p.Text}, "MediaUrl": p.Media, "ValidityPeriod": {"90"},
		"StatusCallback": {public + "/hooks/twilio/lumen-sms/status?m=ms%2F1%26x&a=3&c=cu+9"},
	}
	if got.Encode() != want.Encode() {
		t.Errorf("posted %v\nwant   %v", got, want)
	}
	if path != "/edge/2010-04-01/Accounts/"+account+"/Messages.json" || user != account || password != token {
		t.Errorf("to %s as %s", path, user)
	}
	for expires, want := range map[time.Duration]string{0: "1", -time.Hour: "1", time.Millisecond: "1", 100 * time.Hour: "36000"} {
		p.Expires = p.Posted.Add(expires)
		if _, err := c.Send(t.Context(), p); err != nil || got.Get("ValidityPeriod") != want {
			t.Errorf("expires in %v: ValidityPeriod %q, want %s, error %v", expires, got.Get("ValidityPeriod"), want, err)
		}
	}
	p.Expires = time.Time{}
	if c.Send(t.Context(), p); got.Has("ValidityPeriod") {
		t.Error("a message that never expires has a ValidityPeriod")
	}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ name, sender, to, want string }{
		{"a phone by SMS", "36105", "+33612345678", "+33612345678"},
		{"a phone by WhatsApp", "whatsapp:+33937000001", "+33612345678", "whatsapp:+33612345678"},
		{"a WhatsApp id", "whatsapp:+33937000001", "whatsapp:US.13491208655302741918", "whatsapp:US.13491208655302741918"},
		{"a WhatsApp id has no phone for SMS", "36105", "whatsapp:US.13491208655302741918", ""},
		{"nobody", "36105", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCarrier(t, &channeltest.Door{}, tt.sender, twiliotest.Options{})
			p := posting("Bonjour")
			p.To = conversation.Address(tt.to)
			receipt, err := c.channel.Send(t.Context(), p)
			taken := c.played.Accepted()
			if tt.want == "" {
				var s *gateway.SendError
				if !errors.As(err, &s) || s.Consequence != gateway.FallBack || len(taken) != 0 {
					t.Fatalf("got %v, %d taken", err, len(taken))
				}
				return
			}
			if err != nil || len(taken) != 1 || taken[0].To != tt.want {
				t.Fatalf("sent to %+v, error %v", taken, err)
			}
			// twilio-go's own client would look for whatsapp:US, without the id.
			if found, complete, err := c.channel.Lookup(t.Context(), p); err != nil || !complete || len(found) != 1 || found[0].Carrier != receipt.Carrier {
				t.Errorf("lookup: %+v, complete %v, error %v", found, complete, err)
			}
		})
	}
}

// TestErrorsLeaveNoConnectionBehind: twilio-go's own client opened 50.
func TestErrorsLeaveNoConnectionBehind(t *testing.T) {
	answers := []func(http.ResponseWriter){
		func(w http.ResponseWriter) { w.WriteHeader(400); io.WriteString(w, `{"code":21211,"message":"no"}`) },
		func(w http.ResponseWriter) {
			w.WriteHeader(503)
			io.WriteString(w, "<html>"+strings.Repeat("x", 10<<10))
		},
		func(w http.ResponseWriter) { w.WriteHeader(429) },
		func(w http.ResponseWriter) { w.WriteHeader(201); io.WriteString(w, `{"sid":`) },
		func(w http.ResponseWriter) { w.WriteHeader(301) },
	}
	var n atomic.Int64
	c, connections := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		answers[n.Add(1)%int64(len(answers))](w)
	})
	for range 50 {
		if _, err := c.Send(t.Context(), posting("Bonjour")); err == nil {
			t.Fatal("the send succeeded")
		}
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("50 errors opened %d connections", got)
	}
}

// TestNothingIsSentTwice kills a kept connection after the request was read: a
// client that sends again by itself would double the message.
func TestNothingIsSentTwice(t *testing.T) {
	var requests atomic.Int64
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if requests.Add(1)%2 == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"sid":"SM1","status":"queued"}`)
	})
	for i := range 20 {
		_, err := c.Send(t.Context(), posting("Bonjour"))
		var s *gateway.SendError
		if i%2 == 0 && err != nil || i%2 == 1 && (!errors.As(err, &s) || s.Consequence != gateway.Ambiguous) {
			t.Fatalf("send %d: %v", i, err)
		}
		if got := requests.Load(); got != int64(i)+1 {
			t.Fatalf("%d sends made %d requests", i+1, got)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	c, err := twilio.New(twilio.Config{ID: "x", Brand: "lumen", Address: "36105", AccountSID: account, AuthToken: token, BaseURL: "http://127.0.0.1:1", PublicURL: public})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), posting("Bonjour"))
	var s *gateway.SendError
	if !errors.As(err, &s) || s.Consequence != gateway.Retry || s.Code != "connect" {
		t.Errorf("got %v, want a retry: nothing was written", err)
	}
}

func TestLookup(t *testing.T) {
	t.Run("the list lags behind", func(t *testing.T) {
		c := newCarrier(t, &channeltest.Door{}, "36105", twiliotest.Options{ListLag: time.Hour})
		p := posting("Bonjour")
		if _, err := c.channel.Send(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if found, complete, err := c.channel.Lookup(t.Context(), p); err != nil || !complete || len(found) != 0 {
			t.Errorf("%+v, complete %v, error %v", found, complete, err)
		}
	})
	t.Run("a long list is read to its end", func(t *testing.T) {
		c := newCarrier(t, &channeltest.Door{}, "36105", twiliotest.Options{Statuses: []string{}})
		first := posting("la première")
		if _, err := c.channel.Send(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		var sends sync.WaitGroup
		for range 10 {
			sends.Go(func() {
				for i := range 210 {
					if _, err := c.channel.Send(t.Context(), posting(fmt.Sprint(i))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		sends.Wait()
		if found, complete, err := c.channel.Lookup(t.Context(), first); err != nil || !complete || len(found) != 1 {
			t.Errorf("%+v, complete %v, error %v", found, complete, err)
		}
	})
	t.Run("a messaging service chose the sender", func(t *testing.T) {
		played := twiliotest.New(twiliotest.Options{AccountSID: account, AuthToken: token, ListLag: -1, Statuses: []string{}})
		base, err := played.Start()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(played.Close)
		config := twilio.Config{ID: "x", Brand: "lumen", Address: "36105", AccountSID: account, AuthToken: token, BaseURL: base, PublicURL: public,
			MessagingServiceSID: "MG00000000000000000000000000000001"}
		ours, err := twilio.New(config)
		if err != nil {
			t.Fatal(err)
		}
		config.MessagingServiceSID = "MG00000000000000000000000000000002"
		other, err := twilio.New(config)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Send(t.Context(), posting("Bonjour")); err != nil {
			t.Fatal(err)
		}
		receipt, err := ours.Send(t.Context(), posting("Bonjour"))
		if err != nil {
			t.Fatal(err)
		}
		if found, _, err := ours.Lookup(t.Context(), posting("Bonjour")); err != nil || len(found) != 1 || found[0].Carrier != receipt.Carrier {
			t.Errorf("%+v, error %v", found, err)
		}
	})
	for name, answer := range map[string]string{
		"a list that cannot be read":        `{"messages":[`,
		"a list whose end is its beginning": `{"messages":[],"next_page_uri":"/2010-04-01/Accounts/x/Messages.json?PageSize=1000"}`,
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) })
			if _, complete, err := c.Lookup(t.Context(), posting("Bonjour")); err == nil || complete {
				t.Errorf("complete %v, error %v", complete, err)
			}
		})
	}
	t.Run("a message without a date is no proof of absence", func(t *testing.T) {
		c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"messages":[{"sid":"SM1","body":"Bonjour","direction":"outbound-api"}]}`)
		})
		if found, complete, err := c.Lookup(t.Context(), posting("Bonjour")); err != nil || complete || len(found) != 0 {
			t.Errorf("%+v, complete %v, error %v", found, complete, err)
		}
	})
}

func TestInboundMedia(t *testing.T) {
	c := newCarrier(t, &channeltest.Door{}, "36105", twiliotest.Options{})
	if err := c.Write(t.Context(), conversation.Inbound{Text: "cassée", Media: []conversation.Media{{URL: "https://a.example/1"}, {URL: "https://a.example/2"}}}); err != nil {
		t.Fatal(err)
	}
	var got []conversation.Inbound
	err := c.channel.Inbound(t.Context(), time.Now().Add(-time.Hour), func(in conversation.Inbound) error { got = append(got, in); return nil })
	if err != nil || len(got) != 1 || len(got[0].Media) != 2 || got[0].Media[0].Type != "image/jpeg" || !strings.Contains(got[0].Media[1].URL, "/Media/ME") {
		t.Errorf("%+v, error %v", got, err)
	}
}

// TestOpenAPI holds every request of the channel, and every answer of the played
// Twilio, against Twilio's published description.
func TestOpenAPI(t *testing.T) {
	file := os.Getenv("TWILIO_OPENAPI")
	if file == "" {
		t.Skip("TWILIO_OPENAPI names no file: the requests were NOT checked against Twilio's OpenAPI description (make test sets it)")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var checked, wrong atomic.Int64
	played := twiliotest.New(twiliotest.Options{AccountSID: account, AuthToken: token, ListLag: -1, Statuses: []string{}})
	t.Cleanup(played.Close)
	server := httptest.NewUnstartedServer(nil)
	doc.Servers = nil // api.twilio.com: any host will do
	for _, item := range doc.Paths.Map() {
		item.Servers = nil
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		checked.Add(1)
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
			return
		}
		in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: func(_ context.Context, a *openapi3filter.AuthenticationInput) error {
				if user, password, ok := a.RequestValidationInput.Request.BasicAuth(); !ok || user == "" || password == "" {
					return errors.New("no credentials")
				}
				return nil
			}}}
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			wrong.Add(1)
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		rec := httptest.NewRecorder()
		played.ServeHTTP(rec, r)
		if rec.Code < 300 {
			out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Options: in.Options}
			out.SetBodyBytes(rec.Body.Bytes())
			if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
				t.Errorf("the played Twilio's answer to %s %s: %v", r.Method, r.URL, err)
			}
		}
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
	})
	server.Start()
	t.Cleanup(server.Close)

	for _, config := range []twilio.Config{
		{Address: "36105"},
		{Address: "whatsapp:+33937000001"},
		{Address: "+33937000001", MessagingServiceSID: "MG00000000000000000000000000000001"},
	} {
		config.ID, config.Brand, config.AccountSID, config.AuthToken, config.BaseURL, config.PublicURL = "lumen", "lumen", account, token, server.URL, public
		c, err := twilio.New(config)
		if err != nil {
			t.Fatal(err)
		}
		p := posting("Élodie, 14,90 € 👍")
		if _, err := c.Send(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		p.Media = []string{"https://a.example/1", "https://a.example/2"}
		if _, err := c.Send(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if found, _, err := c.Lookup(t.Context(), p); err != nil || len(found) != 2 {
			t.Errorf("found %+v, error %v", found, err)
		}
		if config.Address == "whatsapp:+33937000001" {
			if _, err := c.Send(t.Context(), content()); err != nil {
				t.Fatal(err)
			}
		}
		played.Write(t.Context(), twiliotest.Text{From: "+33612345678", To: config.Address, Body: "photo", Media: []string{"https://a.example/1"}})
		if err := c.Inbound(t.Context(), time.Now().Add(-time.Hour), func(conversation.Inbound) error { return nil }); err != nil {
			t.Error(err)
		}
		c.Close()
	}
	t.Logf("%d requests and their answers were checked, %d requests were wrong", checked.Load(), wrong.Load())
	if checked.Load() < 15 {
		t.Errorf("only %d requests were checked", checked.Load())
	}
}

func BenchmarkSend(b *testing.B) {
	c := newCarrier(b, &channeltest.Door{}, "36105", twiliotest.Options{Statuses: []string{}, Forget: true})
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		p := posting("Votre colis part demain, 14,90 €")
		for pb.Next() {
			if _, err := c.channel.Send(b.Context(), p); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
}
