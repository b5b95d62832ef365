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
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var configured = []Channel{
	{Brand: lumen, ID: "sms", Kind: "twilio", Medium: conversation.SMS, Address: "+33757000001"},
	{Brand: lumen, ID: "wa", Kind: "whatsapp", Medium: conversation.WhatsApp, Address: "+33757000002", Linked: true},
	{Brand: "soleil", ID: "soleil-wa", Kind: "whatsapp", Medium: conversation.WhatsApp, Address: "+33757000003", Linked: true},
}

// linker is a phone whose steps the test gives.
type linker struct {
	steps chan gateway.PairStep
	left  chan struct{} // one for each attempt whose page left

	mu  sync.Mutex
	err error
}

func newLinker() *linker {
	return &linker{steps: make(chan gateway.PairStep), left: make(chan struct{}, 8)}
}

func (l *linker) refuses(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *linker) Pair(ctx context.Context, _ conversation.BrandID, _ conversation.ChannelID) (<-chan gateway.PairStep, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return nil, l.err
	}
	out := make(chan gateway.PairStep)
	go func() {
		defer close(out)
		for {
			select {
			case s := <-l.steps:
				out <- s
				if s.Done || s.Err != nil {
					return
				}
			case <-ctx.Done():
				l.left <- struct{}{}
				return
			}
		}
	}()
	return out, nil
}

// attempt is an answer that goes on.
type attempt struct {
	t      *testing.T
	answer *http.Response
	lines  *bufio.Scanner
	leave  context.CancelFunc
}

// pairs begins to link wa, on the node or on another server of it.
func (b *browser) pairs(t *testing.T, at string) *attempt {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "POST", at+prefix+"channels/lumen/wa/pair", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", b.origin)
	r.Header.Set(csrfHeader, b.csrf)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return &attempt{t, answer, bufio.NewScanner(answer.Body), cancel}
}

// next is the next step; false at the end.
func (a *attempt) next() (s pairStep, more bool) {
	a.t.Helper()
	for a.lines.Scan() {
		text, is := strings.CutPrefix(a.lines.Text(), "data: ")
		if !is {
			continue
		}
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			a.t.Fatalf("%s: %v", text, err)
		}
		return s, true
	}
	return s, false
}

// ended is the code of what the attempt ended with.
func (a *attempt) ended() string {
	a.t.Helper()
	s, _ := a.next()
	if _, more := a.next(); s.Problem == nil || more {
		a.t.Fatalf("%+v, more: %t", s, more)
	}
	return s.Problem.Code
}

func code(text string) gateway.PairStep {
	return gateway.PairStep{Code: text, Expires: time.Now().Add(20 * time.Second)}
}

// An admin sees codes, and the phone scans one; the audit knows who let it in.
func TestLinkingAPhone(t *testing.T) {
	o := newOffice(t)
	a := o.ada.pairs(t, o.server.URL)
	if kind := a.answer.Header.Get("Content-Type"); a.answer.StatusCode != http.StatusOK || kind != "text/event-stream" {
		t.Fatalf("%d %s", a.answer.StatusCode, kind)
	}
	for _, text := range []string{"2@first,with,commas", "2@second"} {
		o.linker.steps <- code(text)
		if s, _ := a.next(); s.Code != text || s.Seconds < 10 || s.Seconds > 20 || s.Expires.IsZero() {
			t.Errorf("%+v", s)
		}
	}
	if status, body := o.ada.send("POST", "channels/lumen/wa/pair", ""); status != http.StatusConflict || codeOf(t, body) != "pairing" {
		t.Errorf("a second attempt: %d %s", status, body)
	}
	o.linker.steps <- gateway.PairStep{Done: true}
	if s, _ := a.next(); !s.Done {
		t.Errorf("%+v", s)
	}
	if s, more := a.next(); more {
		t.Errorf("after the end: %+v", s)
	}
	for _, kind := range []string{"device.pairing", "device.paired"} {
		if status, body := o.ada.send("GET", "audit?brand=lumen&kind="+kind, ""); status != 200 || !strings.Contains(string(body), `"channel":"wa"`) || !strings.Contains(string(body), `"name":"ada"`) {
			t.Errorf("%s in the audit: %d %s", kind, status, body)
		}
	}
}

// Why a device is not linked is told as a problem, before the first code or after it.
func TestWhyAPhoneIsNotLinked(t *testing.T) {
	o := newOffice(t)
	for want, err := range map[string]error{"paired": gateway.ErrPaired, "held": gateway.ErrHeld, "no_device": gateway.ErrNotFound, "not_paired": errors.New("no")} {
		o.linker.refuses(err)
		if _, body := o.ada.send("POST", "channels/lumen/wa/pair", ""); codeOf(t, body) != want {
			t.Errorf("%v: %s", err, body)
		}
	}
	o.linker.refuses(nil)
	for want, err := range map[string]error{"expired": gateway.ErrPairExpired, "outdated": gateway.ErrOutdated, "not_paired": errors.New("no"), "paired": gateway.ErrPaired,
		"other_phone": fmt.Errorf("it is another: %w", gateway.ErrOtherPhone), "phone_outdated": gateway.ErrPhoneOutdated, "passkey": gateway.ErrPasskey, "busy": context.Canceled} {
		a := o.ada.pairs(t, o.server.URL)
		o.linker.steps <- gateway.PairStep{Err: err}
		if got := a.ended(); got != want {
			t.Errorf("%v: %s", err, got)
		}
	}
	stolen := *o.ada
	stolen.csrf = "guessed"
	if status, body := stolen.send("POST", "channels/lumen/wa/pair", ""); status != http.StatusForbidden || codeOf(t, body) != "bad_csrf" {
		t.Errorf("without the token: %d %s", status, body)
	}
	stolen = *o.ada
	stolen.origin = "https://evil.example"
	if status, body := stolen.send("POST", "channels/lumen/wa/pair", ""); status != http.StatusForbidden || codeOf(t, body) != "bad_origin" {
		t.Errorf("from another page: %d %s", status, body)
	}
}

