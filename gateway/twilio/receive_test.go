package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/channeltest"
	"github.com/causette/causette/gateway/twilio/twiliotest"
)

const (
	testAccount = "AC00000000000000000000000000000001"
	testToken   = "0123456789abcdef0123456789abcdef"
	testSID     = "SM0123456789abcdef0123456789abcdef"
	testPublic  = "https://text.lumen.example"
)

var testNow = time.Date(2026, 11, 21, 9, 41, 0, 0, time.UTC)

func testHooks(t testing.TB, door gateway.Door) *Hooks {
	t.Helper()
	var channels []*Channel
	for id, address := range map[conversation.ChannelID]string{"lumen-sms": "36105", "lumen-wa": "whatsapp:+33937000001"} {
		c, err := New(Config{ID: id, Brand: "lumen", Address: address, AccountSID: testAccount, AuthToken: testToken, PublicURL: testPublic + "/"})
		if err != nil {
			t.Fatal(err)
		}
		channels = append(channels, c)
	}
	h := NewHooks(door, slog.New(slog.DiscardHandler), channels...)
	h.now = func() time.Time { return testNow }
	return h
}

// knock posts a form signed for its URL.
func knock(h http.Handler, path string, f url.Values) *httptest.ResponseRecorder {
	return post(h, path, f.Encode(), twiliotest.Sign(testToken, testPublic+path, f))
}