// Whoever leaves ends the attempt, and then the next may begin.
func TestLeavingEndsTheAttempt(t *testing.T) {
	o := newOffice(t)
	a := o.ada.pairs(t, o.server.URL)
	o.linker.steps <- code("2@first")
	a.next()
	a.leave()
	<-o.linker.left
	for !o.console.pairings.begin("wa") { // as soon as the handler has seen it
		runtime.Gosched()
	}
	o.console.pairings.end("wa")
	again := o.ada.pairs(t, o.server.URL)
	o.linker.steps <- code("2@again")
	if s, _ := again.next(); s.Code != "2@again" {
		t.Errorf("%+v", s)
	}
	o.console.stop() // as the node stops
	<-o.linker.left
	if got := again.ended(); got != "busy" {
		t.Errorf("when the node stops: %s", got)
	}
}

// No code is shown to a session that is over.
func TestNoCodeAfterALogout(t *testing.T) {
	o := newOffice(t)
	a := o.ada.pairs(t, o.server.URL)
	o.linker.steps <- code("2@first")
	a.next()
	if status, body := o.ada.send("DELETE", "session", ""); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	o.linker.steps <- code("2@second")
	if got := a.ended(); got != "no_session" {
		t.Errorf("ended with %s", got)
	}
}

// The server's limit for reading a request does not end what goes on.
func TestAnAttemptOutlivesTheReadTimeout(t *testing.T) {
	o := newOffice(t)
	server := httptest.NewUnstartedServer(o.console)
	server.Config.ReadTimeout = 300 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	a := o.ada.pairs(t, server.URL)
	silent, err := net.Dial("tcp", server.Listener.Addr().String()) // later than the attempt, so its limit is too
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(silent); err != nil {
		t.Fatal(err)
	}
	o.linker.steps <- code("2@late")
	if s, _ := a.next(); s.Code != "2@late" {
		t.Errorf("%+v", s)
	}
}

// A supervisor sees how each device of their brands is, and what to do.
func TestChannelsAreListed(t *testing.T) {
	o := newOffice(t)
	read := func(b *browser) (list []channelView) {
		t.Helper()
		status, body := b.send("GET", "channels", "")
		var got items[channelView]
		if err := json.Unmarshal(body, &got); err != nil || status != 200 {
			t.Fatalf("%d %s %v", status, body, err)
		}
		return got.Items
	}
	list := read(o.sam)
	if len(list) != 3 || list[0].Device != nil || list[1].Device == nil || list[1].Device.Advice != advisePair || list[1].Address != "+33757000002" {
		t.Fatalf("%+v", list)
	}
	if list := read(o.far); len(list) != 1 || list[0].ID != "soleil-wa" {
		t.Errorf("another brand's supervisor sees %+v", list)
	}
	d, err := o.store.HoldDevice(t.Context(), lumen, "wa", "node", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	d.Account, d.State = "33757000002:1@s.whatsapp.net", gateway.Connected
	if err := o.store.SetDevice(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if is := read(o.sam)[1].Device; !is.Up || is.State != gateway.Connected || is.Account != d.Account || is.Advice != noAdvice || is.Since.IsZero() {
		t.Errorf("connected: %+v", is)
	}
	if err := o.store.FreeDevice(t.Context(), lumen, "wa", "node"); err != nil {
		t.Fatal(err)
	}
	if is := read(o.sam)[1].Device; is.Up || is.Advice != adviseStart {
		t.Errorf("its node has stopped: %+v", is)
	}
}

func TestEachStateHasItsAdvice(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	held, past, later := now.Add(time.Minute), now.Add(-time.Hour), now.Add(time.Hour)
	for _, c := range []struct {
		device gateway.Device
		want   advice
	}{
		{gateway.Device{State: gateway.Unpaired}, advisePair},
		{gateway.Device{State: gateway.Connecting, Lease: held, Changed: now}, noAdvice},
		{gateway.Device{State: gateway.Connecting, Lease: held, Changed: past}, adviseNet},
		{gateway.Device{State: gateway.Connecting, Lease: past, Changed: past}, adviseStart},
		{gateway.Device{State: gateway.Connected, Lease: held, Changed: past}, noAdvice},
		{gateway.Device{State: gateway.Connected, Changed: past}, adviseStart},
		{gateway.Device{State: gateway.LoggedOut}, advisePairer},
		{gateway.Device{State: gateway.Banned, Until: later}, adviseWait},
		{gateway.Device{State: gateway.Banned, Until: past, Lease: held}, adviseWait},
		{gateway.Device{State: gateway.Banned, Until: past}, adviseStart},
		{gateway.Device{State: gateway.Banned, Lease: held}, adviseAppeal},
		{gateway.Device{State: gateway.Outdated}, adviseUpdate},
		{gateway.Device{State: gateway.Replaced}, adviseOther},
		{gateway.Device{State: gateway.Disconnected, Code: "cat"}, adviseLookUp},
	} {
		v := deviceOf(c.device, now)
		if v.Advice != c.want || v.Up != (c.device.State == gateway.Connected && c.want == noAdvice) {
			t.Errorf("%+v: %+v, want %q", c.device, v, c.want)
		}
	}
}