func post(h http.Handler, path, body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://10.0.0.7:8080"+path, strings.NewReader(body)) // a proxy's Host
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func inboundForm(more map[string]string) url.Values {
	f := url.Values{"MessageSid": {testSID}, "AccountSid": {testAccount}, "From": {"+33612345678"}, "To": {"36105"}, "Body": {"Bonjour"}, "NumMedia": {"0"}, "FromCity": {""}}
	for name, value := range more {
		f.Set(name, value)
	}
	return f
}

func TestReceive(t *testing.T) {
	base := conversation.Inbound{Carrier: testSID, Channel: "lumen-sms", Medium: conversation.SMS, From: "+33612345678", To: "36105", Text: "Bonjour", At: testNow}
	with := func(change func(*conversation.Inbound)) conversation.Inbound {
		in := base
		change(&in)
		return in
	}
	tests := []struct {
		name string
		form map[string]string
		want conversation.Inbound
	}{
		{"a text", nil, base},
		{"unknown parameters are ignored", map[string]string{"SomethingNew": "2027"}, base},
		{"a short code as sender", map[string]string{"From": "20222"}, with(func(in *conversation.Inbound) { in.From = "20222" })},
		{"an empty text", map[string]string{"Body": ""}, with(func(in *conversation.Inbound) { in.Text = "" })},
		{"base64 is not decoded", map[string]string{"Body": "U1RPUA=="}, with(func(in *conversation.Inbound) { in.Text = "U1RPUA==" })},
		{"broken UTF-8 is replaced and U+0000 removed", map[string]string{"Body": "a\x00b\xffc"}, with(func(in *conversation.Inbound) { in.Text = "ab\uFFFDc" })},
		{"WhatsApp with a phone has the phone's address", map[string]string{"From": "whatsapp:+33612345678", "To": "whatsapp:+33937000001", "ProfileName": "Ana 🌞", "WaId": "33612345678"},
			with(func(in *conversation.Inbound) {
				in.Medium, in.To, in.Name = conversation.WhatsApp, "+33937000001", "Ana 🌞"
			})},
		{"WhatsApp without a phone keeps its id whole", map[string]string{"From": "whatsapp:US.13491208655302741918"},
			with(func(in *conversation.Inbound) {
				in.Medium, in.From = conversation.WhatsApp, "whatsapp:US.13491208655302741918"
			})},
		{"a button that was pressed is text", map[string]string{"Body": "", "ButtonText": "Oui, merci", "ButtonPayload": "yes"}, with(func(in *conversation.Inbound) { in.Text = "Oui, merci" })},
		{"a payload without words is text", map[string]string{"Body": "", "ButtonPayload": "yes"}, with(func(in *conversation.Inbound) { in.Text = "yes" })},
		{"a place is text", map[string]string{"Body": "", "Latitude": "48.858370", "Longitude": "2.294481", "Label": "Tour Eiffel", "Address": "5 avenue Anatole France, Paris"},
			with(func(in *conversation.Inbound) {
				in.Text = "📍 Tour Eiffel, 5 avenue Anatole France, Paris (48.85837, 2.294481)"
			})},
		{"a place without a name follows the words", map[string]string{"Latitude": "48.5", "Longitude": "-2"}, with(func(in *conversation.Inbound) { in.Text = "Bonjour\n📍 (48.5, -2)" })},
		{"a place that is none is left out", map[string]string{"Latitude": "NaN", "Longitude": "2"}, base},
		{"media", map[string]string{"NumMedia": "2", "MediaUrl0": "https://api.twilio.com/m/0", "MediaContentType0": "image/jpeg", "MediaUrl1": "https://api.twilio.com/m/1", "MediaContentType1": "audio/ogg"},
			with(func(in *conversation.Inbound) {
				in.Media = []conversation.Media{{URL: "https://api.twilio.com/m/0", Type: "image/jpeg"}, {URL: "https://api.twilio.com/m/1", Type: "audio/ogg"}}
			})},
		{"media that are announced and missing are left out", map[string]string{"NumMedia": "3", "MediaUrl1": "javascript:alert(1)"}, with(func(in *conversation.Inbound) { in.Media = []conversation.Media{} })},
		{"an opt-out that Twilio has answered", map[string]string{"Body": "STOP", "OptOutType": "STOP"}, with(func(in *conversation.Inbound) { in.Text, in.OptOut = "STOP", "STOP" })},
		{"an opt-out type that does not exist", map[string]string{"OptOutType": "PAUSE"}, base},
		{"a reply names what it replies to", map[string]string{"OriginalRepliedMessageSid": "SMabc"}, with(func(in *conversation.Inbound) { in.Replied = "SMabc" })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			door := &channeltest.Door{}
			w := knock(testHooks(t, door), "/hooks/twilio/lumen-sms", inboundForm(tt.form))
			if w.Code != http.StatusOK || w.Body.String() != "<Response/>" || w.Header().Get("Content-Type") != "text/xml" {
				t.Fatalf("answered %d %s %q", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
			events := door.Events()
			if len(events) != 1 {
				t.Fatalf("%d events", len(events))
			}
			got := events[0]
			if !reflect.DeepEqual(*got.Event.Message, tt.want) {
				t.Errorf("got  %+v\nwant %+v", *got.Event.Message, tt.want)
			}
			if got.Brand != "lumen" || got.Who != (gateway.Who{Address: tt.want.From}) || got.Event.ID != "in:lumen-sms:"+testSID ||
				got.Event.Type != conversation.MessageReceived || !got.Event.Time.Equal(testNow) {
				t.Errorf("the event is %+v", got)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	large := inboundForm(map[string]string{"Body": strings.Repeat("x", 70<<10)})
	without := func(name string) url.Values {
		f := inboundForm(nil)
		f.Del(name)
		return f
	}
	tests := []struct {
		name   string
		path   string
		form   url.Values
		status int
		code   string
	}{
		{"an unknown channel", "/hooks/twilio/other", inboundForm(nil), 404, "unknown_channel"},
		{"a path below a channel", "/hooks/twilio/lumen-sms/other", inboundForm(nil), 404, "unknown_channel"},
		{"no channel", "/hooks/twilio/", inboundForm(nil), 404, "unknown_channel"},
		{"a body of 70 KiB", "/hooks/twilio/lumen-sms", large, 413, "too_large"},
		{"no sender", "/hooks/twilio/lumen-sms", without("From"), 400, "malformed"},
		{"no Sid", "/hooks/twilio/lumen-sms", without("MessageSid"), 400, "malformed"},
		{"another account", "/hooks/twilio/lumen-sms", inboundForm(map[string]string{"AccountSid": "AC00000000000000000000000000000002"}), 400, "malformed"},
		{"no account", "/hooks/twilio/lumen-sms", without("AccountSid"), 400, "malformed"},
		{"a sender of two lines", "/hooks/twilio/lumen-sms", inboundForm(map[string]string{"From": "+336\n1"}), 400, "malformed"},
		{"a sender of 10 KiB", "/hooks/twilio/lumen-sms", inboundForm(map[string]string{"From": "+" + strings.Repeat("3", 10<<10)}), 400, "malformed"},
		{"WhatsApp and nobody", "/hooks/twilio/lumen-sms", inboundForm(map[string]string{"From": "whatsapp:"}), 400, "malformed"},
		{"a status callback at the wrong address", "/hooks/twilio/lumen-sms", inboundForm(map[string]string{"MessageStatus": "delivered"}), 400, "malformed"},
		{"a status without our query", "/hooks/twilio/lumen-sms/status", inboundForm(map[string]string{"MessageStatus": "delivered"}), 400, "malformed"},
		{"a status of attempt 0", "/hooks/twilio/lumen-sms/status?m=ms_1&a=0&c=cu_1", inboundForm(map[string]string{"MessageStatus": "delivered"}), 400, "malformed"},
		{"a status without Sid", "/hooks/twilio/lumen-sms/status?m=ms_1&a=1&c=cu_1", without("MessageSid"), 400, "malformed"},
		{"a status of another account", "/hooks/twilio/lumen-sms/status?m=ms_1&a=1&c=cu_1", without("AccountSid"), 400, "malformed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			door := &channeltest.Door{}
			checkProblem(t, knock(testHooks(t, door), tt.path, tt.form), tt.status, tt.code)
			if n := len(door.Events()) + len(door.Reports()); n != 0 {
				t.Errorf("%d knocks at the door", n)
			}
		})
	}
	t.Run("a wrong signature", func(t *testing.T) {
		door := &channeltest.Door{}
		for _, signature := range []string{"", "x", twiliotest.Sign("other", testPublic+"/hooks/twilio/lumen-sms", inboundForm(nil))} {
			checkProblem(t, post(testHooks(t, door), "/hooks/twilio/lumen-sms", inboundForm(nil).Encode(), signature), 403, "bad_signature")
		}
		if len(door.Events()) != 0 {
			t.Error("the door was opened")
		}
	})
	t.Run("a signature for another query", func(t *testing.T) {
		f := inboundForm(map[string]string{"MessageStatus": "delivered"})
		signature := twiliotest.Sign(testToken, testPublic+"/hooks/twilio/lumen-sms/status?m=ms_1&a=1&c=cu_1", f)
		checkProblem(t, post(testHooks(t, &channeltest.Door{}), "/hooks/twilio/lumen-sms/status?m=ms_2&a=1&c=cu_1", f.Encode(), signature), 403, "bad_signature")
	})
	t.Run("not a POST", func(t *testing.T) {
		w := httptest.NewRecorder()
		testHooks(t, &channeltest.Door{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/hooks/twilio/lumen-sms", nil))
		checkProblem(t, w, 405, "method_not_allowed")
		if w.Header().Get("Allow") != "POST" {
			t.Error("Allow is missing")
		}
	})
	for name, tt := range map[string]struct {
		err    error
		status int
		code   string
	}{
		"a busy gateway":      {fmt.Errorf("queue: %w", gateway.ErrBusy), 503, "busy"},
		"a cancelled request": {context.Canceled, 503, "busy"},
		"a broken gateway":    {errors.New("disk on fire"), 500, "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			door := &channeltest.Door{}
			door.Refuse(tt.err)
			w := knock(testHooks(t, door), "/hooks/twilio/lumen-sms", inboundForm(nil))
			checkProblem(t, w, tt.status, tt.code)
			if tt.status == 503 && w.Header().Get("Retry-After") == "" {
				t.Error("Retry-After is missing")
			}
			if strings.Contains(w.Body.String(), "fire") {
				t.Error("the answer tells what is broken inside")
			}
			checkProblem(t, knock(testHooks(t, door), "/hooks/twilio/lumen-sms/status?m=ms_1&a=1&c=cu_1", inboundForm(map[string]string{"MessageStatus": "sent"})), tt.status, tt.code)
		})
	}
}

func checkProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var p gateway.ProblemDetails
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("answered %d %q", w.Code, w.Body)
	}
	if w.Code != status || p.Status != status || p.Code != code || p.Detail == "" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("answered %d %s %+v, want %d %s", w.Code, w.Header().Get("Content-Type"), p, status, code)
	}
}

func TestReceiveTwice(t *testing.T) {
	door := &channeltest.Door{}
	h := testHooks(t, door)
	for range 3 {
		if w := knock(h, "/hooks/twilio/lumen-sms", inboundForm(nil)); w.Code != http.StatusOK {
			t.Fatalf("answered %d", w.Code)
		}
	}
	if n := len(door.Events()); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}

func TestFieldsAreBounded(t *testing.T) {
	door := &channeltest.Door{}
	f := inboundForm(map[string]string{"Body": strings.Repeat("é", 12<<10), "ProfileName": strings.Repeat("👍", 500), "NumMedia": "999999999"})
	for i := range 30 {
		f.Set(fmt.Sprintf("MediaUrl%d", i), "https://m.example/x")
	}
	if body := f.Encode(); len(body) > 64<<10 { // escapes triple the text
		f.Set("Body", strings.Repeat("é", 9<<10))
	}
	if w := knock(testHooks(t, door), "/hooks/twilio/lumen-sms", f); w.Code != http.StatusOK {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	in := door.Events()[0].Event.Message
	if len(in.Text) > maxText || !utf8.ValidString(in.Text) || len(in.Name) > maxName || !utf8.ValidString(in.Name) || len(in.Media) != maxMedia {
		t.Errorf("text %d bytes, name %d bytes, %d media", len(in.Text), len(in.Name), len(in.Media))
	}
}

// TestHostileBodies posts 10,000 broken bodies, signed and unsigned: none may
// crash, and none may get another answer than the ones that are promised.
func TestHostileBodies(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	door := &channeltest.Door{}
	h := testHooks(t, discard{door})
	seeds := []string{inboundBody(), vectorBody, "&&&&", "=%", "From=&MessageSid=&AccountSid=" + testAccount}
	for i := range 10_000 {
		body := mutate(r, seeds[r.IntN(len(seeds))])
		path := []string{"/hooks/twilio/lumen-sms", "/hooks/twilio/lumen-wa", "/hooks/twilio/lumen-sms/status?m=ms_1&a=1&c=cu_1", "/hooks/twilio/lumen-sms/status?m=%00&a=x"}[r.IntN(4)]
		var ordered strings.Builder
		last := field{name: "\x00none"}
		for _, kv := range parseForm([]byte(body), nil) {
			if kv != last {
				ordered.WriteString(kv.name + kv.value)
			}
			last = kv
		}
		signature := sign(testToken, testPublic+path, ordered.String())
		if r.IntN(4) == 0 {
			signature = mutate(r, signature)
		}
		req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		req.Header["X-Twilio-Signature"] = []string{signature}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		switch w.Code {
		case 200, 400, 403, 413:
		default:
			t.Fatalf("body %d %q: answered %d %s", i, body, w.Code, w.Body)
		}
	}
}

// discard is a door that checks what comes in and forgets it.
type discard struct{ *channeltest.Door }

func (d discard) Accept(_ context.Context, _ conversation.BrandID, _ gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	if in := e.Message; in.Carrier == "" || in.From == "" || !utf8.ValidString(in.Text+in.Name) || strings.Contains(in.Text+in.Name, "\x00") || len(in.Text) > 2*maxText {
		panic(fmt.Sprintf("a text that cannot be stored: %+v", in))
	}
	return gateway.Outcome{}, nil
}

func (d discard) Report(_ context.Context, r gateway.Report) error {
	if r.Message == "" || r.Customer == "" || r.Attempt < 1 || r.Carrier == "" || r.Status.Rank() < 0 {
		panic(fmt.Sprintf("a report of nothing: %+v", r))
	}
	return nil
}

func mutate(r *rand.Rand, s string) string {
	b := []byte(s)
	for range 1 + r.IntN(8) {
		at := r.IntN(len(b) + 1)
		switch r.IntN(6) {
		case 0:
			b = append(b[:at:at], append([]byte{byte(r.IntN(256))}, b[at:]...)...)
		case 1:
			b = b[:at]
		case 2:
			b = append(b[:at:at], append([]byte("%00%ff%fe+&=;\x00\xff"), b[at:]...)...)
		case 3:
			b = append(b, b[at:]...)
		case 4:
			b = append(b[:at:at], append([]byte(strings.Repeat("&From=%F0%9F%91", r.IntN(50))), b[at:]...)...)
		case 5:
			if at < len(b) {
				b[at] ^= 1 << r.IntN(8)
			}
		}
	}
	return string(b)
}

func FuzzInbound(f *testing.F) {
	f.Add([]byte(inboundBody()))
	f.Add([]byte("MessageSid=SM1&From=whatsapp:US.1&AccountSid=" + testAccount + "&Latitude=1e400&Longitude=-0&NumMedia=-1&Body=%ff%00"))
	c, err := New(Config{ID: "lumen-sms", Brand: "lumen", Address: "36105", AccountSID: testAccount, AuthToken: testToken, PublicURL: testPublic})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := c.inbound(parseForm(body, nil), testNow)
		if err != nil {
			return
		}
		if in.Carrier == "" || in.From == "" || len(in.From) > maxAddress || (in.Medium != conversation.SMS && in.Medium != conversation.WhatsApp) {
			t.Fatalf("accepted %+v", in)
		}
		if !utf8.ValidString(in.Text+in.Name) || strings.Contains(in.Text+in.Name, "\x00") || len(in.Text) > maxText+4*maxName || len(in.Media) > maxMedia {
			t.Fatalf("cannot be stored: %+v", in)
		}
		if to, ok := toTwilio(in.From, in.Medium); !ok || in.Medium == conversation.WhatsApp != strings.HasPrefix(to, whatsapp) {
			t.Fatalf("%q cannot be answered", in.From)
		}
	})
}

func TestStatus(t *testing.T) {
	tests := []struct {
		name, said, code string
		want             gateway.Status
		consequence      gateway.Consequence
	}{
		{"queued is accepted", "queued", "", gateway.Accepted, ""},
		{"sent", "sent", "", gateway.Sent, ""},
		{"delivered", "delivered", "", gateway.Delivered, ""},
		{"read", "read", "", gateway.Read, ""},
		{"undelivered says why", "undelivered", "30003", gateway.Undelivered, gateway.Retry},
		{"failed says why", "failed", "21610", gateway.Failed, gateway.OptedOut},
		{"failed for a reason that nobody knows", "failed", "39999", gateway.Failed, gateway.GiveUp},
		{"failed without a reason", "failed", "", gateway.Failed, ""},
		{"canceled is failed", "canceled", "", gateway.Failed, ""},
		{"a code beside a good status has no consequence", "delivered", "30008", gateway.Delivered, ""},
		{"a code that is none", "failed", "<script>", gateway.Failed, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			door := &channeltest.Door{}
			f := inboundForm(map[string]string{"MessageStatus": tt.said, "ErrorCode": tt.code, "From": "36105", "To": "+33612345678"})
			if w := knock(testHooks(t, door), "/hooks/twilio/lumen-sms/status?m=ms_1&a=2&c=cu%2F9", f); w.Code != http.StatusOK {
				t.Fatalf("answered %d %s", w.Code, w.Body)
			}
			r := door.Reports()[0]
			var consequence gateway.Consequence
			if r.Error != nil {
				consequence = r.Error.Consequence
			}
			code := tt.code
			if !isCode(code) {
				code = ""
			}
			if consequence != tt.consequence || r.Code != code {
				t.Errorf("code %q means %q, want %q", r.Code, consequence, tt.consequence)
			}
			r.Error, r.Code = nil, ""
			want := gateway.Report{Brand: "lumen", Customer: "cu/9", Message: "ms_1", Attempt: 2, Carrier: testSID, Status: tt.want, At: testNow}
			if r != want {
				t.Errorf("got %+v, want %+v", r, want)
			}
		})
	}
	t.Run("a status that concerns no message of ours is acknowledged and dropped", func(t *testing.T) {
		door := &channeltest.Door{}
		for _, said := range []string{"receiving", "received", "levitating", ""} {
			if w := knock(testHooks(t, door), "/hooks/twilio/lumen-sms/status?m=ms_1&a=2&c=cu_9", inboundForm(map[string]string{"MessageStatus": said})); w.Code != http.StatusOK {
				t.Errorf("%q: answered %d", said, w.Code)
			}
		}
		if len(door.Reports()) != 0 {
			t.Errorf("reported %+v", door.Reports())
		}
	})
}

func TestStatusesAreWhatACarrierCanSay(t *testing.T) {
	for name := range statuses {
		if statuses[name].Rank() < gateway.Accepted.Rank() {
			t.Errorf("%s ranks below accepted", name)
		}
	}
}

func BenchmarkReceive(b *testing.B) {
	h := testHooks(b, discard{&channeltest.Door{}})
	body := inboundBody()
	var ordered strings.Builder
	for _, f := range parseForm([]byte(body), nil) {
		fmt.Fprint(&ordered, f.name, f.value)
	}
	signature := sign(testToken, testPublic+"/hooks/twilio/lumen-sms", ordered.String())
	b.ReportAllocs()
	for b.Loop() {
		if w := post(h, "/hooks/twilio/lumen-sms", body, signature); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}
